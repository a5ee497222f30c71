/* SPDX-License-Identifier: MIT */
/*
 * The index is made by walking over the headers of the blocks, so a file that was cut short anywhere
 * has one: an hour of ticks takes some milliseconds.
 */
#include "config.h"

#include "sources/replay.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "decode/recording.h"

enum { WINDOW_BYTES = 1 << 20 };

#define NOWHERE SIZE_MAX

struct entry {
	uint64_t offset;
	uint64_t schema; /* offset of the schema that holds for it */
	size_t key;      /* the tick to begin with to get to this one */
};

struct ht_replay {
	int fd; /* owned */
	uint64_t size;
	struct ht_recording_header header;
	struct entry *entries;          /* owned */
	struct ht_timeline_tick *ticks; /* owned; as many */
	size_t count;
	size_t capacity;
	struct ht_timeline timeline; /* of ticks, once all are there */
	uint64_t damaged_bytes;
	bool is_cut;

	uint8_t *window; /* owned; bytes of the file */
	size_t window_capacity;
	size_t window_length;
	uint64_t window_offset;

	struct ht_recording_decoder *decoder; /* owned */
	uint64_t schema;                      /* offset of the one that the decoder has; 0: none */
	size_t at;                            /* the tick that the decoder has; NOWHERE: none */
	size_t failed; /* the one that it could not take, when it was last moved */
	size_t next;
	size_t passed_over;
};

static int
load(struct ht_replay *replay, uint64_t offset, size_t length)
{
	size_t wanted = length > WINDOW_BYTES ? length : WINDOW_BYTES;
	if (wanted > replay->window_capacity) {
		uint8_t *window = realloc(replay->window, wanted);
		if (window == NULL)
			return -ENOMEM;
		replay->window = window;
		replay->window_capacity = wanted;
	}
	replay->window_offset = offset;
	replay->window_length = 0;
	while (replay->window_length < wanted) {
		ssize_t got = pread(replay->fd, replay->window + replay->window_length,
		    wanted - replay->window_length, (off_t)(offset + replay->window_length));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		replay->window_length += (size_t)got;
	}
	return 0;
}

/* LENGTH bytes at OFFSET of the file in *OUT, until the next call.  0, -ENODATA: they aren't there; or another -errno. */
static int
peek(struct ht_replay *replay, uint64_t offset, size_t length, const uint8_t **out)
{
	uint64_t end = replay->window_offset + replay->window_length;
	if (offset < replay->window_offset || offset > end || end - offset < length) {
		int status = load(replay, offset, length);
		if (status != 0)
			return status;
	}
	if (replay->window_offset + replay->window_length - offset < length)
		return -ENODATA;
	*out = replay->window + (offset - replay->window_offset);
	return 0;
}

static int
peek_block(struct ht_replay *replay, uint64_t offset, struct ht_recording_block *block)
{
	const uint8_t *bytes;
	int status = peek(replay, offset, HT_RECORDING_BLOCK_HEADER_BYTES, &bytes);
	if (status != 0)
		return status;
	status = ht_recording_decode_block(bytes, block);
	if (status == 0 && block->length > replay->size - offset - HT_RECORDING_BLOCK_HEADER_BYTES)
		return -ENODATA;
	return status;
}

static int
make_room(struct ht_replay *replay)
{
	if (replay->count < replay->capacity)
		return 0;
	size_t capacity = replay->capacity * 2 + 1024;
	struct entry *entries = reallocarray(replay->entries, capacity, sizeof(*entries));
	if (entries == NULL)
		return -ENOMEM;
	replay->entries = entries;
	struct ht_timeline_tick *ticks = reallocarray(replay->ticks, capacity, sizeof(*ticks));
	if (ticks == NULL)
		return -ENOMEM;
	replay->ticks = ticks;
	replay->capacity = capacity;
	return 0;
}

/* Notes the block at OFFSET, if it is a tick that can be got at and goes on from the one before. */
static int
note_block(struct ht_replay *replay, uint64_t offset, const struct ht_recording_block *block,
    uint64_t *schema, size_t *key)
{
	if (block->type == HT_RECORDING_SCHEMA) {
		*schema = offset;
		*key = NOWHERE;
		return 0;
	}
	bool is_key = block->type == HT_RECORDING_KEY;
	bool is_later = replay->count == 0 ||
			block->monotonic_ns > replay->ticks[replay->count - 1].monotonic_ns;
	if (is_key)
		*key = is_later ? replay->count : NOWHERE;
	if ((!is_key && block->type != HT_RECORDING_DELTA) || *schema == 0 || *key == NOWHERE ||
	    !is_later)
		return 0;
	int status = make_room(replay);
	if (status != 0)
		return status;
	replay->entries[replay->count] = (struct entry){ offset, *schema, *key };
	replay->ticks[replay->count++] =
	    (struct ht_timeline_tick){ block->monotonic_ns, block->realtime_ns };
	return 0;
}

