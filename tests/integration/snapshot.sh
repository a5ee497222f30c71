# SPDX-License-Identifier: MIT
# `heaptop snapshot`: formats, choice, order, series, and how it ends.
. "${HT_TOP_SRCDIR:?}/tests/lib.sh"
need jq python3

pool=$HT_TOP_BUILDDIR/examples/heaptop-demo-pool
spawn "$heaptop" run "$pool" --workers 3 >/dev/null
target=$pid
ok "the pool is published" wait_until "'$heaptop' snapshot -p $target --format json |
	jq -e '[.processes[0].threads[] | select(.allocated_bytes_total > 0)] | length == 4'"

# json
"$heaptop" snapshot -p "$target" --format json --detail threads,size_classes,events >"$tmp/json"
ok "json is valid" python3 -c 'import json, sys; json.load(open(sys.argv[1]), parse_constant=int)' "$tmp/json"
is "indented when there is one" "$(head -n 1 "$tmp/json")" "{"
is "its schema" "$(jq -r .schema "$tmp/json")" heaptop/1
ok "its time is RFC 3339" jq -e '.time | test("^20[0-9-]{8}T[0-9:]{8}[.][0-9]{3}Z$")' "$tmp/json"
ok "the first interval is short and real" jq -e '.interval_ns >= 200000000' "$tmp/json"
ok "live is inherited and allocated less freed" jq -e '.processes[0].heap |
	.live_bytes == .inherited_live_bytes + .allocated_bytes_total - .freed_bytes_total and
	.live_blocks == .inherited_live_blocks + .allocated_blocks_total - .freed_blocks_total' "$tmp/json"
for key in allocated_bytes_total allocated_blocks_total freed_bytes_total freed_blocks_total; do
	ok "threads and exited threads sum up to $key" jq -e ".processes[0] |
		([.threads[].$key] | add) + .exited_threads.$key == .heap.$key" "$tmp/json"
done
ok "size classes sum up to the blocks" jq -e '.processes[0] |
	([.size_classes[].allocated_blocks_total] | add) == .heap.allocated_blocks_total' "$tmp/json"
ok "rates are real" jq -e '.processes[0].heap.allocated_bytes_per_second > 0' "$tmp/json"
ok "every task is a thread" jq -e '.processes[0] | (.threads | length) == .thread_count' "$tmp/json"
ok "threads have their names" jq -e '[.processes[0].threads[].name] | index("worker-3")' "$tmp/json"
ok "there are events" jq -e '[.processes[0].events[].kind] | index("thread_start")' "$tmp/json"
ok "no estimate without samples" jq -e \
	'[.processes[0].threads[].live_bytes_estimate] | unique == [null]' "$tmp/json"
ok "all totals are integers" sh -c "! grep -E '(_total|_bytes|_ns)\": [0-9]+[.]' '$tmp/json'"

# Lists come where they were asked for.
has() { "$heaptop" snapshot "$@" --format json | jq -c '[.processes[] | has("threads"), has("size_classes"), has("events")] | unique'; }
is "no lists for all processes" "$(has)" "[false]"
is "threads with -p" "$("$heaptop" snapshot -p "$target" --format json |
	jq -c '.processes[0] | [has("threads"), has("exited_threads"), has("size_classes"), has("events")]')" \
	"[true,true,false,false]"
is "none when told so" "$(has -p "$target" --detail none)" "[false]"

# A process that is not instrumented.
spawn sleep 60
plain=$pid
status_is "an uninstrumented process is no error" 0 "$heaptop" snapshot -p "$plain" --format json
is "its heap is null" "$(jq '.processes[0].heap' "$tmp/out")" null
like "with a reason" "$(jq -r '.processes[0].heap_reason' "$tmp/out")" "not instrumented"
is "its source is none" "$(jq -r '.processes[0].source' "$tmp/out")" none
is "its threads' totals are unknown" "$(jq -c '[.processes[0].threads[].allocated_bytes_total]' "$tmp/out")" "[null]"
ok "its memory is known" jq -e '.processes[0].resident_bytes > 0' "$tmp/out"

# Choice and order.
is "two of them" "$("$heaptop" snapshot -p "$plain,$target" --format json | jq '.processes | length')" 2
is "by live heap, unknown last" "$("$heaptop" snapshot -p "$plain,$target" --format json |
	jq -c '[.processes[].pid]')" "[$target,$plain]"
is "reversed, unknown last" "$("$heaptop" snapshot -p "$plain,$target" --sort -live --format json |
	jq -c '[.processes[].pid]')" "[$target,$plain]"
low=$((plain < target ? plain : target)) high=$((plain < target ? target : plain))
is "by pid" "$("$heaptop" snapshot -p "$plain,$target" --sort pid --format json |
	jq -c '[.processes[].pid]')" "[$low,$high]"
