# SPDX-License-Identifier: MIT
# Many: 2,000 forks from among busy threads, 50,000 threads, 10,000 processes.
. "${HT_TOP_SRCDIR:?}/tests/lib.sh"
tools=$HT_TOP_BUILDDIR/tests/conformance

# at_once VARIABLE=VALUE... COMMAND...: published at once.
at_once() {
	# shellcheck disable=SC2016 # for the inner shell
	env "${@:1:2}" sh -c 'export HEAPTOP_TARGET=$$; exec "$@"' sh "${@:3}"
}

plan 6
ok "2,000 children forked from among four busy threads allocate" \
	at_once HT_CHECK_FORKS=2000 LD_PRELOAD="$preload" "$tools/allocator_check" fork_storm
ok "50,000 threads are counted to the byte, their slots used again" \
	at_once HT_CHECK_THREADS=50000 LD_PRELOAD="$preload:$tools/.libs/oracle.so" \
	"$tools/counts_check" oracle_thread_churn

# xargs starts them, two at a time; every fiftieth kills itself, which xargs reports as 123 or 125.
brief() {
	# shellcheck disable=SC2016 # for the inner shell
	seq "$1" | xargs -P 2 -n 200 sh -c 'for n; do "$0" brief "$n" || :; done' "$tools/host_program"
}
processes=10000
[ "$(stat -f -c %T "$HEAPTOP_DIR")" = tmpfs ] || processes=500
export LD_PRELOAD=$preload
brief "$processes" >"$tmp/out" 2>&1
unset LD_PRELOAD
is "nobody complained but of the killed" "$(grep -vc Killed "$tmp/out")" 0
is "one in fifty was killed" "$(grep -c Killed "$tmp/out")" $((processes / 50))
sh -c 'export HEAPTOP_TARGET=$$ LD_PRELOAD=$0; exec "$@"' "$preload" "$tools/host_program" brief 1
left=$(find "$HEAPTOP_DIR" -type f | wc -l)
is "at most sixteen dead are left of $processes processes" "$((left <= 16))" 1
isnt "the newest dead are kept" "$left" 0
