/* SPDX-License-Identifier: MIT */
/* Which names others can see, and which nobody but us. */
#ifndef HT_PRELOAD_EXPORT_H
#define HT_PRELOAD_EXPORT_H

#define HT_EXPORT __attribute__((visibility("default")))

/* For data of our own that is declared in a header: reached without the global offset table. */
#define HT_HIDDEN __attribute__((visibility("hidden")))

#endif
