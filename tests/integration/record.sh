# SPDX-License-Identifier: MIT
# heaptop record and what prints a recording: all of it is there, with the times and figures of then, and no end
# of the recorder leaves a file that can't be read.
. "${HT_TOP_SRCDIR:?}/tests/lib.sh"
need jq python3

file=$tmp/session.htrec

replay() {
	"$heaptop" snapshot --replay "$@"
}

# Samples that a recording shows; its last one may be cut.
samples() {
	replay "$1" --format ndjson --fields pid 2>>"$tmp/log" | wc -l
}

plan 55

# A program that has done all that it will do.
spawn "$heaptop" run -- sh -c 'echo $$ >"$0"; exec sleep 1000' "$tmp/pid"
wait_until '[ -s "$tmp/pid" ]' 20
target=$(cat "$tmp/pid")
wait_until '"$heaptop" snapshot -p $target --format json | jq -e ".processes[0].heap != null and .processes[0].name == \"sleep\""' 30

status_is "a recording is made" 0 "$heaptop" record -o "$file" -p "$target" -n 3 -d 50ms
is "for its owner alone" "$(stat -c %a "$file")" 600
is "nothing is printed" "$(cat "$tmp/out" "$tmp/err")" ""
"$heaptop" snapshot -p "$target" --format json --detail threads,size_classes,events >"$tmp/live"
replay "$file" --format ndjson --detail threads,size_classes,events >"$tmp/replayed"
is "each sample is there, the baseline isn't" "$(wc -l <"$tmp/replayed")" 3
figures='.processes[0] | [.pid, .start_time_ticks, .name, .command, .user, .source,
	(.heap | [.live_bytes, .live_blocks, .allocated_bytes_total, .freed_blocks_total, .allocated_bytes_per_second]),
	[.threads[] | [.tid, .name, .allocated_bytes_total]], .exited_threads, .size_classes,
	[.events[] | select(.kind != "heap_grow")], .dropped]'
is "a program's figures are those of a snapshot" "$(tail -n 1 "$tmp/replayed" | jq -c "$figures")" \
	"$(jq -c "$figures" "$tmp/live")"
ok "times are those of then" jq -se 'map(.interval_ns) | all(. > 0)' "$tmp/replayed"
is "time goes on from sample to sample" "$(jq -s 'map(.monotonic_ns) | . == sort' "$tmp/replayed")" true
is "a count leaves off the rest" "$(replay "$file" -n 2 --format ndjson | wc -l)" 2
is "the first of them are shown" "$(replay "$file" -n 2 --format ndjson --fields time)" \
	"$(replay "$file" --format ndjson --fields time | head -n 2)"
like "a table has the times above" "$(replay "$file")" '# 20.*sleep.*# 20.*sleep'
is "csv has one head" "$(replay "$file" --format csv --fields pid,live | grep -c pid)" 1
is "a filter is asked" "$(replay "$file" --filter 'pid = 1' --format ndjson | jq -c .processes | sort -u)" '[]'
is "a name is found" "$(replay "$file" -p sleep -n 1 --format ndjson | jq '.processes | length')" 1
is "the same recording gives the same" "$(replay "$file" --format ndjson --detail threads | cksum)" \
	"$(replay "$file" --format ndjson --detail threads | cksum)"

# Standard output.
(cd "$tmp" && "$heaptop" record -o - -p "$target" -n 2 -d 50ms >"$tmp/piped.htrec" 2>"$tmp/err")
is "a recording goes to standard output" "$(samples "$tmp/piped.htrec")" 2
is "without a word" "$(cat "$tmp/err")" ""
is "a snapshot does, too" "$(cd "$tmp" && "$heaptop" snapshot -o - -p "$target" --format csv --fields pid | tail -n 1)" \
	"$target"
