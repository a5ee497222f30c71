# SPDX-License-Identifier: MIT
# A test that can't fail is no test: leaves one bound out of a copy of the decoder, and the
# corruption test must notice.
. "${HT_TOP_SRCDIR:?}/tests/lib.sh"

src=$HT_TOP_SRCDIR
lib=$HT_TOP_BUILDDIR/src
check=$tmp/check

# build [PATCHED.c]: the corruption test, with one part of the decoder replaced.
build() {
	# shellcheck disable=SC2086 # lists of words
	$HT_CC $HT_SANITIZE_CFLAGS -std=gnu11 -O1 -w -I"$HT_TOP_BUILDDIR" -I"$src/include" \
		-I"$src/src" -o "$check" "$src/tests/fuzz/segment_corrupt_test.c" \
		-iquote "$src/tests/fuzz" "$src/tests/fuzz/segment_check.c" \
		"$src/tests/unit/decode/segment_builder.c" "$@" \
		"$lib/decode/libdecode.a" "$lib/model/libmodel.a" "$lib/base/libbase.a" -lm
}

# caught NAME FILE SED-EXPRESSION: the expression takes one bound out of the file.
caught() {
	local name=$1 file=$src/src/decode/$2 status=0
	sed -E "$3" "$file" >"$tmp/$2"
	if cmp -s "$file" "$tmp/$2"; then
		not_ok "$name" "the expression changes nothing: $3"
	elif ! build "$tmp/$2" 2>"$tmp/log"; then
		not_ok "$name" "$(cat "$tmp/log")"
	else
		# In a shell of its own, whose word on the crash nobody needs.
		(ulimit -c 0; "$check" 100000 >"$tmp/log" 2>&1) 2>/dev/null || status=$?
		if [ "$status" -ne 0 ]; then
			pass "$name"
		else
			not_ok "$name" "$(cat "$tmp/log")"
		fi
	fi
}

plan 10
ok "the decoder as it is can be built" build
status_is "and passes" 0 "$check" 20000
caught "an offset that wraps around is caught" segment_layout.c \
	's/__builtin_add_overflow\(entry->offset, bytes, &end\)/(end = entry->offset + bytes, 0)/'
caught "slots without room for their classes are caught" segment_classes.c \
	's/decoding->layout.threads.stride < least/0/'
caught "a table of contents out of bounds is caught" segment_layout.c \
	's/__builtin_add_overflow\(header->toc_offset, bytes, &end\)/(end = header->toc_offset + bytes, 0)/'

# The settings' reader, on its corpus.
settings_build() {
	# shellcheck disable=SC2086 # lists of words
	$HT_CC $HT_SANITIZE_CFLAGS -std=gnu11 -O1 -w -I"$HT_TOP_BUILDDIR" -I"$src/include" -I"$src/src" \
		-o "$check" "$src/tests/fuzz/replay.c" -iquote "$src/tests/fuzz" \
		"$src/tests/fuzz/settings_fuzz.c" "$1" "$lib/model/libmodel.a" "$lib/base/libbase.a" -lm
}
sed 's/line->value_length >= sizeof(value)/0/' "$src/src/model/settings.c" >"$tmp/settings.c"
settings_build "$src/src/model/settings.c" && "$check" "$src"/tests/fuzz/corpus/settings/* >"$tmp/log" 2>&1
is "the settings' reader as it is passes" "$?" 0
settings_build "$tmp/settings.c"
(ulimit -c 0; "$check" "$src"/tests/fuzz/corpus/settings/* >"$tmp/log" 2>&1) 2>/dev/null
isnt "a value that is longer than its room is caught" "$?" 0

# The recordings' decoder, on its seeds.
recording_build() {
	# shellcheck disable=SC2086 # lists of words
	$HT_CC $HT_SANITIZE_CFLAGS -std=gnu11 -O1 -w -fsanitize=address -I"$HT_TOP_BUILDDIR" \
		-I"$src/include" -I"$src/src" -o "$check" "$src/tests/fuzz/replay.c" \
		-iquote "$src/tests/fuzz" "$src/tests/fuzz/recording_fuzz.c" "$1" \
		"$lib/decode/libdecode.a" "$lib/model/libmodel.a" "$lib/base/libbase.a" $HT_ZLIB_LIBS -lm
}
mkdir "$tmp/seeds"
"$HT_TOP_BUILDDIR/tests/fuzz/recording_corpus" "$tmp/seeds"
sed 's/rows == 0 || rows > walk->before->count - walk->from ||/rows == 0 ||/' \
	"$src/src/decode/recording_delta.c" >"$tmp/recording_delta.c"
recording_build "$src/src/decode/recording_delta.c" && "$check" "$tmp/seeds"/* >"$tmp/log" 2>&1
is "the recordings' decoder as it is passes" "$?" 0
recording_build "$tmp/recording_delta.c"
(ulimit -c 0; "$check" "$tmp/seeds"/* >"$tmp/log" 2>&1) 2>/dev/null
isnt "rows kept of a tick that hasn't so many are caught" "$?" 0
sed 's/schemas->table_count - FIRST_LIST)/1000)/' "$src/src/decode/recording_schema.c" >"$tmp/recording_schema.c"
recording_build "$tmp/recording_schema.c"
(ulimit -c 0; "$check" "$tmp/seeds"/* >"$tmp/log" 2>&1) 2>/dev/null
isnt "a sum over a list that isn't there is caught" "$?" 0
