/* SPDX-License-Identifier: MIT */
/*
 * A writer that is stopped after each of its instructions: a reader looks at what is there,
 * also by copies that began earlier, and a successor goes on as if the writer had been killed
 * at that point.  The real code of both, with every interleaving of one writer.
 *
 * Exit 0: all held; 1: something mixed was believed or a successor failed; 77: no ptrace here.
 */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../unit/decode/segment_builder.h"
#include "decode/segment.h"
#include "model/frame.h"
#include "publish/events.h"
#include "publish/slots.h"

enum { SNAPSHOTS = 256, LOOK_BACK = 24, STEPS_MOST = 2000000, LIMIT_SECONDS = 120 };

/* The segment in some memory: shared with the writer, or a copy for a successor. */
struct place {
	unsigned char *bytes;
	struct ht_segment segment;
};

static size_t length;
static struct ht_arena *arena;

static void
fail(const char *what)
{
	printf("# %s\n", what);
	exit(1);
}

/* What the publisher knows of a segment that lies at BYTES, laid out as BUILDER's. */
static struct place
place_at(struct segment_builder *builder, unsigned char *bytes)
{
	struct place place = { .bytes = bytes };
	memcpy(bytes, builder->bytes, length);
	unsigned char *contents = bytes + builder->header->toc_offset;
	struct heaptop_section *threads = segment_builder_section(builder, HEAPTOP_SECTION_THREADS);
	place.segment.base = bytes;
	place.segment.header = (struct heaptop_segment_header *)(void *)bytes;
	place.segment.globals =
	    (struct heaptop_globals *)(void *)(bytes + ((unsigned char *)builder->globals -
							   builder->bytes));
	place.segment.overflow =
	    (struct heaptop_thread_slot *)(void *)(bytes + ((unsigned char *)builder->overflow -
							       builder->bytes));
	for (uint32_t i = 0; i < 2; i++)
		place.segment.rings[i] =
		    (struct heaptop_event_ring *)(void *)(bytes +
							  ((unsigned char *)segment_builder_ring(
							       builder, i) -
							      builder->bytes));
	place.segment.threads =
	    (struct heaptop_section *)(void *)(contents + ((unsigned char *)threads -
							      (unsigned char *)builder->contents));
	place.segment.slots = (struct heaptop_thread_slot *)(void *)(bytes + threads->offset);
	place.segment.slots_limit = threads->count;
	place.segment.growth_failed = true;
	return place;
}

/* An owner whose every figure says who it is. */
static struct ht_owner
owner_of(uint32_t tid)
{
	struct ht_owner owner = { .tid = tid, .monotonic_ns = tid };
	memset(owner.name, (int)('A' + tid % 20), 15);
	return owner;
}

static void
report(struct ht_segment *segment, uint64_t tag)
{
	struct heaptop_event event = {
		.kind = HEAPTOP_EVENT_TRIM,
		.monotonic_ns = tag,
		.present = HEAPTOP_EVENT_HAS_DURATION | HEAPTOP_EVENT_HAS_BYTES_AFTER,
		.duration_ns = tag,
		.bytes_after = tag,
	};
	memset(event.label, (int)('a' + tag), sizeof(event.label));
	ht_events_write(segment, &event);
	ht_events_count_gc(segment, 10, tag);
}

/* All that a writer does; the same owner's name never changes but between upper and lower case. */
static void
write_all(struct ht_segment *segment)
{
	for (uint32_t tid = 1; tid <= 2; tid++) {
		struct ht_owner owner = owner_of(tid);
		int index = ht_slots_claim(segment, &owner, 0);
		for (int i = 0; i < 15; i++)
			owner.name[i] |= 0x20;
		ht_slots_rename(segment, (uint32_t)index, owner.name);
		report(segment, tid);
		if (tid == 1)
			ht_slots_release(segment, (uint32_t)index);
	}
}

static void
check_thread(const struct ht_thread *thread)
{
	char letter = (char)('A' + thread->tid % 20);
	if (thread->name[0] != letter && thread->name[0] != (letter | 0x20))
		fail("a name and a tid of two owners were believed");
	for (int i = 1; i < 15; i++)
		if (thread->name[i] != thread->name[0])
			fail("a name in the middle of its change was believed");
}

static void
check_event(const struct ht_event *event)
{
	if (event->duration_ns != event->monotonic_ns ||
	    event->bytes_after != event->monotonic_ns ||
	    event->label[0] != (char)('a' + event->monotonic_ns) ||
	    event->label[63] != event->label[0])
		fail("an event in the middle of its writing was believed");
}