ok "and neither makes a file of that name" test ! -e "$tmp/-"
# script(1) gives it a terminal.
script -qec "$(printf '%q ' "$heaptop" record -o - -n 1)" /dev/null >"$tmp/out" 2>&1 </dev/null
is "but not to a terminal" "$?" 2
like "which is said" "$(cat "$tmp/out")" 'nothing for a terminal: say -o FILE'

# Mistakes.
status_is "without a file there is nothing to write to" 2 "$heaptop" record
status_is "a missing file is named" 1 "$heaptop" snapshot --replay "$tmp/none"
status_is "a foreign file is refused" 1 "$heaptop" snapshot --replay /etc/passwd
like "by a sentence" "$(cat "$tmp/err")" '/etc/passwd is not a recording'
mkfifo "$tmp/fifo"
status_is "a FIFO doesn't hang" 1 timeout 20 "$heaptop" snapshot --replay "$tmp/fifo"
status_is "a process that wasn't there is named" 3 "$heaptop" snapshot --replay "$file" -p 999999999
status_is "nor is one recorded" 3 "$heaptop" record -o "$tmp/none" -p 999999999 -n 1
ok "then no file is made" test ! -e "$tmp/none"

# What would destroy a recording.
cp "$file" "$tmp/copy.htrec"
ln -s copy.htrec "$tmp/link.htrec"
status_is "a recording isn't overwritten by what is printed of it" 2 \
	"$heaptop" snapshot --replay "$tmp/copy.htrec" -o "$tmp/link.htrec"
ok "so that it stays" cmp "$file" "$tmp/copy.htrec"
"$heaptop" record -o "$tmp/copy.htrec" -d 20ms &
recorder=$!
wait_until '[ "$(samples "$tmp/copy.htrec")" -ge 5 ] && ! cmp -s "$file" "$tmp/copy.htrec"' 30
status_is "a second recorder leaves the file to the first" 1 "$heaptop" record -o "$tmp/copy.htrec" -d 20ms -n 3
like "and says so" "$(cat "$tmp/err")" 'copy.htrec is being written by another'
kill -TERM "$recorder"
wait "$recorder"
is "of whose samples none is lost" "$(replay "$tmp/copy.htrec" --fields pid 2>&1 >/dev/null)" ""

# Processes that come and go: a name is of all that had it.
cp /bin/sleep "$tmp/passerby"
(for _ in 1 2 3; do "$tmp/passerby" 0.3; done) &
passers=$!
"$heaptop" record -o "$tmp/comers.htrec" -d 20ms -n 60
wait "$passers"
status_is "one of them is enough" 0 "$heaptop" snapshot --replay "$tmp/comers.htrec" -p passerby --at +500ms -n 1 --format json
is "the one that was there" "$(jq -r '[.processes[].name] | unique | join(" ")' "$tmp/out")" passerby
is "and nothing is missed" "$(cat "$tmp/err")" ""
first=$("$heaptop" snapshot --replay "$tmp/comers.htrec" -p passerby --format ndjson | jq -s '[.[].processes[].pid] | first')
status_is "one that isn't there then" 3 "$heaptop" snapshot --replay "$tmp/comers.htrec" -p "$first" --at end -n 1 --format json
like "is told as that" "$(cat "$tmp/err")" "process $first was not there then"
status_is "a time of another day is refused" 2 "$heaptop" snapshot --replay "$file" --at '2001-01-01 10:00'
like "with what there is" "$(cat "$tmp/err")" 'it is from 20'
time=$("$heaptop" snapshot --replay "$file" -n 1 --format json | jq -r .time)
is "a time is taken as it is printed" \
	"$("$heaptop" snapshot --replay "$file" --at "$time" -n 1 --format json | jq -r '.time[0:19]')" "${time:0:19}"

# Asked to end, it ends in order.
"$heaptop" record -o "$tmp/int.htrec" -d 20ms &
recorder=$!
wait_until '[ "$(samples "$tmp/int.htrec")" -ge 2 ]' 30
kill -TERM "$recorder"
wait "$recorder"
is "a signal ends it in order" "$?" 0
is "and the file is whole" "$(replay "$tmp/int.htrec" --fields pid 2>&1 >/dev/null)" ""

