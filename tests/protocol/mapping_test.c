/* SPDX-License-Identifier: MIT */
/*
 * Publisher and reader as threads over one mapping, built with ThreadSanitizer where the
 * compiler has it (across two mappings or processes it sees nothing).  Writers claim
 * slots, count, rename, report and go; the reader decodes what it copies meanwhile and believes
 * only what one writer wrote.  At the end every count is there.
 */
#include "config.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "decode/segment.h"
#include "model/frame.h"
#include "publish/counter.h"
#include "publish/events.h"
#include "publish/segment.h"
#include "publish/slots.h"

enum { WRITERS = 4, READS = 200, BLOCKS = 20, COPY_MOST = 1 << 20, TRIES = 4 };

static struct ht_segment segment;
static uint32_t next_tid = 1; /* each life is another thread's */
static bool enough;
static bool failed;

static void
check(bool condition, const char *what)
{
	if (condition)
		return;
	printf("# %s\n", what);
	__atomic_store_n(&failed, true, __ATOMIC_RELAXED);
}

/* Every figure of an owner follows from its tid, so that a mixture shows. */
static void
name_of(uint32_t tid, unsigned change, char name[16])
{
	memset(name, 0, 16);
	snprintf(name, 16, "t%06u-%u-%04u", tid % 1000000, change % 10, tid % 10000);
}

static void
report(uint32_t tid, uint64_t tag)
{
	struct heaptop_event event = {
		.kind = tag % 2 == 0 ? HEAPTOP_EVENT_TRIM : HEAPTOP_EVENT_THREAD_START,
		.monotonic_ns = tag,
		.tid = tid,
		.present = HEAPTOP_EVENT_HAS_DURATION | HEAPTOP_EVENT_HAS_BYTES_BEFORE |
			   HEAPTOP_EVENT_HAS_BYTES_AFTER | HEAPTOP_EVENT_HAS_REQUESTED,
		.duration_ns = tag,
		.bytes_before = tag,
		.bytes_after = tag,
		.requested_bytes = tag,
	};
	snprintf(event.label, sizeof(event.label), "%060llu", (unsigned long long)tag);
	ht_events_write(&segment, &event);
	ht_events_count_gc(&segment, tag, tag);
}

/* One life of a thread: a slot, some blocks, another name, two events. */
static void
live(uint32_t tid)
{
	struct ht_owner owner = { .tid = tid, .monotonic_ns = tid };
	name_of(tid, 0, owner.name);
	int index = ht_slots_claim(&segment, &owner, 0);
	for (int i = 0; i < BLOCKS; i++) {
		if (index < 0) {
			ht_slot_allocated_shared(segment.overflow, 64);
			continue;
		}
		struct heaptop_thread_slot *slot = &segment.slots[index];
		unsigned class = heaptop_size_class_of(64);
		ht_counter_add(&slot->allocated_bytes, 64);
		ht_counter_add(&slot->size_classes[class].allocated_blocks, 1);
	}
	report(tid, 2 * tid);
	if (index < 0)
		return;
	name_of(tid, 1, owner.name);
	ht_slots_rename(&segment, (uint32_t)index, owner.name);
	report(tid, 2 * tid + 1);
	ht_slots_release(&segment, (uint32_t)index);
}

static void *
writer(void *context)
{
	while (!__atomic_load_n(&enough, __ATOMIC_RELAXED))
		live(__atomic_fetch_add(&next_tid, 1, __ATOMIC_RELAXED));
	return context;
}

/* Word by word, as pread copies; a plain copy would be the race that this test looks for. */
static void
copy_words(uint64_t *to, size_t length)
{
	const uint64_t *from = (const uint64_t *)(const void *)segment.base;
	for (size_t i = 0; i < length / sizeof(*to); i++)
		to[i] = __atomic_load_n(&from[i], __ATOMIC_RELAXED);
}

static void
check_thread(const struct ht_thread *thread)
{
	char before[16], after[16];
	name_of((uint32_t)thread->tid, 0, before);
	name_of((uint32_t)thread->tid, 1, after);
	check(strcmp(thread->name, before) == 0 || strcmp(thread->name, after) == 0,
	    "an owner with another's name");
	check(thread->values.value[HT_THREAD_ALLOCATED_BLOCKS].u <= BLOCKS,
	    "an owner with another's blocks");
}

