/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "base/error.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

void
ht_error_set(struct ht_error *error, enum ht_error_code code, const char *format, ...)
{
	if (error == NULL)
		return;
	error->code = code;
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(error->text, sizeof(error->text), format, arguments);
	va_end(arguments);
	for (char *c = error->text; *c != '\0'; c++) {
		unsigned char byte = (unsigned char)*c;
		if (byte < 0x20 || byte >= 0x7f)
			*c = '?';
	}
}
