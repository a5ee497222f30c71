/* SPDX-License-Identifier: MIT */
/* Rows of words -> samples, as far as a request wants them. */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "decode/recording_parts.h"
#include "model/frame.h"

static const char *
string_of(const struct ht_recording_reading *reading, uint64_t word)
{
	return word == 0 || word > reading->strings->count ? NULL
							   : reading->strings->texts[word - 1];
}

/* A copy of the string, printable where it will be shown as it is. */
static const char *
copy_string(struct ht_recording_reading *reading, const char *string, bool is_phrase)
{
	struct ht_text text;
	const char *copy;
	if (string == NULL)
		return NULL;
	ht_text_init(&text);
	if (is_phrase)
		ht_text_add_printable(&text, string, false);
	const char *from = is_phrase ? ht_text_string(&text) : string;
	copy = ht_arena_text(reading->arena, from, strlen(from));
	reading->failed |= copy == NULL || text.failed;
	ht_text_release(&text);
	return copy;
}

static void
store_kind(const char *name, enum ht_map_kind *kind)
{
	for (int i = 0; i < HT_MAP_KINDS && name != NULL; i++)
		if (strcmp(ht_map_kind_name((enum ht_map_kind)i), name) == 0)
			*kind = (enum ht_map_kind)i;
}

static void
store_text(struct ht_recording_reading *reading, const struct ht_record_column *column,
    uint64_t word, char *base)
{
	char *member = base + column->offset;
	const char *string = string_of(reading, word);
	if (column->kind == HT_RECORD_MAP_KIND) {
		store_kind(string, (enum ht_map_kind *)member);
	} else if (column->kind == HT_RECORD_CHARS) {
		size_t length = string != NULL ? strnlen(string, column->size - 1) : 0;
		memset(member, 0, column->size);
		if (length != 0)
			memcpy(member, string, length);
	} else {
		*(const char **)member =
		    copy_string(reading, string, column->kind == HT_RECORD_PHRASE);
	}
}

/* The word of our COLUMN in ROW of our TABLE; false: the file hasn't got it. */
static bool
find_word(const struct ht_recording_reading *reading, enum ht_record_table table, size_t column,
    const uint64_t *row, uint64_t *word)
{
	int place = reading->schemas->column[table][column];
	if (place < 0)
		return false;
	*word = row[place];
	return true;
}

/* Stores what ROW has of PARTS; parts that are NULL are left out. */
static void
read_row(struct ht_recording_reading *reading, enum ht_record_table table, const uint64_t *row,
    void *const parts[HT_RECORD_PARTS])
{
	const struct ht_record_table_info *info = ht_record_table_info(table);
	uint64_t word;
	for (size_t i = 0; i < info->column_count; i++) {
		const struct ht_record_column *column = &info->columns[i];
		bool is_part = column->kind == HT_RECORD_HEAP || column->kind == HT_RECORD_MAPS;
		if (is_part || parts[column->part] == NULL ||
		    !find_word(reading, table, i, row, &word))
			continue;
		if (ht_record_is_plain(column->kind))
			ht_record_store(column, word, reading->monotonic_ns, parts[column->part]);
		else
			store_text(reading, column, word, parts[column->part]);
	}
}

/* The word of the one column of that KIND in a sample's row; 0 where there is none. */
static uint64_t
word_of_kind(
    const struct ht_recording_reading *reading, enum ht_record_kind kind, const uint64_t *row)
{
	const struct ht_record_table_info *info = ht_record_table_info(HT_RECORD_SAMPLE);
	uint64_t word = 0;
	for (size_t i = 0; i < info->column_count; i++)
		if (info->columns[i].kind == kind)
			find_word(reading, HT_RECORD_SAMPLE, i, row, &word);
	return word;
}

/* COUNT new items of SIZE bytes for the rows of our TABLE among LISTS; NULL: there are none. */
static void *
read_list(struct ht_recording_reading *reading, enum ht_record_table table,
    const struct ht_record_rows *lists, const void *blank, size_t size, size_t *count)
{
	int place = reading->schemas->table[table];
	*count = 0;
	if (place < 2 || lists[place - 2].count == 0)
		return NULL;
	const struct ht_record_rows *rows = &lists[place - 2];
	char *items = ht_arena_array(reading->arena, rows->count, size);
	if (items == NULL) {
		reading->failed = true;
		return NULL;
	}
	for (size_t i = 0; i < rows->count; i++) {
		void *const parts[HT_RECORD_PARTS] = { items + i * size };
		memcpy(parts[HT_PART_ROW], blank, size);
		read_row(
		    reading, table, rows->words + i * reading->schemas->tables[place].words, parts);
	}
	*count = rows->count;
	return items;
}

