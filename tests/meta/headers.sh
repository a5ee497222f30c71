# SPDX-License-Identifier: MIT
# Every header can be included alone; those that other programs include also from C++ and from
# strict C11.
. "${HT_TOP_SRCDIR:?}/tests/lib.sh"

# alone COMPILER-AND-LANGUAGE HEADER
alone() {
	# shellcheck disable=SC2086 # lists of words
	printf '#include "%s"\n' "$2" |
		$1 -fsyntax-only -Werror -Wall -Wextra -I"$HT_TOP_SRCDIR/include" \
			-I"$HT_TOP_SRCDIR/src" -I"$HT_TOP_BUILDDIR" $HT_HEADER_CFLAGS -
}

# Private headers may rely on the build's config.h, which every source includes first.
private() {
	alone "$HT_CC -std=gnu11 -include config.h -x c" "$1"
}

cd "$HT_TOP_SRCDIR" || exit 99
for header in src/*/*.h; do
	ok "$header" private "${header#src/}"
done
for header in include/heaptop/*.h; do
	name=${header#include/}
	ok "$header, C11" alone "$HT_CC -std=c11 -pedantic -x c" "$name"
	if command -v "${HT_CXX%% *}" >/dev/null; then
		ok "$header, C++11" alone "$HT_CXX -std=c++11 -pedantic -x c++" "$name"
	else
		skip "$header, C++11" "there is no C++ compiler"
	fi
done