is "by pid reversed" "$("$heaptop" snapshot -p "$plain,$target" --sort=-pid --format json |
	jq -c '[.processes[].pid]')" "[$high,$low]"
is "by name" "$("$heaptop" snapshot -p heaptop-demo-pool --format json |
	jq "[.processes[].pid] | index($target) != null")" true
is "by user" "$("$heaptop" snapshot -u "$(id -un)" -p "$plain" --format json | jq -r '.processes[0].user')" "$(id -un)"
status_is "another user's is not among them" 3 "$heaptop" snapshot -u 4000000000 -p "$plain"
is "by the user's number" "$("$heaptop" snapshot -u "$(id -u)" -p "$plain" --format json | jq '.processes | length')" 1
is "options may stand before the command" "$("$heaptop" --format json -p "$plain" snapshot | jq '.processes | length')" 1

# table
"$heaptop" snapshot -p "$target" >"$tmp/table"
like "the table has titles" "$(head -n 1 "$tmp/table")" "^ *PID USER +RES +HEAP +PEAK +[+]RATE/s +BLOCKS +THR +CPU% SRC +COMMAND$"
is "and the process below" "$(awk 'NR == 2 { print $1, $10 }' "$tmp/table")" "$target segment"
is "unknown is a dash" "$("$heaptop" snapshot -p "$plain" | awk 'NR == 2 { print $4, $5, $6, $7, $10 }')" "- - - - -"
is "threads stand below" "$(grep -c 'worker-[123]$' "$tmp/table")" 3
is "without a terminal heaptop prints the same" "$("$heaptop" | head -n 1 | tr -s ' ')" \
	"$("$heaptop" snapshot | head -n 1 | tr -s ' ')"
is "as -b does" "$("$heaptop" -b -p "$target" | awk 'NR == 2 { print $1 }')" "$target"

# Series.
"$heaptop" snapshot -p "$target" -n 3 -d 50ms --format json >"$tmp/series"
is "three samples are three lines" "$(wc -l <"$tmp/series")" 3
ok "of json each" jq -e .schema "$tmp/series"
ok "and time goes on" jq -se '[.[].monotonic_ns] | . == sort and (unique | length) == 3' "$tmp/series"
is "a series of tables has their times" "$("$heaptop" snapshot -p "$target" -n 2 -d 20ms | grep -c '^# 20')" 2
# (A shell's background processes ignore SIGINT, and what is ignored stays so.)
spawn env --default-signal=INT "$heaptop" snapshot -p "$target" -n 0 -d 20ms --format ndjson >"$tmp/endless"
ok "an endless series goes on, flushed" wait_until "[ \$(wc -l <'$tmp/endless') -ge 3 ]"
kill -INT "$pid"
status_is "an interrupt ends it" 0 wait "$pid"
ok "between samples" sh -c "jq -e .schema '$tmp/endless' >/dev/null && tail -c 1 '$tmp/endless' | grep -q '^$'"

# How it ends.
bash -c "'$heaptop' snapshot -n 0 -d 10ms --format ndjson 2>'$tmp/err' | head -n 1 >/dev/null; exit \${PIPESTATUS[0]}"
is "a closed pipe ends it with 0" "$?" 0
is "quietly" "$(cat "$tmp/err")" ""
for format in table json ndjson csv prometheus memstats; do
	bash -c "'$heaptop' snapshot -p $target -n 0 -d 10ms --format $format 2>'$tmp/err' | head -n 1 >/dev/null
		exit \${PIPESTATUS[0]}"
	is "a closed pipe ends $format with 0" "$? $(cat "$tmp/err")" "0 "
	spawn env --default-signal=INT "$heaptop" snapshot -p "$target" -n 0 -d 20ms --format "$format" >"$tmp/endless"
	ok "$format goes on" wait_until "[ \$(wc -c <'$tmp/endless') -ge 1000 ]"
	kill -INT "$pid"
	status_is "an interrupt ends it" 0 wait "$pid"
	is "at the end of a line: $format" "$(tail -c 1 "$tmp/endless" | od -An -tx1)" " 0a"
done
for arguments in "snapshot" "snapshot --format json" "snapshot --format csv" "snapshot --format prometheus" \
	"snapshot --format memstats -p $target" "--help" "--version"; do
	# shellcheck disable=SC2086
	bash -c "'$heaptop' $arguments >/dev/full 2>'$tmp/err'"
	is "a full disk is an error: $arguments" "$?" 1
	like "with a sentence: $arguments" "$(cat "$tmp/err")" "^heaptop: cannot write to standard output"
done
bash -c "'$heaptop' snapshot >&- 2>'$tmp/err'"
is "no standard output is an error" "$?" 1