static const struct ht_map_figures no_figures = { UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX,
	UINT64_MAX, UINT64_MAX };

static void
read_mappings(
    struct ht_recording_reading *reading, const struct ht_record_rows *lists, struct ht_maps *maps)
{
	const struct ht_map blank = { .name = "", .figures = no_figures };
	maps->maps =
	    read_list(reading, HT_RECORD_MAPPINGS, lists, &blank, sizeof(blank), &maps->count);
	for (size_t i = 0; i < maps->count; i++) {
		struct ht_map *map = &maps->maps[i];
		if (map->name == NULL)
			map->name = "";
		if (strspn(map->flags, "rwxps-") != strlen(map->flags))
			map->flags[0] = '\0';
	}
}

/* Maps whose sums don't add up are none. */
static const struct ht_maps *
read_maps(
    struct ht_recording_reading *reading, const struct ht_record_rows *lists, struct ht_maps *maps)
{
	const struct ht_record_map_sum blank = { .kind = HT_MAP_KINDS, .figures = no_figures };
	size_t count;
	if (maps == NULL)
		return NULL;
	const struct ht_record_map_sum *sums =
	    read_list(reading, HT_RECORD_MAP_SUMS, lists, &blank, sizeof(blank), &count);
	for (size_t i = 0; i < count; i++) {
		if (sums[i].kind >= HT_MAP_KINDS)
			continue;
		maps->kinds[sums[i].kind] = sums[i].figures;
		maps->kind_counts[sums[i].kind] = (size_t)sums[i].count;
	}
	read_mappings(reading, lists, maps);
	/* As whoever reads them of /proc does it: views show the groups. */
	reading->failed |= ht_maps_group(maps, reading->arena) != 0;
	return ht_maps_are_valid(maps) ? maps : NULL;
}

/* Classes rise, events are in the order of time: what doesn't fit in is left out. */
static void
put_in_order(struct ht_heap_sample *heap)
{
	size_t kept = 0;
	for (size_t i = 0; i < heap->size_class_count; i++)
		if (kept == 0 ||
		    heap->size_classes[kept - 1].size_bytes < heap->size_classes[i].size_bytes)
			heap->size_classes[kept++] = heap->size_classes[i];
	heap->size_class_count = kept;
	kept = 0;
	for (size_t i = 0; i < heap->event_count; i++)
		if (ht_event_kind_name(heap->events[i].kind) != NULL &&
		    (kept == 0 ||
			heap->events[kept - 1].monotonic_ns <= heap->events[i].monotonic_ns))
			heap->events[kept++] = heap->events[i];
	heap->event_count = kept;
}

static void
read_heap_lists(struct ht_recording_reading *reading, const struct ht_record_rows *lists,
    uint32_t detail, struct ht_heap_sample *heap)
{
	const struct ht_thread thread = { .cpu_time_ns = UINT64_MAX };
	const struct ht_size_class class = { .size_bytes = UINT64_MAX };
	const struct ht_event event = { .duration_ns = UINT64_MAX,
		.bytes_before = UINT64_MAX,
		.bytes_after = UINT64_MAX,
		.requested_bytes = UINT64_MAX };
	if ((detail & HT_DETAIL_THREADS) != 0)
		heap->threads = read_list(reading, HT_RECORD_THREADS, lists, &thread,
		    sizeof(thread), &heap->thread_count);
	if ((detail & HT_DETAIL_SIZE_CLASSES) != 0)
		heap->size_classes = read_list(reading, HT_RECORD_SIZE_CLASSES, lists, &class,
		    sizeof(class), &heap->size_class_count);
	if ((detail & HT_DETAIL_EVENTS) != 0)
		heap->events = read_list(
		    reading, HT_RECORD_EVENTS, lists, &event, sizeof(event), &heap->event_count);
	put_in_order(heap);
}

static void *
make_part(struct ht_recording_reading *reading, size_t size)
{
	void *part = ht_arena_alloc(reading->arena, size);
	reading->failed |= part == NULL;
	return part;
}

