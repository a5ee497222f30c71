/* SPDX-License-Identifier: MIT */
/*
 * seccomp: a program that enters it may die of a system call that it did not
 * expect.  So all that needs one is done before, and afterwards there are only
 * those that malloc itself makes (mprotect, madvise).
 */
#include "config.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "preload/calls.h"
#include "preload/process.h"
#include "preload/threads.h"

/* False: we are in one already, or it is not for us. */
static bool
prepare_for_sandbox(bool strict)
{
	int saved = errno;
	if (__atomic_load_n(&ht_process.sandboxed, __ATOMIC_RELAXED))
		return false;
	if (ht_process_phase() == HT_PHASE_NONE)
		ht_process_join();
	if (ht_process.pid != 0 && !ht_process_is_own())
		return false; /* a vfork child's own affair */
	ht_process_attach();
	if (ht_process_phase() == HT_PHASE_ATTACHED) {
		ht_process_tid();
		__atomic_fetch_or(
		    &ht_process.segment.header->flags, HEAPTOP_FLAG_SANDBOXED, __ATOMIC_RELAXED);
		if (strict)
			__atomic_store_n(&ht_process.segment.growth_failed, true, __ATOMIC_RELAXED);
	}
	__atomic_store_n(&ht_process.sandboxed, true, __ATOMIC_RELEASE);
	errno = saved;
	return true;
}

/* The kernel refused: programs ask for a filter of NULL only to see whether there are any. */
static void
forget_sandbox(void)
{
	__atomic_store_n(&ht_process.sandboxed, false, __ATOMIC_RELEASE);
	if (ht_process_phase() == HT_PHASE_ATTACHED)
		__atomic_fetch_and(&ht_process.segment.header->flags,
		    ~(uint32_t)HEAPTOP_FLAG_SANDBOXED, __ATOMIC_RELAXED);
}

HT_EXPORT int
prctl(int option, ...)
{
	va_list arguments;
	va_start(arguments, option);
	unsigned long a = va_arg(arguments, unsigned long);
	unsigned long b = va_arg(arguments, unsigned long);
	unsigned long c = va_arg(arguments, unsigned long);
	unsigned long d = va_arg(arguments, unsigned long);
	va_end(arguments);
	ht_calls_find();
	bool enters = option == PR_SET_SECCOMP && prepare_for_sandbox(a == SECCOMP_MODE_STRICT);
	int result = ht_calls.prctl(option, a, b, c, d);
	if (enters && result != 0)
		forget_sandbox();
	if (option == PR_SET_NAME && result == 0)
		ht_threads_renamed();
	return result;
}

HT_EXPORT long
syscall(long number, ...)
{
	va_list arguments;
	va_start(arguments, number);
	long a = va_arg(arguments, long);
	long b = va_arg(arguments, long);
	long c = va_arg(arguments, long);
	long d = va_arg(arguments, long);
	long e = va_arg(arguments, long);
	long f = va_arg(arguments, long);
	va_end(arguments);
	ht_calls_find();
	bool by_prctl = number == SYS_prctl && a == PR_SET_SECCOMP;
	bool filters = (number == SYS_seccomp && a == SECCOMP_SET_MODE_FILTER) ||
		       (by_prctl && b == SECCOMP_MODE_FILTER);
	bool restricts = (number == SYS_seccomp && a == SECCOMP_SET_MODE_STRICT) ||
			 (by_prctl && b == SECCOMP_MODE_STRICT);
	bool enters = (filters || restricts) && prepare_for_sandbox(restricts);
	long result = ht_calls.syscall(number, a, b, c, d, e, f);
	/* More than 0: a thread that could not follow into the filter; or the filter's descriptor. */
	if (enters && result < 0)
		forget_sandbox();
	if (number == SYS_prctl && a == PR_SET_NAME && result == 0)
		ht_threads_renamed();
	return result;
}