static void
check_event(const struct ht_event *event)
{
	char label[65];
	snprintf(label, sizeof(label), "%060llu", (unsigned long long)event->monotonic_ns);
	check(event->duration_ns == event->monotonic_ns &&
		  event->bytes_before == event->monotonic_ns &&
		  event->bytes_after == event->monotonic_ns &&
		  event->requested_bytes == event->monotonic_ns && strcmp(event->label, label) == 0,
	    "an event of two writers");
}

static void
check_heap(const struct ht_heap_sample *heap)
{
	uint64_t blocks = heap->exited.allocated_blocks;
	for (size_t i = 0; i < heap->thread_count; i++) {
		check_thread(&heap->threads[i]);
		blocks += heap->threads[i].values.value[HT_THREAD_ALLOCATED_BLOCKS].u;
	}
	check(blocks == heap->values.value[HT_HEAP_ALLOCATED_BLOCKS].u, "threads are not the sum");
	for (size_t i = 0; i < heap->event_count; i++)
		check_event(&heap->events[i]);
}

/* The first copy, as long as its own table of contents asks for: that grows meanwhile. */
static uint64_t
copy_first(uint64_t *first, uint64_t file_size)
{
	uint64_t length, need = 4096;
	do {
		length = need;
		copy_words(first, length);
		check(ht_segment_extent(first, length, file_size, &need) == HT_SEGMENT_OK,
		    "no extent");
		check(need <= COPY_MOST, "more than there is room for");
	} while (need > length && need <= COPY_MOST);
	return length;
}

/* Reads once, with bounded tries. */
static void
read_once(uint64_t *first, uint64_t *second, struct ht_arena *arena)
{
	struct ht_segment_want want = { .detail = HT_DETAIL_THREADS | HT_DETAIL_EVENTS };
	struct ht_segment_copy copy = {
		.first = first,
		.second = second,
		.file_size = segment.header->cap_bytes,
	};
	struct ht_sample sample = { 0 };
	int status = -EAGAIN;
	for (int i = 0; i < TRIES && status == -EAGAIN; i++) {
		copy.length = copy_first(first, copy.file_size);
		copy_words(second, copy.length);
		want.last_try = i + 1 == TRIES;
		ht_arena_reset(arena);
		status = ht_segment_decode(&copy, &want, arena, &sample);
	}
	bool readable = status == 0 && sample.quality == HT_QUALITY_LIVE;
	if (!readable)
		printf("# status %d: %s\n", status,
		    sample.quality_reason != NULL ? sample.quality_reason : "no reason");
	check(readable, "not readable");
	if (status == 0 && sample.heap != NULL)
		check_heap(sample.heap);
}

static void
read_often(void)
{
	uint64_t *first = malloc(COPY_MOST), *second = malloc(COPY_MOST);
	struct ht_arena *arena = ht_arena_new();
	if (first == NULL || second == NULL || arena == NULL)
		abort();
	for (int i = 0; i < READS; i++)
		read_once(first, second, arena);
	ht_arena_free(arena);
	free(first);
	free(second);
}

static void
check_end(void)
{
	struct ht_totals totals;
	ht_slots_total(&segment, &totals);
	check(totals.allocated_blocks == (uint64_t)(next_tid - 1) * BLOCKS, "blocks are missing");
	check(totals.allocated_bytes == totals.allocated_blocks * 64, "bytes are missing");
	check(segment.globals->threads_started == segment.globals->threads_exited,
	    "a slot was not given back");
}

int
main(void)
{
	char directory[] = "/tmp/heaptop-mapping-XXXXXX", former[64];
	struct ht_identity identity = {
		.pid = (uint32_t)getpid(), .uid = getuid(), .name = "mapping"
	};
	pthread_t threads[WRITERS];

	printf("1..1\n");
	if (mkdtemp(directory) == NULL ||
	    !ht_segment_create(&segment, &identity, directory, NULL, former)) {
		printf("not ok 1 - no segment\n");
		return 1;
	}
	ht_segment_set_state(&segment, HEAPTOP_STATE_LIVE);
	for (uint32_t i = 0; i < WRITERS; i++)
		if (pthread_create(&threads[i], NULL, writer, NULL) != 0)
			abort();
	read_often();
	__atomic_store_n(&enough, true, __ATOMIC_RELAXED);
	for (uint32_t i = 0; i < WRITERS; i++)
		pthread_join(threads[i], NULL);
	check_end();
	ht_segment_unlink(&segment);
	rmdir(directory);
	printf("%s 1 - a reader beside four writers believes nothing mixed\n",
	    failed ? "not ok" : "ok");
	printf("# %d reads of %u lives\n", READS, next_tid - 1);
	return failed ? 1 : 0;
}
