/* SPDX-License-Identifier: MIT */
/*
 * Entries and the blocks they stand in.  An entry is, in numbers of 7 bits a byte:
 *
 *	(slots that changed, a bit each) << 1 | (it isn't the tick behind the last entry's)
 *	ticks since the last entry, less 2		where that bit is set
 *	each changed slot				by rising slot
 *
 * as enum ht_history_coding has it; a double comes back bit by bit.  The first entry of a block is one against slots of
 * 0 and stands for the tick that the block has as its first.
 */
#include "config.h"

#include "model/history_store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"

enum {
	NUMBER_MOST = 10,
	ENTRY_MOST =
	    (HT_HISTORY_MOST_SLOTS + 1) / 7 + 2 + (HT_HISTORY_MOST_SLOTS + 1) * NUMBER_MOST,
	/* A block holds about so many times what all slots take, so that its beginning weighs little. */
	BLOCK_TIMES = 8,
	BLOCK_LEAST = 192,
	BLOCK_ROUND = 32,
};

static unsigned char *
put_number(unsigned char *at, uint64_t number)
{
	for (; number >= 0x80; number >>= 7)
		*at++ = (unsigned char)(number | 0x80);
	*at++ = (unsigned char)number;
	return at;
}

static size_t
get_number(const unsigned char *bytes, uint64_t *number)
{
	size_t length = 0;
	uint64_t result = 0;
	do
		result |= (uint64_t)(bytes[length] & 0x7f) << (7 * length);
	while ((bytes[length++] & 0x80) != 0);
	*number = result;
	return length;
}

static unsigned char *
put_mask(unsigned char *at, struct ht_history_mask mask)
{
	while (mask.words[1] != 0 || mask.words[0] >= 0x80) {
		*at++ = (unsigned char)(mask.words[0] | 0x80);
		mask.words[0] = mask.words[0] >> 7 | mask.words[1] << 57;
		mask.words[1] >>= 7;
	}
	*at++ = (unsigned char)mask.words[0];
	return at;
}

static size_t
get_mask(const unsigned char *bytes, struct ht_history_mask *mask)
{
	size_t length = 0;
	unsigned shift = 0;
	*mask = (struct ht_history_mask){ { 0, 0 } };
	do {
		uint64_t bits = bytes[length] & 0x7f;
		if (shift < 64)
			mask->words[0] |= bits << shift;
		if (shift > 57 && shift < 64)
			mask->words[1] |= bits >> (64 - shift);
		else if (shift >= 64)
			mask->words[1] |= bits << (shift - 64);
		shift += 7;
	} while ((bytes[length++] & 0x80) != 0);
	return length;
}

enum { REAL_TURN = 29 };

/* What stands for the slot NOW behind BEFORE. */
static uint64_t
code_slot(enum ht_history_coding coding, uint64_t before, uint64_t now)
{
	uint64_t change = 0;
	switch (coding) {
	case HT_HISTORY_DIFFERENCE:
		change = now - before;
		return change << 1 ^ (0 - (change >> 63));
	case HT_HISTORY_NUMBER:
		return now;
	case HT_HISTORY_REAL:
		change = now ^ before;
		return change >> REAL_TURN | change << (64 - REAL_TURN);
	}
	return 0;
}

static uint64_t
decode_slot(enum ht_history_coding coding, uint64_t before, uint64_t number)
{
	switch (coding) {
	case HT_HISTORY_DIFFERENCE:
		return before + (number >> 1 ^ (0 - (number & 1)));
	case HT_HISTORY_NUMBER:
		return number;
	case HT_HISTORY_REAL:
		return before ^ (number << REAL_TURN | number >> (64 - REAL_TURN));
	}
	return 0;
}

static const uint64_t no_slots[HT_HISTORY_MOST_SLOTS];

/* What a row says at a tick. */
struct change {
	enum ht_history_kind kind;
	uint32_t serial;
	struct ht_history_mask mask; /* slots outside of it are as before */
	const uint64_t *before;
	const uint64_t *slots;
};

