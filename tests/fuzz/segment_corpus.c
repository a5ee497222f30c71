/* SPDX-License-Identifier: MIT */
/* Writes the seeds of the segment decoder's corpus into a directory: "segment_corpus DIRECTORY". */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/decode/segment_builder.h"

static const char *directory;

static void
save(const char *name, struct segment_builder *builder)
{
	char path[4096];
	snprintf(path, sizeof(path), "%s/%s", directory, name);
	FILE *file = fopen(path, "wb");
	if (file == NULL || fwrite(builder->bytes, 1, builder->length, file) != builder->length ||
	    fclose(file) != 0) {
		perror(path);
		exit(1);
	}
	segment_builder_free(builder);
}

static void
save_shapes(void)
{
	save("whole", segment_builder_example());
	save("small", segment_builder_small_example());
	save("newer-minor", segment_builder_new(&(struct segment_shape){ .classes = 3,
				.threads = 2,
				.slot_stride = 384,
				.event_stride = 192,
				.globals_stride = 256,
				.ring_records = 3,
				.unknown_bytes = 64 }));
	save("four-rings", segment_builder_new(&(struct segment_shape){
			       .classes = 1, .rings = 4, .ring_records = 2 }));
}

static void
save_states(void)
{
	struct segment_builder *builder = segment_builder_small_example();
	builder->header->flags = HEAPTOP_FLAG_BYTES_UNKNOWN | HEAPTOP_FLAG_INHERITED_UNKNOWN;
	builder->header->state = HEAPTOP_STATE_CLOSED;
	save("unknown", builder);

	builder = segment_builder_small_example();
	builder->globals->gc_sequence |= 1;
	segment_builder_slot(builder, 1)->owner_sequence |= 1;
	segment_builder_record(builder, 0, 2)->sequence |= 1;
	save("killed-writers", builder);

	builder = segment_builder_small_example();
	segment_builder_deallocate(segment_builder_slot(builder, 0), 48, 1000);
	save("negative-live", builder);

	builder = segment_builder_small_example();
	memset(builder->header->name, 0xc3, sizeof(builder->header->name));
	memset(segment_builder_slot(builder, 0)->name, '\033', 16);
	save("hostile-names", builder);
}

static void
save_broken(void)
{
	struct segment_builder *builder = segment_builder_small_example();
	segment_builder_section(builder, HEAPTOP_SECTION_THREADS)->offset = UINT64_MAX - 127;
	save("offset-wraps", builder);

	builder = segment_builder_small_example();
	segment_builder_section(builder, HEAPTOP_SECTION_THREADS)->count = UINT32_MAX;
	save("count-past-end", builder);

	builder = segment_builder_small_example();
	segment_builder_section(builder, HEAPTOP_SECTION_THREADS)->stride = 256;
	save("slots-without-classes", builder);

	builder = segment_builder_small_example();
	builder->header->toc_count = UINT32_MAX;
	save("contents-past-end", builder);
}

int
main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: segment_corpus DIRECTORY\n");
		return 2;
	}
	directory = argv[1];
	save_shapes();
	save_states();
	save_broken();
	return 0;
}
