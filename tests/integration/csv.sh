# SPDX-License-Identifier: MIT
# `heaptop snapshot`: csv as python reads it, --fields, --filter and -o.
. "${HT_TOP_SRCDIR:?}/tests/lib.sh"
need jq python3 strace

pool=$HT_TOP_BUILDDIR/examples/heaptop-demo-pool
spawn "$heaptop" run "$pool" --workers 3 >/dev/null
target=$pid
ok "the pool is published" wait_until "'$heaptop' check 'live > 0' -p $target"
spawn bash -c 'exec -a $'"'"'=cmd|" /c calc"!A1,\nx\e[31m'"'"' sleep 600'
hostile=$pid
ok "the hostile one runs" wait_until "grep -qz calc /proc/$hostile/cmdline"

# rows [OPTION...]: the snapshot as python's csv reader has it, in json.
rows() {
	"$heaptop" snapshot --format csv "$@" >"$tmp/csv" && python3 -c 'import csv, json, sys
print(json.dumps(list(csv.DictReader(open(sys.argv[1], newline=""), strict=True))))' "$tmp/csv"
}

rows -p "$target,$hostile" >"$tmp/rows"
is "a line a process" "$(jq length "$tmp/rows")" 2
is "as many cells as headings in each" "$(jq -c '[.[] | has("null") or any(.[]; . == null)] | unique' "$tmp/rows")" "[false]"
is "every long name is a heading, and no other but the words" \
	"$(head -n 1 "$tmp/csv" | tr , '\n' | sort | sha1sum)" \
	"$( (printf '%s\n' time pid user name command state source
		"$heaptop" snapshot -p "$target" --format json | jq -r '.processes[0] | .heap * . | to_entries[] |
			select(.value | type != "object" and type != "array") | .key' |
			grep -vE '^(start_time_ticks|heap_.*|pid|user|name|command|state|source|exited_threads)$') |
		sort | sha1sum)"
ok "figures are plain numbers" jq -e --arg pid "$target" '.[] | select(.pid == $pid) |
	(.live_bytes | tonumber) > 0 and (.allocated_bytes_per_second | tonumber) > 0' "$tmp/rows"
is "unknown is nothing" "$(jq -r --arg pid "$hostile" '.[] | select(.pid == $pid) | .live_bytes' "$tmp/rows")" ""
is "a formula is a word" "$(jq -r --arg pid "$hostile" '.[] | select(.pid == $pid) | .command[0:6]' "$tmp/rows")" "'=cmd|"
ok "no control character" sh -c "! LC_ALL=C grep -q '[[:cntrl:]]' '$tmp/csv'"
is "the headings come once in a series" \
	"$("$heaptop" snapshot --format csv --fields time,pid,live -p "$target" -n 3 -d 100ms | grep -c time)" 1
is "a line a sample" "$(rows --fields time,pid -p "$target" -n 3 -d 100ms | jq 'map(.time) | unique | length')" 3

# --fields
is "fields in the order they were picked, in the table" \
	"$("$heaptop" snapshot --fields name,res,pid,live -p "$target" --detail none | head -n 1 | xargs)" "NAME RES PID HEAP"
is "in json, besides what tells the process" "$("$heaptop" snapshot --fields res,live --detail none \
	-p "$target" --format json | jq -c '.processes[0] | keys, (.heap | keys)' | xargs)" \
	"[dropped,heap,heap_age_ns,heap_quality,heap_reason,pid,resident_bytes,start_time_ticks] [live_bytes]"
is "no heap where none of it was picked" \
	"$("$heaptop" snapshot --fields res --detail none -p "$target" --format json | jq '.processes[0] | has("heap")')" false
status_is "an unknown field" 2 "$heaptop" snapshot --fields pid,liev
like "the one that was meant" "$(cat "$tmp/err")" "did you mean 'live'"
status_is "csv has no lists" 2 "$heaptop" snapshot --format csv --detail threads

# Proportional sizes are read only where something asks for them.
for asks in "--fields pid,pss" "--fields pid --sort pss" "--filter pss>0" "--format json" "--format csv"; do
	# shellcheck disable=SC2086 # words
	ok "proportional sizes are read: $asks" sh -c "strace -f -o '$tmp/trace' -e trace=openat '$heaptop' snapshot \
		-p $target --detail none ${asks/pss>0/\'pss>0\'} >/dev/null && grep -q smaps '$tmp/trace'"
done
ok "and not for a table without them" sh -c "strace -f -o '$tmp/trace' -e trace=openat '$heaptop' snapshot \
	>/dev/null && ! grep -q smaps '$tmp/trace'"
isnt "the figure is there" "$("$heaptop" snapshot --fields pss -p "$target" --detail none | sed -n 2p | xargs)" -

# --filter
only() { "$heaptop" snapshot --format json --filter "$1" | jq -c '[.processes[].pid]'; }
is "what a filter is true for" "$(only "pid = $target and live > 1")" "[$target]"
is "unknown is not true" "$(only "pid = $hostile and live >= 0")" "[]"
is "nor is its opposite" "$(only "pid = $hostile and not live >= 0")" "[]"
is "by user and by command" "$(only "name = sleep and user = $(id -un) and command ~ calc")" "[$hostile]"
status_is "a filter that can't be read" 2 "$heaptop" snapshot --filter 'live >'
status_is "growth in a filter" 2 "$heaptop" snapshot --filter 'growth(live) > 1'
status_is "heaptop -b filters too" 0 "$heaptop" -b --filter "pid = $target"
is "and shows what is left" "$(sed 1d "$tmp/out" | awk '{ print $1 }')" "$target"

# -o
status_is "to a file" 0 "$heaptop" snapshot --format json -p "$target" -o "$tmp/file"
is "nothing to standard output" "$(cat "$tmp/out")" ""
ok "all of it is there" jq -e .processes "$tmp/file"
status_is "a series to a file" 0 "$heaptop" snapshot --format ndjson -p "$target" -n 3 -d 100ms -o "$tmp/file"
is "one a line" "$(wc -l <"$tmp/file")" 3
echo kept >"$tmp/file"
status_is "no such process" 3 "$heaptop" snapshot -p 2147483646 -o "$tmp/file"
is "leaves the file as it was" "$(cat "$tmp/file")" kept
if [ -w /dev/full ]; then
	status_is "a full disk" 1 "$heaptop" snapshot -o /dev/full
	like "is named" "$(cat "$tmp/err")" "/dev/full: No space left"
else
	skip "a full disk" "no /dev/full"
	skip "is named" "no /dev/full"
fi
