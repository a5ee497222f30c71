# SPDX-License-Identifier: MIT
# w with a name in .htrec: all looks so far, in a recording that is read as any other.
. "${HT_TOP_SRCDIR:?}/tests/tui/lib.sh"
need jq

[ -x "$heaptop" ] || skip_all "the program isn't built"

file=$tmp/seen.htrec

# A program that has done all that it will do.
spawn "$heaptop" run -- sh -c 'echo $$ >"$0"; exec sleep 1000' "$tmp/pid"
wait_until '[ -s "$tmp/pid" ]' 20
target=$(cat "$tmp/pid")
wait_until '"$heaptop" snapshot -p $target --format json | jq -e ".processes[0].heap != null and .processes[0].name == \"sleep\""' 30

plan 26

screen_start 80 24 xterm-256color "$heaptop" -p "$target" -d 0.2
ok "the screen opens on a program" screen_shows "live +[0-9.]+K"
screen_keys 3
ok "its threads are looked at" screen_shows "^ *$target sleep +sleeping"
# Not only by the look that the key made: of those close together the last is written, which is of Events.
screen_keys w C-u
screen_keys -l "$file"
ok "for some time" wait_until \
	'screen_keys BSpace c; screen_text | grep -qE "^all looks so far, ([6-9]|[1-9][0-9])"'
screen_keys Escape
ok "until nothing is to be written" screen_lacks 'all looks so far'
screen_keys 5
ok "and its events" screen_shows ' 5 Events '
screen_keys w
ok "w says what it writes" screen_shows '^JSON; a name in .htrec: all looks so far'
screen_keys C-u
screen_keys -l "$file"
ok "a name in .htrec stands for all looks" screen_shows '^all looks so far, [0-9]+, as a recording'
# Each key counts anew.
ok "which become more" wait_until \
	'screen_keys BSpace c; screen_text | grep -qE "^all looks so far, ([1-9][0-9])"'
screen_keys Enter
ok "they are written" screen_shows '^written to .*: [0-9]+ looks'
looks=$(screen_text | sed -n 's/^written to .*: \([0-9]*\) looks.*/\1/p')
is "for the owner alone" "$(stat -c %a "$file")" 600
is "whole, and nothing beside it" "$(ls "$tmp" | grep -c 'htrec')" 1
"$heaptop" snapshot --replay "$file" -p "$target" --format ndjson \
	--detail threads,size_classes,events >"$tmp/replayed" 2>"$tmp/err"
is "a replay takes the first look as its baseline, and has the others" \
	"$(wc -l <"$tmp/replayed")" $((looks - 1))
is "without a word" "$(cat "$tmp/err")" ""
"$heaptop" snapshot -p "$target" --format json --detail threads,size_classes,events >"$tmp/live"
figures='.processes[0] | [.pid, .start_time_ticks, .name, .user, .source, .quality, .resident_bytes,
	(.heap | [.live_bytes, .live_blocks, .peak_live_bytes, .allocated_bytes_total,
	.freed_blocks_total, .allocated_bytes_per_second]),
	.dropped]'
is "a program's figures are those of a snapshot" \
	"$(tail -n 1 "$tmp/replayed" | jq -c "$figures")" "$(jq -c "$figures" "$tmp/live")"
lists='.processes[0] | [[.threads[] | [.tid, .name, .state, .allocated_bytes_total]], .exited_threads]'
is "and its threads, where they were looked at" \
	"$(jq -c "select(.processes[0].threads != null) | $lists" "$tmp/replayed" | sort -u)" \
	"$(jq -c "$lists" "$tmp/live")"
events='.processes[0] | [.events[] | select(.kind != "heap_grow") | [.kind, .monotonic_ns]]'
is "and its events, each once" \
	"$(jq -c "select(.processes[0].events != null) | $events" "$tmp/replayed" | sort -u)" \
	"$(jq -c "$events" "$tmp/live")"
is "processor time, which isn't remembered, is unknown" \
	"$(jq -c '.processes[0].cpu_percent' "$tmp/replayed" | sort -u)" null
sum=$(cksum <"$file")
screen_keys w C-u
screen_keys -l "$file"
screen_keys Enter n Enter
ok "it isn't replaced without a yes" screen_shows 'stays as it is'
is "and is as it was" "$(cksum <"$file")" "$sum"
screen_keys Q
ok "quit" screen_ended 0

# A limit on the size of files, here of 6 KiB, is said, not died of.
screen_start 80 24 xterm-256color bash -c 'ulimit -f 6; exec "$0" -d 0.03 many' "$fake"
ok "the screen opens on many" screen_shows 'COMMAND'
screen_keys w C-u
screen_keys -l "$tmp/large.htrec"
wait_until 'screen_keys BSpace c; screen_text | grep -qE "^all looks so far, [1-9][0-9][0-9]"'
screen_keys Enter
ok "what is too large isn't written" screen_shows 'large.htrec is not written: File too large'
screen_keys w C-u
screen_keys -l "$tmp/large.json"
screen_keys Enter
ok "nor is a picture" screen_shows 'large.json is not written: File too large'
is "nothing is left of either" "$(find "$tmp" -name 'large*')" ""
screen_keys j
ok "the screen goes on" screen_shows 'Help'
screen_keys Q
ok "and is left" screen_ended 0
