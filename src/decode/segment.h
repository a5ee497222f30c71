/* SPDX-License-Identifier: MIT */
/*
 * The segment decoder: bytes that were copied out of a segment
 * (heaptop/segment.h) -> a sample.  Pure: no I/O, no clock, no state.  The bytes
 * come from another process, perhaps a hostile one: every offset, count,
 * stride and length is checked, and whatever breaks the rules becomes a fault with a
 * name, never a crash and never a figure.
 *
 * How a source reads a segment:
 *
 *	read the header (HT_SEGMENT_HEADER_BYTES), ht_segment_probe
 *	repeat: read `need` bytes, ht_segment_extent   until need <= what was read
 *	a few times: pread the same range twice, ht_segment_decode   until not -EAGAIN,
 *	    with want.last_try in the last round
 *
 * The second read must begin after the first has ended: groups that have a
 * sequence count are believed only where both agree.
 *
 * Threads: every function may run in any thread; nothing is shared.
 */
#ifndef HT_DECODE_SEGMENT_H
#define HT_DECODE_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "model/sample.h"

enum { HT_SEGMENT_HEADER_BYTES = 256 }; /* what ht_segment_probe wants to see */

/* A hostile segment must neither fill nor stop the monitor.  What it may have at most: */
enum {
	HT_SEGMENT_SECTIONS_MOST = 64,  /* entries in a table of contents */
	HT_SEGMENT_CLASSES_MOST = 1024, /* size classes */
	HT_SEGMENT_RINGS_MOST = 4,      /* event sections that are read; more are left out */
	HT_SEGMENT_RING_MOST = 16384,   /* records in one of them, its head included */
};

/* Bytes that a reader will copy of one segment. */
#define HT_SEGMENT_COPY_MOST_BYTES (UINT64_C(64) << 20)

/* Why bytes are no readable segment. */
enum ht_segment_fault {
	HT_SEGMENT_OK = 0,
	HT_SEGMENT_BUILDING,      /* the publisher hasn't finished it: look again later */
	HT_SEGMENT_TRUNCATED,     /* ends before what it says it holds */
	HT_SEGMENT_NOT_A_SEGMENT, /* another magic */
	HT_SEGMENT_OTHER_BYTE_ORDER,
	HT_SEGMENT_OTHER_MAJOR,
	HT_SEGMENT_NEEDS_NEWER_READER, /* oldest_reader_minor is above ours */
	HT_SEGMENT_BAD_HEADER,         /* a size, a state or a word size that cannot be */
	HT_SEGMENT_TOO_LARGE,          /* more than a reader will copy */
	HT_SEGMENT_BAD_CONTENTS,       /* table of contents out of bounds or misaligned */
	HT_SEGMENT_BAD_SECTION, /* a section out of bounds, misaligned, too short or doubled */
	HT_SEGMENT_MISSING_SECTION,
	HT_SEGMENT_BAD_CLASSES,  /* bounds of size classes that do not rise */
	HT_SEGMENT_BAD_COUNTERS, /* counters that no program could reach */
};

/* FAULT as a short phrase without a full stop ("not a segment"); static. */
const char *ht_segment_fault_text(enum ht_segment_fault fault);

/* Who published a segment, as its header tells; all of it another process's word. */
struct ht_segment_identity {
	uint32_t pid;              /* in pid_namespace */
	uint64_t pid_namespace;    /* inode; 0: unknown */
	uint64_t start_time_ticks; /* field 22 of /proc/PID/stat */
	uint32_t uid;              /* real user when it was made */
	uint32_t state;            /* enum heaptop_segment_state, a known one */
	uint32_t flags;            /* HEAPTOP_FLAG_..., unknown bits too */
	uint32_t exec_generation;
	uint8_t boot_id[16];        /* zero: unknown */
	uint64_t clock_realtime_ns; /* one moment in both clocks */
	uint64_t clock_monotonic_ns;
	uint64_t heartbeat_ns; /* CLOCK_MONOTONIC; 0: none yet */
	char name[65];         /* NUL-terminated raw bytes: not safe to print */
};

/*
 * Looks at the header alone, in the LENGTH bytes at BYTES from the start of the
 * file.  Fills OUT for HT_SEGMENT_OK and HT_SEGMENT_BUILDING; otherwise OUT is zero.
 */
enum ht_segment_fault ht_segment_probe(
    const void *bytes, size_t length, struct ht_segment_identity *out);

/*
 * How many bytes from the start of the file hold everything this decoder
 * reads: *NEED, at most HT_SEGMENT_COPY_MOST_BYTES.  The LENGTH bytes at BYTES
 * begin at offset 0.  When *NEED comes out above LENGTH, read that many
 * and ask again: the table of contents may lie in what was missing.  Each round
 * either ends this or goes forward, so three are enough; bound them all the same.
 */
enum ht_segment_fault ht_segment_extent(
    const void *bytes, size_t length, uint64_t file_size, uint64_t *need);

/*
 * How many of those bytes the first copy needs when the lists of DETAIL are wanted: only
 * a list of threads has it look there at the slots, which are nearly all of a large segment.
 * Otherwise as ht_segment_extent.
 */
enum ht_segment_fault ht_segment_first_extent(
    const void *bytes, size_t length, uint64_t file_size, uint32_t detail, uint64_t *need);

/*
 * Two copies of the first LENGTH bytes of one file, the second read after the first.
 * Borrowed, any alignment.  FIRST and SECOND may be the same memory for a file that
 * nobody writes any more (its process is gone).
 */
struct ht_segment_copy {
	const void *first;
	const void *second;
	size_t length;
	uint64_t file_size;  /* st_size before the copies were made */
	size_t first_length; /* where FIRST is shorter, by ht_segment_first_extent; 0: it is not */
};

struct ht_segment_want {
	uint32_t detail;       /* HT_DETAIL_... (model/frame.h) lists to fill; totals come always */
	uint64_t monotonic_ns; /* when the copies were made: goes into the sample */
	bool last_try;         /* no further copies will come: settle what is torn */
};

/*
 * COPY -> OUT, which is overwritten whole; lists and names are in ARENA.  Returns
 *
 *   0        OUT is filled: quality LIVE, or CORRUPT with the fault's phrase as the
 *            reason and no heap
 *   -EAGAIN  the copies caught the program in the middle (a torn group, a negative
 *            live heap, a grown table): make two new ones.  Never with last_try
 *   -ENOMEM
 *
 * With last_try, what is torn is settled so: the counts of a thread whose owner is
 * torn go to exited threads, a torn gc group and a negative live heap are
 * absent, and quality_reason says so.  A torn event is always left out.
 *
 * The sum over threads and exited is the total in every case: all counters of slots
 * are from one copy, the first where threads are wanted (so that they lie between both
 * looks at their owners), else the second.  (Threads are in OUT where want asks for
 * them; exited is what they leave.  Not asked for: exited holds everything.)  The key
 * and the tids are numbers of the publisher's pid namespace: the source translates them.
 *
 * A thread that died without telling keeps its slot for a while: a source
 * that knows the living tasks says so by ht_heap_sample_retire (model/sample.h).
 */
int ht_segment_decode(const struct ht_segment_copy *copy, const struct ht_segment_want *want,
    struct ht_arena *arena, struct ht_sample *out);

#endif
