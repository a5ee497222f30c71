/* SPDX-License-Identifier: MIT */
/*
 * Errors that a person must act on: an exit code's worth of class and one
 * sentence that names the object, the reason and the way out.  Functions that
 * take a struct ht_error return -errno and fill it; whoever shows it is cli/.
 */
#ifndef HT_BASE_ERROR_H
#define HT_BASE_ERROR_H

/* Also the exit status of the commands that print (see heaptop(1)). */
enum ht_error_code {
	HT_OK = 0,
	HT_ERROR_RUNTIME = 1,
	HT_ERROR_USAGE = 2,
	HT_ERROR_NO_TARGET = 3,
	HT_ERROR_NOT_PERMITTED = 4, /* or the thing asked for needs an instrumented target */
};

struct ht_error {
	enum ht_error_code code;
	char text[512]; /* one sentence, no newline, already safe for a terminal */
};

/* Fills ERROR (NULL is allowed) by a printf format; cuts what is too long; control bytes become '?'. */
void ht_error_set(struct ht_error *error, enum ht_error_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
