# SPDX-License-Identifier: MIT
# The allocator checks find each of eleven faults planted on purpose, and none where there is none.
. "${HT_TOP_SRCDIR:?}/tests/lib.sh"
compiler=${CC:-cc}
command -v "${compiler%% *}" >/dev/null || skip_all "no C compiler"
check=$HT_TOP_BUILDDIR/tests/conformance/allocator_check

# Name of the check that has to fail, by the fault's number.
finds=([0]=none [1]=calloc_zeroes [2]=realloc_zero [3]=errno_kept_by_free [4]=usable_size
	[5]=memalign_alignment [6]=posix_memalign_invalid [7]=oversize_refused [8]=oversize_refused
	[9]=realloc_failure [10]=calloc_overflow [11]=fork_storm)

# build FAULT: makes $tmp/FAULT.so.
build() {
	# shellcheck disable=SC2086 # a compiler may have arguments
	$compiler -std=gnu11 -O1 -fno-builtin -fPIC -shared -pthread -DFAULT="$1" -o "$tmp/$1.so" \
		"$HT_TOP_SRCDIR/tests/conformance/faulty.c"
}

plan 12
for fault in "${!finds[@]}"; do
	build "$fault" || exit 99
	if [ "$fault" -eq 0 ]; then
		ok "without a fault all hold" env LD_PRELOAD="$tmp/0.so" "$check"
		continue
	fi
	LD_PRELOAD=$tmp/$fault.so "$check" "${finds[fault]}" >"$tmp/out" 2>&1
	isnt "fault $fault is found by ${finds[fault]}" $? 0
done
