# SPDX-License-Identifier: MIT
# The figures that a person reads are what the program did, to the byte and block, through `snapshot`
# while it lives and through `run --summary` when it has ended.
. "${HT_TOP_SRCDIR:?}/tests/lib.sh"
need jq
known=$HT_TOP_BUILDDIR/tests/conformance/known_counts
oracle=$HT_TOP_BUILDDIR/tests/conformance/.libs/oracle.so

# work MODE OPTION...: starts known_counts under `run`, waits until it says what it did, and leaves
# that in $truth; it waits for its input to end, which is descriptor 9 here.
work() {
	local mode=$1
	shift
	rm -f "$tmp/input" "$tmp/truth"
	mkfifo "$tmp/input"
	LD_PRELOAD=$oracle "$heaptop" run "$@" -- "$known" "$mode" \
		<"$tmp/input" >"$tmp/truth" 2>"$tmp/messages" &
	runner=$!
	exec 9>"$tmp/input"
	wait_until '[ -s "$tmp/truth" ]' 60
	truth=$(jq -S -c 'del(.pid)' "$tmp/truth")
	known_pid=$(jq .pid "$tmp/truth")
}

finish() {
	exec 9>&-
	wait "$runner"
}

# of FILTER: jq on the one process of the picture.
of() {
	jq -S -c ".processes[0] | $1" "$tmp/picture"
}

# shown MODE COUNT_OF_THREADS: the checks for one way of working.
shown() {
	work "$1"
	"$heaptop" snapshot -p "$known_pid" --format json --detail threads,size_classes,events \
		>"$tmp/picture" 2>"$tmp/err"
	is "$1: every figure is what the program did" "$(of ".heap |
		with_entries(select(.key | IN($(jq -r '[keys[] | tojson] | join(",")' <<<"$truth"))))")" \
		"$truth"
	for figure in allocated_bytes_total allocated_blocks_total freed_bytes_total freed_blocks_total; do
		is "$1: threads and exited threads add up to $figure" \
			"$(of "([.threads[].$figure] | add) + .exited_threads.$figure")" "$(of ".heap.$figure")"
	done
	is "$1: size classes add up to the blocks" \
		"$(of '[.size_classes[] | .allocated_blocks_total, -.freed_blocks_total] | add')" \
		"$(of '.heap | .allocated_blocks_total - .freed_blocks_total')"
	is "$1: threads" "$(of '.threads | length')" "$2"
	is "$1: nothing was dropped" "$(of '.dropped | [.threads, .events]')" "[0,0]"
	is "$1: the peak is within its error" "$(of '.heap |
		.peak_live_bytes + .peak_error_bytes >= .live_bytes and .peak_live_bytes > 0')" true
	finish
	is "$1: it ends in order" $? 0
}

shown single 1
shown threads 6
shown fork 1
shown release 1
work single
"$heaptop" snapshot -p "$known_pid" --format json --detail events >"$tmp/picture"
is "failed requests are events with the size asked for" \
	"$(of '[.events[] | select(.kind == "oom") | .requested_bytes] | length')" 3
finish

# number TEXT FILE: the first number behind TEXT.
number() {
	sed -n "s/.*$1 *\([0-9]*\).*/\1/p" "$2"
}
for mode in single threads; do
	work "$mode" --summary
	finish
	is "$mode: the summary says the same" \
		"$(for what in allocated: freed: 'still live:' failed:; do number "$what" "$tmp/messages"; done | xargs)" \
		"$(jq -r '[.allocated_bytes_total, .freed_bytes_total, .live_bytes, .failed_requests_total] | join(" ")' <<<"$truth")"
done
is "nothing is left" "$(find "$HEAPTOP_DIR" -type f | wc -l)" 0
