/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "cli/relay.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "base/units.h"
#include "cli/output.h"

enum { KEPT_MOST = 64 << 20, PIECE = 16384, REST_PIECES = 256 };

struct ht_relay {
	int master;     /* owned; -1: the program has closed its side */
	int wake;       /* owned; an eventfd: one of the flags below has changed */
	int signals;    /* owned; a signalfd */
	int file;       /* owned; -1: nothing can be kept */
	uint64_t total; /* bytes that came while they were kept */
	uint64_t room;  /* of the file, which is a ring: where byte N is, modulo that; 0: none */
	bool started;   /* there is a thread */
	bool showing;   /* of the thread */
	pid_t pid;
	pthread_t thread;
	atomic_bool show;
	atomic_bool finish;
};

/* A file without a name, on a disk where that can be had. */
static int
open_file(void)
{
	const char *directory = getenv("TMPDIR");
	if (directory == NULL || directory[0] != '/')
		directory = "/tmp";
	int fd = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	return fd >= 0 ? fd : memfd_create("heaptop-output", MFD_CLOEXEC);
}

/* Makes the terminal behind FD as large as our own. */
static void
fit(int fd)
{
	struct winsize size;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
		ioctl(fd, TIOCSWINSZ, &size);
}

/* With nothing done to what is written. */
static void
set_up_terminal(int slave)
{
	struct termios raw;
	fit(slave);
	if (tcgetattr(slave, &raw) == 0) {
		cfmakeraw(&raw);
		tcsetattr(slave, TCSANOW, &raw);
	}
}

static int
open_terminal(struct ht_relay *relay, int *write_fd)
{
	char name[64];
	relay->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (relay->master < 0 || grantpt(relay->master) != 0 || unlockpt(relay->master) != 0)
		return -errno;
	int failure = ptsname_r(relay->master, name, sizeof(name));
	if (failure != 0)
		return -failure;
	*write_fd = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (*write_fd < 0)
		return -errno;
	set_up_terminal(*write_fd);
	fcntl(relay->master, F_SETFL, O_NONBLOCK);
	return 0;
}

static int
open_wakes(struct ht_relay *relay)
{
	static const int passed_on[] = { SIGUSR1, SIGUSR2, SIGALRM, SIGURG, SIGIO, SIGPWR };
	sigset_t set;
	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(passed_on) / sizeof(passed_on[0]); i++)
		sigaddset(&set, passed_on[i]);
	relay->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	relay->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return relay->wake < 0 || relay->signals < 0 ? -errno : 0;
}

