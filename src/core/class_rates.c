/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "core/class_rates.h"

#include <errno.h>
#include <stdlib.h>

#include "model/delta.h"

struct class_rate {
	uint64_t size_bytes;
	struct ht_delta allocated;
};

struct ht_class_rates {
	uint64_t read_ns;
	size_t count;
	struct class_rate classes[]; /* by rising size */
};

void
ht_class_rates_free(struct ht_class_rates *rates)
{
	free(rates);
}

/* The class of SIZE_BYTES in BEFORE, from *AT on: both lists rise. */
static const struct class_rate *
find_class(const struct ht_class_rates *before, uint64_t size_bytes, size_t *at)
{
	while (
	    before != NULL && *at < before->count && before->classes[*at].size_bytes < size_bytes)
		(*at)++;
	if (before == NULL || *at == before->count || before->classes[*at].size_bytes != size_bytes)
		return NULL;
	return &before->classes[*at];
}

int
ht_class_rates_apply(struct ht_class_rates **rates, struct ht_heap *heap, uint64_t read_ns,
    bool continues, uint64_t smoothing_ns)
{
	const struct ht_class_rates *before = continues ? *rates : NULL;
	size_t count = heap->size_class_count, at = 0;
	struct ht_class_rates *now = malloc(sizeof(*now) + count * sizeof(now->classes[0]));
	if (now == NULL)
		return -ENOMEM;
	uint64_t interval_ns =
	    before != NULL && read_ns > before->read_ns ? read_ns - before->read_ns : 0;
	now->read_ns = read_ns;
	now->count = count;
	for (size_t i = 0; i < count; i++) {
		struct ht_size_class *class = &heap->size_classes[i];
		struct class_rate *kept = &now->classes[i];
		const struct class_rate *last = find_class(before, class->size_bytes, &at);
		*kept = (struct class_rate){ .size_bytes = class->size_bytes };
		/* A class that isn't listed had no blocks so far. */
		if (last != NULL)
			kept->allocated = last->allocated;
		else if (before != NULL)
			kept->allocated.has_counter = true;
		ht_delta_step(&kept->allocated, class->allocated_blocks, interval_ns, smoothing_ns);
		class->has_rate = kept->allocated.is_known;
		class->allocated_blocks_per_second = kept->allocated.per_second;
	}
	free(*rates);
	*rates = now;
	return 0;
}
