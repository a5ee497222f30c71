/* SPDX-License-Identifier: MIT */
/*
 * The heaptop segment: what an instrumented program publishes in shared
 * memory, byte for byte.  It is the contract between the publisher, which
 * lives in somebody else's process, and every reader.  heaptop-segment(5)
 * has the same layout as tables of offsets, for other languages.
 *
 * Writers: see "Who writes" at each struct.  Readers copy with pread(2), never
 * map, and trust nothing: every offset, count and length is another
 * process's word.
 */
#ifndef HEAPTOP_SEGMENT_H
#define HEAPTOP_SEGMENT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The first eight bytes of the file; the newline shows a text-mode copy. */
#define HEAPTOP_SEGMENT_MAGIC      "HEAPTOP\n"
#define HEAPTOP_SEGMENT_BYTE_ORDER UINT32_C(0x01020304)
#define HEAPTOP_SEGMENT_MAJOR      1
#define HEAPTOP_SEGMENT_MINOR      0
/* The oldest minor version whose readers can read what this one writes. */
#define HEAPTOP_SEGMENT_OLDEST_READER_MINOR 0

/* File size of a segment: sparse, backed only as far as threads need it. */
#define HEAPTOP_SEGMENT_CAP_BYTES (UINT64_C(24) << 20)
/* A reader refuses a file that is larger than this. */
#define HEAPTOP_SEGMENT_MOST_BYTES (UINT64_C(256) << 20)

/* Life of a segment; stored with release order, building until all else is there. */
enum heaptop_segment_state {
	HEAPTOP_STATE_BUILDING = 0,
	HEAPTOP_STATE_LIVE = 1,
	HEAPTOP_STATE_CLOSED = 2, /* the program ended in order; kept for `run --summary` */
	HEAPTOP_STATE_EXEC = 3,   /* an exec is under way; if it succeeds this file is garbage */
};

/* heaptop_segment_header.flags */
#define HEAPTOP_FLAG_INHERITED_UNKNOWN 0x1u /* forked behind the C library's back */
#define HEAPTOP_FLAG_BYTES_UNKNOWN     0x2u /* the allocator below has no usable size: blocks only */
#define HEAPTOP_FLAG_KEEP              0x4u /* `run --summary` removes the file, nobody else */
#define HEAPTOP_FLAG_SANDBOXED         0x8u /* entered seccomp: some names and times are absent */

/*
 * At offset 0.  Who writes: the publisher before state becomes live;
 * afterwards only state, flags and heartbeat_ns change, each by one store.
 */
struct heaptop_segment_header {
	uint8_t magic[8];
	uint32_t byte_order;  /* HEAPTOP_SEGMENT_BYTE_ORDER as the writer stores it */
	uint8_t word_size;    /* sizeof(void *) of the writer: 4 or 8 */
	uint8_t reserved0[3]; /* zero */
	uint16_t major;       /* another major: not readable */
	uint16_t minor;
	uint16_t oldest_reader_minor;
	uint16_t reserved1;          /* zero */
	uint32_t header_size;        /* bytes; at least 256 */
	uint32_t toc_count;          /* entries in the table of contents */
	uint64_t toc_offset;         /* bytes from the start of the file */
	uint64_t cap_bytes;          /* size of the file */
	uint8_t boot_id[16];         /* /proc/sys/kernel/random/boot_id; zero: unknown */
	uint64_t pid_namespace;      /* inode of /proc/self/ns/pid; 0: unknown */
	uint32_t pid;                /* in that namespace */
	uint32_t uid;                /* real user when the segment was made */
	uint64_t start_time_ticks;   /* field 22 of /proc/PID/stat, proc_pid_stat(5) */
	uint64_t clock_realtime_ns;  /* one moment, in CLOCK_REALTIME ... */
	uint64_t clock_monotonic_ns; /* ... and in CLOCK_MONOTONIC */
	uint32_t exec_generation;    /* 0, then one more at each exec of an instrumented program */
	uint32_t flags;              /* HEAPTOP_FLAG_... */
	char name[64];               /* program name, NUL-padded, not always NUL-terminated */
	uint32_t state;              /* enum heaptop_segment_state */
	uint32_t reserved2;          /* zero */
	uint64_t heartbeat_ns; /* CLOCK_MONOTONIC of a late action: idle or hung, never dead */
	uint8_t reserved3[64]; /* zero */
};

/* What a section holds.  A reader skips types that it does not know. */
enum heaptop_section_type {
	HEAPTOP_SECTION_GLOBALS = 1,      /* one struct heaptop_globals */
	HEAPTOP_SECTION_SIZE_CLASSES = 2, /* uint64_t upper bounds, in bytes, last UINT64_MAX */
	HEAPTOP_SECTION_OVERFLOW = 3,     /* one struct heaptop_thread_slot, shared, atomic */
	HEAPTOP_SECTION_THREADS = 4,      /* struct heaptop_thread_slot */
	HEAPTOP_SECTION_EVENTS = 5,       /* a ring; may occur more than once: merge by time */
};