static void
close_all(struct ht_relay *relay)
{
	const int fds[] = { relay->master, relay->wake, relay->signals, relay->file };
	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

int
ht_relay_new(struct ht_relay **out, int *write_fd, struct ht_error *error)
{
	struct ht_relay *relay = calloc(1, sizeof(*relay));
	*write_fd = -1;
	if (relay == NULL) {
		ht_error_set(error, HT_ERROR_RUNTIME, "not enough memory");
		return -ENOMEM;
	}
	relay->wake = relay->signals = -1;
	relay->file = open_file();
	relay->room = relay->file >= 0 ? KEPT_MOST : 0;
	int status = open_terminal(relay, write_fd);
	if (status == 0)
		status = open_wakes(relay);
	if (status == 0) {
		*out = relay;
		return 0;
	}
	ht_error_set(
	    error, HT_ERROR_RUNTIME, "the program's output can't be taken: %s", strerror(-status));
	if (*write_fd >= 0)
		close(*write_fd);
	close_all(relay);
	free(relay);
	return status;
}

/* What can't be written to the file bounds it from then on; a file of nothing keeps nothing. */
static void
keep(struct ht_relay *relay, const char *bytes, size_t length)
{
	while (length > 0 && relay->room > 0) {
		uint64_t at = relay->total % relay->room;
		size_t count = length < relay->room - at ? length : (size_t)(relay->room - at);
		ssize_t written = pwrite(relay->file, bytes, count, (off_t)at);
		if (written <= 0) {
			/* Only while it grows; later all of it is there. */
			relay->room = relay->total < relay->room ? relay->total : 0;
			continue;
		}
		relay->total += (uint64_t)written;
		bytes += written;
		length -= (size_t)written;
	}
	relay->total += length;
}

/* A terminal that is gone takes nothing more; the program is still read. */
static void
put(const char *bytes, size_t length)
{
	struct ht_error error;
	if (ht_output_write(bytes, length, &error) != 0)
		return;
}

static void
show_kept(struct ht_relay *relay)
{
	char bytes[PIECE], lost[HT_UNITS_TEXT_BYTES];
	uint64_t at = relay->total > relay->room ? relay->total - relay->room : 0;
	if (at > 0) {
		ht_units_bytes(at, lost);
		ht_output_warn("the first %s of the output were too much to keep", lost);
	}
	while (at < relay->total) {
		uint64_t offset = at % relay->room;
		uint64_t left = relay->total - at;
		if (left > relay->room - offset)
			left = relay->room - offset;
		ssize_t count =
		    pread(relay->file, bytes, left < PIECE ? (size_t)left : PIECE, (off_t)offset);
		if (count <= 0)
			break;
		put(bytes, (size_t)count);
		at += (uint64_t)count;
	}
}

/* A piece of what the program has written; false: it has closed its side. */
static bool
take(struct ht_relay *relay)
{
	char bytes[PIECE];
	ssize_t count = read(relay->master, bytes, sizeof(bytes));
	if (count > 0 && relay->showing)
		put(bytes, (size_t)count);
	else if (count > 0)
		keep(relay, bytes, (size_t)count);
	return count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR));
}

static void
pass_signals(struct ht_relay *relay)
{
	struct signalfd_siginfo info;
	while (read(relay->signals, &info, sizeof(info)) == sizeof(info))
		kill(relay->pid, (int)info.ssi_signo);
}

/* Does what the flags say; true: this is the end. */
static bool
obey(struct ht_relay *relay)
{
	eventfd_t count;
	if (eventfd_read(relay->wake, &count) != 0 && !relay->finish)
		return false;
	if (relay->show && !relay->showing) {
		/* While the screen was there, it may have become another size. */
		fit(relay->master);
		show_kept(relay);
		relay->showing = true;
	}
	return relay->finish;
}

static void *
run(void *context)
{
	struct ht_relay *relay = context;
	bool open = true;
	for (;;) {
		struct pollfd fds[] = {
			{ .fd = open ? relay->master : -1, .events = POLLIN },
			{ .fd = relay->wake, .events = POLLIN },
			{ .fd = relay->show ? -1 : relay->signals, .events = POLLIN },
		};
		if (poll(fds, 3, -1) < 0 && errno != EINTR)
			break;
		if (obey(relay))
			break;
		if (open && fds[0].revents != 0)
			open = take(relay);
		if (fds[2].revents != 0)
			pass_signals(relay);
	}
	/* Programs that it left behind may go on writing without end; what it wrote itself is less than that. */
	struct pollfd rest = { .fd = relay->master, .events = POLLIN };
	for (int i = 0; i < REST_PIECES && open && poll(&rest, 1, 0) > 0; i++)
		open = take(relay);
	return NULL;
}

int
ht_relay_start(struct ht_relay *relay, pid_t pid)
{
	sigset_t all, before;
	relay->pid = pid;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int failure = pthread_create(&relay->thread, NULL, run, relay);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	relay->started = failure == 0;
	return -failure;
}

static void
wake(struct ht_relay *relay, atomic_bool *flag)
{
	*flag = true;
	/* A counter that is full wakes as well. */
	if (eventfd_write(relay->wake, 1) != 0)
		return;
}

void
ht_relay_show(struct ht_relay *relay)
{
	wake(relay, &relay->show);
}

void
ht_relay_free(struct ht_relay *relay)
{
	if (relay == NULL)
		return;
	if (relay->started) {
		wake(relay, &relay->finish);
		pthread_join(relay->thread, NULL);
	}
	close_all(relay);
	free(relay);
}
