/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "preload/calls.h"

#include <dlfcn.h>
#include <errno.h>

struct ht_calls ht_calls;

void
ht_calls_find(void)
{
	if (__atomic_load_n(&ht_calls.found, __ATOMIC_ACQUIRE))
		return;
	int saved = errno;
	/* Two threads at it store the same. */
#define FIND(name) ht_calls.name = (__typeof__(ht_calls.name))dlsym(RTLD_NEXT, #name)
	FIND(_exit);
	FIND(execve);
	FIND(execvpe);
	FIND(fexecve);
	FIND(execveat);
	FIND(fork);
	FIND(mlockall);
	FIND(prctl);
	FIND(syscall);
	FIND(pthread_create);
	FIND(pthread_setname_np);
#undef FIND
	__atomic_store_n(&ht_calls.found, true, __ATOMIC_RELEASE);
	errno = saved;
}

int
ht_calls_missing(void)
{
	errno = ENOSYS;
	return -1;
}
