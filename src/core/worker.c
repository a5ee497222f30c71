/* SPDX-License-Identifier: MIT */
/*
 * One lock guards what both threads see; it is never held during a tick, so
 * the screen's calls return at once whatever a source does.  Who is last frees
 * the worker: its own thread, where ht_worker_stop had to leave it behind in a hanging read.
 */
#include "config.h"

#include "core/worker.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

#define STOP_WAIT_NS UINT64_C(200000000)
#define NOWHERE      SIZE_MAX

struct ht_worker {
	struct ht_sampler *sampler; /* owned; used by the thread alone */
	pthread_t thread;
	int ready_fd; /* owned; an eventfd */

	pthread_mutex_t lock;           /* guards all below */
	pthread_cond_t changed;         /* on CLOCK_MONOTONIC */
	struct ht_frame *newest;        /* owned; NULL: taken */
	struct ht_worker_answer answer; /* about the latest tick, until that is taken */
	struct ht_request request;      /* its lists are owned */
	uint64_t delay_ns;
	uint64_t smoothing_ns;
	bool smoothing_changed;
	size_t sought;          /* tick of a recording that is asked for; NOWHERE: none is */
	bool sought_back;       /* as of ht_worker_seek */
	uint64_t busy_since_ns; /* CLOCK_MONOTONIC; 0: no tick is under way */
	bool wake;
	bool stop;
	bool ended;     /* the thread is past its loop */
	bool abandoned; /* the thread frees the worker */
};

static void
release_request(struct ht_request *request)
{
	free((void *)request->only.pids);
	free((void *)request->detail_for.pids);
	free((void *)request->costly_for.pids);
	*request = (struct ht_request){ .only_uid = UINT32_MAX };
}

static int
copy_list(const struct ht_pid_list *from, struct ht_pid_list *to)
{
	*to = (struct ht_pid_list){ NULL, 0 };
	if (from->count == 0)
		return 0;
	int32_t *pids = reallocarray(NULL, from->count, sizeof(*pids));
	if (pids == NULL)
		return -ENOMEM;
	memcpy(pids, from->pids, from->count * sizeof(*pids));
	*to = (struct ht_pid_list){ pids, from->count };
	return 0;
}

static int
copy_request(const struct ht_request *from, struct ht_request *to)
{
	*to = *from;
	to->only = to->detail_for = to->costly_for = (struct ht_pid_list){ NULL, 0 };
	if (copy_list(&from->only, &to->only) == 0 &&
	    copy_list(&from->detail_for, &to->detail_for) == 0 &&
	    copy_list(&from->costly_for, &to->costly_for) == 0)
		return 0;
	release_request(to);
	return -ENOMEM;
}

static void
worker_free(struct ht_worker *worker)
{
	ht_sampler_free(worker->sampler);
	ht_frame_free(worker->newest);
	release_request(&worker->request);
	if (worker->ready_fd >= 0)
		close(worker->ready_fd);
	pthread_cond_destroy(&worker->changed);
	pthread_mutex_destroy(&worker->lock);
	free(worker);
}

/* With the lock held: puts FRAME, NULL where there is none, where the screen takes it. */
static void
publish(struct ht_worker *worker, struct ht_frame *frame, const struct ht_worker_answer *answer)
{
	if (frame != NULL) {
		ht_frame_free(worker->newest);
		worker->newest = frame;
	}
	worker->answer = *answer;
	/* Only a full counter could make this fail, and then the descriptor is readable anyway. */
	if (eventfd_write(worker->ready_fd, 1) != 0)
		return;
}

