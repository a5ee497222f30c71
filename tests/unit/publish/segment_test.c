/* SPDX-License-Identifier: MIT */
/* Segments as their writer makes them: place, growth, slots, events. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "publish/events.h"
#include "publish/place.h"
#include "publish/segment.h"
#include "publish/slots.h"

struct fixture {
	char directory[64];
	struct ht_identity identity;
	struct ht_segment segment;
	char former[64];
};

static int
set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	strcpy(fixture->directory, "/dev/shm/heaptop-test-XXXXXX");
	if (mkdtemp(fixture->directory) == NULL)
		return -1;
	ht_place_identify(&fixture->identity);
	fixture->identity.name = "segment_test";
	*state = fixture;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *fixture = *state;
	char command[128];
	if (fixture->segment.base != NULL)
		munmap(fixture->segment.base, fixture->segment.reserved_bytes);
	snprintf(command, sizeof(command), "rm -rf '%s'", fixture->directory);
	int result = system(command);
	free(fixture);
	return result;
}

static void
create(struct fixture *fixture)
{
	assert_true(ht_segment_create(
	    &fixture->segment, &fixture->identity, fixture->directory, NULL, fixture->former));
}

/* Bytes that the file at PATH occupies; -1: there is no file. */
static long
backed_bytes(const char *path)
{
	struct stat status;
	return stat(path, &status) == 0 ? (long)status.st_blocks * 512 : -1;
}

static void
identity_is_that_of_the_process(void **state)
{
	struct fixture *fixture = *state;
	assert_int_equal(fixture->identity.pid, getpid());
	assert_int_equal(fixture->identity.uid, getuid());
	assert_true(fixture->identity.pid_namespace != 0);
	assert_true(fixture->identity.start_time_ticks != 0);
}

static void
file_is_private_locked_and_small(void **state)
{
	struct fixture *fixture = *state;
	struct stat status;
	create(fixture);
	assert_true(fixture->segment.published);
	assert_int_equal(stat(fixture->segment.path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	assert_int_equal(status.st_size, HEAPTOP_SEGMENT_CAP_BYTES);
	assert_in_range(status.st_blocks * 512, 4096, 64 * 1024);

	int fd = open(fixture->segment.path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_true(ht_place_is_locked(fd));
	munmap(fixture->segment.base, fixture->segment.reserved_bytes);
	fixture->segment.base = NULL;
	assert_false(ht_place_is_locked(fd));
	close(fd);
}

static void
state_is_building_until_it_is_set(void **state)
{
	struct fixture *fixture = *state;
	create(fixture);
	assert_int_equal(fixture->segment.header->state, HEAPTOP_STATE_BUILDING);
	ht_segment_set_state(&fixture->segment, HEAPTOP_STATE_LIVE);
	assert_int_equal(fixture->segment.header->state, HEAPTOP_STATE_LIVE);
}

static void
successor_replaces_an_unlocked_predecessor(void **state)
{
	struct fixture *fixture = *state;
	create(fixture);
	munmap(fixture->segment.base, fixture->segment.reserved_bytes);
	fixture->identity.name = "successor";
	create(fixture);
	assert_true(fixture->segment.published);
	assert_string_equal(fixture->former, "segment_test");
	assert_int_equal(fixture->segment.header->exec_generation, 1);
}

static void
locked_file_of_the_same_name_is_left_alone(void **state)
{
	struct fixture *fixture = *state;
	struct ht_segment other;
	create(fixture);
	assert_true(ht_segment_create(
	    &other, &fixture->identity, fixture->directory, NULL, fixture->former));
	assert_false(other.published);
	assert_true(backed_bytes(fixture->segment.path) > 0);
	munmap(other.base, other.reserved_bytes);
}

static void
planted_things_are_not_written_to(void **state)
{
	struct fixture *fixture = *state;
	char path[HT_SEGMENT_PATH_BYTES], target[128];
	assert_true(ht_place_path(&fixture->identity, fixture->directory, path));
	snprintf(target, sizeof(target), "%s/target", fixture->directory);
	assert_int_equal(symlink(target, path), 0);
	create(fixture);
	assert_false(fixture->segment.published);
	assert_int_equal(backed_bytes(target), -1);
	munmap(fixture->segment.base, fixture->segment.reserved_bytes);

	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	create(fixture);
	assert_false(fixture->segment.published);
}

static void
directory_that_others_can_write_is_refused(void **state)
{
	struct fixture *fixture = *state;
	char out[HT_SEGMENT_PATH_BYTES];
	assert_int_equal(chmod(fixture->directory, 0770), 0);
	assert_false(ht_place_directory(getuid(), fixture->directory, NULL, out));
	assert_int_equal(chmod(fixture->directory, 0700), 0);
	assert_true(ht_place_directory(getuid(), fixture->directory, NULL, out));
	assert_false(ht_place_directory(getuid() + 1, fixture->directory, NULL, out));
}

static void
names_of_segments_are_three_numbers(void **state)
{
	(void)state;
	assert_true(ht_place_is_segment_name("4026531836.17.99"));
	assert_false(ht_place_is_segment_name("4026531836.17"));
	assert_false(ht_place_is_segment_name("4026531836.17.99.1"));
	assert_false(ht_place_is_segment_name("4026531836.17.99x"));
	assert_false(ht_place_is_segment_name(".17.99"));
	assert_false(ht_place_is_segment_name("99999999999999999999999.1.1"));
}

/* A dead segment called NAME, AGE seconds old. */
static void
plant_dead(struct fixture *fixture, const char *name, uint32_t state, int age)
{
	char path[160];
	struct heaptop_segment_header header = { .state = state };
	memcpy(header.magic, HEAPTOP_SEGMENT_MAGIC, sizeof(header.magic));
	snprintf(path, sizeof(path), "%s/%s", fixture->directory, name);
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, &header, sizeof(header)), sizeof(header));
	struct timespec times[2];
	clock_gettime(CLOCK_REALTIME, &times[0]);
	times[0].tv_sec -= age;
	times[1] = times[0];
	assert_int_equal(futimens(fd, times), 0);
	close(fd);
}

static bool
exists(struct fixture *fixture, const char *name)
{
	char path[160];
	snprintf(path, sizeof(path), "%s/%s", fixture->directory, name);
	return access(path, F_OK) == 0;
}

static void
newest_dead_stay_and_nothing_else_is_touched(void **state)
{
	struct fixture *fixture = *state;
	char name[32];
	create(fixture);
	for (int i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), "1.%d.1", i);
		plant_dead(fixture, name, HEAPTOP_STATE_LIVE, 100 + i);
	}
	plant_dead(fixture, "2.1.1", HEAPTOP_STATE_LIVE, HT_DEAD_SECONDS + 60);
	plant_dead(fixture, "3.1.1", HEAPTOP_STATE_EXEC, 1);
	plant_dead(fixture, "notes.txt", HEAPTOP_STATE_EXEC, HT_DEAD_SECONDS * 2);

	ht_place_collect(fixture->directory, getuid());
	for (int i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), "1.%d.1", i);
		assert_int_equal(exists(fixture, name), i < HT_DEAD_MOST);
	}
	assert_false(exists(fixture, "2.1.1"));
	assert_false(exists(fixture, "3.1.1"));
	assert_true(exists(fixture, "notes.txt"));
	assert_true(backed_bytes(fixture->segment.path) > 0);
}

