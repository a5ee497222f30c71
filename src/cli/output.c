/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "cli/output.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

void
ht_output_reserve(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			continue;
		/* The lowest free number is this one: those below are taken. */
		int mode = fd == STDIN_FILENO ? O_WRONLY : O_RDONLY;
		if (open("/dev/null", mode | O_CLOEXEC) != fd)
			return;
	}
}

int
ht_output_error(const struct ht_error *error)
{
	fprintf(stderr, "heaptop: %s\n", error->text);
	return (int)error->code;
}

void
ht_output_warn(const char *format, ...)
{
	char text[1024];
	struct ht_error error;
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	ht_error_set(&error, HT_OK, "%s", text);
	fprintf(stderr, "heaptop: %s\n", error.text);
}

int
ht_output_write(const char *bytes, size_t length, struct ht_error *error)
{
	int status = ht_file_write(STDOUT_FILENO, bytes, length);
	if (status != 0)
		ht_error_set(error, HT_ERROR_RUNTIME, "cannot write to standard output: %s",
		    strerror(-status));
	return status;
}