/* Which slots differ. */
static struct ht_history_mask
compare(enum ht_history_kind kind, const uint64_t *before, const uint64_t *slots)
{
	size_t count = ht_history_slot_count(kind);
	struct ht_history_mask mask = { { 0, 0 } };
	for (size_t i = 0; i < count; i++)
		mask.words[(i + 1) / 64] |= (uint64_t)(slots[i] != before[i]) << (i + 1) % 64;
	return mask;
}

/* CHANGE as an entry GAP ticks behind the last one; returns its length. */
static size_t
encode(const struct change *change, uint32_t gap, unsigned char out[ENTRY_MOST])
{
	const unsigned char *codings = ht_history_codings(change->kind);
	struct ht_history_mask head = change->mask;
	head.words[0] |= gap > 1;
	unsigned char *at = put_mask(out, head);
	if (gap > 1)
		at = put_number(at, gap - 2);
	for (size_t word = 0; word < 2; word++) {
		for (uint64_t bits = change->mask.words[word]; bits != 0; bits &= bits - 1) {
			size_t i = word * 64 + (size_t)__builtin_ctzll(bits) - 1;
			at = put_number(
			    at, code_slot(codings[i], change->before[i], change->slots[i]));
		}
	}
	return (size_t)(at - out);
}

/* Applies the entry at BYTES; returns its length. */
static size_t
decode(struct ht_history_cursor *cursor, const unsigned char *bytes)
{
	const unsigned char *codings = ht_history_codings(cursor->row->kind);
	uint64_t *slots = cursor->slots;
	struct ht_history_mask mask;
	uint64_t number;
	size_t at = get_mask(bytes, &mask);
	if ((mask.words[0] & 1) != 0)
		at += get_number(bytes + at, &number);
	mask.words[0] &= ~UINT64_C(1);
	cursor->changed.words[0] |= mask.words[0];
	cursor->changed.words[1] |= mask.words[1];
	for (size_t word = 0; word < 2; word++) {
		for (uint64_t bits = mask.words[word]; bits != 0; bits &= bits - 1) {
			size_t i = word * 64 + (size_t)__builtin_ctzll(bits) - 1;
			at += get_number(bytes + at, &number);
			slots[i] = decode_slot(codings[i], slots[i], number);
		}
	}
	return at;
}

static size_t
block_size(size_t capacity)
{
	return sizeof(struct ht_history_block) + capacity;
}

static void
chain_free(struct ht_history *history, struct ht_history_chain *chain)
{
	for (struct ht_history_block *block = chain->first, *next; block != NULL; block = next) {
		next = block->next;
		ht_history_give(history, block, block_size(block->capacity));
	}
	*chain = (struct ht_history_chain){ NULL, NULL };
}

/* Bytes of a block's content, so that with its head it comes to a multiple of what malloc gives. */
static size_t
rounded_up(size_t content)
{
	return (block_size(content) + BLOCK_ROUND - 1) / BLOCK_ROUND * BLOCK_ROUND - block_size(0);
}

/* Begins a block behind CHAIN with an ENTRY against slots of 0.  0 or -ENOMEM. */
static int
chain_begin_block(struct ht_history *history, struct ht_history_chain *chain, uint32_t serial,
    const unsigned char *entry, size_t length)
{
	size_t capacity = rounded_up(length);
	size_t most = length * BLOCK_TIMES > BLOCK_LEAST ? length * BLOCK_TIMES : BLOCK_LEAST;
	struct ht_history_block *block = ht_history_take(history, block_size(capacity));
	if (block == NULL)
		return -ENOMEM;
	*block = (struct ht_history_block){ .first = serial,
		.last = serial,
		.used = (uint16_t)length,
		.capacity = (uint16_t)capacity,
		.most = (uint16_t)rounded_up(most) };
	memcpy(block->bytes, entry, length);
	chain->last = chain->last != NULL ? &(*chain->last)->next : &chain->first;
	*chain->last = block;
	return 0;
}