static bool
covers(const struct ht_pid_list *list, int32_t pid)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->pids[i] == pid)
			return true;
	return list->count == 0;
}

/* What was recorded and is wanted of the lists of SAMPLE. */
static uint32_t
lists_wanted(const struct ht_request *request, const struct ht_sample *sample)
{
	return covers(&request->detail_for, sample->key.pid) ? sample->detail & request->detail : 0;
}

static bool
is_wanted(const struct ht_request *request, const struct ht_sample *sample)
{
	return covers(&request->only, sample->key.pid) &&
	       (request->only_uid == UINT32_MAX || request->only_uid == sample->uid ||
		   sample->uid == UINT32_MAX);
}

/* Tasks where the threads are wanted: /proc's are known to be none only from an ended process. */
static void
read_tasks(struct ht_recording_reading *reading, const struct ht_record_rows *lists,
    struct ht_sample *sample)
{
	const struct ht_thread blank = { .cpu_time_ns = UINT64_MAX };
	if ((sample->detail & HT_DETAIL_THREADS) != 0)
		sample->tasks = read_list(
		    reading, HT_RECORD_TASKS, lists, &blank, sizeof(blank), &sample->task_count);
}

/* False: nobody wants it. */
static bool
read_sample(struct ht_recording_reading *reading, const uint64_t *row,
    const struct ht_record_rows *lists, struct ht_sample *sample)
{
	const uint32_t maps_bits = HT_DETAIL_MAPS | HT_DETAIL_ALLOCATOR;
	*sample = (struct ht_sample){ .uid = UINT32_MAX,
		.parent_pid = -1,
		.cpu_time_ns = UINT64_MAX,
		.data_bytes = UINT64_MAX };
	void *parts[HT_RECORD_PARTS] = { sample };
	read_row(reading, HT_RECORD_SAMPLE, row, parts);
	if (!is_wanted(reading->request, sample))
		return false;
	sample->detail = lists_wanted(reading->request, sample);
	parts[HT_PART_ROW] = NULL;
	if (word_of_kind(reading, HT_RECORD_HEAP, row) != 0)
		parts[HT_PART_HEAP] = sample->heap =
		    make_part(reading, sizeof(struct ht_heap_sample));
	if ((sample->detail & maps_bits) != 0 && word_of_kind(reading, HT_RECORD_MAPS, row) != 0)
		parts[HT_PART_MAPS] = make_part(reading, sizeof(struct ht_maps));
	if (sample->heap != NULL) {
		memset(&sample->heap->dropped, 0xff, sizeof(sample->heap->dropped));
		read_heap_lists(reading, lists, sample->detail, sample->heap);
	}
	read_row(reading, HT_RECORD_SAMPLE, row, parts);
	sample->maps = read_maps(reading, lists, parts[HT_PART_MAPS]);
	if (sample->maps == NULL)
		sample->detail &= ~maps_bits;
	read_tasks(reading, lists, sample);
	return true;
}

/* A living process has a number, and they rise. */
static bool
is_in_order(const struct ht_tick *tick, const struct ht_sample *sample)
{
	return sample->key.pid > 0 &&
	       (tick->process_count == 0 ||
		   tick->samples[tick->process_count - 1].key.pid < sample->key.pid);
}

int
ht_recording_read_tick(struct ht_recording_reading *reading, const struct ht_recording_state *state,
    struct ht_tick *out)
{
	const size_t words = reading->schemas->tables[HT_RECORD_SAMPLE].words;
	const size_t lists = reading->schemas->table_count - 2;
	struct ht_sample *samples =
	    ht_arena_array(reading->arena, state->samples.count + 1, sizeof(*samples));
	void *const parts[HT_RECORD_PARTS] = { out };
	if (samples == NULL || state->process_count > state->samples.count)
		return samples == NULL ? -ENOMEM : -EBADMSG;
	out->samples = samples;
	if (state->host.count != 0)
		read_row(reading, HT_RECORD_HOST, state->host.words, parts);
	for (size_t i = 0; i < state->samples.count && !reading->failed; i++) {
		struct ht_sample *sample = &samples[out->sample_count];
		if (!read_sample(reading, state->samples.words + i * words,
			state->samples.lists + i * lists, sample))
			continue;
		if (i < state->process_count && !is_in_order(out, sample))
			return -EBADMSG;
		out->process_count += i < state->process_count;
		out->sample_count++;
	}
	return reading->failed ? -ENOMEM : 0;
}
