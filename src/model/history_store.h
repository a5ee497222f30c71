/* SPDX-License-Identifier: MIT */
/*
 * How a history is laid out; for model/history*.c alone.
 *
 * Whatever has an identity from tick to tick (a process, a thread, a size class, an event) is a row.
 * What a row said at a tick is a list of slots, 64-bit words.  A row keeps its slots as of now, and a chain of blocks
 * in which their changes are written down: each block begins with all slots, each entry
 * behind that says which slots changed, at which tick, by how much.
 *
 * Ticks have serial numbers that never repeat.  An entry of a tick that was thinned out counts
 * for the next one that is kept, so thinning needs no change of the blocks; ht_history_row_compact joins
 * such entries when memory is wanted.
 */
#ifndef HT_MODEL_HISTORY_STORE_H
#define HT_MODEL_HISTORY_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/history.h"

enum {
	HT_HISTORY_MOST_SLOTS = 126,
	HT_HISTORY_MOST_GROUPS =
	    1024, /* of a process; where it has more, the sums are kept alone */
};

/* What a row is of. */
enum ht_history_kind {
	HT_HISTORY_PLAIN,        /* a process without a heap */
	HT_HISTORY_INSTRUMENTED, /* one with */
	HT_HISTORY_THREAD,
	HT_HISTORY_SIZE_CLASS,
	HT_HISTORY_EVENT,
	HT_HISTORY_READING, /* of the mappings: its sums */
	HT_HISTORY_GROUP,   /* of mappings */
};

struct ht_history_block {
	struct ht_history_block *next; /* owned; the younger one */
	uint32_t first;                /* serial of its first entry */
	uint32_t last;                 /* and of its last */
	uint16_t used;
	uint16_t capacity;
	uint16_t most; /* capacity it may get */
	unsigned char bytes[];
};

struct ht_history_chain {
	struct ht_history_block *first; /* owned; the oldest */
	struct ht_history_block **last; /* where the youngest one hangs; NULL: there is none */
};

struct ht_history_lists;

struct ht_history_row {
	uint64_t id;         /* pid; tid; bytes; time; hash of a name */
	uint64_t generation; /* tells rows of the same id from each other */
	uint32_t born;       /* serial of the tick it was seen at first */
	uint32_t seen;       /* and last */
	enum ht_history_kind kind;
	bool living; /* it was in its table's last tick */
	struct ht_history_chain chain;
	struct ht_history_lists *lists; /* owned; of a process that had any; else NULL */
	uint64_t now[];                 /* slots as of `seen` */
};

/* Rows that are matched from tick to tick. */
struct ht_history_table {
	struct ht_history_row **rows; /* owned, as are they; by rising id, generation, born */
	size_t count;
	size_t capacity;
	struct ht_history_row **living; /* owned; those of the last tick, in the frame's order */
	size_t living_count;
	size_t living_capacity;
	struct ht_history_row **next; /* owned; those of the tick that is being added */
	size_t next_count;
	size_t next_capacity;
	size_t at; /* those of living before it come before what will be asked for */
};

/* The lists of one process. */
struct ht_history_lists {
	struct ht_history_table threads;
	struct ht_history_table size_classes;
	struct ht_history_table events;
	struct ht_history_table readings; /* one row */
	struct ht_history_table groups;
};

struct ht_history_string {
	char *text; /* owned; NULL: the number is free */
	uint32_t hash;
	uint32_t round; /* of thinning, in which it was seen to be in use */
};

/* Each text once; slots have its number.  Number 0 is NULL. */
struct ht_history_strings {
	struct ht_history_string *all; /* owned */
	uint32_t count;                /* of numbers up to the highest, 0 included */
	size_t capacity;
	uint32_t *index; /* owned; numbers by hash, 0: free; a power of two of them */
	uint32_t index_size;
	uint32_t lowest_free; /* no number below it is free */
	uint32_t used;
};

struct ht_history_tick {
	uint32_t serial;
	uint64_t monotonic_ns;
	uint64_t realtime_ns;
	uint64_t interval_ns;
	size_t hidden_count;
	struct ht_host_values host;
};

struct ht_history {
	size_t most_bytes;
	size_t bytes;
	struct ht_history_tick *ticks; /* owned; by rising serial and time */
	size_t tick_count;
	size_t tick_capacity;
	uint32_t serial;      /* of the newest tick, kept or not */
	uint64_t interval_ns; /* of the tick that is being added */
	struct ht_history_table processes;
	struct ht_history_strings strings;
	uint32_t round;   /* of thinning */
	bool thinning;    /* rows of this round are left to be compacted */
	bool cut;         /* memory was lacking in this round: not all texts in use were seen */
	size_t thin_next; /* the first of them */
};

