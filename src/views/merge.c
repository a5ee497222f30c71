/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "views/merge.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "views/choice.h"

struct merged {
	struct ht_thread thread; /* first: rows' items are threads */
	size_t count;
	size_t known[HT_THREAD_METRICS]; /* of so many each metric is */
};

size_t
ht_merge_count(const struct ht_thread *thread)
{
	return ((const struct merged *)thread)->count;
}

size_t
ht_merge_known(const struct ht_thread *thread, const struct ht_metric *metric)
{
	const struct merged *merged = (const struct merged *)thread;
	return metric->scope == HT_SCOPE_THREAD ? merged->known[metric->index] : merged->count;
}

/* Bytes of NAME before the number at its end; a name that is nothing but a number stays whole. */
static size_t
stem_length(const char *name)
{
	size_t length = strlen(name), stem = length;
	while (stem > 0 && isdigit((unsigned char)name[stem - 1]))
		stem--;
	return stem != 0 ? stem : length;
}

static int
compare_stems(const struct ht_thread *a, const struct ht_thread *b)
{
	size_t length_a = stem_length(a->name), length_b = stem_length(b->name);
	int order = memcmp(a->name, b->name, length_a < length_b ? length_a : length_b);
	return order != 0 ? order : (length_a > length_b) - (length_a < length_b);
}

static int
by_stem(const void *a, const void *b)
{
	return compare_stems(
	    *(const struct ht_thread *const *)a, *(const struct ht_thread *const *)b);
}

static void
add_values(struct ht_thread_values *to, const struct ht_thread_values *from)
{
	const struct ht_metric *metrics = ht_metric_table(HT_SCOPE_THREAD, NULL);
	for (size_t i = 0; i < HT_THREAD_METRICS; i++) {
		if (!HT_HAS(from, i))
			continue;
		if (!HT_HAS(to, i))
			to->value[i] = from->value[i];
		else if (ht_metric_is_real(&metrics[i]))
			to->value[i].f += from->value[i].f;
		else if (__builtin_add_overflow(to->value[i].u, from->value[i].u, &to->value[i].u))
			to->value[i].u = UINT64_MAX;
	}
	to->present |= from->present;
}

/* One that runs is what matters; else the state that all have. */
static char
common_state(char a, char b)
{
	if (a == 'R' || b == 'R')
		return 'R';
	return a == b ? a : 0;
}

static void
add_thread(struct merged *merged, const struct ht_thread *thread)
{
	struct ht_thread *sum = &merged->thread;
	for (size_t i = 0; i < HT_THREAD_METRICS; i++)
		merged->known[i] += HT_HAS(&thread->values, i);
	if (merged->count++ == 0) {
		*sum = *thread;
		return;
	}
	size_t stem = stem_length(thread->name);
	if (strcmp(sum->name, thread->name) != 0 && sum->name[stem] != '*') {
		if (stem > sizeof(sum->name) - 2)
			stem = sizeof(sum->name) - 2;
		memcpy(sum->name + stem, "*", 2);
	}
	sum->tid = HT_MERGED_TID;
	sum->state = common_state(sum->state, thread->state);
	add_values(&sum->values, &thread->values);
}

/* What makes the row the same one in the next frame: the name, by FNV-1a. */
static struct ht_row_key
key_of(const struct ht_thread *thread)
{
	struct ht_row_key key = { UINT64_C(14695981039346656037), 1 };
	size_t length = stem_length(thread->name);
	for (size_t i = 0; i < length; i++)
		key.id = (key.id ^ (unsigned char)thread->name[i]) * UINT64_C(1099511628211);
	return key;
}

static int
add_row(struct ht_view_state *state, const struct ht_thread *const *threads, size_t count)
{
	struct ht_row_key single = { (uint64_t)threads[0]->tid, 0 };
	if (count == 1)
		return ht_view_state_add(state, single, threads[0]);
	struct merged *merged = ht_arena_alloc(ht_view_state_arena(state), sizeof(*merged));
	if (merged == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		add_thread(merged, threads[i]);
	return ht_view_state_add(state, key_of(threads[0]), &merged->thread);
}

int
ht_merge_select(const struct ht_view_input *input, struct ht_view_state *state)
{
	const struct ht_process *process = input->process;
	struct ht_arena *arena = ht_view_state_arena(state);
	size_t count = 0;
	int error = 0;
	if (process == NULL || process->thread_count == 0)
		return 0;
	const struct ht_thread **threads =
	    arena != NULL ? ht_arena_array(arena, process->thread_count, sizeof(*threads)) : NULL;
	if (threads == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < process->thread_count; i++)
		if (ht_choice_shows_thread(input, state, &process->threads[i]))
			threads[count++] = &process->threads[i];
	qsort(threads, count, sizeof(*threads), by_stem);
	for (size_t i = 0, end; i < count && error == 0; i = end) {
		for (end = i + 1; end < count && compare_stems(threads[i], threads[end]) == 0;)
			end++;
		error = add_row(state, threads + i, end - i);
	}
	return error;
}
