/* SPDX-License-Identifier: MIT */
/* What the preload's files need to stand in front of a function of the C library. */
#ifndef HT_PRELOAD_EXPORT_H
#define HT_PRELOAD_EXPORT_H

#define HT_EXPORT __attribute__((visibility("default")))

/* For data of our own that is declared in a header: reached without the global offset table. */
#define HT_HIDDEN __attribute__((visibility("hidden")))

/*
 * Finds the next NAME in search order into the static pointer REAL, once.  Two threads at it
 * store the same.  Needs <dlfcn.h>.
 */
#define HT_FIND_REAL(real, name)                                                                   \
	do {                                                                                       \
		if (__atomic_load_n(&(real), __ATOMIC_RELAXED) == NULL)                            \
			__atomic_store_n(                                                          \
			    &(real), (__typeof__(real))dlsym(RTLD_NEXT, name), __ATOMIC_RELAXED);  \
	} while (0)

#endif
