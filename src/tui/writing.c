/* SPDX-License-Identifier: MIT */
/*
 * Looks go from the history to the file one by one, so what is held is one of them.  The past goes on meanwhile
 * and is thinned out: where to go on is told by time, not by place.
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

struct ht_writing {
	struct ht_store store;
	struct ht_recording_writer *writer; /* owned */
	struct ht_arena *arena;             /* owned; of one look's samples */
	struct ht_text bytes;               /* of one look */
	uint64_t written_ns;                /* CLOCK_MONOTONIC of the last one; 0: none yet */
	uint64_t until_ns;                  /* of the last one that is to be written */
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
	writing->until_ns = ht_history_time(history, count - 1);
	ht_text_init(&writing->bytes);
	int status = writing->writer == NULL || writing->arena == NULL
			 ? -ENOMEM
			 : ht_store_begin(&writing->store, path, over);
	if (status != 0)
		release(writing);
	else
		screen->writing = writing;
	return status;
}

/* The place of the next look to write; false: there is none. */
static bool
find_next(const struct ht_writing *writing, const struct ht_history *history, size_t *index)
{
	size_t count = ht_history_count(history);
	*index = count != 0 ? ht_history_find(history, writing->written_ns) : 0;
	if (*index < count && ht_history_time(history, *index) <= writing->written_ns)
		++*index;
	return *index < count && ht_history_time(history, *index) <= writing->until_ns;
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
measure(struct ht_writing *writing, const struct ht_history *history, size_t next)
{
	size_t left = ht_history_find(history, writing->until_ns) + 1 - next;
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
			return measure(writing, history, next);
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