/* One tick, with the lock let go meanwhile. */
static void
tick(struct ht_worker *worker)
{
	struct ht_request request;
	struct ht_frame *frame = NULL;
	size_t sought = worker->sought;
	bool is_back = worker->sought_back;
	int result = copy_request(&worker->request, &request);
	/* Whatever was asked for up to now, this tick does. */
	worker->sought = NOWHERE;
	worker->wake = false;
	if (worker->smoothing_changed)
		ht_sampler_set_smoothing(worker->sampler, worker->smoothing_ns);
	worker->smoothing_changed = false;
	worker->busy_since_ns = ht_clock_monotonic_ns();
	pthread_mutex_unlock(&worker->lock);
	if (result == 0) {
		if (sought != NOWHERE)
			result =
			    ht_sampler_look(worker->sampler, &request, sought, is_back, &frame);
		else
			result = ht_sampler_tick(worker->sampler, &request, &frame);
		release_request(&request);
	}
	pthread_mutex_lock(&worker->lock);
	worker->busy_since_ns = 0;
	/* For lack of memory, or of ticks in a recording, this one has no frame; the next one may. */
	const struct ht_worker_answer answer = { result, sought };
	publish(worker, result == 0 ? frame : NULL, &answer);
}

/* With the lock held: sleeps until DUE_NS as the delay then is, a wake or the end. */
static void
wait_until_due(struct ht_worker *worker, uint64_t began_ns)
{
	while (!worker->stop && !worker->wake) {
		if (worker->delay_ns == HT_WORKER_WHEN_ASKED) {
			pthread_cond_wait(&worker->changed, &worker->lock);
			continue;
		}
		uint64_t due_ns = began_ns + worker->delay_ns;
		if (ht_clock_monotonic_ns() >= due_ns)
			break;
		struct timespec due = { (time_t)(due_ns / 1000000000u),
			(long)(due_ns % 1000000000u) };
		pthread_cond_timedwait(&worker->changed, &worker->lock, &due);
	}
}

static void *
run(void *context)
{
	struct ht_worker *worker = context;
	pthread_mutex_lock(&worker->lock);
	while (!worker->stop) {
		uint64_t began_ns = ht_clock_monotonic_ns();
		tick(worker);
		wait_until_due(worker, began_ns);
	}
	worker->ended = true;
	pthread_cond_broadcast(&worker->changed);
	bool mine = worker->abandoned;
	pthread_mutex_unlock(&worker->lock);
	if (mine)
		worker_free(worker);
	return NULL;
}

static void
init_locks(struct ht_worker *worker)
{
	pthread_condattr_t attributes;
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&worker->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	pthread_mutex_init(&worker->lock, NULL);
}

static int
start_thread(struct ht_worker *worker)
{
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int result = pthread_create(&worker->thread, NULL, run, worker);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -result;
}

/* SOUGHT: what the first tick is; NOWHERE: the next one. */
static int
start(struct ht_sampler *sampler, const struct ht_request *request, uint64_t delay_ns,
    size_t sought, struct ht_worker **out, struct ht_error *error)
{
	struct ht_worker *worker = calloc(1, sizeof(*worker));
	if (worker == NULL) {
		ht_sampler_free(sampler);
		ht_error_set(error, HT_ERROR_RUNTIME, "out of memory");
		return -ENOMEM;
	}
	worker->sampler = sampler;
	worker->delay_ns = delay_ns;
	worker->sought = sought;
	worker->sought_back = true;
	init_locks(worker);
	worker->ready_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	int result = worker->ready_fd >= 0 ? 0 : -errno;
	if (result == 0)
		result = copy_request(request, &worker->request);
	if (result == 0)
		result = start_thread(worker);
	if (result != 0) {
		worker_free(worker);
		ht_error_set(error, HT_ERROR_RUNTIME, "cannot start the sampling thread: %s",
		    strerror(-result));
		return result;
	}
	*out = worker;
	return 0;
}

int
ht_worker_start(struct ht_sampler *sampler, const struct ht_request *request, uint64_t delay_ns,
    struct ht_worker **out, struct ht_error *error)
{
	return start(sampler, request, delay_ns, NOWHERE, out, error);
}

