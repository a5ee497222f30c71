# SPDX-License-Identifier: MIT
# The segment decoder under its corpus: the seeds that segment_corpus makes, and what once broke it.
. "${HT_TOP_SRCDIR:?}/tests/fuzz/lib.sh"

plan 3
ok "the seeds are made" "$bin/segment_corpus" "$corpus"
fuzz segment 32768
