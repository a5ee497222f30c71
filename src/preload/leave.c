/* SPDX-License-Identifier: MIT */
/*
 * The ways out of a program: _exit and exec.  (exit and quick_exit call what
 * the constructor registered; a signal leaves the file, for --dead.)
 *
 * exec unlinks nothing: if it fails, everything is as before; if it succeeds the
 * lock is gone, and the state tells that this file is garbage.
 */
#include "config.h"

#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include "preload/calls.h"
#include "preload/process.h"

extern char **environ;

HT_EXPORT _Noreturn void
_exit(int status)
{
	ht_process_leave();
	ht_calls_find();
	ht_calls._exit(status);
	__builtin_trap();
}

HT_EXPORT _Noreturn void
_Exit(int status)
{
	_exit(status);
}

/* The result of an exec that came back. */
static int
came_back(int result)
{
	ht_process_exec_failed();
	return result;
}

HT_EXPORT int
execve(const char *path, char *const argv[], char *const envp[])
{
	ht_calls_find();
	ht_process_begin_exec();
	return came_back(ht_calls.execve(path, argv, envp));
}

HT_EXPORT int
execv(const char *path, char *const argv[])
{
	return execve(path, argv, environ);
}

HT_EXPORT int
execvpe(const char *file, char *const argv[], char *const envp[])
{
	ht_calls_find();
	ht_process_begin_exec();
	return came_back(ht_calls.execvpe(file, argv, envp));
}

HT_EXPORT int
execvp(const char *file, char *const argv[])
{
	return execvpe(file, argv, environ);
}

HT_EXPORT int
fexecve(int fd, char *const argv[], char *const envp[])
{
	ht_calls_find();
	ht_process_begin_exec();
	return came_back(ht_calls.fexecve(fd, argv, envp));
}

HT_EXPORT int
execveat(int directory, const char *path, char *const argv[], char *const envp[], int flags)
{
	ht_calls_find();
	if (ht_calls.execveat == NULL)
		return ht_calls_missing();
	ht_process_begin_exec();
	return came_back(ht_calls.execveat(directory, path, argv, envp, flags));
}

/* Arguments of a variadic exec, the NULL behind them included. */
static size_t
count_arguments(va_list arguments)
{
	size_t count = 1;
	while (va_arg(arguments, char *) != NULL)
		count++;
	return count;
}

/*
 * Copies FIRST and what follows to the array ARGV on the stack: an exec in a vfork child may not
 * allocate.  A macro, because alloca's memory ends with the function that calls it.
 */
#define COLLECT_ARGUMENTS(argv, last, first)                                                       \
	do {                                                                                       \
		va_list arguments_;                                                                \
		va_start(arguments_, first);                                                       \
		size_t count_ = 1 + count_arguments(arguments_);                                   \
		va_end(arguments_);                                                                \
		(argv) = __builtin_alloca(count_ * sizeof(*(argv)));                               \
		va_start(last, first);                                                             \
		(argv)[0] = (char *)(uintptr_t)(first);                                            \
		for (size_t i_ = 1; i_ < count_; i_++)                                             \
			(argv)[i_] = va_arg(last, char *);                                         \
	} while (0)

HT_EXPORT int
execl(const char *path, const char *first, ...)
{
	char **argv;
	va_list rest;
	COLLECT_ARGUMENTS(argv, rest, first);
	va_end(rest);
	return execve(path, argv, environ);
}

HT_EXPORT int
execlp(const char *file, const char *first, ...)
{
	char **argv;
	va_list rest;
	COLLECT_ARGUMENTS(argv, rest, first);
	va_end(rest);
	return execvpe(file, argv, environ);
}

HT_EXPORT int
execle(const char *path, const char *first, ...)
{
	char **argv;
	va_list rest;
	COLLECT_ARGUMENTS(argv, rest, first);
	char **envp = va_arg(rest, char **);
	va_end(rest);
	return execve(path, argv, envp);
}