int
ht_worker_start_at(struct ht_sampler *sampler, const struct ht_request *request, size_t index,
    struct ht_worker **out, struct ht_error *error)
{
	return start(sampler, request, HT_WORKER_WHEN_ASKED, index, out, error);
}

/* With the lock held: true when the thread ended in time. */
static bool
wait_for_end(struct ht_worker *worker)
{
	uint64_t due_ns = ht_clock_monotonic_ns() + STOP_WAIT_NS;
	struct timespec due = { (time_t)(due_ns / 1000000000u), (long)(due_ns % 1000000000u) };
	int result = 0;
	while (!worker->ended && result == 0)
		result = pthread_cond_timedwait(&worker->changed, &worker->lock, &due);
	return worker->ended;
}

void
ht_worker_stop(struct ht_worker *worker)
{
	if (worker == NULL)
		return;
	pthread_t thread = worker->thread;
	pthread_mutex_lock(&worker->lock);
	worker->stop = true;
	pthread_cond_broadcast(&worker->changed);
	bool ended = wait_for_end(worker);
	worker->abandoned = !ended;
	pthread_mutex_unlock(&worker->lock);
	if (!ended) {
		pthread_detach(thread);
		return;
	}
	pthread_join(thread, NULL);
	worker_free(worker);
}

int
ht_worker_fd(const struct ht_worker *worker)
{
	return worker->ready_fd;
}

struct ht_frame *
ht_worker_take(struct ht_worker *worker, struct ht_worker_answer *answer)
{
	eventfd_t count;
	pthread_mutex_lock(&worker->lock);
	struct ht_frame *frame = worker->newest;
	worker->newest = NULL;
	if (answer != NULL)
		*answer = worker->answer;
	worker->answer.failure = 0;
	/* Empties the descriptor; -1 says that it was empty. */
	if (eventfd_read(worker->ready_fd, &count) != 0)
		count = 0;
	pthread_mutex_unlock(&worker->lock);
	return frame;
}

int
ht_worker_request(struct ht_worker *worker, const struct ht_request *request)
{
	struct ht_request copy;
	if (copy_request(request, &copy) != 0)
		return -ENOMEM;
	pthread_mutex_lock(&worker->lock);
	struct ht_request old = worker->request;
	worker->request = copy;
	pthread_mutex_unlock(&worker->lock);
	release_request(&old);
	return 0;
}

void
ht_worker_set_delay(struct ht_worker *worker, uint64_t delay_ns)
{
	pthread_mutex_lock(&worker->lock);
	worker->delay_ns = delay_ns;
	pthread_cond_broadcast(&worker->changed);
	pthread_mutex_unlock(&worker->lock);
}

void
ht_worker_set_smoothing(struct ht_worker *worker, uint64_t smoothing_ns)
{
	pthread_mutex_lock(&worker->lock);
	worker->smoothing_ns = smoothing_ns;
	worker->smoothing_changed = true;
	pthread_mutex_unlock(&worker->lock);
}

void
ht_worker_wake(struct ht_worker *worker)
{
	pthread_mutex_lock(&worker->lock);
	worker->wake = true;
	pthread_cond_broadcast(&worker->changed);
	pthread_mutex_unlock(&worker->lock);
}

void
ht_worker_seek(struct ht_worker *worker, size_t index, bool is_back)
{
	pthread_mutex_lock(&worker->lock);
	worker->sought = index;
	worker->sought_back = is_back;
	worker->wake = true;
	pthread_cond_broadcast(&worker->changed);
	pthread_mutex_unlock(&worker->lock);
}

uint64_t
ht_worker_busy_ns(const struct ht_worker *worker)
{
	/* The lock is not part of what const promises to keep. */
	pthread_mutex_t *lock = (pthread_mutex_t *)&worker->lock;
	pthread_mutex_lock(lock);
	uint64_t since_ns = worker->busy_since_ns;
	pthread_mutex_unlock(lock);
	return since_ns != 0 ? ht_clock_monotonic_ns() - since_ns : 0;
}
