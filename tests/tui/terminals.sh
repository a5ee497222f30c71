# SPDX-License-Identifier: MIT
# Terminal types, locales, colours and sizes: the same screen on all of them.
. "${HT_TOP_SRCDIR:?}/tests/tui/lib.sh"

for term in xterm xterm-256color xterm-mono screen screen-256color tmux tmux-256color linux vt100 \
	vt220 ansi rxvt; do
	if ! infocmp "$term" >"$tmp/infocmp" 2>&1; then
		skip "$term draws" "no terminfo of it"
		continue
	fi
	screen_start 80 24 "$term" "$fake" mixed
	ok "$term draws" screen_shows '^\* +4242 +512M +318M +41.2M .* 4 +- c +imgd --workers 16'
	screen_keys q
	ok "$term is left as it was" screen_ended 0
done

for term in dumb unknown nonsense ''; do
	screen_start 100 24 "$term" "$fake" mixed
	ok "TERM='$term' is refused" screen_ended 1
	ok "with the reason" screen_shows "terminal type '$term'"
done

# colours: what a picture has of them.
colours() {
	screen_text -e | grep -aoE "$(printf '\033')\[([0-9]+;)*(3[0-7]|4[0-7]|[34]8;5;[0-9]+)m" | wc -l
}
screen_start 80 24 xterm-256color "$fake" mixed
screen_shows 'COMMAND' >/dev/null
isnt "there are colours" "$(colours)" 0
screen_start 80 24 xterm-256color "$fake" -m mixed
screen_shows 'COMMAND' >/dev/null
is "without colours there are none" "$(colours)" 0
like "but what stands out by itself" "$(screen_text -e)" $'\033''[[]7m 1 Processes'
screen_start 80 24 vt100 "$fake" mixed
screen_shows 'COMMAND' >/dev/null
is "a monochrome terminal gets none" "$(colours)" 0

# codes REGEX: how many attributes of a picture are like it.
codes() {
	screen_text -e | grep -aoE "$(printf '\033')\\[[0-9;]*m" | grep -cE "$1"
}
green='(^|[[;])([34]2|[34]8;5;(2|28|34|35|40|41|46|65|78|84))[;m]'
red='(^|[[;])([34]1|[34]8;5;(1|9|160|161|196|203))[;m]'
for term in xterm-256color screen linux; do
	screen_start 80 24 "$term" "$fake" -t full mixed
	screen_shows 'COMMAND' >/dev/null
	isnt "$term: the usual colours have a green" "$(codes "$green")" 0
	screen_keys F2 j j j Space Space
	ok "$term: a theme takes effect at once" wait_until "[ \"\$(codes '$green')\" = 0 ]"
	is "$term: the safe one has no red" "$(codes "$red")" 0
	isnt "$term: but colours" "$(colours)" 0
	screen_keys Space
	ok "$term: and so does one without any" wait_until '[ "$(colours)" = 0 ]'
	screen_keys q q
	ok "$term: and ends well" screen_ended 0
done
screen_start 80 24 xterm-256color "$fake" -t basic mixed
screen_shows 'COMMAND' >/dev/null
is "16 colours are none of 256" "$(codes '8;5;([2-9][0-9]|1[6-9]|[0-9]{3})[;m]')" 0
screen_start 80 24 xterm-256color "$fake" -m -t full mixed
screen_shows 'COMMAND' >/dev/null
is "no colours are none whatever the theme" "$(colours)" 0

# not_ascii: whatever goes beyond.
not_ascii() {
	screen_text | LC_ALL=C grep -n '[^ -~]'
}
screen_start 80 24 xterm "$fake" -a hostile
screen_shows 'COMMAND' >/dev/null
is "--ascii has nothing else" "$(not_ascii)" ""
screen_start 80 24 xterm env LC_ALL=C "$fake" hostile
screen_shows 'COMMAND' >/dev/null
is "the C locale has nothing else" "$(not_ascii)" ""
screen_start 80 24 xterm "$fake" hostile
ok "wide characters stand in a UTF-8 one" screen_shows ' c +wide 漢字漢字'
is "no control character gets through" "$(screen_text | grep -c '[[:cntrl:]]')" 0
screen_resize 120 24
ok "and columns stand where they were" screen_shows '^\* +105 comb .* x  15.0M   15.0M        0 .* comb'

# Sizes, from nothing to much; then a storm of them.
screen_start 80 24 xterm-256color "$fake" -d 0.1 many
screen_shows 'COMMAND' >/dev/null
for size in '1 1' '2 1' '1 2' '10 3' '20 5' '39 7' '40 10' '79 23' '200 60' '200 1' '3 60'; do
	# shellcheck disable=SC2086 # two words
	screen_resize $size
done
screen_resize 120 40
ok "it is right after all sizes" screen_shows '^ *PID USER +RES +HEAP▼ .*COMMAND *$'
ok "and fills the new one" wait_until 'screen_text | sed -n 40p | grep -q "q Quit"'
for i in {1..100}; do
	screen_resize $((20 + i * 37 % 150)) $((3 + i * 17 % 50))
done
screen_resize 80 24
ok "it is right after a storm of resizes" wait_until 'screen_text | sed -n 24p | grep -q "q Quit"'
screen_resize 40 10
ok "the least size has what matters" screen_shows '^ +PID +HEAP▼ +.RATE/s COMMAND$'
screen_keys q
ok "and ends well" screen_ended 0