/* Makes room for NEEDED bytes in the last block.  0, -ENOSPC: it is full, or -ENOMEM. */
static int
chain_grow_block(struct ht_history *history, struct ht_history_chain *chain, size_t needed)
{
	struct ht_history_block *block = *chain->last;
	if (needed > block->most)
		return -ENOSPC;
	size_t capacity = rounded_up(block->capacity + block->capacity / 2u);
	if (capacity < needed)
		capacity = rounded_up(needed);
	if (capacity > block->most)
		capacity = block->most;
	struct ht_history_block *larger = ht_history_take(history, block_size(capacity));
	if (larger == NULL)
		return -ENOMEM;
	memcpy(larger, block, block_size(block->used));
	larger->capacity = (uint16_t)capacity;
	*chain->last = larger;
	ht_history_give(history, block, block_size(block->capacity));
	return 0;
}

/* Appends CHANGE.  0 or -ENOMEM: CHAIN is as before. */
static int
chain_add(struct ht_history *history, struct ht_history_chain *chain, const struct change *change)
{
	unsigned char entry[ENTRY_MOST];
	size_t length;
	if (chain->last != NULL) {
		struct ht_history_block *block = *chain->last;
		if ((change->mask.words[0] | change->mask.words[1]) == 0)
			return 0;
		length = encode(change, change->serial - block->last, entry);
		size_t needed = block->used + length;
		int error = 0;
		if (needed > block->capacity)
			error = chain_grow_block(history, chain, needed);
		if (error == -ENOMEM)
			return error;
		if (error == 0) {
			block = *chain->last;
			memcpy(block->bytes + block->used, entry, length);
			block->used = (uint16_t)needed;
			block->last = change->serial;
			return 0;
		}
	}
	struct change all = *change;
	all.before = no_slots;
	all.mask = compare(change->kind, no_slots, change->slots);
	length = encode(&all, 1, entry);
	return chain_begin_block(history, chain, change->serial, entry, length);
}

int
ht_history_row_set(
    struct ht_history *history, struct ht_history_row *row, uint32_t serial, const uint64_t *slots)
{
	size_t size = ht_history_slot_count(row->kind) * sizeof(*slots);
	if (row->chain.last != NULL && memcmp(row->now, slots, size) == 0)
		return 0;
	struct change change = { row->kind, serial, compare(row->kind, row->now, slots), row->now,
		slots };
	if (chain_add(history, &row->chain, &change) != 0)
		return -ENOMEM;
	memcpy(row->now, slots, size);
	return 0;
}

/* Finds out which tick the entry to come is of. */
static void
look_ahead(struct ht_history_cursor *cursor, uint32_t before)
{
	struct ht_history_mask mask;
	uint64_t gap;
	if (cursor->block != NULL && cursor->at == cursor->block->used) {
		cursor->block = cursor->block->next;
		cursor->at = 0;
	}
	if (cursor->block == NULL) {
		cursor->serial = UINT32_MAX;
		return;
	}
	cursor->serial = cursor->block->first;
	if (cursor->at == 0)
		return;
	size_t length = get_mask(cursor->block->bytes + cursor->at, &mask);
	cursor->serial = before + 1;
	if ((mask.words[0] & 1) == 0)
		return;
	get_number(cursor->block->bytes + cursor->at + length, &gap);
	cursor->serial = before + 2 + (uint32_t)gap;
}

void
ht_history_cursor_begin(
    struct ht_history_cursor *cursor, const struct ht_history_row *row, uint32_t serial)
{
	const struct ht_history_block *block = row->chain.first;
	while (block != NULL && block->next != NULL && block->next->first <= serial)
		block = block->next;
	cursor->row = row;
	cursor->block = block;
	cursor->at = 0;
	look_ahead(cursor, 0);
}

