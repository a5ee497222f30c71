# SPDX-License-Identifier: MIT
# heaptop replay: the screen over a recording shows what was, goes where it is told, and leaves the terminal as it was.
. "${HT_TOP_SRCDIR:?}/tests/tui/lib.sh"
need jq python3

[ -x "$heaptop" ] || skip_all "the program isn't built"

plan 67

# A pool, and a program that comes later and goes again.
file=$tmp/session.htrec
spawn "$heaptop" run -- "$HT_TOP_BUILDDIR/examples/heaptop-demo-pool" --leak --seconds 1000
wait_until '[ -n "$(ls "$HEAPTOP_DIR")" ]' 30
pool=$(cd "$HEAPTOP_DIR" && ls | cut -d . -f 2)
"$heaptop" record -o "$file" -d 20ms -n 200 2>"$tmp/recorder" &
recorder=$!
wait_until '[ "$("$heaptop" snapshot --replay "$file" --fields pid --format csv 2>/dev/null | wc -l)" -gt 20 ]' 60
cp /bin/sleep "$tmp/passerby"
"$tmp/passerby" 0.5
wait "$recorder"
ok "a session is recorded" [ "$("$heaptop" snapshot --replay "$file" --format ndjson --fields pid | wc -l)" = 200 ]
"$heaptop" snapshot --replay "$file" -p "$pool" --format ndjson >"$tmp/samples"

# sample N: one of them, by its place, -1 the last, with what is compared.
figures='[.monotonic_ns, (.processes[] | select(.pid == '$pool') | .heap | .live_bytes, .allocated_bytes_total, .freed_blocks_total)]'
sample() {
	jq -sc "(.[$1] | $figures)" "$tmp/samples"
}

# What is on the screen, by its own word: w writes it.  A look that was asked for may be on its way.
seen() {
	rm -f "$tmp/seen"
	screen_keys w C-u "$tmp/seen" Enter
	wait_until 'jq -e . "$tmp/seen"' 30 >/dev/null
	jq -c "$figures" "$tmp/seen"
}

# shows_sample N: waits until that one is on the screen.
shows_sample() {
	local wanted
	wanted=$(sample "$1")
	wait_until '[ "$(seen)" = '"$(printf %q "$wanted")"' ]' 30 || {
		echo "wanted $wanted, seen $(seen)"
		return 1
	}
}

# header REGEX: waits until the first line is like it.
header() {
	wait_until "screen_text | head -n 1 | grep -qE -- $(printf %q "$1")" 30 || {
		screen_text
		return 1
	}
}

# replay OPTION...: the screen on it, slowly, so that it stays where it is put.
replay() {
	screen_start 100 30 xterm-256color "$heaptop" replay "$file" --speed 0.0625 "$@"
}

replay -p "$pool"
ok "it opens on the process that is named" screen_shows "^heaptop-demo-po $pool .* heaptop run +exact"
ok "it plays" header ' REPLAY [0-9:]{8} [0-9]+% 0.0625x$'
ok "what it is is told" screen_shows '^session.htrec: [0-9.m]+s from 20[0-9-]+ [0-9:]+, 201 looks$'
screen_keys Space
ok "Space holds it" header ' PAUSED [0-9:]{8} [0-9]+% 0.0625x$'
ok "the keys are named" screen_shows 'Slower .* Faster'
ok "the graph ends at that time" screen_shows " -10s .*  $(screen_text | head -n 1 | grep -oE '[0-9:]{8}')\$"
screen_keys T e n d Enter
ok "T goes to the end" header ' END [0-9:]{8} 100% 0.0625x$'
ok "with the figures of then" shows_sample -1
screen_keys '['
ok "[ goes back" header ' PAUSED [0-9:]{8} 9[0-9]% '
ok "by one look" shows_sample -2
screen_keys '[' '[' '[' ']'
ok "and one by one" shows_sample -4
screen_keys T '+0' Enter
ok "T goes to the beginning" header ' PAUSED [0-9:]{8} 0% '
ok "where there are no rates yet" screen_lacks 'allocating +[0-9]'
screen_keys ']'
ok "] goes on from there" shows_sample 0
screen_keys '['  '['
ok "before it there is nothing" screen_shows 'this is where the recording begins'
screen_keys '}'
ok "} goes a minute on, to the end" header ' END '
screen_keys '{'
ok "{ goes back" header ' PAUSED [0-9:]{8} 0% '
screen_keys T 'soon' Enter
ok "what is no time is said" screen_shows "'soon' is no time"
screen_keys C-u '-1s' Enter
ok "and can be mended" header ' PAUSED [0-9:]{8} [5-9][0-9]% '
late=$(jq -s 'last.monotonic_ns - 1000000000' "$tmp/samples")
late=$(jq -s "map(.monotonic_ns <= $late) | rindex(true)" "$tmp/samples")
ok "to the look of that time" shows_sample "$late"
screen_keys 3
ok "threads are there" screen_shows '[0-9]+ worker-2 +[a-z]+ .* [0-9.]+[KMG]$'
ok "of the same look" shows_sample "$late"
screen_keys 4
ok "sizes are" screen_shows '^ +[0-9]+ +[0-9.k]+ +'
screen_keys 5
ok "events are" screen_shows '[0-9:]{8} +(heap_grow|thread_start|high_water)'
screen_keys 6
ok "mappings weren't recorded, which is said" screen_shows 'Its mappings were not recorded'
screen_keys F9
ok "F9 sends nothing" screen_shows "what was recorded can't be sent a signal"
screen_keys d
ok "d asks nothing" screen_shows 'a recording has times of its own'
screen_keys ')' ')'
ok ") is faster" header ' 0.25x$'
screen_keys '('
ok "( is slower" header ' 0.125x$'
screen_keys 1
ok "the other processes are there" screen_shows " 1 root "
screen_keys '?'
ok "the help has the keys of a recording" \
	wait_until 'screen_keys Down; screen_text | grep -qE "\( +a recording at half the speed"'
