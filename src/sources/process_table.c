/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "sources/process_table.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

void
ht_process_table_init(struct ht_process_table *table)
{
	*table = (struct ht_process_table){ 0 };
}

static void
close_statm(struct ht_process_record *record, struct ht_descriptors *descriptors)
{
	if (record->statm_fd < 0)
		return;
	close(record->statm_fd);
	record->statm_fd = -1;
	ht_descriptors_drop(descriptors);
}

void
ht_process_record_reset(struct ht_process_record *record, struct ht_descriptors *descriptors)
{
	close_statm(record, descriptors);
	*record = (struct ht_process_record){
		.entry = record->entry,
		.statm_fd = -1,
		.uid = UINT32_MAX,
		.parent_pid = -1,
	};
}

void
ht_process_table_release(struct ht_process_table *table, struct ht_descriptors *descriptors)
{
	for (size_t i = 0; i < table->count; i++)
		close_statm(&table->records[i], descriptors);
	free(table->records);
	free(table->spare);
	ht_process_table_init(table);
}

static int
reserve_spare(struct ht_process_table *table, size_t count)
{
	if (count <= table->spare_capacity)
		return 0;
	size_t capacity = count + count / 4 + 16;
	struct ht_process_record *spare = malloc(capacity * sizeof(*spare));
	if (spare == NULL)
		return -ENOMEM;
	free(table->spare);
	table->spare = spare;
	table->spare_capacity = capacity;
	return 0;
}

static void
swap_spare(struct ht_process_table *table, size_t count)
{
	struct ht_process_record *records = table->records;
	size_t capacity = table->capacity;
	table->records = table->spare;
	table->capacity = table->spare_capacity;
	table->count = count;
	table->spare = records;
	table->spare_capacity = capacity;
}

int
ht_process_table_update(struct ht_process_table *table, const struct ht_process_entry *entries,
    size_t count, struct ht_descriptors *descriptors)
{
	if (reserve_spare(table, count) != 0)
		return -ENOMEM;

	struct ht_process_record *old = table->records;
	struct ht_process_record *const end = old + table->count;
	for (size_t i = 0; i < count; i++) {
		for (; old < end && old->entry.pid < entries[i].pid; old++) {
			close_statm(old, descriptors);
			table->changes++;
		}
		struct ht_process_record *record = &table->spare[i];
		if (old < end && old->entry.pid == entries[i].pid) {
			*record = *old++;
			if (record->entry.inode == entries[i].inode && !record->is_gone)
				continue;
		} else {
			record->statm_fd = -1;
		}
		record->entry = entries[i];
		ht_process_record_reset(record, descriptors);
		table->changes++;
	}
	for (; old < end; old++) {
		close_statm(old, descriptors);
		table->changes++;
	}
	swap_spare(table, count);
	return 0;
}

void *
ht_pid_find(const void *first, size_t count, size_t size, int32_t pid)
{
	const char *elements = first;
	size_t low = 0;
	size_t high = count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const char *element = elements + middle * size;
		int32_t other = *(const int32_t *)(const void *)element;
		if (other == pid)
			return (void *)element;
		if (other < pid)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static_assert(offsetof(struct ht_process_record, entry.pid) == 0, "ht_pid_find looks there");

struct ht_process_record *
ht_process_table_find(const struct ht_process_table *table, int32_t pid)
{
	return ht_pid_find(table->records, table->count, sizeof(*table->records), pid);
}
