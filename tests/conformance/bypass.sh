# SPDX-License-Identifier: MIT
# An allocator inside the executable is never ours to count: nothing is published.  A stub for
# malloc in a program without position independence is no allocator: it is counted.
. "${HT_TOP_SRCDIR:?}/tests/lib.sh"
compiler=${CC:-cc}
command -v "${compiler%% *}" >/dev/null || skip_all "no C compiler"

# published NAME FLAGS...: compiles $tmp/NAME.c and says how many segments it makes.
published() {
	local name=$1
	shift
	# shellcheck disable=SC2086 # a compiler may have arguments
	$compiler -O1 -fno-builtin "$@" -o "$tmp/$name" "$tmp/$name.c" || exit 99
	rm -f "$HEAPTOP_DIR"/*
	# shellcheck disable=SC2016 # for the inner shell
	sh -c 'export HEAPTOP_TARGET=$$ HEAPTOP_KEEP=$$ LD_PRELOAD=$0; exec "$@"' "$preload" \
		"$tmp/$name" >"$tmp/out" 2>&1 || echo "status $?"
	find "$HEAPTOP_DIR" -type f | wc -l
}

cat >"$tmp/stub.c" <<'C'
#include <stdlib.h>
static void *(*volatile get)(size_t) = malloc;
static void (*volatile put)(void *) = free;
int main(void)
{
	for (int i = 0; i < 1000; i++)
		put(get(1000));
	return 0;
}
C
cat >"$tmp/own.c" <<'C'
#include <stdlib.h>
#include <string.h>
static _Alignas(16) char memory[1 << 20];
static size_t used;
void *malloc(size_t size)
{
	void *block = memory + used;
	used += (size + 15) / 16 * 16;
	return used <= sizeof(memory) ? block : NULL;
}
void free(void *block) { (void)block; }
void *calloc(size_t members, size_t size) { return malloc(members * size); }
void *realloc(void *block, size_t size)
{
	void *moved = malloc(size);
	return block != NULL ? memcpy(moved, block, size) : moved;
}
int main(void) { return malloc(100) == NULL; }
C

plan 3
is "a position-independent program is published" "$(published stub -fpie -pie)" 1
is "regress: so is one with a stub for malloc" "$(published stub -fno-pie -no-pie)" 1
is "a program with an allocator of its own isn't" "$(published own)" 0
