# SPDX-License-Identifier: MIT
# Filter expressions: whatever is typed is read or refused, and what was read can be asked.
. "${HT_TOP_SRCDIR:?}/tests/fuzz/lib.sh"

plan 2
fuzz filter 512