/*
 * An entry of the table of contents.  Records lie at offset + i * stride,
 * i < count.  A newer writer may lengthen a record (stride grows, fields keep
 * their offsets), so step by stride, never by sizeof.  Who writes: the
 * publisher; count of the thread section grows, stored with release order after
 * the records are backed, and never shrinks.
 */
struct heaptop_section {
	uint32_t type;     /* enum heaptop_section_type */
	uint16_t version;  /* of the record; additions only raise stride */
	uint16_t reserved; /* zero */
	uint32_t stride;   /* bytes from record to record */
	uint32_t count;    /* records that may be read */
	uint64_t offset;   /* bytes from the start of the file */
	uint64_t limit;    /* records it could grow to */
};

/*
 * Sums over the whole process.  Who writes: every thread, by atomic
 * read-modify-write.  The fields from gc_sequence on are one group that must
 * agree: gc_sequence is odd while it changes.  A writer that was killed leaves
 * it odd; then the group is torn and counts as unknown.
 */
struct heaptop_globals {
	uint64_t inherited_live_bytes; /* what the parent of a fork had; constant */
	uint64_t inherited_live_blocks;
	int64_t published_net_bytes; /* allocated less freed as far as threads told */
	uint64_t peak_live_bytes;    /* highest inherited + published net */
	uint64_t peak_error_bytes;   /* the true peak is within this of it */
	uint64_t threads_started;    /* slots ever claimed */
	uint64_t threads_exited;     /* slots ever given back or reaped */
	uint64_t dropped_threads;    /* threads that found no slot */
	uint32_t gc_sequence;
	uint32_t reserved0;
	uint64_t gc_events_total; /* collections and malloc_trim */
	uint64_t gc_pause_ns_total;
	uint64_t last_gc_pause_ns;
	uint64_t last_gc_monotonic_ns;
	uint64_t dropped_gc; /* updates of the group that were given up */
	uint64_t reserved1[2];
};

/*
 * Blocks counted in a size class: usable sizes above the bound before it, up
 * to and with its own (section SIZE_CLASSES).  Bounds: every 16 bytes to 1,024,
 * then four to a power of two, then one class for all that is larger.
 */
struct heaptop_size_class {
	uint64_t allocated_blocks;
	uint64_t freed_blocks;
};

#define HEAPTOP_SIZE_CLASSES           144u
#define HEAPTOP_SMALL_CLASS_LAST       64u /* index of the class that ends at 1,024 */
#define HEAPTOP_SMALL_CLASS_MOST_BYTES 1024u

/* heaptop_thread_slot.state */
enum heaptop_slot_state {
	HEAPTOP_SLOT_FREE = 0,
	HEAPTOP_SLOT_LIVE = 1,
	HEAPTOP_SLOT_CLAIMED = 2, /* between owners: counts belong to exited threads */
};

/*
 * One thread's counts.  Who writes: the owner alone, each counter by one
 * add instruction, so a signal handler on the same thread loses nothing.
 * Counters never reset: they outlive the owner, so the process's totals are the
 * sum over all slots and the overflow slot, in every state.  What an owner
 * added is counter less base.  In the overflow slot, state stays free and all
 * adds are atomic: all its counts belong to exited threads.
 *
 * From owner_sequence to name is one group that must agree: owner_sequence is
 * odd while it changes.  The block totals are the sums over size_classes.
 */
struct heaptop_thread_slot {
	uint64_t allocated_bytes; /* usable sizes */
	uint64_t freed_bytes;
	uint64_t failed_requests;
	uint64_t reserved0[5];
	uint32_t owner_sequence;
	uint32_t state;      /* enum heaptop_slot_state */
	uint32_t generation; /* one more at each claim */
	uint32_t tid;        /* in the process's pid namespace; 0: unknown */
	uint64_t claimed_monotonic_ns;
	uint64_t base_allocated_bytes;
	uint64_t base_freed_bytes;
	uint64_t base_allocated_blocks;
	uint64_t base_freed_blocks;
	uint64_t base_failed_requests;
	char name[16]; /* as prctl(2) PR_GET_NAME gave it; may be empty */
	uint64_t reserved1[14];
	struct heaptop_size_class size_classes[HEAPTOP_SIZE_CLASSES];
};

/* Kinds of events; the numbers are part of the format. */
enum heaptop_event_kind {
#define HEAPTOP_EVENT_KIND(number, id, name, help) HEAPTOP_EVENT_##id = number,
#include "heaptop/event_kinds.def"
#undef HEAPTOP_EVENT_KIND
};

/* heaptop_event.present: which of the figures below it are known */
#define HEAPTOP_EVENT_HAS_DURATION     0x1u
#define HEAPTOP_EVENT_HAS_BYTES_BEFORE 0x2u
#define HEAPTOP_EVENT_HAS_BYTES_AFTER  0x4u
#define HEAPTOP_EVENT_HAS_REQUESTED    0x8u

/*
 * Record 0 of an event section.  Event number n, from 1, is written to record
 * 1 + (n - 1) % (count - 1), so the ring keeps the latest count - 1.
 */
