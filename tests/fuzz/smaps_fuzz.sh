# SPDX-License-Identifier: MIT
# The decoder of /proc/PID/smaps under its corpus: what a real process with threads has, and odd
# texts (tests/fuzz/corpus/smaps).  Then a short campaign of libFuzzer's.
. "${HT_TOP_SRCDIR:?}/tests/fuzz/lib.sh"

plan 2
fuzz smaps 16384
