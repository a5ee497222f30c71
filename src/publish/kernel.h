/* SPDX-License-Identifier: MIT */
/*
 * System calls that the host must not see us make through the C library: the
 * preload stands in front of syscall() and prctl() itself.  errno stays as it is.
 */
#ifndef HT_PUBLISH_KERNEL_H
#define HT_PUBLISH_KERNEL_H

#include <errno.h>
#include <unistd.h>

/* The kernel's answer: a result, or -errno. */
static inline long
ht_kernel_call(long number, long a, long b, long c)
{
#if defined(__x86_64__) && defined(__LP64__)
	/* System V ABI, x86-64, A.2.1: number in rax, arguments in rdi, rsi, rdx; rcx and r11 are lost. */
	long result;
	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c)
			 : "rcx", "r11", "memory");
	return result;
#else
	int saved = errno;
	long result = syscall(number, a, b, c);
	if (result == -1)
		result = -errno;
	errno = saved;
	return result;
#endif
}

#endif