/* --- memory, counted (history.c) --- */

/* SIZE bytes, not zeroed; NULL for lack of memory. */
void *ht_history_take(struct ht_history *history, size_t size);
void ht_history_give(struct ht_history *history, void *memory, size_t size);

/*
 * ARRAY of *CAPACITY elements of SIZE bytes, with room for NEEDED; most often it has that.  NULL for lack of
 * memory: it stays as it was.
 */
void *ht_history_grow(
    struct ht_history *history, void *array, size_t *capacity, size_t needed, size_t size);

/* The same with less room where there is much more than NEEDED. */
void *ht_history_fit(
    struct ht_history *history, void *array, size_t *capacity, size_t needed, size_t size);

/* --- texts (history_strings.c) --- */

/* The number of TEXT, which the slot said to be BEFORE: mostly it still is.  0 or -ENOMEM. */
int ht_history_intern(
    struct ht_history *history, const char *text, uint64_t before, uint64_t *number);
const char *ht_history_text(const struct ht_history *history, uint64_t number);
/* NUMBER is in use in this round. */
void ht_history_mark_text(struct ht_history *history, uint64_t number);
/* Ends the texts that were not seen in this round. */
void ht_history_sweep_texts(struct ht_history *history);
void ht_history_release_texts(struct ht_history *history);

/* --- what slots mean (history_slots.c) --- */

/* How what is new in a slot is written down. */
enum ht_history_coding {
	HT_HISTORY_DIFFERENCE, /* to what was, its sign in the lowest bit */
	HT_HISTORY_NUMBER,     /* as it is: what is mostly small or 0 */
	/*
	 * The bits of a double that differ from what was.  Smoothed rates have the precision of a float, so the 29
	 * lowest bits never do: they are turned to the top.
	 */
	HT_HISTORY_REAL,
};

size_t ht_history_slot_count(enum ht_history_kind kind);
/* One of ht_history_coding for each slot. */
const unsigned char *ht_history_codings(enum ht_history_kind kind);
/* Fills SLOTS with what the frame says; BEFORE are those of the tick before, or all 0.  0 or -ENOMEM. */
int ht_history_slots_of_process(struct ht_history *history, const struct ht_process *process,
    const uint64_t *before, uint64_t *slots);
int ht_history_slots_of_thread(struct ht_history *history, const struct ht_thread *thread,
    const uint64_t *before, uint64_t *slots);
int ht_history_slots_of_event(struct ht_history *history, const struct ht_event *event,
    const uint64_t *before, uint64_t *slots);
void ht_history_slots_of_class(const struct ht_size_class *size_class, uint64_t *slots);

int ht_history_slots_of_reading(struct ht_history *history, const struct ht_maps *maps,
    const uint64_t *before, uint64_t *slots);
int ht_history_slots_of_group(struct ht_history *history, const struct ht_map *group,
    const uint64_t *before, uint64_t *slots);

/* Of mappings (history_maps.c). */
size_t ht_history_reading_slot_count(void);
size_t ht_history_group_slot_count(void);
void ht_history_mark_texts_of_maps(
    struct ht_history *history, enum ht_history_kind kind, const uint64_t *slots);
/* What a group's row goes by, beside its kind. */
uint64_t ht_history_group_id(const struct ht_map *group);

/* Marks the texts that SLOTS refer to. */
void ht_history_mark_texts(
    struct ht_history *history, enum ht_history_kind kind, const uint64_t *slots);

/* What a tick is rebuilt with. */
struct ht_history_rebuilding {
	const struct ht_history *history;
	const struct ht_history_tick *tick;
	struct ht_arena *arena;
	const char **texts; /* copies in the arena, by number; NULL: not yet copied */
};

/* And back.  0 or -ENOMEM. */
int ht_history_process_of_slots(struct ht_history_rebuilding *rebuilding,
    const struct ht_history_row *row, const uint64_t *slots, struct ht_process *process);
void ht_history_thread_of_slots(const struct ht_history_rebuilding *rebuilding,
    const struct ht_history_row *row, const uint64_t *slots, struct ht_thread *thread);
void ht_history_event_of_slots(const struct ht_history_rebuilding *rebuilding,
    const struct ht_history_row *row, const uint64_t *slots, struct ht_event *event);
