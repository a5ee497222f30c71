/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "preload/real.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <string.h>

/*
 * Each piece has two words before it: its size, and what glibc would read as the size of a huge chunk, so
 * that the hot path leaves the piece to the slow way.  Nothing is ever given back.
 */
_Alignas(16) unsigned char ht_boot_arena[64 * 1024];

enum { BOOT_HEADER_BYTES = 16 };

static void *
boot_alloc(size_t alignment, size_t size)
{
	static size_t used;
	if (alignment < 16)
		alignment = 16;
	if (size > sizeof(ht_boot_arena) || alignment > 4096)
		goto refuse;
	/* Room for the worst alignment; zeroed because nothing is used twice. */
	size_t span = BOOT_HEADER_BYTES + alignment + (size + 15) / 16 * 16;
	size_t first = __atomic_fetch_add(&used, span, __ATOMIC_RELAXED);
	if (first + span > sizeof(ht_boot_arena))
		goto refuse;
	uintptr_t at = (uintptr_t)ht_boot_arena + first + BOOT_HEADER_BYTES;
	at = (at + alignment - 1) / alignment * alignment;
	size_t header[2] = { size, SIZE_MAX };
	memcpy((void *)(at - BOOT_HEADER_BYTES), header, sizeof(header));
	return (void *)at;
refuse:
	errno = ENOMEM;
	return NULL;
}

size_t
ht_boot_size(const void *block)
{
	size_t size;
	memcpy(&size, (const unsigned char *)block - BOOT_HEADER_BYTES, sizeof(size));
	return size;
}

/* Set while dlsym is at work: whatever it asks for comes from the arena. */
static bool finding;

static void *
early_malloc(size_t size)
{
	ht_real_find();
	return finding ? boot_alloc(16, size) : ht_real.malloc(size);
}

static void
early_free(void *block)
{
	ht_real_find();
	if (!finding)
		ht_real.free(block);
}

static void *
early_calloc(size_t count, size_t size)
{
	size_t bytes;
	ht_real_find();
	if (!finding)
		return ht_real.calloc(count, size);
	if (__builtin_mul_overflow(count, size, &bytes)) {
		errno = ENOMEM;
		return NULL;
	}
	return boot_alloc(16, bytes);
}

static void *
early_realloc(void *block, size_t size)
{
	ht_real_find();
	/* Blocks of the arena never get here; no other block exists while we are finding. */
	return finding ? boot_alloc(16, size) : ht_real.realloc(block, size);
}

static void *
early_memalign(size_t alignment, size_t size)
{
	ht_real_find();
	return finding ? boot_alloc(alignment, size) : ht_real.memalign(alignment, size);
}

static void *
early_aligned_alloc(size_t alignment, size_t size)
{
	ht_real_find();
	return finding ? boot_alloc(alignment, size) : ht_real.aligned_alloc(alignment, size);
}

static int
early_posix_memalign(void **out, size_t alignment, size_t size)
{
	ht_real_find();
	if (!finding)
		return ht_real.posix_memalign(out, alignment, size);
	*out = boot_alloc(alignment, size);
	return *out != NULL ? 0 : ENOMEM;
}

static void *
early_valloc(size_t size)
{
	ht_real_find();
	return finding ? boot_alloc(4096, size) : ht_real.valloc(size);
}

static void *
early_pvalloc(size_t size)
{
	ht_real_find();
	return finding ? boot_alloc(4096, size) : ht_real.pvalloc(size);
}

static size_t
early_usable_size(void *block)
{
	ht_real_find();
	return finding ? 0 : ht_real.malloc_usable_size(block);
}

static int
early_trim(size_t pad)
{
	ht_real_find();
	return finding ? 0 : ht_real.malloc_trim(pad);
}

struct ht_real ht_real = {
	.malloc = early_malloc,
	.free = early_free,
	.calloc = early_calloc,
	.realloc = early_realloc,
	.memalign = early_memalign,
	.aligned_alloc = early_aligned_alloc,
	.posix_memalign = early_posix_memalign,
	.valloc = early_valloc,
	.pvalloc = early_pvalloc,
	.malloc_usable_size = early_usable_size,
	.malloc_trim = early_trim,
};

bool ht_real_is_glibc;
bool ht_real_hides_sizes;

/*
 * The library that ADDRESS is in; NULL: none that is known.  _dl_find_object takes no lock and 0.1 us;
 * dladdr looks at every symbol of the library.
 */
static const struct link_map *
library_of(void *address)
{
	struct dl_find_object object;
	if (address == NULL || _dl_find_object(address, &object) != 0)
		return NULL;
	return object.dlfo_link_map;
}

/* An allocator inside the executable stands before ours in search order. */
static bool
find_bypass(void)
{
	void *first = dlsym(RTLD_DEFAULT, "malloc");
	const struct link_map *map = library_of(first);
	if (map == NULL || map->l_prev != NULL)
		return false;
	/*
	 * A program without position independence that takes malloc's address has a stub of its own for
	 * it, whose symbol is undefined but has a value: the stub leads to us.
	 */
	Dl_info info;
	const ElfW(Sym) *symbol = NULL;
	return dladdr1(first, &info, (void **)(uintptr_t)&symbol, RTLD_DL_SYMENT) == 0 ||
	       symbol == NULL || symbol->st_shndx != SHN_UNDEF;
}

static bool bypassed;

bool
ht_real_is_bypassed(void)
{
	ht_real_find();
	return bypassed;
}

static void *
next(const char *name)
{
	return dlsym(RTLD_NEXT, name);
}

void
ht_real_find(void)
{
	static bool found;
	if (found || finding)
		return;
	finding = true;
	int saved = errno;
	struct ht_real real = {
		.malloc = (void *(*)(size_t))next("malloc"),
		.free = (void (*)(void *))next("free"),
		.calloc = (void *(*)(size_t, size_t))next("calloc"),
		.realloc = (void *(*)(void *, size_t))next("realloc"),
		.memalign = (void *(*)(size_t, size_t))next("memalign"),
		.aligned_alloc = (void *(*)(size_t, size_t))next("aligned_alloc"),
		.posix_memalign = (int (*)(void **, size_t, size_t))next("posix_memalign"),
		.valloc = (void *(*)(size_t))next("valloc"),
		.pvalloc = (void *(*)(size_t))next("pvalloc"),
		.malloc_usable_size = (size_t(*)(void *))next("malloc_usable_size"),
		.malloc_trim = (int (*)(size_t))next("malloc_trim"),
	};
	void *glibc_malloc = dlsym(RTLD_NEXT, "__libc_malloc");
	ht_real_is_glibc =
	    sizeof(void *) == 8 && glibc_malloc != NULL && glibc_malloc == (void *)real.malloc;
	ht_real_hides_sizes = !ht_real_is_glibc && library_of((void *)real.malloc) !=
						       library_of((void *)real.malloc_usable_size);
	bypassed = find_bypass();
	ht_real = real;
	errno = saved;
	found = true;
	finding = false;
}
