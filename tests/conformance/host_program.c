/* SPDX-License-Identifier: MIT */
/*
 * A program that is hard to live in: does what MODE says to itself, goes on
 * allocating with threads come and gone, and prints what it found.  Scripts run it with and
 * without the hooks and compare.
 *
 *     host_program MODE [FILE]
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include "check.h"

enum { THREADS = 300 };

/* Without stdio, which would ask for more system calls than a sandbox has. */
static void
say(const char *text)
{
	HT_REQUIRE(write(STDOUT_FILENO, text, strlen(text)) == (ssize_t)strlen(text));
}

static void
allocate(void)
{
	uint32_t random = 11;

	for (int i = 0; i < 3000; i++) {
		size_t size = ht_random(&random) % 5000 + 1;
		void *block = malloc(size);
		HT_REQUIRE(block != NULL);
		ht_pattern_fill(block, size, (unsigned)i);
		block = realloc(block, size + 100);
		HT_REQUIRE(block != NULL && ht_pattern_holds(block, size, (unsigned)i));
		free(block);
	}
	HT_REQUIRE(malloc(SIZE_MAX) == NULL);
	say("allocated\n");
}

static pthread_barrier_t barrier;

static void *
allocate_in_thread(void *argument)
{
	free(malloc(2000));
	pthread_barrier_wait(&barrier);
	return argument;
}

/* All at once: a segment has to grow for them. */
static void
start_threads(void)
{
	pthread_t threads[THREADS];
	pthread_attr_t attributes;

	HT_REQUIRE(pthread_attr_init(&attributes) == 0);
	HT_REQUIRE(pthread_attr_setstacksize(&attributes, 64 << 10) == 0);
	HT_REQUIRE(pthread_barrier_init(&barrier, NULL, THREADS) == 0);
	for (int i = 0; i < THREADS; i++)
		HT_REQUIRE(pthread_create(&threads[i], &attributes, allocate_in_thread, NULL) == 0);
	for (int i = 0; i < THREADS; i++)
		HT_REQUIRE(pthread_join(threads[i], NULL) == 0);
	pthread_attr_destroy(&attributes);
	say("threads came and went\n");
}

static void
plain(const char *file)
{
	(void)file;
	allocate();
	start_threads();
	allocate();
}

/* One thread alone: for address space limits that many stacks would meet first. */
static void
single(const char *file)
{
	(void)file;
	allocate();
}

/* What daemons do: the numbers of all descriptors are used again, for the host's own file. */
static void
close_descriptors(const char *file)
{
	char text[100] = "";

	allocate();
	HT_REQUIRE(close_range(3, ~0U, 0) == 0);
	int fd = open(file, O_RDWR | O_CREAT | O_TRUNC, 0600);
	HT_REQUIRE(fd == 3);
	for (int i = 4; i < 40; i++)
		HT_REQUIRE(dup(fd) == i);
	HT_REQUIRE(write(fd, "the host's own", 14) == 14);
	start_threads();
	allocate();
	HT_REQUIRE(lseek(fd, 0, SEEK_END) == 14);
	HT_REQUIRE(pread(fd, text, sizeof(text), 0) == 14);
	HT_REQUIRE(strcmp(text, "the host's own") == 0);
	say("the file is intact\n");
}

static void
use_up_descriptors(const char *file)
{
	const struct rlimit limit = { 3, 3 };

	(void)file;
	HT_REQUIRE(setrlimit(RLIMIT_NOFILE, &limit) == 0);
	start_threads();
	allocate();
}

static void
change_root(const char *directory)
{
	allocate();
	HT_REQUIRE(chroot(directory) == 0 && chdir("/") == 0);
	HT_REQUIRE(setgid(65534) == 0 && setuid(65534) == 0);
	start_threads();
	int pid = fork();
	HT_REQUIRE(pid >= 0);
	if (pid == 0) {
		allocate();
		start_threads();
		_exit(3);
	}
	HT_REQUIRE(ht_child_wait(pid) == 3);
	allocate();
}

static void
lock_memory(const char *file)
{
	(void)file;
	HT_REQUIRE(mlockall(MCL_CURRENT | MCL_FUTURE) == 0);
	allocate();
	start_threads();
	HT_REQUIRE(munlockall() == 0);
	allocate();
}

/* What an unprivileged program may lock by default is 8 MiB. */
static void
lock_little_memory(const char *file)
{
	(void)file;
	allocate();
	say(mlockall(MCL_CURRENT) == 0 ? "locked\n" : "not locked\n");
	HT_REQUIRE(munlockall() == 0);
	start_threads();
	allocate();
}

/* How programs see whether there are filters: they ask for one that can't be. */
static void
probe_sandbox(const char *file)
{
	(void)file;
	allocate();
	HT_REQUIRE(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL, 0, 0) == -1 && errno == EFAULT);
	HT_REQUIRE(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, NULL) == -1);
	HT_REQUIRE(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, ~0U, NULL) == -1);
	start_threads();
}

