# SPDX-License-Identifier: MIT
# What a reader can rely on in every file: a licence line, a header that says what the file is,
# a bounded length, and clang-format's layout.
. "${HT_TOP_SRCDIR:?}/tests/lib.sh"

cd "$HT_TOP_SRCDIR" || exit 99

# All that is written in C, and all that is written by hand.
c_files() {
	find src include tests bench examples -name '*.[ch]' | sort
}

sources() {
	find src include tests bench examples man configure.ac Makefile.am quickstart .ci/run \
		-type f \( -name '*.[ch]' -o -name '*.def' -o -name '*.sh' -o -name '*.py' \
		-o -name '*.map' -o -name '*.pml' -o -name '*.[0-9]' -o -name '*.ac' \
		-o -name Makefile.am -o -name quickstart \
		-o -name run \) 2>/dev/null | sort
}

without_licence() {
	sources | while read -r file; do
		head -n 3 "$file" | grep -q 'SPDX-License-Identifier: MIT' || echo "$file"
	done
}

# The first comment after the licence line must have words in it.  A source whose header of the
# same name says it, and a test that mirrors a source, need not repeat it.
without_header() {
	c_files | grep -v '^tests/unit/.*_test\.c$' | while read -r file; do
		[ ! -f "${file%.c}.h" ] || [ "$file" = "${file%.c}" ] || continue
		sed -n 2,6p "$file" | grep -qE '^( \*|/\*|//) *[[:alnum:]`]' || echo "$file"
	done
}

# A file over 600 lines says in its header why: "Long because ...".
too_long() {
	c_files | while read -r file; do
		lines=$(wc -l <"$file")
		if [ "$lines" -gt 600 ] && ! head -n 20 "$file" | grep -q 'Long because'; then
			echo "$file: $lines lines"
		fi
	done
}

leftovers() {
	c_files | xargs grep -nE '\b(TODO|FIXME|XXX)\b'
}

plan 5
is "every file names its licence" "$(without_licence)" ""
is "every file says what it is" "$(without_header)" ""
is "no file is long without a reason" "$(too_long)" ""
is "nothing is left to do" "$(leftovers)" ""
formatter=$(command -v clang-format-14 || command -v clang-format)
case $("${formatter:-false}" --version 2>/dev/null) in
*'version 14.'*)
	is "the layout is clang-format's" \
		"$(c_files | xargs "$formatter" --dry-run 2>&1 | grep 'warning:')" ""
	;;
*)
	skip "the layout is clang-format's" "clang-format 14 is not installed"
	;;
esac