/* Decodes a pair of copies and believes what it is told; the number of living threads. */
static size_t
look(const unsigned char *first, const unsigned char *second, uint32_t detail)
{
	const struct ht_segment_copy copy = {
		.first = first,
		.second = second,
		.length = length,
		.file_size = length,
	};
	const struct ht_segment_want want = { .detail = detail, .last_try = true };
	struct ht_sample sample;
	ht_arena_reset(arena);
	if (ht_segment_decode(&copy, &want, arena, &sample) != 0 || sample.heap == NULL)
		fail("not readable");
	const struct ht_heap_values *values = &sample.heap->values;
	for (size_t i = 0; i < sample.heap->thread_count; i++)
		check_thread(&sample.heap->threads[i]);
	for (size_t i = 0; i < sample.heap->event_count; i++)
		check_event(&sample.heap->events[i]);
	if (HT_HAS(values, HT_HEAP_GC_EVENTS) &&
	    values->value[HT_HEAP_GC_PAUSE].u != 10 * values->value[HT_HEAP_GC_EVENTS].u)
		fail("collection figures in the middle of their change were believed");
	return sample.heap->thread_count;
}

/* A copy that began when OLD was there and overtook the writer at byte CUT of slot 0's owner. */
static void
look_across(const struct place *place, const unsigned char *old, unsigned char *scratch)
{
	size_t slot = (size_t)((unsigned char *)place->segment.slots - place->bytes);
	size_t begin = slot + offsetof(struct heaptop_thread_slot, owner_sequence);
	for (size_t cut = begin; cut <= begin + 80; cut += 4) {
		memcpy(scratch, place->bytes, length);
		memcpy(scratch, old, cut);
		look(scratch, place->bytes, HT_DETAIL_THREADS);
	}
}

/* As if the writer had been killed here: its slots are reaped, another thread comes and reports. */
static void
succeed(struct place *copy, const struct place *place)
{
	memcpy(copy->bytes, place->bytes, length);
	struct ht_segment *segment = &copy->segment;
	segment->free_hint = 0;
	for (uint32_t i = 0; i < segment->slots_limit; i++)
		if (segment->slots[i].state == HEAPTOP_SLOT_LIVE)
			ht_slots_release(segment, i);
	const struct ht_owner owner = owner_of(7);
	if (ht_slots_claim(segment, &owner, 0) < 0)
		fail("a successor found no slot");
	for (uint64_t i = 0; i < 3; i++)
		report(segment, 10 + i);
	if (look(copy->bytes, copy->bytes, HT_DETAIL_THREADS | HT_DETAIL_EVENTS) != 1)
		fail("a successor can't be seen");
}

/* Steps the writer to its end, and looks wherever it changed something. */
static unsigned
step_through(pid_t writer, struct place *place, struct place *copy)
{
	unsigned char *snapshots = malloc((size_t)SNAPSHOTS * length), *scratch = malloc(length);
	unsigned changes = 0;
	int status;
	if (snapshots == NULL || scratch == NULL)
		abort();
	memcpy(snapshots, place->bytes, length);
	for (long steps = 0; steps < STEPS_MOST; steps++) {
		if (ptrace(PTRACE_SINGLESTEP, writer, NULL, NULL) != 0 ||
		    waitpid(writer, &status, 0) != writer)
			fail("the writer can't be stepped");
		if (WIFEXITED(status))
			break;
		unsigned char *last = snapshots + (size_t)(changes % SNAPSHOTS) * length;
		if (memcmp(last, place->bytes, length) == 0)
			continue;
		look(place->bytes, place->bytes, HT_DETAIL_THREADS | HT_DETAIL_EVENTS);
		for (unsigned back = 0; back < LOOK_BACK && back <= changes; back++)
			look_across(place,
			    snapshots + (size_t)((changes - back) % SNAPSHOTS) * length, scratch);
		succeed(copy, place);
		changes++;
		memcpy(snapshots + (size_t)(changes % SNAPSHOTS) * length, place->bytes, length);
	}
	free(snapshots);
	free(scratch);
	return changes;
}

int
main(void)
{
	struct segment_builder *builder = segment_builder_new(&(struct segment_shape){
	    .threads = 3, .rings = 2, .ring_records = HT_RING_EVENTS + 1 });
	length = builder->length;
	arena = ht_arena_new();
	unsigned char *shared =
	    mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned char *own = aligned_alloc(128, length);
	if (arena == NULL || shared == MAP_FAILED || own == NULL)
		abort();
	struct place place = place_at(builder, shared), copy = place_at(builder, own);

	/* A wait without bound ends here. */
	alarm(LIMIT_SECONDS);
	pid_t writer = fork();
	if (writer == 0) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
			_exit(77);
		raise(SIGSTOP);
		write_all(&place.segment);
		_exit(0);
	}
	int status;
	if (waitpid(writer, &status, 0) != writer || WIFEXITED(status))
		return 77;
	ptrace(PTRACE_SETOPTIONS, writer, NULL, PTRACE_O_EXITKILL);
	unsigned changes = step_through(writer, &place, &copy);
	printf("# %u changes\n", changes);
	segment_builder_free(builder);
	ht_arena_free(arena);
	free(own);
	return changes > 50 ? 0 : 1;
}
