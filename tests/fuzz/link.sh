#!/bin/sh
# SPDX-License-Identifier: MIT
# link.sh OUTPUT FILE...: a libFuzzer program of the C files and archives among FILE, for make.  A clang
# without libFuzzer leaves a program that ends with 77; the test says so.
set -e
output=$1
shift
sources=
for file in "$@"; do
	case $file in
	*.c) sources="$sources $TOP_SRCDIR/$file" ;;
	*.a) sources="$sources $file" ;;
	esac
done
mkdir -p "$(dirname "$output")"
# shellcheck disable=SC2086 # lists
if ! $FUZZ_CC -std=gnu11 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
	-I. -I"$TOP_SRCDIR/include" -I"$TOP_SRCDIR/src" -o "$output" $sources $LIBS; then
	echo 'int main(void) { return 77; }' >"$output.c"
	$CC -o "$output" "$output.c"
	rm -f "$output.c"
fi