void ht_history_class_of_slots(
    const struct ht_history_row *row, const uint64_t *slots, struct ht_size_class *size_class);

int ht_history_reading_of_slots(
    struct ht_history_rebuilding *rebuilding, const uint64_t *slots, struct ht_maps *maps);
int ht_history_group_of_slots(struct ht_history_rebuilding *rebuilding,
    const struct ht_history_row *row, const uint64_t *slots, struct ht_map *group);

/* The text of NUMBER in the arena, each once; NULL for none.  0 or -ENOMEM. */
int ht_history_copy_text(
    struct ht_history_rebuilding *rebuilding, uint64_t number, const char **out);

/* True for slots of a process that has ended. */
bool ht_history_slots_are_dead(const uint64_t *slots);

/* METRIC in SLOTS of a process at a tick of INTERVAL_NS; false: unknown. */
bool ht_history_slot_value(enum ht_history_kind kind, const uint64_t *slots,
    const struct ht_metric *metric, uint64_t interval_ns, double *value);

/* --- entries and blocks (history_blocks.c) --- */

/* Writes down that ROW has SLOTS at SERIAL; what is as before costs nothing.  0 or -ENOMEM: ROW is as before. */
int ht_history_row_set(
    struct ht_history *history, struct ht_history_row *row, uint32_t serial, const uint64_t *slots);

/* A bit for each slot: slot I has bit I + 1, the lowest one isn't a slot's. */
struct ht_history_mask {
	uint64_t words[2];
};

/* Goes along the entries of a row. */
struct ht_history_cursor {
	const struct ht_history_row *row;
	const struct ht_history_block *block;  /* NULL: behind the last */
	size_t at;                             /* in the block, of the entry to come */
	uint32_t serial;                       /* of the entry to come; UINT32_MAX: none */
	struct ht_history_mask changed;        /* by the entries read since it was cleared */
	uint64_t slots[HT_HISTORY_MOST_SLOTS]; /* as of the entries read */
};

/* Begins at the block that SERIAL is in: nothing is read yet. */
void ht_history_cursor_begin(
    struct ht_history_cursor *cursor, const struct ht_history_row *row, uint32_t serial);
/* Reads the entry to come. */
void ht_history_cursor_step(struct ht_history_cursor *cursor);
/* Reads all entries up to SERIAL. */
void ht_history_cursor_seek(struct ht_history_cursor *cursor, uint32_t serial);

/*
 * Joins the entries of ROW that belong to one tick since others were thinned out.  For lack of memory it stays
 * as it was.
 */
void ht_history_row_compact(struct ht_history *history, struct ht_history_row *row);

/* With its lists. */
void ht_history_row_free(struct ht_history *history, struct ht_history_row *row);

/* --- tables (history_table.c) --- */

/* Begins a tick of at most MOST rows.  0 or -ENOMEM. */
int ht_history_table_begin(struct ht_history *history, struct ht_history_table *table, size_t most);
/* The row of this identity, that of the tick before if it was there; NULL for lack of memory. */
struct ht_history_row *ht_history_table_row(struct ht_history *history,
    struct ht_history_table *table, enum ht_history_kind kind, uint64_t id, uint64_t generation);
/* Ends the tick: rows that were not asked for have ended.  CUT: it was not complete, and none has. */
void ht_history_table_end(struct ht_history *history, struct ht_history_table *table, bool cut);
/* Gives back room for rows that are no more. */
void ht_history_table_fit(struct ht_history *history, struct ht_history_table *table);
/* The first row of ID and GENERATION, or where it would be. */
size_t ht_history_table_find(
    const struct ht_history_table *table, uint64_t id, uint64_t generation);
/* Compacts row INDEX, or takes it out when no tick that is kept has it; returns the index behind it. */
size_t ht_history_table_compact(
    struct ht_history *history, struct ht_history_table *table, size_t index);
void ht_history_table_release(struct ht_history *history, struct ht_history_table *table);
void ht_history_lists_compact(struct ht_history *history, struct ht_history_lists *lists);
/* NULL is allowed. */
void ht_history_lists_free(struct ht_history *history, struct ht_history_lists *lists);

/* --- which ticks stay (history_thin.c) --- */

/* The first kept tick with at least SERIAL, or tick_count. */
size_t ht_history_tick_at(const struct ht_history *history, uint32_t serial);
/* After a tick that added ADDED bytes: thins as needed.  0, or -ENOMEM: not even this tick fits. */
int ht_history_keep_within(struct ht_history *history, size_t added);

#endif
