/* SPDX-License-Identifier: MIT */
/*
 * The open directory /proc, or /proc/PID/task: reading one small file of one process or
 * thread, cheaply.
 */
#ifndef HT_SOURCES_PROC_DIR_H
#define HT_SOURCES_PROC_DIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { HT_PROC_PATH_BYTES = 96 };

struct ht_proc_dir {
	int fd;       /* owned; of the directory */
	bool is_real; /* it is this machine's /proc and shows our own pid namespace */
};

/* Opens ROOT ("/proc", or a tree like it in tests).  0 or -errno. */
int ht_proc_dir_open(const char *root, struct ht_proc_dir *dir);
void ht_proc_dir_close(struct ht_proc_dir *dir);

/*
 * Calls EACH with every entry of DIR that is named by a number, from the first on, until
 * one isn't answered with 0.  That answer, or 0.
 */
int ht_proc_dir_each_number(const struct ht_proc_dir *dir,
    int (*each)(int32_t number, uint32_t inode, void *context), void *context);

/* "PID/NAME" to PATH, or "PID" when NAME is NULL.  NAME is at most 64 bytes long. */
void ht_proc_dir_path(int32_t pid, const char *name, char path[HT_PROC_PATH_BYTES]);

/* A descriptor to read PID/NAME by, which the caller closes, or -errno. */
int ht_proc_dir_open_file(const struct ht_proc_dir *dir, int32_t pid, const char *name);

/*
 * The beginning of PID/NAME, at most SIZE bytes of it, to BUFFER.  Its length
 * or -errno: -ENOENT or -ESRCH when the process is gone, -EACCES or -EPERM when it is hidden.
 */
ssize_t ht_proc_dir_read(
    const struct ht_proc_dir *dir, int32_t pid, const char *name, char *buffer, size_t size);

/* The inode behind PID/ns/NAME, or 0 when it can't be told. */
uint32_t ht_proc_dir_namespace(const struct ht_proc_dir *dir, int32_t pid, const char *name);

#endif
