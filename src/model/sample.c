/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "model/sample.h"

#include "heaptop/segment.h"

const char *
ht_source_kind_name(enum ht_source_kind kind)
{
	switch (kind) {
	case HT_SOURCE_NONE:
		return "none";
	case HT_SOURCE_SEGMENT:
		return "segment";
	case HT_SOURCE_GO:
		return "go";
	case HT_SOURCE_JVM:
		return "jvm";
	}
	return "none";
}

const char *
ht_quality_name(enum ht_quality quality)
{
	switch (quality) {
	case HT_QUALITY_LIVE:
		return "live";
	case HT_QUALITY_STALE:
		return "stale";
	case HT_QUALITY_DEAD:
		return "dead";
	case HT_QUALITY_CORRUPT:
		return "corrupt";
	}
	return "live";
}

const char *
ht_event_kind_name(uint32_t kind)
{
	switch (kind) {
#define HEAPTOP_EVENT_KIND(number, id, name, help)                                                 \
	case number:                                                                               \
		return name;
#include "heaptop/event_kinds.def"
#undef HEAPTOP_EVENT_KIND
	default: /* a number from a file, not an enum of ours */
		return NULL;
	}
}
