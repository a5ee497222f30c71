# SPDX-License-Identifier: MIT
# Reader and successor beside a writer that is stopped after each instruction, and the same with
# each of the protocol's faults planted, which must be noticed.
. "${HT_TOP_SRCDIR:?}/tests/lib.sh"

src=$HT_TOP_SRCDIR
lib=$HT_TOP_BUILDDIR/src
program=$tmp/stepped_writer

# build [FLAG-OR-SOURCE...]: what comes first goes before the real thing.
build() {
	# shellcheck disable=SC2086 # lists of words
	$HT_CC $HT_SANITIZE_CFLAGS -std=gnu11 -O1 -w -D_GNU_SOURCE -I"$tmp/patched" \
		-I"$HT_TOP_BUILDDIR" -I"$src/include" -I"$src/src" -o "$program" "$@" \
		"$src/tests/protocol/stepped_writer.c" "$src/tests/unit/decode/segment_builder.c" \
		"$src"/src/publish/{slots,events,segment,place}.c \
		"$lib/decode/libdecode.a" "$lib/model/libmodel.a" "$lib/base/libbase.a" -lm
}

# caught NAME [BUILD-ARGUMENT...]: the program notices, or is still at it after $limit seconds.
caught() {
	local name=$1 status=0
	shift
	if ! build "$@" 2>"$tmp/log"; then
		not_ok "$name" "$(cat "$tmp/log")"
		return
	fi
	timeout -k 5 "${limit:-30}" "$program" >"$tmp/log" 2>&1 || status=$?
	if [ "$status" -ne 0 ] && [ "$status" -ne 77 ]; then
		pass "$name"
		diag "$(cat "$tmp/log")"
	else
		not_ok "$name" "status $status" "$(cat "$tmp/log")"
	fi
}

# patched FILE SED-EXPRESSION: a copy of src/FILE below $tmp/patched, which must differ.
patched() {
	mkdir -p "$tmp/patched/${1%/*}"
	sed -E "$2" "$src/src/$1" >"$tmp/patched/$1"
	! cmp -s "$src/src/$1" "$tmp/patched/$1"
}

[[ $HT_SANITIZE_CFLAGS != *thread* ]] || skip_all "ThreadSanitizer does not survive the fork"
build 2>"$tmp/log" || { not_ok "it can be built" "$(cat "$tmp/log")"; exit 1; }
status=0
"$program" >"$tmp/log" 2>&1 || status=$?
[ "$status" -ne 77 ] || skip_all "ptrace is not permitted here"
is "nothing mixed is believed, every successor goes on" "$status $(grep -v changes "$tmp/log")" "0 "
diag "$(cat "$tmp/log")"

caught "no odd mark is noticed" -DHEAPTOP_FAULT_NO_ODD_MARK
caught "a successor that trusts odd is noticed" -DHEAPTOP_FAULT_TRUST_ODD
ok "a reader without the second copy is made" patched decode/segment_threads.c \
	's/memcpy\(out->bytes, second,/memcpy(out->bytes, first,/; s/return memcmp\(first \+ GROUP_BEGIN.*/return 1 \&\&/'
caught "no second copy is noticed" "$tmp/patched/decode/segment_threads.c"
ok "a writer that waits is made" patched publish/sequence.h \
	's/if \(seen & 1u\)/while (seen \& 1u) seen = __atomic_load_n(sequence, __ATOMIC_RELAXED); if (0)/'
limit=5 caught "a wait without bound is noticed"
