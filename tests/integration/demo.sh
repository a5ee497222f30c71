# SPDX-License-Identifier: MIT
# `heaptop demo` without a terminal, the pool's switches, and the examples.
. "${HT_TOP_SRCDIR:?}/tests/lib.sh"
need jq

examples=$HT_TOP_BUILDDIR/examples

status_is "without a terminal it prints a snapshot and ends" 0 "$heaptop" demo --workers 3 </dev/null
is "of the pool, which has a heap" "$(awk 'NR == 2 { print $10 }' "$tmp/out")" segment
is "with its workers" "$(grep -c ' worker-[123]$' "$tmp/out")" 3
is "and nothing else" "$(cat "$tmp/err")" ""
demo_pid=$(awk 'NR == 2 { print $1 }' "$tmp/out")
ok "the pool has ended" sh -c "! kill -0 $demo_pid 2>/dev/null"
is "and left no segment" "$(ls "$HEAPTOP_DIR")" ""
status_is "all switches work together" 0 "$heaptop" demo --leak --churn --bloat --imbalance --seconds 30 --workers 2
status_is "no workers at all is wrong" 2 "$heaptop" demo --workers 0
status_is "an unknown switch is wrong" 2 "$heaptop" demo --lek
like "the near one is named" "$(cat "$tmp/err")" "did you mean '--leak'"
status_is "the pool itself refuses what it doesn't know" 2 "$examples/heaptop-demo-pool" --lek
status_is "the pool ends by itself" 0 "$examples/heaptop-demo-pool" --seconds 1

# When the demo is killed its pool ends as well.
spawn bash -c "'$heaptop' demo >/dev/null 2>&1 & echo \$! >'$tmp/pid'; wait"
ok "a pool runs" wait_until "[ -s '$tmp/pid' ] && tr -d ' ' </proc/\$(cat '$tmp/pid')/task/\$(cat '$tmp/pid')/children >'$tmp/child' &&
	[ -s '$tmp/child' ] || ! kill -0 \$(cat '$tmp/pid')"
kill -KILL "$(cat "$tmp/pid")" 2>/dev/null
ok "and ends with the demo" wait_until "! kill -0 \$(cat '$tmp/child')"

# memory of two snapshots apart in time: NAME KEY.
leaks() {
	"$heaptop" snapshot -p "$pid" --format json | jq '.processes[0].heap.live_bytes'
}
spawn "$heaptop" run "$examples/heaptop-demo-pool" --leak --workers 2 >/dev/null
ok "a leak grows without end" wait_until '[ "$(leaks)" -gt $((16 << 20)) ]'
stop "$pid"
spawn "$heaptop" run "$examples/heaptop-demo-pool" --imbalance --workers 4 >/dev/null
ok "imbalance shows in the threads" wait_until "'$heaptop' snapshot -p $pid --format json |
	jq -e '.processes[0] | ([.threads[] | select(.name == \"worker-1\") | .allocated_bytes_total][0]) >
	3 * ([.threads[] | select(.name == \"worker-2\") | .allocated_bytes_total][0])'"
stop "$pid"
spawn "$heaptop" run "$examples/heaptop-demo-pool" --bloat --workers 1 >/dev/null
ok "bloat is trimmed at last" wait_until "'$heaptop' snapshot -p $pid --detail events --format json |
	jq -e '[.processes[0].events[] | select(.kind == \"trim\")] | length > 0'" 60
stop "$pid"

# The programs to look at, with and without heaptop.
status_is "memstats runs alone" 0 "$examples/memstats"
is "and knows nothing" "$(grep -c '^Alloc = unknown$' "$tmp/out")" 3
status_is "memstats runs under heaptop" 0 "$heaptop" run "$examples/memstats"
is "and knows its heap" "$(grep '^Alloc = ' "$tmp/out" | tr '\n' ',')" "Alloc = 0 MiB,Alloc = 16 MiB,Alloc = 0 MiB,"
status_is "ten workers run alone" 0 "$examples/ten-workers"
status_is "ten workers run under heaptop" 0 "$heaptop" run --summary "$examples/ten-workers"
like "and allocated 100 MiB" "$(cat "$tmp/out")" "In use = 0 MiB, allocated = 100 MiB"
like "as the summary says" "$(cat "$tmp/err")" "threads: +11"
status_is "the program to be profiled ends with its input" 0 "$heaptop" run "$examples/profile-me" </dev/null
like "having worked" "$(cat "$tmp/out")" "pid [0-9]+"