void
ht_history_cursor_step(struct ht_history_cursor *cursor)
{
	enum ht_history_kind kind = cursor->row->kind;
	if (cursor->at == 0)
		memset(cursor->slots, 0, ht_history_slot_count(kind) * sizeof(cursor->slots[0]));
	cursor->at += decode(cursor, cursor->block->bytes + cursor->at);
	look_ahead(cursor, cursor->serial);
}

void
ht_history_cursor_seek(struct ht_history_cursor *cursor, uint32_t serial)
{
	while (cursor->serial <= serial)
		ht_history_cursor_step(cursor);
}

/*
 * The serial of the tick that shows an entry of SERIAL: the next that is kept; none: its own.  *INDEX is where the
 * search begins and ends: entries mostly come one tick after the other.
 */
static uint32_t
shown_at(const struct ht_history *history, uint32_t serial, size_t *index)
{
	const struct ht_history_tick *ticks = history->ticks;
	for (int i = 0; i < 4; i++)
		if (*index < history->tick_count && ticks[*index].serial < serial)
			++*index;
	if (*index < history->tick_count && ticks[*index].serial < serial)
		*index = ht_history_tick_at(history, serial);
	return *index < history->tick_count ? ticks[*index].serial : serial;
}

static void
copy_slots(
    enum ht_history_kind kind, struct ht_history_mask mask, const uint64_t *from, uint64_t *to)
{
	size_t count = ht_history_slot_count(kind);
	for (size_t word = 0; word < 2; word++) {
		for (uint64_t bits = mask.words[word]; bits != 0; bits &= bits - 1) {
			size_t i = word * 64 + (size_t)__builtin_ctzll(bits) - 1;
			if (i >= count)
				return;
			to[i] = from[i];
		}
	}
}

/* Writes what CURSOR goes along into CHAIN, one entry a tick that is kept.  0 or -ENOMEM. */
static int
copy_entries(
    struct ht_history *history, struct ht_history_cursor *cursor, struct ht_history_chain *chain)
{
	enum ht_history_kind kind = cursor->row->kind;
	uint64_t before[HT_HISTORY_MOST_SLOTS] = { 0 };
	size_t index = 0;
	while (cursor->serial != UINT32_MAX) {
		uint32_t serial = shown_at(history, cursor->serial, &index);
		bool begins = cursor->at == 0;
		cursor->changed = (struct ht_history_mask){ { 0, 0 } };
		do {
			begins |= cursor->at == 0;
			ht_history_cursor_step(cursor);
		} while (cursor->serial <= serial);
		struct change change = { kind, serial, cursor->changed, before, cursor->slots };
		if (begins)
			change.mask = compare(kind, before, cursor->slots);
		if (chain_add(history, chain, &change) != 0)
			return -ENOMEM;
		copy_slots(kind, change.mask, cursor->slots, before);
		ht_history_mark_texts(history, kind, cursor->slots);
	}
	return 0;
}

void
ht_history_row_compact(struct ht_history *history, struct ht_history_row *row)
{
	struct ht_history_cursor cursor;
	struct ht_history_chain chain = { NULL, NULL }, old = row->chain;
	size_t index = 0;
	ht_history_cursor_begin(&cursor, row, 0);
	if (copy_entries(history, &cursor, &chain) != 0) {
		history->cut = true;
		chain_free(history, &chain);
		return;
	}
	row->chain.first = chain.first;
	row->chain.last = chain.last == &chain.first ? &row->chain.first : chain.last;
	row->born = shown_at(history, row->born, &index);
	chain_free(history, &old);
}

void
ht_history_row_free(struct ht_history *history, struct ht_history_row *row)
{
	chain_free(history, &row->chain);
	ht_history_lists_free(history, row->lists);
	ht_history_give(
	    history, row, sizeof(*row) + ht_history_slot_count(row->kind) * sizeof(row->now[0]));
}