static const struct ht_owner owner = { .tid = 77, .monotonic_ns = 5, .name = "worker" };

static void
thousand_threads_back_at_most_4_mib(void **state)
{
	struct fixture *fixture = *state;
	create(fixture);
	for (int i = 0; i < 1000; i++)
		assert_true(ht_slots_claim(&fixture->segment, &owner, 0) >= 0);
	assert_in_range(backed_bytes(fixture->segment.path), 1000 * 2560, 4 << 20);
}

static void
slots_are_reused_and_their_counts_stay(void **state)
{
	struct fixture *fixture = *state;
	create(fixture);
	int first = ht_slots_claim(&fixture->segment, &owner, 0);
	struct heaptop_thread_slot *slot = &fixture->segment.slots[first];
	slot->allocated_bytes = 1000;
	slot->size_classes[3].allocated_blocks = 7;
	assert_int_equal(slot->owner_sequence % 2, 0);
	assert_int_equal(slot->state, HEAPTOP_SLOT_LIVE);
	ht_slots_release(&fixture->segment, (uint32_t)first);
	assert_int_equal(slot->state, HEAPTOP_SLOT_FREE);

	assert_int_equal(ht_slots_claim(&fixture->segment, &owner, 0), first);
	assert_int_equal(slot->generation, 2);
	assert_int_equal(slot->allocated_bytes, 1000);
	assert_int_equal(slot->base_allocated_bytes, 1000);
	assert_int_equal(slot->base_allocated_blocks, 7);
	assert_int_equal(fixture->segment.globals->threads_exited, 1);
}

static void
successor_mends_an_odd_sequence(void **state)
{
	struct fixture *fixture = *state;
	create(fixture);
	fixture->segment.slots[0].owner_sequence = 7; /* its owner was killed while it changed */
	int index = ht_slots_claim(&fixture->segment, &owner, 0);
	assert_int_equal(index, 0);
	assert_int_equal(fixture->segment.slots[0].owner_sequence % 2, 0);
	assert_true(fixture->segment.slots[0].owner_sequence > 7);
}

