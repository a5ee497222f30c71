# SPDX-License-Identifier: MIT
# The settings file: whatever stands in it is read, and written back as it was.
. "${HT_TOP_SRCDIR:?}/tests/fuzz/lib.sh"

plan 2
fuzz settings 1024
