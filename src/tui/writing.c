/* SPDX-License-Identifier: MIT */
/*
 * Looks go from the history to the file one by one, so what is held is one of them and the times of all.  The past
 * goes on meanwhile and is thinned out: where to go on is told by time, not by place.
 */
#include "config.h"

#include "tui/writing.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "export/recording.h"
#include "export/recording_frame.h"
#include "tui/screen.h"
#include "tui/store.h"

/*
 * So long keys wait at most, and one look more: of 5,000 processes it takes 9 ms, at most 23, nearly all of them for
 * getting it from the history.
 */
static const uint64_t slice_ns = UINT64_C(5000000);

/*
 * Of looks closer together than this part of the delay, and than so long, the last one is written: a key makes a look
 * some 2 ms after the one before, with the lists that were lacking, and a rate over so short a time is 0 or nonsense.
 * The bound is there because the delay may have been shorter before.
 */
enum { BURST_PART = 4 };
static const uint64_t longest_burst_ns = UINT64_C(250000000);

struct ht_writing {
	struct ht_store store;
	struct ht_recording_writer *writer; /* owned */
	struct ht_arena *arena;             /* owned; of one look's samples */
	struct ht_text bytes;               /* of one look */
	uint64_t written_ns;                /* CLOCK_MONOTONIC of the last one */
	uint64_t *times;                    /* owned; rising, of those that are to be written */
	size_t time_count;
	size_t next;       /* of times */
	uint64_t apart_ns; /* that two of them are, at least */
	size_t written;
	unsigned percent;
	bool has_warned; /* that leaving would leave nothing of it */
};

/* Ends all but the file. */
static void
release(struct ht_writing *writing)
{
	ht_recording_writer_free(writing->writer);
	ht_arena_free(writing->arena);
	ht_text_release(&writing->bytes);
	free(writing->times);
	free(writing);
}

void
ht_writing_free(struct ht_writing *writing)
{
	if (writing == NULL)
		return;
	ht_store_drop(&writing->store);
	release(writing);
}

/* From the newest back, so that of each burst the last is left, and no two are closer than apart_ns. */
static int
choose_looks(struct ht_writing *writing, const struct ht_history *history, size_t count)
{
	writing->times = calloc(count, sizeof(*writing->times));
	if (writing->times == NULL)
		return -ENOMEM;
	writing->time_count = writing->next = count;
	for (size_t i = count; i-- > 0;) {
		uint64_t time_ns = ht_history_time(history, i);
		if (writing->next == count ||
		    time_ns + writing->apart_ns <= writing->times[writing->next])
			writing->times[--writing->next] = time_ns;
	}
	return 0;
}

static uint64_t
least_apart(uint64_t delay_ns)
{
	uint64_t part_ns = delay_ns / BURST_PART;
	return part_ns < longest_burst_ns ? part_ns : longest_burst_ns;
}

int
ht_writing_begin(struct ht_screen *screen, const char *path, bool over)
{
	const struct ht_history *history = screen->past.history;
	size_t count = history != NULL ? ht_history_count(history) : 0;
	if (count == 0)
		return -ENODATA;
	struct ht_writing *writing = calloc(1, sizeof(*writing));
	if (writing == NULL)
		return -ENOMEM;
	writing->writer = ht_recording_writer_new(screen->settings.delay_ns);
	writing->arena = ht_arena_new();
	writing->apart_ns = least_apart(screen->header.delay_ns);
	ht_text_init(&writing->bytes);
	int status = writing->writer == NULL || writing->arena == NULL
			 ? -ENOMEM
			 : choose_looks(writing, history, count);
	if (status == 0)
		status = ht_store_begin(&writing->store, path, over);
	if (status != 0)
		release(writing);
	else
		screen->writing = writing;
	return status;
}

/*
 * The place of the next look to write; false: there is none.  In place of one that was thinned out it is the one
 * before, unless that is too near.
 */
static bool
find_next(struct ht_writing *writing, const struct ht_history *history, size_t *index)
{
	if (ht_history_count(history) == 0)
		return false;
	for (; writing->next < writing->time_count; writing->next++) {
		uint64_t wanted_ns = writing->times[writing->next];
		*index = ht_history_find(history, wanted_ns);
		uint64_t time_ns = ht_history_time(history, *index);
		if (time_ns <= wanted_ns &&
		    (writing->written == 0 || time_ns >= writing->written_ns + writing->apart_ns))
			return true;
	}
	return false;
}

static int
write_look(struct ht_writing *writing, const struct ht_history *history, size_t index)
{
	struct ht_frame *frame;
	struct ht_tick tick;
	int status = ht_history_frame(history, index, &frame);
	if (status != 0)
		return status;
	ht_text_clear(&writing->bytes);
	status = ht_recording_tick_of_frame(frame, writing->arena, &tick);
	if (status == 0)
		status = ht_recording_write(writing->writer, &tick, &writing->bytes);
	if (status == 0)
		status = ht_store_add(&writing->store, writing->bytes.bytes, writing->bytes.length);
	writing->written_ns = frame->monotonic_ns;
	writing->written++;
	writing->next++;
	ht_frame_free(frame);
	ht_arena_reset(writing->arena);
	return status;
}

/* Says how it ended, with STATUS. */
static void
finish(struct ht_screen *screen, int status)
{
	struct ht_writing *writing = screen->writing;
	screen->writing = NULL;
	if (status == 0)
		status = ht_store_end(&writing->store);
	else
		ht_store_drop(&writing->store);
	if (status != 0)
		ht_screen_say(
		    screen, "%s is not written: %s", screen->write_name, ht_store_reason(status));
	else if (writing->written == 1)
		ht_screen_say(screen, "written to %s: one look", screen->write_name);
	else
		ht_screen_say(
		    screen, "written to %s: %zu looks", screen->write_name, writing->written);
	release(writing);
}

/* True when there is another figure to be shown. */
static bool
measure(struct ht_writing *writing)
{
	size_t left = writing->time_count - writing->next;
	unsigned before = writing->percent;
	writing->percent = (unsigned)(writing->written * 100 / (writing->written + left));
	return writing->percent != before;
}

bool
ht_writing_go_on(struct ht_screen *screen)
{
	struct ht_writing *writing = screen->writing;
	const struct ht_history *history = screen->past.history;
	size_t next;
	if (writing == NULL)
		return false;
	uint64_t end_ns = ht_clock_monotonic_ns() + slice_ns;
	while (find_next(writing, history, &next)) {
		if (ht_clock_monotonic_ns() >= end_ns)
			return measure(writing);
		int status = write_look(writing, history, next);
		if (status != 0) {
			finish(screen, status);
			return true;
		}
	}
	finish(screen, 0);
	return true;
}

bool
ht_writing_cancel(struct ht_screen *screen)
{
	if (screen->writing == NULL)
		return false;
	ht_writing_free(screen->writing);
	screen->writing = NULL;
	ht_screen_say(screen, "%s is not written", screen->write_name);
	return true;
}

bool
ht_writing_keeps(struct ht_screen *screen)
{
	if (screen->writing == NULL || screen->writing->has_warned)
		return false;
	screen->writing->has_warned = true;
	ht_screen_say(screen, "still writing: the same again leaves without the file");
	return true;
}

void
ht_writing_describe(const struct ht_screen *screen, struct ht_text *out)
{
	ht_text_add_format(
	    out, "Writing: %u%%, Esc cancels: %s", screen->writing->percent, screen->write_name);
}
