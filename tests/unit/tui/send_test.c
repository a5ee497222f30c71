/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tui/send.h"

static struct ht_process_key target;

static uint64_t
start_time(pid_t pid)
{
	char path[64], line[1024];
	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	line[fread(line, 1, sizeof(line) - 1, file)] = '\0';
	fclose(file);
	const char *field = strrchr(line, ')');
	for (int number = 2; number < 22; number++)
		field = strchr(field + 1, ' ');
	return strtoull(field + 1, NULL, 10);
}

static int
begin(void **state)
{
	(void)state;
	pid_t pid = fork();
	if (pid == 0)
		for (;;)
			pause();
	target = (struct ht_process_key){ .pid = pid, .start_time_ticks = start_time(pid) };
	return pid > 0 ? 0 : -1;
}

static int
end(void **state)
{
	(void)state;
	if (target.pid == 0)
		return 0;
	kill(target.pid, SIGKILL);
	waitpid(target.pid, NULL, 0);
	return 0;
}

static void
the_process_that_was_meant_gets_it(void **state)
{
	(void)state;
	int status;
	assert_int_equal(ht_send_signal(&target, SIGUSR1), 0);
	assert_int_equal(waitpid(target.pid, &status, 0), target.pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGUSR1);
	target.pid = 0;
}

static void
another_with_its_number_does_not(void **state)
{
	(void)state;
	struct ht_process_key before = target;
	before.start_time_ticks--;
	assert_int_equal(ht_send_signal(&before, SIGKILL), -ESRCH);
	assert_int_equal(waitpid(target.pid, NULL, WNOHANG), 0);
}

static void
what_has_ended_is_told(void **state)
{
	(void)state;
	kill(target.pid, SIGKILL);
	waitpid(target.pid, NULL, 0);
	assert_int_equal(ht_send_signal(&target, SIGTERM), -ESRCH);
	target.pid = 0;
}

static void
no_number_stands_for_a_group(void **state)
{
	(void)state;
	struct ht_process_key nobody = { .pid = 0 };
	assert_int_equal(ht_send_signal(&nobody, SIGCONT), -ESRCH);
	nobody.pid = -1;
	assert_int_equal(ht_send_signal(&nobody, SIGCONT), -ESRCH);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(the_process_that_was_meant_gets_it),
		TEST(another_with_its_number_does_not),
		TEST(what_has_ended_is_told),
		TEST(no_number_stands_for_a_group),
	};
#undef TEST
	return cmocka_run_group_tests_name("tui/send", tests, NULL, NULL);
}
