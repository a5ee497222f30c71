# SPDX-License-Identifier: MIT
# C++'s new and delete work under our hooks as without.
. "${HT_TOP_SRCDIR:?}/tests/lib.sh"
need g++
g++ -std=c++17 -O1 -Wall -fno-builtin -Wno-alloc-size-larger-than -pthread -o "$tmp/new_delete" \
	"$HT_TOP_SRCDIR/tests/conformance/new_delete.cc" || exit 99

plan 2
bare=$("$tmp/new_delete")
ok "the bare allocator passes" test $? -eq 0
is "our hooks give the same" "$(LD_PRELOAD=$preload "$tmp/new_delete" 2>&1)" "$bare"
