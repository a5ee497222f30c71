# SPDX-License-Identifier: MIT
# Our hooks change nothing that a program can see of its allocator: each check holds, and what the
# checks observed is the same, with and without them.
. "${HT_TOP_SRCDIR:?}/tests/lib.sh"
check=$HT_TOP_BUILDDIR/tests/conformance/allocator_check

# under LIBRARY [VARIABLE=VALUE]: what the checks print.
under() {
	env "${@:2}" LD_PRELOAD="$1" "$check" 2>"$tmp/err"
}

bare=$(under '')
ok "the bare allocator passes" test $? -eq 0

# Each check's process is published at once, as what `heaptop run` starts is, or late, as its
# children are.
hooked=$(under "$preload")
ok "our hooks pass, published at once" test $? -eq 0
is "everything observed is the same" "$(diff <(echo "$bare") <(echo "$hooked"))" ""
is "the dynamic linker had nothing to say" "$(cat "$tmp/err")" ""
hooked=$(under "$preload" HT_CHECK_LAZY=1)
ok "our hooks pass, published late" test $? -eq 0
is "everything observed is the same" "$(diff <(echo "$bare") <(echo "$hooked"))" ""
is "few segments are left" \
	"$(find "$HEAPTOP_DIR" -type f | wc -l | awk '{ print ($1 <= 16) }')" 1

# Over another allocator: what that does differently stays so.
other=$(find /usr/lib /lib -name 'libjemalloc.so.2' 2>/dev/null | head -n 1)
if [ -n "$other" ]; then
	over() {
		for check_name in blocks_do_not_overlap calloc_zeroes usable_size realloc_random_walk \
			posix_memalign_alignment threads_mix threads_many key_destructors fork_storm; do
			LD_PRELOAD=$1 "$check" "$check_name" 2>&1 || echo "$check_name: status $?"
		done
	}
	is "over jemalloc the same as jemalloc alone" "$(over "$preload:$other")" "$(over "$other")"
else
	skip "over jemalloc the same as jemalloc alone" "libjemalloc.so.2 is not installed"
fi