# Each piece of the file can be read up to its last whole sample, or is refused in order.
size=$(stat -c %s "$file")
bad=
for cut in $(seq 0 97 "$size"); do
	head -c "$cut" "$file" >"$tmp/cut"
	replay "$tmp/cut" --format ndjson >"$tmp/out" 2>"$tmp/err"
	case $? in
	0) jq -e . "$tmp/out" >/dev/null || bad="$bad $cut" ;;
	1) grep -q 'cut short\|not a recording' "$tmp/err" || bad="$bad $cut" ;;
	*) bad="$bad $cut" ;;
	esac
done
is "a file that is cut anywhere is read as far as it goes" "$bad" ""

# Damage in the middle costs what it hit.
# flip FROM TO N: a bit of the payload of the Nth tick from the front, or below 0 of the last but so many keys.
flip() {
	python3 - "$@" <<'END'
import sys
data = bytearray(open(sys.argv[1], "rb").read())
at, ticks, keys = 64, [], []
while at + 40 <= len(data):
    kind = int.from_bytes(data[at + 4:at + 8], "little")
    ticks += [at] if kind in (2, 3) else []
    keys += [at] if kind == 2 else []
    at += 40 + int.from_bytes(data[at + 8:at + 12], "little")
n = int(sys.argv[3])
data[(ticks[n] if n >= 0 else keys[n]) + 40] ^= 1
open(sys.argv[2], "wb").write(data)
END
}
flip "$tmp/comers.htrec" "$tmp/hurt" 30
status_is "a damaged file is read" 0 "$heaptop" snapshot --replay "$tmp/hurt" --format ndjson
ok "up to the damage" jq -e . "$tmp/out"
like "with a word of it" "$(cat "$tmp/err")" '31 samples of .*hurt are damaged and left out'
# Of the last key: all from there on stands on it.
flip "$tmp/int.htrec" "$tmp/flipped" -1
status_is "what is wanted and damaged is an error" 1 "$heaptop" snapshot --replay "$tmp/flipped" --at end -n 1
like "that is told" "$(cat "$tmp/err")" 'flipped is damaged: --at or -n picks other samples'

# Row 6: killed 200 times.
lost=
for i in $(seq 200); do
	rm -f "$tmp/killed"
	"$heaptop" record -o "$tmp/killed" -p "$target" -d 1ms &
	recorder=$!
	until [ -s "$tmp/killed" ]; do kill -0 "$recorder" 2>/dev/null || break; done
	# Somewhere in the first milliseconds.
	for _ in $(seq $((i * 3))); do :; done
	kill -9 "$recorder"
	wait "$recorder" 2>/dev/null
	[ "$(samples "$tmp/killed")" -ge 1 ] || lost="$lost $i"
done 2>/dev/null
is "killed 200 times, it leaves 200 files that can be read" "$lost" ""
ok "of which nothing but a last sample is lost" bash -c '! grep -q damaged "$0"' "$tmp/log"

# A full disk, in a mount namespace of its own.
if unshare -m true 2>/dev/null; then
	mkdir "$tmp/disk"
	export heaptop tmp
	status_is "a full disk is an error" 1 unshare -m bash -c 'mount --make-rprivate / &&
		mount -t tmpfs -o size=64k none "$tmp/disk" &&
		"$heaptop" record -o "$tmp/disk/full.htrec" -d 1ms
		status=$?
		cp "$tmp/disk/full.htrec" "$tmp/full.htrec"
		exit $status'
	like "that is named" "$(cat "$tmp/err")" 'full.htrec: No space left'
	is "and the file is whole" "$(replay "$tmp/full.htrec" --fields pid 2>&1 >/dev/null)" ""
	ok "with all that fitted" test "$(samples "$tmp/full.htrec")" -ge 1
else
	for what in error name file fit; do
		skip "a full disk: $what" "no mount namespace can be made"
	done
fi