static void
threads_that_died_without_a_word_are_reaped(void **state)
{
	struct fixture *fixture = *state;
	create(fixture);
	uint32_t count = ht_segment_slot_count(&fixture->segment);
	struct ht_owner gone = owner;
	gone.tid = 0x3ffffff; /* above any pid_max */
	for (uint32_t i = 0; i < count; i++)
		assert_true(ht_slots_claim(&fixture->segment, &gone, 0) >= 0);
	assert_true(ht_slots_claim(&fixture->segment, &owner, (uint32_t)getpid()) >= 0);
	assert_int_equal(ht_segment_slot_count(&fixture->segment), count);
	assert_int_equal(fixture->segment.globals->threads_exited, count);
}

static void
file_size_limit_only_lowers_the_cap(void **state)
{
	struct fixture *fixture = *state;
	pid_t child = fork();
	if (child == 0) {
		struct rlimit limit = { 256 * 1024, 256 * 1024 };
		setrlimit(RLIMIT_FSIZE, &limit);
		if (!ht_segment_create(&fixture->segment, &fixture->identity, fixture->directory,
			NULL, fixture->former) ||
		    !fixture->segment.published)
			_exit(1);
		int claimed = 0, index;
		while ((index = ht_slots_claim(&fixture->segment, &owner, 0)) >= 0)
			claimed++;
		_exit(index == -ENOSPC && claimed > 10 && claimed < 100 ? 0 : 2);
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static const struct heaptop_event *
record(const struct fixture *fixture, unsigned index)
{
	return (const struct heaptop_event *)(const void *)(fixture->segment.rings[0] + 1) + index;
}

static void
ring_keeps_the_latest_events(void **state)
{
	struct fixture *fixture = *state;
	create(fixture);
	for (uint64_t i = 1; i <= HT_RING_EVENTS + 2; i++) {
		struct heaptop_event event = { .kind = HEAPTOP_EVENT_TRIM, .monotonic_ns = i };
		ht_events_write(&fixture->segment, &event);
	}
	assert_int_equal(fixture->segment.rings[0]->next, HT_RING_EVENTS + 3);
	assert_int_equal(record(fixture, 0)->number, HT_RING_EVENTS + 1);
	assert_int_equal(record(fixture, 1)->monotonic_ns, HT_RING_EVENTS + 2);
	assert_int_equal(record(fixture, 2)->number, 3);
	assert_int_equal(record(fixture, 0)->sequence, 4);
}

static void
stuck_record_is_stepped_over_and_counted(void **state)
{
	struct fixture *fixture = *state;
	create(fixture);
	struct heaptop_event *stuck =
	    (struct heaptop_event *)(void *)(fixture->segment.rings[0] + 1);
	stuck->sequence = 1;
	struct heaptop_event event = { .kind = HEAPTOP_EVENT_OOM };
	ht_events_write(&fixture->segment, &event);
	ht_events_write(&fixture->segment, &event);
	assert_int_equal(stuck->sequence, 1);
	assert_int_equal(fixture->segment.rings[0]->lost, 1);
	assert_int_equal(record(fixture, 1)->number, 2);
}

static void
storm_of_threads_hides_no_other_event(void **state)
{
	struct fixture *fixture = *state;
	create(fixture);
	struct heaptop_event event = { .kind = HEAPTOP_EVENT_OOM };
	ht_events_write(&fixture->segment, &event);
	event.kind = HEAPTOP_EVENT_THREAD_START;
	for (int i = 0; i < 1000; i++)
		ht_events_write(&fixture->segment, &event);
	assert_int_equal(record(fixture, 0)->kind, HEAPTOP_EVENT_OOM);
	assert_int_equal(fixture->segment.rings[1]->next, 1001);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(identity_is_that_of_the_process),
		TEST(file_is_private_locked_and_small),
		TEST(state_is_building_until_it_is_set),
		TEST(successor_replaces_an_unlocked_predecessor),
		TEST(locked_file_of_the_same_name_is_left_alone),
		TEST(planted_things_are_not_written_to),
		TEST(directory_that_others_can_write_is_refused),
		TEST(names_of_segments_are_three_numbers),
		TEST(newest_dead_stay_and_nothing_else_is_touched),
		TEST(thousand_threads_back_at_most_4_mib),
		TEST(slots_are_reused_and_their_counts_stay),
		TEST(successor_mends_an_odd_sequence),
		TEST(threads_that_died_without_a_word_are_reaped),
		TEST(file_size_limit_only_lowers_the_cap),
		TEST(ring_keeps_the_latest_events),
		TEST(stuck_record_is_stepped_over_and_counted),
		TEST(storm_of_threads_hides_no_other_event),
	};
#undef TEST
	return cmocka_run_group_tests(tests, NULL, NULL);
}
