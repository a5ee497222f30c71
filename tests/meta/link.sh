# SPDX-License-Identifier: MIT
# Nobody calls upwards: for each floor a program with an empty main links the whole archive of
# that floor and of those below it.  A call of something above, hidden from the include check
# behind a private prototype, is left undefined.
. "${HT_TOP_SRCDIR:?}/tests/lib.sh"

# The archive of a floor.  A folder that is only a program or a shared library has none.
archive_of() {
	local each
	for each in "$HT_TOP_BUILDDIR/src/$1/lib$1.a" "$HT_TOP_BUILDDIR/.libs/libheaptop-$1.a"; do
		[ ! -f "$each" ] || echo "$each"
	done
}

# What a floor may link besides: only tui knows curses, only sources (and who rests on it) libproc2;
# recordings are compressed.
libraries_of() {
	[[ " $1 " != *" tui "* ]] || echo "$HT_NCURSES_LIBS"
	[[ " $1 " != *" sources "* ]] || echo "$HT_LIBPROC2_LIBS"
	[[ ! " $1 " =~ \ (decode|export)\  ]] || echo "$HT_ZLIB_LIBS"
	echo "-lm -ldl -lpthread"
}

# links ARCHIVE-LIST FLOORS: whether the empty program links.
links() {
	# shellcheck disable=SC2086,SC2046 # lists of words
	$HT_CC $HT_SANITIZE_CFLAGS -o "$tmp/empty" "$tmp/empty.c" \
		-Wl,--whole-archive $1 -Wl,--no-whole-archive $(libraries_of "$2")
}

declare -A below
echo 'int main(void) { return 0; }' >"$tmp/empty.c"
while IFS=: read -r name direct; do
	case $name in '' | '#'*) continue ;; esac
	below[$name]=$name
	for each in $direct; do
		below[$name]+=" ${below[$each]}"
	done
	archives=
	# shellcheck disable=SC2086 # a list of words
	for each in $(printf '%s\n' ${below[$name]} | sort -u); do
		archives+=" $(archive_of "$each")"
	done
	[ -n "$(archive_of "$name")" ] || continue
	ok "$name links with nothing above it" links "$archives" "${below[$name]}"
done <"$HT_TOP_SRCDIR/src/FLOORS"

# The floor above publish is a shared library, linked with publish alone.
# shellcheck disable=SC2086 # a list of words
ok "preload links with nothing but publish" \
	$HT_CC -o "$tmp/empty" "$tmp/empty.c" -Wl,--no-allow-shlib-undefined "$preload"

# The same with a mistake planted.
cat >"$tmp/upward.c" <<'END'
int ht_frame_upward(void);
int ht_upward(void);
int ht_upward(void) { return ht_frame_upward(); }
END
# shellcheck disable=SC2086 # a list of words
ok "a floor with an upward call compiles" \
	$HT_CC -c -o "$tmp/upward.o" "$tmp/upward.c"
ar cr "$tmp/libupward.a" "$tmp/upward.o"
like "but does not link" "$(links "$tmp/libupward.a" base 2>&1)" 'undefined reference.*ht_frame_upward'
