/* SPDX-License-Identifier: MIT */
/* Samples -> rows of words. */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "export/recording_parts.h"

/* 0 for NULL; else TEXT's number, or 0 with *FAILED. */
static uint64_t
string_word(struct ht_recording_taking *taking, const char *text, size_t length, bool *failed)
{
	if (text == NULL)
		return 0;
	uint32_t number = ht_recording_strings_number(taking->strings, text, length);
	*failed |= number == 0;
	return number;
}

static uint64_t
word_of(struct ht_recording_taking *taking, const struct ht_record_column *column,
    const void *const parts[HT_RECORD_PARTS], bool *failed)
{
	const char *base = parts[column->part];
	const char *text;
	if (column->kind == HT_RECORD_HEAP)
		return parts[HT_PART_HEAP] != NULL;
	if (column->kind == HT_RECORD_MAPS)
		return parts[HT_PART_MAPS] != NULL;
	if (base == NULL)
		return 0;
	if (ht_record_is_plain(column->kind))
		return ht_record_load(column, base, taking->monotonic_ns);
	if (column->kind == HT_RECORD_CHARS) {
		text = base + column->offset;
		size_t length = strnlen(text, column->size);
		return string_word(taking, length != 0 ? text : NULL, length, failed);
	}
	if (column->kind == HT_RECORD_MAP_KIND)
		text = ht_map_kind_name(*(const enum ht_map_kind *)(base + column->offset));
	else
		text = *(const char *const *)(base + column->offset);
	return string_word(taking, text, text != NULL ? strlen(text) : 0, failed);
}

static int
take_row(struct ht_recording_taking *taking, enum ht_record_table table,
    const void *const parts[HT_RECORD_PARTS], uint64_t *row)
{
	const struct ht_record_table_info *info = ht_record_table_info(table);
	const struct ht_recording_schema *schema = taking->schema;
	bool failed = false;
	for (size_t i = 0; i < schema->layouts[table].columns; i++)
		row[i] = word_of(taking, &info->columns[schema->column[table][i]], parts, &failed);
	return failed ? -ENOMEM : 0;
}

/* Room for COUNT rows of TABLE.  0, -ENOMEM or -E2BIG. */
static int
make_rows(struct ht_recording_taking *taking, enum ht_record_table table, size_t count,
    struct ht_record_rows *rows)
{
	size_t words = taking->schema->layouts[table].words;
	size_t cost = words > HT_RECORDING_ROW_WORDS_LEAST ? words : HT_RECORDING_ROW_WORDS_LEAST;
	if (count > (HT_RECORDING_WORDS_MOST - taking->words) / cost)
		return -E2BIG;
	taking->words += count * cost;
	rows->count = count;
	if (count == 0)
		return 0;
	rows->words = ht_arena_array(taking->arena, count * words, sizeof(*rows->words));
	return rows->words != NULL ? 0 : -ENOMEM;
}

/* The rows of COUNT items at FIRST, each of SIZE bytes. */
static int
take_list(struct ht_recording_taking *taking, enum ht_record_table table, const void *first,
    size_t count, size_t size, struct ht_record_rows *rows)
{
	int status = make_rows(taking, table, count, rows);
	for (size_t i = 0; i < count && status == 0; i++) {
		const void *const parts[HT_RECORD_PARTS] = { (const char *)first + i * size };
		status = take_row(
		    taking, table, parts, rows->words + i * taking->schema->layouts[table].words);
	}
	return status;
}

static int
take_maps(
    struct ht_recording_taking *taking, const struct ht_maps *maps, struct ht_record_rows *lists)
{
	struct ht_record_map_sum sums[HT_MAP_KINDS];
	size_t count = 0;
	for (int i = 0; i < HT_MAP_KINDS; i++)
		if (maps->kind_counts[i] != 0)
			sums[count++] = (struct ht_record_map_sum){ (enum ht_map_kind)i,
				maps->kind_counts[i], maps->kinds[i] };
	int status = take_list(taking, HT_RECORD_MAP_SUMS, sums, count, sizeof(sums[0]),
	    &lists[HT_RECORD_MAP_SUMS - HT_RECORD_FIRST_LIST]);
	if (status == 0 && maps->maps != NULL)
		status = take_list(taking, HT_RECORD_MAPPINGS, maps->maps, maps->count,
		    sizeof(maps->maps[0]), &lists[HT_RECORD_MAPPINGS - HT_RECORD_FIRST_LIST]);
	return status;
}

static int
take_heap(struct ht_recording_taking *taking, const struct ht_heap_sample *heap,
    struct ht_record_rows *lists)
{
	int status = take_list(taking, HT_RECORD_THREADS, heap->threads, heap->thread_count,
	    sizeof(heap->threads[0]), &lists[HT_RECORD_THREADS - HT_RECORD_FIRST_LIST]);
	if (status == 0)
		status = take_list(taking, HT_RECORD_SIZE_CLASSES, heap->size_classes,
		    heap->size_class_count, sizeof(heap->size_classes[0]),
		    &lists[HT_RECORD_SIZE_CLASSES - HT_RECORD_FIRST_LIST]);
	if (status == 0)
		status = take_list(taking, HT_RECORD_EVENTS, heap->events, heap->event_count,
		    sizeof(heap->events[0]), &lists[HT_RECORD_EVENTS - HT_RECORD_FIRST_LIST]);
	return status;
}

static int
take_sample(struct ht_recording_taking *taking, const struct ht_sample *sample, uint64_t *row,
    struct ht_record_rows *lists)
{
	const void *const parts[HT_RECORD_PARTS] = {
		[HT_PART_ROW] = sample, [HT_PART_HEAP] = sample->heap, [HT_PART_MAPS] = sample->maps
	};
	int status = take_row(taking, HT_RECORD_SAMPLE, parts, row);
	if (status == 0 && sample->tasks != NULL)
		status = take_list(taking, HT_RECORD_TASKS, sample->tasks, sample->task_count,
		    sizeof(sample->tasks[0]), &lists[HT_RECORD_TASKS - HT_RECORD_FIRST_LIST]);
	if (status == 0 && sample->heap != NULL)
		status = take_heap(taking, sample->heap, lists);
	if (status == 0 && sample->maps != NULL)
		status = take_maps(taking, sample->maps, lists);
	return status;
}

int
ht_recording_take(struct ht_recording_taking *taking, const struct ht_tick *tick,
    struct ht_recording_state *state)
{
	struct ht_record_rows *samples = &state->samples;
	*state = (struct ht_recording_state){ .process_count = tick->process_count };
	if (tick->sample_count > HT_RECORDING_SAMPLES_MOST)
		return -E2BIG;
	int status = take_list(taking, HT_RECORD_HOST, tick, 1, sizeof(*tick), &state->host);
	if (status == 0)
		status = make_rows(taking, HT_RECORD_SAMPLE, tick->sample_count, samples);
	if (status != 0 || tick->sample_count == 0)
		return status;
	samples->lists = ht_arena_array(
	    taking->arena, tick->sample_count * HT_RECORD_LISTS, sizeof(*samples->lists));
	if (samples->lists == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < tick->sample_count && status == 0; i++)
		status = take_sample(taking, &tick->samples[i],
		    samples->words + i * taking->schema->layouts[HT_RECORD_SAMPLE].words,
		    samples->lists + i * HT_RECORD_LISTS);
	return status;
}