/* The next offset behind OFFSET where a block begins, or the end. */
static int
find_block(struct ht_replay *replay, uint64_t *offset)
{
	struct ht_recording_block block;
	int status = -EBADMSG;
	while (status == -EBADMSG && ++*offset < replay->size)
		status = peek_block(replay, *offset, &block);
	if (status == -ENODATA)
		*offset = replay->size;
	return status == -EBADMSG || status == -ENODATA ? 0 : status;
}

static int
make_index(struct ht_replay *replay)
{
	struct ht_recording_block block;
	uint64_t schema = 0;
	size_t key = NOWHERE;
	uint64_t offset = replay->header.header_bytes;
	int status = 0;
	while (status == 0 && offset < replay->size) {
		status = peek_block(replay, offset, &block);
		if (status == 0) {
			status = note_block(replay, offset, &block, &schema, &key);
			offset += HT_RECORDING_BLOCK_HEADER_BYTES + block.length;
		} else if (status == -EBADMSG) {
			/* What follows may be a difference from what is lost. */
			uint64_t begin = offset;
			key = NOWHERE;
			status = find_block(replay, &offset);
			replay->damaged_bytes += offset - begin;
		}
	}
	replay->is_cut = status == -ENODATA;
	return status == -ENODATA ? 0 : status;
}

static int
refuse(struct ht_error *error, const char *path, const struct ht_recording_header *header,
    enum ht_recording_refusal refusal)
{
	switch (refusal) {
	case HT_RECORDING_ACCEPTED:
		return 0;
	case HT_RECORDING_FOREIGN:
		ht_error_set(error, HT_ERROR_RUNTIME,
		    "%s is not a recording: 'heaptop record -o FILE' makes one", path);
		break;
	case HT_RECORDING_CUT:
		ht_error_set(error, HT_ERROR_RUNTIME,
		    "%s ends before its first tick: the recording was cut short", path);
		break;
	case HT_RECORDING_DAMAGED:
		ht_error_set(error, HT_ERROR_RUNTIME, "the beginning of %s is damaged", path);
		break;
	case HT_RECORDING_TOO_NEW:
		ht_error_set(error, HT_ERROR_RUNTIME,
		    "%s was recorded by a newer heaptop: its format %u can be read by format %u "
		    "and on, "
		    "this is %d",
		    path, header->version, header->oldest_reader, HT_RECORDING_VERSION);
		break;
	}
	return -EBADMSG;
}

static int
read_header(struct ht_replay *replay, const char *path, struct ht_error *error)
{
	const uint8_t *bytes;
	size_t length = replay->size < HT_RECORDING_HEADER_BYTES ? (size_t)replay->size
								 : HT_RECORDING_HEADER_BYTES;
	int status = peek(replay, 0, length, &bytes);
	if (status != 0) {
		ht_error_set(
		    error, HT_ERROR_RUNTIME, "cannot read %s: %s", path, strerror(-status));
		return status;
	}
	return refuse(error, path, &replay->header,
	    ht_recording_decode_header(bytes, length, &replay->header));
}

static int
open_file(struct ht_replay *replay, const char *path, struct ht_error *error)
{
	struct stat status;
	/* O_NONBLOCK: a FIFO must not hang us. */
	replay->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (replay->fd < 0 || fstat(replay->fd, &status) != 0) {
		int number = errno;
		ht_error_set(error, HT_ERROR_RUNTIME, "cannot open %s: %s", path, strerror(number));
		return -number;
	}
	if (!S_ISREG(status.st_mode)) {
		ht_error_set(
		    error, HT_ERROR_RUNTIME, "%s is not a recording: it is not a file", path);
		return -EINVAL;
	}
	replay->size = (uint64_t)status.st_size;
	return read_header(replay, path, error);
}

static int
read_index(struct ht_replay *replay, const char *path, struct ht_error *error)
{
	int status = make_index(replay);
	if (status != 0) {
		ht_error_set(
		    error, HT_ERROR_RUNTIME, "cannot read %s: %s", path, strerror(-status));
		return status;
	}
	replay->timeline =
	    (struct ht_timeline){ replay->ticks, replay->count, replay->header.delay_ns };
	if (replay->count != 0)
		return 0;
	ht_error_set(
	    error, HT_ERROR_RUNTIME, "%s has no whole tick: the recording was cut short", path);
	return -ENODATA;
}

int
ht_replay_open(const char *path, struct ht_replay **out, struct ht_error *error)
{
	struct ht_replay *replay = calloc(1, sizeof(*replay));
	if (replay != NULL)
		replay->decoder = ht_recording_decoder_new();
	if (replay == NULL || replay->decoder == NULL) {
		free(replay);
		ht_error_set(error, HT_ERROR_RUNTIME, "out of memory");
		return -ENOMEM;
	}
	replay->fd = -1;
	replay->at = NOWHERE;
	int status = open_file(replay, path, error);
	if (status == 0)
		status = read_index(replay, path, error);
	if (status != 0) {
		ht_replay_close(replay);
		return status;
	}
	*out = replay;
	return 0;
}

