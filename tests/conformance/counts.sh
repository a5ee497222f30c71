# SPDX-License-Identifier: MIT
# What the publisher counts is what the program did, to the byte and block: by the program's own
# tally, and by an allocator below the hooks that counts what reaches it.
. "${HT_TOP_SRCDIR:?}/tests/lib.sh"
check=$HT_TOP_BUILDDIR/tests/conformance/counts_check
oracle=$HT_TOP_BUILDDIR/tests/conformance/.libs/oracle.so

# results_of COMMAND...: its results as ours, with what it said of the failed.
results_of() {
	local line said=()
	while IFS= read -r line; do
		case $line in
		'ok '*) pass "${line#* - }" ;;
		'not ok '*) not_ok "${line#* - }" "${said[@]}" ;;
		'#'*) said+=("${line#\# }") && continue ;;
		esac
		said=()
	done < <("$@" 2>&1)
}

results_of env LD_PRELOAD="$preload" "$check"
results_of env LD_PRELOAD="$preload:$oracle" "$check" --oracle
# Many short ones: the moment at which it is published is over soon.
for _ in {1..20}; do
	env HT_CHECK_LAZY=1 LD_PRELOAD="$preload:$oracle" "$check" --late
done >"$tmp/late" 2>&1
is "a program published late is counted from its start, twenty times" \
	"$(grep -c '^ok' "$tmp/late"), $(grep -B 3 '^not ok' "$tmp/late")" "100, "
(ulimit -f 128 && LD_PRELOAD=$preload "$check" --limited) >"$tmp/limited" 2>&1
results_of cat "$tmp/limited"
