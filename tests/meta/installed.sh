# SPDX-License-Identifier: MIT
# The installed program finds its library and needs no environment variable.  Run by
# "make installcheck", which names the program in HT_HEAPTOP; exits 1 if anything failed.
. "${HT_TOP_SRCDIR:?}/tests/lib.sh"

unset HEAPTOP_DIR

# The program with nothing but a path to find other programs with.
bare() {
	env -i PATH=/usr/bin:/bin "$heaptop" "$@"
}

plan 3
status_is "run finds the library" 0 bare run --summary -- /bin/true
like "and counts" "$(cat "$tmp/err")" 'allocated'
status_is "snapshot prints a picture" 0 bare snapshot
[ "$ht_failed" -eq 0 ] || exit 2