screen_keys Escape Q
ok "it leaves the terminal as it was" screen_ended 0
ok "the pool was left alone" kill -0 "$pool"

# It plays through by itself.
screen_start 80 24 xterm-256color "$heaptop" replay "$file" --speed 64
ok "it plays to its end" header ' END [0-9:]{8} 100% 64x$'
screen_keys Space
ok "and anew" header ' (REPLAY|END) '
screen_keys C-c
ok "^C leaves" screen_ended 0

# One that wasn't there from the beginning.
replay -p passerby
ok "it begins where the process is there" screen_shows '^passerby [0-9]+ '
screen_keys T '+0' Enter
ok "before, it isn't there" screen_shows 'Process [0-9]+ \(passerby\) is not there at this time'
screen_keys Q
ok "quit" screen_ended 0
replay --at end -u root --filter "name = passerby"
ok "it can begin elsewhere" header ' END '
ok "and show some" screen_shows ' 0/[0-9]+ user root filter'
screen_keys Q
ok "quit then" screen_ended 0
replay -p nobody-has-this-name
ok "a process that never was is an error" screen_ended 3
replay --at soon
ok "so is a time that is none" screen_ended 2
head -c $(($(stat -c %s "$file") * 2 / 3)) "$file" >"$tmp/cut.htrec"
screen_start 100 30 xterm-256color "$heaptop" replay "$tmp/cut.htrec"
ok "a file that is cut is shown, and said to be" screen_shows '^cut.htrec: .* looks, cut short'
screen_keys Q
ok "quit at last" screen_ended 0

# Lists that are recorded are shown.
"$heaptop" record -o "$tmp/maps.htrec" -p "$pool" -d 10ms -n 5 --detail maps
screen_start 100 30 xterm-256color "$heaptop" replay "$tmp/maps.htrec" -p "$pool"
screen_shows '^heaptop-demo-po ' >/dev/null
screen_keys 6
ok "mappings are there where they were recorded" screen_shows '^file +[0-9]+ .* libc\.so\.6'
screen_keys Q
ok "quit from there" screen_ended 0

# Damaged in the middle: the looks up to the next key can't be read.
python3 - "$file" "$tmp/middle.htrec" <<'END'
import sys
data = bytearray(open(sys.argv[1], "rb").read())
at, tick = 64, 0
while tick < 60:
    at += 40 + int.from_bytes(data[at + 8:at + 12], "little")
    tick += int.from_bytes(data[at + 4:at + 8], "little") in (2, 3)
data[at + 40] ^= 0xff
open(sys.argv[2], "wb").write(data)
END
cp "$tmp/samples" "$tmp/all"
"$heaptop" snapshot --replay "$tmp/middle.htrec" -p "$pool" --format ndjson >"$tmp/samples" 2>"$tmp/err"
like "what is left out is counted" "$(cat "$tmp/err")" '61 samples of .*middle.htrec are damaged and left out'
# Sample 74 is tick 75, amid what is damaged; the first tick lies one interval before the first sample.
amid=$(jq -s '(.[74].monotonic_ns - .[0].monotonic_ns + .[0].interval_ns) / 1000000 | ceil' "$tmp/all")
screen_start 100 30 xterm-256color "$heaptop" replay "$tmp/middle.htrec" --at "+${amid}ms" --speed 0.0625
ok "it opens before the damage" screen_shows 'what comes then is damaged: this was before'
ok "and is held there" header ' PAUSED [0-9:]{8} [0-9]+% '
ok "at the last look that can be read" shows_sample 57
screen_keys ']'
ok "] goes over it" screen_shows 'damaged: 61 looks left out'
ok "to the next" shows_sample 58
screen_keys '['
ok "[ goes back over it" screen_shows 'what comes then is damaged: this was before'
ok "to where it was" shows_sample 57
screen_keys Q
ok "quit from that" screen_ended 0
mv "$tmp/all" "$tmp/samples"

# Its only key is damaged, on which all else stands: the headers are whole, so there seem to be looks.
"$heaptop" record -o "$tmp/hurt.htrec" -p "$pool" -d 10ms -n 5
python3 - "$tmp/hurt.htrec" <<'END'
import sys
data = bytearray(open(sys.argv[1], "rb").read())
at = 64
while int.from_bytes(data[at + 4:at + 8], "little") != 2:
    at += 40 + int.from_bytes(data[at + 8:at + 12], "little")
data[at + 40] ^= 0xff
open(sys.argv[1], "wb").write(data)
END
screen_start 100 30 xterm-256color "$heaptop" replay "$tmp/hurt.htrec"
ok "what can't be shown is an error" screen_ended 1
ok "that is told" screen_shows '^heaptop: the recording can.t be shown: all of it is damaged'

# Where nobody looks.
status_is "without a terminal it is printed" 0 "$heaptop" replay "$file" -p "$pool"
ok "all of it" [ "$(grep -c '^# 20' "$tmp/out")" = 200 ]
status_is "without a file there is nothing to replay" 2 "$heaptop" replay
status_is "two are too many" 2 "$heaptop" replay "$file" "$file"
status_is "a speed that is none is refused" 2 "$heaptop" replay "$file" --speed 0
status_is "what is no recording is refused" 1 "$heaptop" replay /etc/passwd
is "--at begins a series there" \
	"$("$heaptop" snapshot --replay "$file" -p "$pool" --at -1s -n 1 --format ndjson | jq -c "$figures")" "$(sample "$late")"