struct heaptop_event_ring {
	uint64_t next; /* number that the next event gets, from 1; atomic */
	uint64_t lost; /* events not written because their record was stuck; atomic */
	uint64_t reserved[14];
};

/*
 * Records 1 and on of an event section.  A writer takes the record by a
 * compare-and-swap of sequence from even to odd, writes, and stores the next
 * even number with release order.  A record left odd by a killed writer is a
 * hole: readers and writers step over it.  A reader copies, looks at sequence
 * again, and only then interprets.
 */
struct heaptop_event {
	uint32_t sequence;     /* 0: never written; odd: being written */
	uint32_t kind;         /* enum heaptop_event_kind */
	uint64_t number;       /* which event this is */
	uint64_t monotonic_ns; /* CLOCK_MONOTONIC at its end */
	uint32_t tid;          /* 0: unknown */
	uint32_t present;      /* HEAPTOP_EVENT_HAS_... */
	uint64_t duration_ns;
	uint64_t bytes_before;
	uint64_t bytes_after;
	uint64_t requested_bytes; /* oom: what was asked for */
	char label[64];           /* NUL-padded, not always NUL-terminated */
};

#ifdef __cplusplus
#define HEAPTOP_ASSERT_LAYOUT(condition) static_assert(condition, #condition)
#else
#define HEAPTOP_ASSERT_LAYOUT(condition) _Static_assert(condition, #condition)
#endif

HEAPTOP_ASSERT_LAYOUT(sizeof(struct heaptop_segment_header) == 256);
HEAPTOP_ASSERT_LAYOUT(offsetof(struct heaptop_segment_header, toc_offset) == 32);
HEAPTOP_ASSERT_LAYOUT(offsetof(struct heaptop_segment_header, boot_id) == 48);
HEAPTOP_ASSERT_LAYOUT(offsetof(struct heaptop_segment_header, start_time_ticks) == 80);
HEAPTOP_ASSERT_LAYOUT(offsetof(struct heaptop_segment_header, name) == 112);
HEAPTOP_ASSERT_LAYOUT(offsetof(struct heaptop_segment_header, state) == 176);
HEAPTOP_ASSERT_LAYOUT(offsetof(struct heaptop_segment_header, heartbeat_ns) == 184);
HEAPTOP_ASSERT_LAYOUT(sizeof(struct heaptop_section) == 32);
HEAPTOP_ASSERT_LAYOUT(sizeof(struct heaptop_globals) == 128);
HEAPTOP_ASSERT_LAYOUT(offsetof(struct heaptop_globals, gc_sequence) == 64);
HEAPTOP_ASSERT_LAYOUT(sizeof(struct heaptop_thread_slot) == 2560);
HEAPTOP_ASSERT_LAYOUT(offsetof(struct heaptop_thread_slot, owner_sequence) == 64);
HEAPTOP_ASSERT_LAYOUT(offsetof(struct heaptop_thread_slot, name) == 128);
HEAPTOP_ASSERT_LAYOUT(offsetof(struct heaptop_thread_slot, size_classes) == 256);
HEAPTOP_ASSERT_LAYOUT(sizeof(struct heaptop_thread_slot) % 128 == 0);
HEAPTOP_ASSERT_LAYOUT(sizeof(struct heaptop_event_ring) == 128);
HEAPTOP_ASSERT_LAYOUT(sizeof(struct heaptop_event) == 128);
HEAPTOP_ASSERT_LAYOUT(offsetof(struct heaptop_event, label) == 64);

/*
 * The class of a usable size.  Pure; async-signal-safe.
 * Returns an index below HEAPTOP_SIZE_CLASSES.
 */
static inline unsigned
heaptop_size_class_of(uint64_t usable_bytes)
{
	if (usable_bytes <= HEAPTOP_SMALL_CLASS_MOST_BYTES)
		return (unsigned)((usable_bytes + 15) >> 4);

	unsigned log2 = 63u - (unsigned)__builtin_clzll(usable_bytes - 1);
	unsigned quarter = (unsigned)((usable_bytes - 1) >> (log2 - 2)) & 3u;
	unsigned index = HEAPTOP_SMALL_CLASS_LAST + 1 + (log2 - 10) * 4 + quarter;
	return index < HEAPTOP_SIZE_CLASSES - 1 ? index : HEAPTOP_SIZE_CLASSES - 1;
}

/*
 * The largest usable size of class INDEX, in bytes; UINT64_MAX for the last
 * class.  Pure.
 */
static inline uint64_t
heaptop_size_class_bound(unsigned index)
{
	if (index <= HEAPTOP_SMALL_CLASS_LAST)
		return (uint64_t)index * 16;
	if (index >= HEAPTOP_SIZE_CLASSES - 1)
		return UINT64_MAX;
	unsigned step = index - HEAPTOP_SMALL_CLASS_LAST - 1;
	uint64_t octave = UINT64_C(1024) << (step / 4);
	return octave + (step % 4 + 1) * (octave / 4);
}

#ifdef __cplusplus
}
#endif

#endif