stop "$plain"
status_is "no such process is 3" 3 "$heaptop" snapshot -p "$plain"
like "and it is named" "$(cat "$tmp/err")" "^heaptop: .*process $plain"
status_is "no such name is 3" 3 "$heaptop" snapshot -p heaptop-no-such
status_is "a pid beyond all is 3" 3 "$heaptop" snapshot -p 99999999999999999999
status_is "one of two missing: 3" 3 "$heaptop" snapshot -p "$plain,$target" --format json
is "and the other is printed" "$(jq '.processes[0].pid' "$tmp/out")" "$target"

# usage COMMAND LINE REGEX
usage() {
	# shellcheck disable=SC2086
	status_is "usage: $1" 2 "$heaptop" $1
	like "said of: $1" "$(cat "$tmp/err")" "$2"
	is "nothing printed: $1" "$(cat "$tmp/out")" ""
}
usage "snapsho" "unknown command 'snapsho': did you mean 'snapshot'"
usage "frobnicate" "unknown command 'frobnicate' .-p looks at a process"
usage "snapshot --formt json" "did you mean '--format'"
usage "snapshot --format jsn" "did you mean 'json'"
usage "snapshot --format xml" "unknown format 'xml'"
usage "snapshot --sort liv" "did you mean 'live'"
usage "snapshot --sort nonsense" "unknown sort name"
usage "snapshot --detail thread" "did you mean 'threads'"
usage "snapshot -n x" "'x' is no count"
usage "snapshot -n -1" "'-1' is no count"
usage "snapshot -d 0" "'0' is no delay"
usage "snapshot -d soon" "'soon' is no delay"
usage "snapshot -u no-such-user-here" "no user"
usage "snapshot -p ," "neither a pid nor"
usage "snapshot -p -1" "neither a pid nor"
usage "snapshot --pid=" "neither a pid nor"
usage "snapshot -p" "needs an argument"
usage "snapshot --dead=1" "takes no argument"
usage "snapshot -x" "unknown option '-x'"
usage "snapshot more" "unexpected argument 'more'"
usage "snapshot --summary" "--summary is no option of 'heaptop snapshot'"
usage "--leak" "--leak is no option"

# The dead.
cp /bin/sleep "$tmp/killed-sleep"
spawn "$heaptop" run "$tmp/killed-sleep" 60
ok "it lives" wait_until "'$heaptop' snapshot -p $pid --format json | jq -e '.processes[0].heap != null'"
stop "$pid" KILL
is "the dead are not shown" "$("$heaptop" snapshot --format json | jq "[.processes[] | select(.pid == $pid)] | length")" 0
"$heaptop" snapshot --dead -p "$pid" --format json >"$tmp/json"
is "unless asked for" "$(jq -r '.processes[0] | .name + " " + .heap_quality + " " + .state' "$tmp/json")" "killed-sleep dead X"
ok "with their last figures" jq -e '.processes[0].heap.live_bytes >= 0' "$tmp/json"
is "in a table too" "$("$heaptop" snapshot --dead -p "$pid" --detail none | awk 'NR == 2 { print $1, $10 }')" "$pid dead"

# Dead, with a parent that doesn't wait for it.
spawn bash -c '"$0" run "$1" 60 & echo $! >"$2"; exec sleep 600' "$heaptop" "$tmp/killed-sleep" "$tmp/zombie"
parent=$pid
wait_until "[ -s '$tmp/zombie' ]"
zombie=$(cat "$tmp/zombie")
ok "another lives" wait_until "'$heaptop' snapshot -p $zombie --format json | jq -e '.processes[0].heap != null'"
kill -KILL "$zombie"
ok "and is left" wait_until "'$heaptop' snapshot -p $zombie --format json | jq -e '.processes[0].state == \"Z\"'"
is "it says what shows its figures" "$("$heaptop" snapshot -p "$zombie" --format json |
	jq -c '.processes[0] | [.heap, .heap_reason, .source]')" '[null,"ended: --dead shows its last figures","none"]'
figures='[.processes[] | [.pid, .state, .heap_quality, .heap.live_bytes >= 0, .heap.allocated_bytes_per_second,
	.cpu_percent]]'
shown="[[$zombie,\"Z\",\"dead\",true,null,null]]"
is "which are in its one row" "$("$heaptop" snapshot --dead -p "$zombie" --format json | jq -c "$figures")" "$shown"
is "in a table, too" "$("$heaptop" snapshot --dead -p "$zombie" --detail none | awk 'NR > 1 { print $1, $10 }')" \
	"$zombie dead"
"$heaptop" record --dead -p "$zombie" -o "$tmp/zombie.htrec" -n 1 -d 50ms
is "and in a recording's" "$("$heaptop" snapshot --replay "$tmp/zombie.htrec" --format json | jq -c "$figures")" "$shown"
stop "$parent"
stop "$target"