/* Everything that an allocator, the threads' futexes and the end need; all else kills. */
static const unsigned allowed_calls[] = { SYS_read, SYS_write, SYS_brk, SYS_mmap, SYS_munmap,
	SYS_mremap, SYS_mprotect, SYS_madvise, SYS_futex, SYS_rt_sigprocmask, SYS_rt_sigreturn,
	SYS_getrandom, SYS_exit, SYS_exit_group };

enum { ALLOWED_COUNT = sizeof(allowed_calls) / sizeof(allowed_calls[0]) };

static struct sock_fprog
sandbox_filter(void)
{
	static struct sock_filter filter[2 * ALLOWED_COUNT + 2];
	unsigned short length = 0;

	filter[length++] = (struct sock_filter)BPF_STMT(
	    BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	for (int i = 0; i < ALLOWED_COUNT; i++) {
		filter[length++] =
		    (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, allowed_calls[i], 0, 1);
		filter[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	}
	filter[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
	return (struct sock_fprog){ .len = length, .filter = filter };
}

static void *
allocate_after_barriers(void *argument)
{
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	allocate();
	syscall(SYS_exit, 0);
	return argument;
}

/* prctl's way, as programs do it that avoid the C library. */
static void
sandbox_by_bare_prctl(const char *file)
{
	(void)file;
	struct sock_fprog program = sandbox_filter();
	HT_REQUIRE(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	HT_REQUIRE(syscall(SYS_prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0);
	say("in the sandbox\n");
	allocate();
}

/* A thread that never allocated enters with us; one that did has its slot already. */
static void
enter_sandbox(bool by_syscall)
{
	struct sock_fprog program = sandbox_filter();
	unsigned long flags = SECCOMP_FILTER_FLAG_TSYNC;
	pthread_t thread;

	HT_REQUIRE(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	if (by_syscall) {
		HT_REQUIRE(pthread_barrier_init(&barrier, NULL, 2) == 0);
		HT_REQUIRE(pthread_create(&thread, NULL, allocate_after_barriers, NULL) == 0);
		pthread_barrier_wait(&barrier);
		HT_REQUIRE(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program) == 0);
		pthread_barrier_wait(&barrier);
		HT_REQUIRE(pthread_join(thread, NULL) == 0);
	} else {
		HT_REQUIRE(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0);
	}
	say("in the sandbox\n");
}

static void
sandbox(const char *file)
{
	(void)file;
	enter_sandbox(false);
	allocate();
}

static void
sandbox_by_syscall(const char *file)
{
	(void)file;
	allocate();
	enter_sandbox(true);
	allocate();
}

/* Strict mode has read, write, exit and sigreturn alone: what is allocated must be there. */
static void
sandbox_strict(const char *file)
{
	(void)file;
	void *block = malloc(5000);

	free(block);
	HT_REQUIRE(prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT, 0, 0, 0) == 0);
	for (int i = 0; i < 1000; i++)
		free(malloc(200));
	say("strict\n");
	syscall(SYS_exit, 0);
}

static void *
idle(void *argument)
{
	return argument;
}

static void
start_idle_threads(int count)
{
	pthread_t thread;
	for (int i = 0; i < count; i++)
		HT_REQUIRE(pthread_create(&thread, NULL, idle, NULL) == 0 &&
			   pthread_join(thread, NULL) == 0);
}

/* Many threads in the parent, one in the child, which is killed so that its segment stays. */
static void
fork_after_threads(const char *file)
{
	(void)file;
	start_idle_threads(40);
	int pid = fork();
	HT_REQUIRE(pid >= 0);
	if (pid == 0) {
		start_idle_threads(1);
		raise(SIGKILL);
	}
	HT_REQUIRE(waitpid(pid, NULL, 0) == pid);
}

static void
end_by_exit(const char *file)
{
	(void)file;
	allocate();
	exit(21);
}

static void
end_by_underscore_exit(const char *file)
{
	(void)file;
	allocate();
	_exit(22);
}

static void
end_by_capital_exit(const char *file)
{
	(void)file;
	allocate();
	_Exit(23);
}

static void
end_by_quick_exit(const char *file)
{
	(void)file;
	allocate();
	quick_exit(24);
}

static void
end_by_abort(const char *file)
{
	(void)file;
	allocate();
	abort();
}

static void
end_by_kill(const char *file)
{
	(void)file;
	allocate();
	raise(SIGKILL);
}

static void
end_by_exec(const char *file)
{
	(void)file;
	allocate();
	execl("/bin/echo", "echo", "another program", (char *)NULL);
}

static void
end_in_thread_exit(const char *file)
{
	(void)file;
	allocate();
	pthread_exit(NULL);
}

/* One of very many: publishes, and ends in the way that its NUMBER says. */
static void
end_briefly(const char *number)
{
	int n = atoi(number);

	for (int i = 0; i < 100; i++)
		free(malloc(1000));
	if (n % 50 == 0)
		raise(SIGKILL);
	if (n % 3 == 0)
		_exit(0);
	if (n % 3 == 1)
		quick_exit(0);
}

/* A vfork child that allocates must not publish its parent's memory as its own. */
static void
vfork_allocating(const char *file)
{
	(void)file;
	pid_t child = vfork();
	if (child == 0) {
		for (int i = 0; i < 600; i++)
			free(malloc(100));
		_exit(0);
	}
	HT_REQUIRE(ht_child_wait(child) == 0);
	allocate();
	raise(SIGKILL);
}

static volatile bool has_trimmed;

static void *
trim_when_cancelled(void *argument)
{
	HT_REQUIRE(pthread_cancel(pthread_self()) == 0);
	malloc_trim(0);
	has_trimmed = true;
	return argument;
}

/* malloc_trim is no cancellation point. */
static void
cancel(const char *file)
{
	pthread_t thread;

	(void)file;
	HT_REQUIRE(pthread_create(&thread, NULL, trim_when_cancelled, NULL) == 0);
	HT_REQUIRE(pthread_join(thread, NULL) == 0);
	say(has_trimmed ? "trimmed\n" : "cancelled\n");
}

#if defined(__x86_64__)
enum { TRAP_FLAG = 0x100 }; /* of the flags register: SIGTRAP after each instruction */

static volatile bool in_child;

/* In the child too this returns to what it interrupted. */
static void
fork_at_trap(int signal, siginfo_t *info, void *context)
{
	ucontext_t *interrupted = context;

	(void)signal;
	(void)info;
	pid_t child = fork();
	HT_REQUIRE(child >= 0);
	in_child = child == 0;
	if (in_child)
		interrupted->uc_mcontext.gregs[REG_EFL] &= ~TRAP_FLAG;
	else
		HT_REQUIRE(ht_child_wait(child) == 0);
}

static void
allocate_and_free(size_t size)
{
	__asm__ volatile("pushfq; orl %0, (%%rsp); popfq" ::"i"(TRAP_FLAG) : "memory", "cc");
	free(malloc(size));
	__asm__ volatile("pushfq; andl %0, (%%rsp); popfq" ::"i"(~TRAP_FLAG) : "memory", "cc");
	if (in_child) {
		free(malloc(100));
		_exit(0);
	}
}

/* A signal handler may fork at any instruction of malloc and free, and go on in the child. */
static void
fork_anywhere(const char *file)
{
	struct sigaction action = { .sa_sigaction = fork_at_trap, .sa_flags = SA_SIGINFO };

	(void)file;
	allocate();
	HT_REQUIRE(sigaction(SIGTRAP, &action, NULL) == 0);
	allocate_and_free(40);
	allocate_and_free(2000);
	HT_REQUIRE(signal(SIGTRAP, SIG_DFL) != SIG_ERR);
	say("forked anywhere\n");
}
#else
static void
fork_anywhere(const char *file)
{
	(void)file;
	say("forked anywhere\n");
}
#endif

static const struct {
	const char *name;
	void (*run)(const char *file);
} modes[] = {
	{ "plain", plain },
	{ "single", single },
	{ "close-descriptors", close_descriptors },
	{ "no-descriptors", use_up_descriptors },
	{ "change-root", change_root },
	{ "lock-memory", lock_memory },
	{ "lock-little-memory", lock_little_memory },
	{ "probe-sandbox", probe_sandbox },
	{ "sandbox", sandbox },
	{ "sandbox-by-syscall", sandbox_by_syscall },
	{ "sandbox-by-bare-prctl", sandbox_by_bare_prctl },
	{ "sandbox-strict", sandbox_strict },
	{ "vfork-allocating", vfork_allocating },
	{ "cancel", cancel },
	{ "fork-anywhere", fork_anywhere },
	{ "fork-after-threads", fork_after_threads },
	{ "exit", end_by_exit },
	{ "_exit", end_by_underscore_exit },
	{ "_Exit", end_by_capital_exit },
	{ "quick_exit", end_by_quick_exit },
	{ "pthread_exit", end_in_thread_exit },
	{ "abort", end_by_abort },
	{ "kill", end_by_kill },
	{ "exec", end_by_exec },
	{ "brief", end_briefly },
};

int
main(int argc, char **argv)
{
	alarm(HT_CHECK_SECONDS);
	for (size_t i = 0; argc > 1 && i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (strcmp(argv[1], modes[i].name) == 0) {
			modes[i].run(argv[2]);
			return EXIT_SUCCESS;
		}
	}
	say("host_program: no such mode\n");
	return 2;
}
