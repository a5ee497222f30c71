/* SPDX-License-Identifier: MIT */
/* malloc_trim, the nearest thing to a collection that C has: timed, with what it gave back. */
#include "config.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <unistd.h>

#include "preload/export.h"
#include "preload/process.h"
#include "preload/real.h"
#include "publish/digits.h"
#include "publish/events.h"

/* Resident bytes, the second field of proc_pid_statm(5); false when they cannot be read. */
static bool
read_resident(uint64_t *bytes)
{
	char text[128];
	uint64_t size, resident;
	if (ht_process.sandboxed)
		return false;
	/* malloc_trim is no cancellation point; open, read and close are. */
	int cancel_state;
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel_state);
	ssize_t length = -1;
	int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		length = read(fd, text, sizeof(text) - 1);
		close(fd);
	}
	pthread_setcancelstate(cancel_state, NULL);
	if (length <= 0)
		return false;
	text[length] = '\0';
	const char *at = text;
	if (!ht_read_number(&at, &size) || *at++ != ' ' || !ht_read_number(&at, &resident))
		return false;
	*bytes = resident * (uint64_t)sysconf(_SC_PAGESIZE);
	return true;
}

HT_EXPORT int
malloc_trim(size_t pad)
{
	int saved = errno;
	struct heaptop_event event = { .present = HEAPTOP_EVENT_HAS_DURATION };
	if (ht_process_phase() == HT_PHASE_PRIVATE)
		ht_process_attach();
	if (ht_process_phase() != HT_PHASE_ATTACHED)
		return ht_real.malloc_trim(pad);

	if (read_resident(&event.bytes_before))
		event.present |= HEAPTOP_EVENT_HAS_BYTES_BEFORE;
	uint64_t start = ht_process_now_ns();
	errno = saved;
	int result = ht_real.malloc_trim(pad);
	saved = errno;
	uint64_t end = ht_process_now_ns();
	event.duration_ns = end - start;
	if (read_resident(&event.bytes_after))
		event.present |= HEAPTOP_EVENT_HAS_BYTES_AFTER;
	ht_events_count_gc(&ht_process.segment, event.duration_ns, end);
	ht_process_event(&event, HEAPTOP_EVENT_TRIM, "");
	errno = saved;
	return result;
}
