# SPDX-License-Identifier: MIT
# The recording's decoder under its corpus: the seeds that recording_corpus makes, and what once broke it.
. "${HT_TOP_SRCDIR:?}/tests/fuzz/lib.sh"

plan 3
ok "the seeds are made" "$bin/recording_corpus" "$corpus" "$HT_TOP_SRCDIR"/tests/data/*.htrec
fuzz recording 32768
