/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "latest_id.h"
#include "uuid.h"
#include "uuid_shared.h"

static const int64_t THEN_MS = INT64_C(1800000000000);

static char directory[] = "/tmp/aiexpense-test-XXXXXX", path[sizeof directory + 16];

static int
set_up(void **state)
{
	(void)state;
	strcpy(directory + sizeof directory - 7, "XXXXXX");
	if (mkdtemp(directory) == NULL)
		return -1;
	snprintf(path, sizeof path, "%s/latest-id", directory);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(directory);
}

/* A daemon begins at this time; what it takes for the latest id. */
static int64_t
begin(int64_t wall_ms, int *fd)
{
	int opened;

	assert_true(uuid7_share());
	opened = latest_id_open(directory, wall_ms);
	assert_int_not_equal(opened, -1);
	if (fd != NULL)
		*fd = opened;
	else
		close(opened);
	return uuid7_latest_ms();
}

static void
keep(int64_t ms)
{
	int64_t kept_ms = 0;
	int fd;

	assert_int_equal(begin(ms, &fd), 0);
	uuid7_go_on_behind(ms);
	latest_id_keep(fd, &kept_ms);
	assert_true(kept_ms == ms);
	close(fd);
}

static void
a_daemon_that_begins_later_knows_the_latest_id(void **state)
{
	(void)state;
	keep(THEN_MS);
	assert_true(begin(THEN_MS + 1000, NULL) == THEN_MS);
	assert_true(begin(THEN_MS - 10000, NULL) == THEN_MS);
}

/* The file may be behind, after a loss of power. */
static void
one_that_begins_earlier_goes_on_well_behind_it(void **state)
{
	(void)state;
	keep(THEN_MS);
	assert_true(begin(THEN_MS - 10001, NULL) == THEN_MS + 60000);
}

static void
what_is_no_time_is_none(void **state)
{
	static const char *const damaged[] = { "", "\n", "1800000000000\n", "000000180000000000x\n", "-000001800000000000\n",
		"0000000000000000000\n", "000000180000000000" };

	(void)state;
	for (size_t i = 0; i < sizeof damaged / sizeof damaged[0]; i++) {
		FILE *out = fopen(path, "we");

		assert_non_null(out);
		fputs(damaged[i], out);
		fclose(out);
		assert_true(begin(1000, NULL) == 0);
	}
}

static void
without_its_directory_nothing_is_kept(void **state)
{
	int64_t kept_ms = 0;
	char lost[sizeof path + 8];

	(void)state;
	snprintf(lost, sizeof lost, "%s/none", directory);
	assert_true(uuid7_share());
	assert_int_equal(latest_id_open(lost, THEN_MS), -1);
	uuid7_go_on_behind(THEN_MS);
	latest_id_keep(-1, &kept_ms);
	assert_true(kept_ms == 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_daemon_that_begins_later_knows_the_latest_id, set_up, tear_down),
		cmocka_unit_test_setup_teardown(one_that_begins_earlier_goes_on_well_behind_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_no_time_is_none, set_up, tear_down),
		cmocka_unit_test_setup_teardown(without_its_directory_nothing_is_kept, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
