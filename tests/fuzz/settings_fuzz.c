/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target of the settings file.  Whatever is read, all values stay within their bounds; written back it
 * reads the same without a fault, and a second time nothing changes any more.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "model/settings.h"

static void
check_values(const struct ht_settings *settings)
{
	for (unsigned id = 0; id < HT_SETTINGS; id++) {
		struct ht_settings copy = *settings;
		char value[HT_SETTING_TEXT_BYTES], again[HT_SETTING_TEXT_BYTES];
		ht_setting_get(settings, (enum ht_setting_id)id, value);
		if (ht_setting_set(&copy, (enum ht_setting_id)id, value) != 0)
			abort();
		ht_setting_get(&copy, (enum ht_setting_id)id, again);
		if (strcmp(value, again) != 0)
			abort();
		ht_setting_step(&copy, (enum ht_setting_id)id, true, false);
		ht_setting_step(&copy, (enum ht_setting_id)id, false, true);
		ht_setting_get(&copy, (enum ht_setting_id)id, again);
		if (ht_setting_set(&copy, (enum ht_setting_id)id, again) != 0)
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ht_settings settings, again;
	struct ht_error fault = { 0 };
	struct ht_text once, twice;
	ht_settings_init(&settings);
	ht_text_init(&once);
	ht_text_init(&twice);
	if (ht_settings_parse(&settings, (const char *)data, size, &fault) != 0 &&
	    (fault.text[0] == '\0' || strpbrk(fault.text, "\n\033") != NULL))
		abort();
	check_values(&settings);
	ht_settings_rewrite(&settings, (const char *)data, size, &once);
	ht_settings_init(&again);
	if (ht_settings_parse(&again, once.bytes, once.length, &fault) != 0)
		abort();
	ht_settings_rewrite(&again, once.bytes, once.length, &twice);
	if (once.failed || twice.failed || once.length != twice.length ||
	    (once.length != 0 && memcmp(once.bytes, twice.bytes, once.length) != 0))
		abort();
	ht_text_release(&once);
	ht_text_release(&twice);
	return 0;
}
