/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <curses.h>

#include "decode/recording.h"
#include "frames.h"
#include "tui/layout.h"
#include "tui/screen.h"
#include "tui/store.h"

static char home[64];

static int
begin(void **state)
{
	(void)state;
	strcpy(home, "/tmp/heaptop-test.XXXXXX");
	return mkdtemp(home) == NULL || chdir(home) != 0 ? -1 : 0;
}

static int
end(void **state)
{
	char command[128];
	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", home);
	return chdir("/") != 0 || system(command) != 0 ? -1 : 0;
}

static size_t
read_file(const char *path, char *out, size_t size)
{
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	size_t length = fread(out, 1, size - 1, file);
	out[length] = '\0';
	fclose(file);
	return length;
}

static int
count_files(void)
{
	FILE *list = popen("ls -A | wc -l", "r");
	int count = -1;
	assert_int_equal(fscanf(list, "%d", &count), 1);
	pclose(list);
	return count;
}

static void
a_new_file_is_private_and_whole(void **state)
{
	(void)state;
	char text[16];
	struct stat status;
	assert_int_equal(ht_store("a", "hello", 5, false), 0);
	read_file("a", text, sizeof(text));
	assert_string_equal(text, "hello");
	assert_int_equal(stat("a", &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	assert_int_equal(count_files(), 1);
}

static void
nothing_is_overwritten_unless_told(void **state)
{
	(void)state;
	char text[16];
	assert_int_equal(ht_store("a", "one", 3, false), 0);
	assert_int_equal(ht_store("a", "two", 3, false), -EEXIST);
	read_file("a", text, sizeof(text));
	assert_string_equal(text, "one");
	assert_int_equal(ht_store("a", "two", 3, true), 0);
	read_file("a", text, sizeof(text));
	assert_string_equal(text, "two");
	assert_int_equal(count_files(), 1);
}

static void
what_is_no_file_stays(void **state)
{
	(void)state;
	assert_int_equal(mkdir("d", 0700), 0);
	assert_int_equal(symlink("a", "l"), 0);
	assert_int_equal(mkfifo("f", 0600), 0);
	assert_int_equal(ht_store("d", "x", 1, true), -EISDIR);
	assert_int_equal(ht_store("l", "x", 1, true), -EINVAL);
	assert_int_equal(ht_store("f", "x", 1, true), -EINVAL);
	assert_int_equal(ht_store("/dev/full", "x", 1, true), -EINVAL);
	assert_int_equal(ht_store("none/a", "x", 1, true), -ENOENT);
	assert_int_equal(count_files(), 3);
}

static void
a_file_in_pieces_has_its_name_at_the_end(void **state)
{
	(void)state;
	char text[16];
	struct stat status;
	struct ht_store store;
	assert_int_equal(ht_store_begin(&store, "a", false), 0);
	assert_int_equal(ht_store_add(&store, "he", 2), 0);
	assert_int_equal(ht_store_add(&store, "llo", 3), 0);
	assert_int_equal(access("a", F_OK), -1);
	assert_int_equal(ht_store_end(&store), 0);
	read_file("a", text, sizeof(text));
	assert_string_equal(text, "hello");
	assert_int_equal(stat("a", &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	assert_int_equal(count_files(), 1);
}

static void
of_a_file_that_is_dropped_nothing_is_left(void **state)
{
	(void)state;
	struct ht_store store;
	assert_int_equal(ht_store_begin(&store, "a", false), 0);
	assert_int_equal(ht_store_add(&store, "hello", 5), 0);
	ht_store_drop(&store);
	assert_int_equal(count_files(), 0);
}

/* The person has said neither that it may go nor that it may stay. */
static void
what_came_meanwhile_stays(void **state)
{
	(void)state;
	char text[16];
	struct ht_store store;
	assert_int_equal(ht_store_begin(&store, "a", false), 0);
	assert_int_equal(ht_store("a", "other", 5, false), 0);
	assert_int_equal(ht_store_end(&store), -EEXIST);
	assert_int_equal(ht_store_begin(&store, "a", true), 0);
	assert_int_equal(unlink("a"), 0);
	assert_int_equal(mkfifo("a", 0600), 0);
	assert_int_equal(ht_store_end(&store), -EINVAL);
	assert_int_equal(ht_store_begin(&store, "b", false), 0);
	assert_int_equal(ht_store("b", "other", 5, false), 0);
	assert_int_equal(ht_store_end(&store), -EEXIST);
	read_file("b", text, sizeof(text));
	assert_string_equal(text, "other");
	assert_int_equal(count_files(), 2);
}

static struct ht_screen screen;

static void
type(const char *keys)
{
	for (; *keys != '\0'; keys++)
		ht_screen_key(&screen, *keys);
}

/* Kills what stands in the prompt, then types. */
static void
answer(const char *keys)
{
	ht_screen_key(&screen, 'U' - '@');
	type(keys);
}

static void
w_writes_what_is_seen(void **state)
{
	(void)state;
	static char text[65536];
	struct ht_tui_options options = { .only_uid = UINT32_MAX, .sort = ht_sort_default() };
	ht_screen_init(&screen, &options, false);
	type("w");
	assert_false(screen.prompt.open);
	ht_screen_set_frame(&screen, frames_mixed());
	type("w");
	assert_non_null(strstr(screen.prompt.typed, "heaptop-"));
	assert_non_null(strstr(screen.prompt.typed, ".json"));
	answer("all.json\r");
	assert_string_equal(screen.message, "written to all.json");
	read_file("all.json", text, sizeof(text));
	assert_non_null(strstr(text, "\"pid\": 5120"));
	assert_non_null(strstr(text, "\"pid\": 1033"));
	type("j\rw");
	answer("all.json\r");
	assert_true(screen.prompt.open);
	type("n\r");
	assert_string_equal(screen.message, "all.json stays as it is");
	type("w");
	answer("all.json\ryes\r");
	read_file("all.json", text, sizeof(text));
	assert_non_null(strstr(text, "\"pid\": 4242"));
	assert_null(strstr(text, "\"pid\": 5120"));
	type("w");
	answer("none/x\r");
	assert_non_null(strstr(screen.message, "none/x is not written: No such file"));
	type("w");
	ht_screen_key(&screen, '\033');
	assert_int_equal(count_files(), 1);
	ht_screen_release(&screen);
}

/* Until nothing is being written, as the loop does it between keys. */
static void
wait_for_recording(void)
{
	while (screen.writing != NULL)
		ht_writing_go_on(&screen);
}

static void
look_at_many(unsigned from, unsigned to)
{
	for (unsigned i = from; i < to; i++) {
		struct ht_frame *frame = frames_many(30, i);
		frame->monotonic_ns += i * UINT64_C(1000000000);
		ht_screen_set_frame(&screen, frame);
	}
}

static void
look_at_ms(const unsigned *times, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct ht_frame *frame = frames_many(30, (unsigned)i);
		frame->monotonic_ns += times[i] * UINT64_C(1000000);
		ht_screen_set_frame(&screen, frame);
	}
}

/* The file's ticks. */
static size_t
count_ticks(const char *path)
{
	static char bytes[1 << 20];
	struct ht_recording_header header;
	struct ht_recording_block block;
	size_t length = read_file(path, bytes, sizeof(bytes)), ticks = 0;
	assert_int_equal(ht_recording_decode_header(bytes, length, &header), HT_RECORDING_ACCEPTED);
	assert_int_equal(header.delay_ns, screen.settings.delay_ns);
	for (size_t at = header.header_bytes; at < length;
	     at += HT_RECORDING_BLOCK_HEADER_BYTES + block.length) {
		assert_int_equal(ht_recording_decode_block(bytes + at, &block), 0);
		ticks += block.type != HT_RECORDING_SCHEMA;
	}
	return ticks;
}

static void
w_writes_all_looks_to_a_recording(void **state)
{
	(void)state;
	struct ht_tui_options options = { .only_uid = UINT32_MAX, .sort = ht_sort_default() };
	struct stat status;
	ht_screen_init(&screen, &options, false);
	look_at_many(0, 150);
	type("w");
	assert_non_null(strstr(screen.message, "JSON; a name in .htrec"));
	answer("all.htrec");
	assert_string_equal(screen.message, "all looks so far, 150, as a recording");
	type("\r");
	assert_non_null(screen.writing);
	/* What comes meanwhile isn't so far. */
	look_at_many(150, 160);
	wait_for_recording();
	assert_string_equal(screen.message, "written to all.htrec: 150 looks");
	assert_int_equal(count_ticks("all.htrec"), 150);
	assert_int_equal(stat("all.htrec", &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	type("w");
	answer("all.htrec\r");
	assert_true(screen.prompt.open);
	type("n\r");
	assert_string_equal(screen.message, "all.htrec stays as it is");
	type("w");
	answer("all.htrec\ry\r");
	wait_for_recording();
	assert_string_equal(screen.message, "written to all.htrec: 160 looks");
	assert_int_equal(count_ticks("all.htrec"), 160);
	type("w");
	answer("none/x.htrec\r");
	assert_null(screen.writing);
	assert_non_null(strstr(screen.message, "none/x.htrec is not written: No such file"));
	assert_int_equal(count_files(), 1);
	ht_screen_release(&screen);
}

/* A key's look comes some 2 ms after the one before: rates of so short a time are 0 or nonsense. */
static void
regress_of_looks_in_a_burst_the_last_is_written(void **state)
{
	(void)state;
	static const unsigned bursts[] = { 0, 5, 1005, 2005, 2007, 2010, 3005, 4005, 4008 };
	struct ht_tui_options options = { .only_uid = UINT32_MAX, .sort = ht_sort_default() };
	unsigned steady[100];
	ht_screen_init(&screen, &options, false);
	look_at_ms(bursts, sizeof(bursts) / sizeof(bursts[0]));
	type("w");
	answer("bursts.htrec\r");
	wait_for_recording();
	assert_string_equal(screen.message, "written to bursts.htrec: 5 looks");
	assert_int_equal(count_ticks("bursts.htrec"), 5);
	ht_screen_release(&screen);
	/* A key that is held down doesn't make all of them one. */
	ht_screen_init(&screen, &options, false);
	for (unsigned i = 0; i < 100; i++)
		steady[i] = 50 * i;
	look_at_ms(steady, 100);
	type("w");
	answer("steady.htrec\r");
	wait_for_recording();
	assert_string_equal(screen.message, "written to steady.htrec: 20 looks");
	ht_screen_release(&screen);
}

static void
assert_last_line(const char *wanted)
{
	struct ht_text text;
	struct ht_grid *grid = ht_layout_draw(&screen, 80, 24);
	ht_text_init(&text);
	ht_grid_row_text(grid, 23, &text);
	assert_string_equal(ht_text_string(&text), wanted);
	ht_text_release(&text);
	ht_grid_free(grid);
}

static void
a_recording_can_be_cancelled(void **state)
{
	(void)state;
	struct ht_tui_options options = { .only_uid = UINT32_MAX, .sort = ht_sort_default() };
	ht_screen_init(&screen, &options, false);
	assert_false(ht_writing_keeps(&screen));
	look_at_many(0, 150);
	type("w");
	answer("all.htrec\r");
	assert_int_equal(count_files(), 1);
	assert_last_line("Writing: 0%, Esc cancels: all.htrec");
	type("w");
	assert_false(screen.prompt.open);
	assert_string_equal(screen.message, "still writing: Esc cancels");
	assert_true(ht_writing_keeps(&screen));
	assert_false(ht_writing_keeps(&screen));
	ht_screen_key(&screen, '\033');
	assert_null(screen.writing);
	assert_string_equal(screen.message, "all.htrec is not written");
	assert_int_equal(count_files(), 0);
	type("w");
	answer("all.htrec\r");
	ht_screen_release(&screen);
	assert_int_equal(count_files(), 0);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(a_new_file_is_private_and_whole),
		TEST(nothing_is_overwritten_unless_told),
		TEST(what_is_no_file_stays),
		TEST(a_file_in_pieces_has_its_name_at_the_end),
		TEST(of_a_file_that_is_dropped_nothing_is_left),
		TEST(what_came_meanwhile_stays),
		TEST(w_writes_what_is_seen),
		TEST(w_writes_all_looks_to_a_recording),
		TEST(regress_of_looks_in_a_burst_the_last_is_written),
		TEST(a_recording_can_be_cancelled),
	};
#undef TEST
	return cmocka_run_group_tests_name("tui/store", tests, NULL, NULL);
}
