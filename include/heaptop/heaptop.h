/* SPDX-License-Identifier: MIT */
/*
 * What a program can ask of heaptop about itself.  Every call is weak: a
 * program built with this header runs with no library of heaptop's at no cost, and
 * knows more when it was started by `heaptop run`, preloaded with or linked to
 * libheaptop-malloc.so.
 *
 * Where the compiler knows the attribute noplt (gcc), this works in every
 * program; with a compiler that ignores it (clang 14), compile with -fPIE or -fPIC.
 */
#ifndef HEAPTOP_HEAPTOP_H
#define HEAPTOP_HEAPTOP_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__has_attribute)
#if __has_attribute(noplt)
#define HEAPTOP_WEAK __attribute__((weak, noplt))
#endif
#endif
#ifndef HEAPTOP_WEAK
#define HEAPTOP_WEAK __attribute__((weak))
#endif

/* A figure that is not known, in a field that counts or measures. */
#define HEAPTOP_UNKNOWN UINT64_MAX

#define HEAPTOP_BY_SIZE 144

/*
 * The process's memory statistics, under the names of Go's runtime.MemStats
 * (https://pkg.go.dev/runtime#MemStats); sizes are usable sizes, in bytes.  A
 * later version adds fields at the end.
 */
struct heaptop_memstats {
	uint64_t Alloc;        /* live bytes: allocated and not freed (Go: the same as HeapAlloc) */
	uint64_t TotalAlloc;   /* bytes allocated since the start, freed ones included */
	uint64_t Lookups;      /* always 0, as in Go */
	uint64_t Mallocs;      /* blocks allocated since the start */
	uint64_t Frees;        /* blocks freed since the start */
	uint64_t HeapAlloc;    /* live bytes */
	uint64_t HeapObjects;  /* live blocks (in a forked process, the inherited ones included) */
	uint64_t PauseTotalNs; /* time spent in malloc_trim (Go: stop-the-world pauses) */
	uint64_t LastGC;       /* end of the latest malloc_trim, ns since 1970; 0: none yet */
	uint64_t NumGC;        /* malloc_trim calls (Go: completed collections) */
	/* Not in Go: */
	uint64_t PeakAlloc;      /* highest live bytes so far ... */
	uint64_t PeakAllocError; /* ... within this: threads tell of their changes in steps */
	uint64_t Failed;         /* requests for memory that were refused */
	uint32_t BySizeCount;    /* entries of BySize in use */
	uint32_t Reserved;       /* 0 */
	struct {
		uint64_t Size;    /* largest size of the class; UINT64_MAX: all that is larger */
		uint64_t Mallocs; /* blocks allocated in it */
		uint64_t Frees;   /* blocks freed in it */
	} BySize[HEAPTOP_BY_SIZE];
};

/* The call behind heaptop_read_memstats(); SIZE is sizeof *STATS as the caller knows it. */
HEAPTOP_WEAK int heaptop_read_memstats_sized(struct heaptop_memstats *stats, size_t size);

/*
 * Fills STATS: runtime.ReadMemStats for C.  Stops nothing: with other threads
 * at work, figures of one call may differ by what they did meanwhile; live
 * figures never go below zero for that.
 *
 * Returns 0, or -ENOSYS when no library of heaptop's is in the process (STATS is
 * then all HEAPTOP_UNKNOWN), or -EINVAL.
 * Threads: any.  Allocates nothing and takes no lock; async-signal-safe.
 */
static inline int
heaptop_read_memstats(struct heaptop_memstats *stats)
{
	if (heaptop_read_memstats_sized != NULL)
		return heaptop_read_memstats_sized(stats, sizeof(*stats));
	__builtin_memset(stats, 0xff, sizeof(*stats));
	stats->BySizeCount = 0;
	stats->Reserved = 0;
	return -ENOSYS;
}

#ifdef __cplusplus
}
#endif

#endif