void
ht_replay_close(struct ht_replay *replay)
{
	if (replay == NULL)
		return;
	if (replay->fd >= 0)
		close(replay->fd);
	ht_recording_decoder_free(replay->decoder);
	free(replay->entries);
	free(replay->ticks);
	free(replay->window);
	free(replay);
}

const struct ht_timeline *
ht_replay_timeline(const struct ht_replay *replay)
{
	return &replay->timeline;
}

size_t
ht_replay_next(const struct ht_replay *replay)
{
	return replay->next;
}

void
ht_replay_seek(struct ht_replay *replay, size_t index)
{
	replay->next = index;
}

uint64_t
ht_replay_damaged_bytes(const struct ht_replay *replay)
{
	return replay->damaged_bytes;
}

bool
ht_replay_is_cut(const struct ht_replay *replay)
{
	return replay->is_cut;
}

/* Gives the block at OFFSET to the decoder. */
static int
feed(struct ht_replay *replay, uint64_t offset)
{
	struct ht_recording_block block;
	const uint8_t *payload = NULL;
	int status = peek_block(replay, offset, &block);
	if (status == 0)
		status =
		    peek(replay, offset + HT_RECORDING_BLOCK_HEADER_BYTES, block.length, &payload);
	return status == 0 ? ht_recording_decoder_add(replay->decoder, &block, payload) : status;
}

static int
feed_schema(struct ht_replay *replay, uint64_t offset)
{
	int status = 0;
	if (replay->schema == offset)
		return 0;
	status = feed(replay, offset);
	replay->schema = status == 0 ? offset : 0;
	return status;
}

/* Brings the decoder to tick INDEX. */
static int
go_to(struct ht_replay *replay, size_t index)
{
	const struct entry *entry = &replay->entries[index];
	if (replay->at == index)
		return 0;
	bool goes_on = replay->at != NOWHERE && replay->at < index && replay->at >= entry->key;
	size_t from = goes_on ? replay->at + 1 : entry->key;
	int status = goes_on ? 0 : feed_schema(replay, entry->schema);
	replay->at = NOWHERE;
	replay->failed = from;
	for (; from <= index && status == 0; from++) {
		replay->failed = from;
		status = feed(replay, replay->entries[from].offset);
	}
	if (status == 0)
		replay->at = index;
	return status;
}

/* The first tick behind INDEX that needs none up to it. */
static size_t
next_key(const struct ht_replay *replay, size_t index)
{
	const size_t key = replay->entries[index].key;
	while (index < replay->count && replay->entries[index].key == key)
		index++;
	return index;
}

int
ht_replay_find_readable(struct ht_replay *replay, size_t index, size_t *out)
{
	for (;;) {
		const size_t key = replay->entries[index].key;
		int status = go_to(replay, index);
		if (status == -ENOMEM)
			return status;
		/* All from the key up to the one that failed could be read. */
		if (status == 0 || replay->failed > key) {
			*out = status == 0 ? index : replay->failed - 1;
			return 0;
		}
		if (key == 0)
			return -ENODATA;
		index = key - 1;
	}
}

size_t
ht_replay_passed_over(const struct ht_replay *replay)
{
	return replay->passed_over;
}

static int
add_samples(struct ht_poll *poll, const struct ht_tick *tick)
{
	for (size_t i = 0; i < tick->sample_count; i++) {
		struct ht_sample *sample = ht_poll_add(poll);
		if (sample == NULL)
			return -ENOMEM;
		*sample = tick->samples[i];
	}
	poll->process_samples = tick->process_count;
	poll->host = tick->host;
	poll->hidden_count = tick->hidden_count;
	poll->realtime_ns = tick->realtime_ns;
	poll->monotonic_ns = tick->monotonic_ns;
	return 0;
}

static int
poll_replay(void *state, struct ht_poll *poll)
{
	struct ht_replay *replay = state;
	struct ht_tick tick;
	while (replay->next < replay->count) {
		size_t index = replay->next;
		int status = go_to(replay, index);
		if (status == 0)
			status = ht_recording_decoder_tick(
			    replay->decoder, poll->request, poll->arena, &tick);
		if (status == -ENOMEM)
			return status;
		replay->next = status == 0 ? index + 1 : next_key(replay, index);
		if (status == 0)
			return add_samples(poll, &tick);
		replay->passed_over += replay->next - index;
	}
	return -ENODATA;
}

static void
close_replay(void *state)
{
	ht_replay_close(state);
}

const struct ht_source ht_source_replay = { "replay", NULL, poll_replay, close_replay };
