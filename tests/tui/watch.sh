# SPDX-License-Identifier: MIT
# `run --watch`: the screen on a program, which goes on in the terminal when that is left.
. "${HT_TOP_SRCDIR:?}/tests/tui/lib.sh"

[ -x "$heaptop" ] || skip_all "the program isn't built"

# A program that says what it does, until the file named by its argument is there.
cat >"$tmp/talk" <<'EOS'
#!/bin/bash
trap 'echo had a USR1' USR1
echo begun
tty -s <&1 && echo on a terminal
until [ -e "$1" ]; do sleep 0.05; done
echo going on
until [ -e "$1.end" ]; do sleep 0.05; done
echo ended
exit 7
EOS
chmod +x "$tmp/talk"
watch() {
	screen_start 80 24 xterm-256color "$heaptop" run --watch -d 0.2 "$@"
}
# The program itself, below heaptop.
talker() {
	pgrep -f "^/bin/bash $tmp/talk $tmp/$1"
}

watch "$tmp/talk" "$tmp/a"
ok "the screen opens on the program" screen_shows 'q Back|q Quit'
ok "which runs" wait_until '[ -n "$(talker a)" ]'
ok "its output doesn't show" screen_lacks '^begun'
kill -s USR1 "$(screen_pid)"
screen_keys q
ok "q leaves it: what was written shows" screen_shows '^begun'
ok "it wrote as to a terminal" screen_shows '^on a terminal'
ok "signals are passed on" screen_shows '^had a USR1'
touch "$tmp/a"
ok "what it writes later shows at once" screen_shows '^going on'
touch "$tmp/a.end"
ok "the status is its own" screen_ended 7
ok "and nothing is lost at the end" screen_shows '^ended'

watch "$tmp/talk" "$tmp/b"
ok "before it ends" screen_shows 'q Back|q Quit'
touch "$tmp/b" "$tmp/b.end"
ok "its end is told" screen_shows 'program has ended, this is the last of it'
screen_keys j ?
ok "keys are still answered" screen_shows 'one row up'
screen_keys x q
ok "and the status is its own" screen_ended 7
ok "with all that it wrote" screen_shows '^ended'

watch true
ok "one that ends at once is told, too" screen_shows 'program has ended'
screen_keys q
ok "with its status" screen_ended 0

# shellcheck disable=SC2016 # for the inner shell
watch bash -c 'echo asking; read -r line; echo "got $line"; exit 3'
ok "before it asks" screen_shows 'q Back|q Quit'
ok "it waits for the terminal" wait_until '[ "$(ps -o stat= --ppid "$(screen_pid)" | head -c 1)" = T ]'
screen_keys q
ok "and asks when it has it" screen_shows '^asking'
screen_keys "an answer" Enter
ok "gets what is typed" screen_shows '^got an answer'
ok "and ends" screen_ended 3

# shellcheck disable=SC2016 # for the inner shell
watch bash -c 'until [ "$(stty size <&2)" = "30 100" ]; do sleep 0.05; done; echo it is larger'
screen_shows 'q Back|q Quit' >/dev/null
screen_resize 100 30
ok "the screen becomes larger" screen_shows '.{90}'
screen_keys q
ok "and so does the terminal that the program sees" screen_shows '^it is larger'
ok "to its end" screen_ended 0

watch "$tmp/talk" "$tmp/c"
screen_shows 'q Back|q Quit' >/dev/null
screen_keys C-c
ok "^C leaves the screen" screen_shows '^begun'
ok "and the program goes on" kill -0 "$(talker c)"
screen_keys C-c
ok "the next one ends the program" screen_ended 130

watch "$tmp/talk" "$tmp/d"
screen_shows 'q Back|q Quit' >/dev/null
kill -s TERM "$(screen_pid)"
ok "SIGTERM under the screen is the program's" screen_ended 143
ok "which has ended" wait_until '[ -z "$(talker d)" ]'

screen_start 80 24 xterm-256color bash --norc --noprofile -i
screen_keys "PS1=ready: && stty -g >$tmp/modes" Enter
screen_shows '^ready:' >/dev/null
screen_keys "$heaptop run --watch $tmp/talk $tmp/e" Enter
ok "under a shell" screen_shows 'q Back|q Quit'
screen_keys q
screen_shows '^begun' >/dev/null
screen_keys C-z
ok "^Z stops both" screen_shows 'Stopped'
screen_keys "stty -g >$tmp/modes.stopped; echo looked" Enter
ok "and the shell has its terminal" screen_shows '^looked'
screen_keys fg Enter
touch "$tmp/e" "$tmp/e.end"
ok "fg brings both back" screen_shows '^going on'
ok "to the end" screen_shows '^ended'
screen_keys 'echo "status $?"; stty -g >'"$tmp/modes.left" Enter
ok "with its status" screen_shows '^status 7'
ok "and the terminal as it was" cmp "$tmp/modes" "$tmp/modes.left"

screen_start 80 24 dumb "$heaptop" run --watch "$tmp/talk" "$tmp/a"
ok "where no screen can be, it goes on without" screen_ended 7
ok "and that is said" screen_shows "terminal type 'dumb'"

status_is "without a terminal it is refused" 125 "$heaptop" run --watch true </dev/null
like "with the reason" "$(cat "$tmp/err")" 'needs a terminal'
screen_start 80 24 xterm-256color "$heaptop" run --watch "$tmp/missing"
ok "what isn't there is not found" screen_ended 127
screen_start 80 24 xterm-256color "$heaptop" run --watch --summary "$tmp/talk" "$tmp/a"
ok "together with --summary" screen_shows 'program has ended'
screen_keys q
ok "it has the status" screen_ended 7
ok "and the summary" screen_shows 'peak'
