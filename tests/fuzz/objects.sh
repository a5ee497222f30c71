#!/bin/sh
# SPDX-License-Identifier: MIT
# objects.sh ARCHIVE FILE...: the C files among FILE as libFuzzer wants them, for make; each is compiled
# once for all targets.  A clang without libFuzzer leaves an empty archive.
set -e
archive=$1
shift
mkdir -p "$archive.objects"
for file in "$@"; do
	case $file in *.c) echo "$file" ;; esac
done | FUZZ_OBJECTS=$archive.objects xargs -P 2 -n 8 sh -c '
for file; do
	object=$FUZZ_OBJECTS/$(echo "${file%.c}" | tr / _).o
	$FUZZ_CC -std=gnu11 -g -O1 -fsanitize=fuzzer-no-link,address,undefined \
		-fno-sanitize-recover=all -I. -I"$TOP_SRCDIR/include" -I"$TOP_SRCDIR/src" \
		-c -o "$object" "$TOP_SRCDIR/$file" || exit 255
done' objects || rm -f "$archive.objects"/*.o
rm -f "$archive"
find "$archive.objects" -name "*.o" | xargs ar cr "$archive"
rm -rf "$archive.objects"
