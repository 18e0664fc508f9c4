/* SPDX-License-Identifier: MIT */
/* LMDB, the disk and the memory fail at each call in turn while a store is made, checked or opened: what is told, and that the next attempt is whole. */
#include "config.h"

#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>

#include "failing.h"
#include "log.h"
#include "store_upkeep.h"
#include "writers.h"

enum { MAP_SIZE = 16 << 20, CALLS_MAX = 5000 };

struct fixture {
	struct options options;
	char           dir[64];
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	writers_options(&f->options, f->dir, 1, MAP_SIZE);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	failing_disarm();
	writers_remove(&f->options, f->dir);
	free(f);
	return 0;
}

static void
making_a_store_tells_of_each_call_that_fails_and_is_done_again(void **state)
{
	struct fixture *f = *state;
	bool is_over = false;
	unsigned at;

	for (at = 1; !is_over && at < CALLS_MAX; at++) {
		int result;
		char path[160];

		snprintf(path, sizeof path, "%s/store-%u", f->dir, at);
		free(f->options.store_path);
		f->options.store_path = strdup(path);
		failing_arm(ANY_CALL, at, ENOSPC);
		result = store_prepare(&f->options);
		is_over = !failing_disarm();
		assert_true(result == 0 || !is_over);
		assert_int_equal(store_prepare(&f->options), 0);
	}
	assert_true(at > 50);
}

static void
checking_a_store_tells_of_each_call_that_fails(void **state)
{
	struct fixture *f = *state;
	bool is_over = false;

	assert_int_equal(store_prepare(&f->options), 0);
	for (unsigned at = 1; !is_over && at < CALLS_MAX; at++) {
		int result;

		failing_arm(ANY_CALL, at, ENOMEM);
		result = store_prepare(&f->options);
		is_over = !failing_disarm();
		if (is_over)
			assert_int_equal(result, 0);
	}
	assert_true(is_over);
}

static void
a_directory_that_cannot_be_read_has_no_shards_to_adopt(void **state)
{
	struct fixture *f = *state;
	char marker[160];

	f->options.store_shards = 2;
	store_adopt(&f->options);                  /* there is nothing yet */
	assert_int_equal(f->options.store_shards, 2);
	f->options.store_shards = 1;
	assert_int_equal(store_prepare(&f->options), 0);
	f->options.store_shards = 3;
	snprintf(marker, sizeof marker, "%s/unfinished", f->options.store_path);
	fclose(fopen(marker, "w"));
	store_adopt(&f->options);                  /* it will be made anew */
	assert_int_equal(f->options.store_shards, 3);
	assert_int_equal(unlink(marker), 0);
	failing_arm(CALL_scandir64, 1, EACCES);
	store_adopt(&f->options);
	assert_int_equal(f->options.store_shards, 3);
	failing_disarm();
	store_adopt(&f->options);
	assert_int_equal(f->options.store_shards, 1);
	store_adopt(&f->options);
	assert_int_equal(f->options.store_shards, 1);
}

/* A new one would have another secret, and nobody would find what is there. */
static void
a_directory_that_cannot_be_read_is_not_taken_for_an_empty_one(void **state)
{
	struct fixture *f = *state;
	uint8_t before[32], after[32];

	assert_int_equal(store_prepare(&f->options), 0);
	store_shared_secret("words", before);
	failing_arm(CALL_scandir64, 1, ENOMEM);
	assert_int_equal(store_prepare(&f->options), -1);
	assert_true(failing_disarm());
	assert_int_equal(store_prepare(&f->options), 0);
	store_shared_secret("words", after);
	assert_memory_equal(before, after, sizeof before);
}

static void
opening_a_store_tells_of_each_call_that_fails(void **state)
{
	struct fixture *f = *state;
	struct event_base *base = event_base_new();
	struct counters *counters = calloc(1, sizeof *counters);
	bool is_over = false;

	assert_int_equal(store_prepare(&f->options), 0);
	for (unsigned at = 1; !is_over && at < CALLS_MAX; at++) {
		struct store *store;

		failing_arm(ANY_CALL, at, ENOMEM);
		store = store_open(&f->options, base, counters);
		is_over = !failing_disarm();
		assert_true(store != NULL || !is_over);
		if (store != NULL)
			store_close(store);
	}
	assert_true(is_over);
	free(counters);
	event_base_free(base);
}

/* Whether pages are asked for that no process has come to yet. */
static bool
reads_ahead(struct fixture *f, long memory_pages)
{
	struct event_base *base = event_base_new();
	struct counters *counters = calloc(1, sizeof *counters);
	struct store *store = store_open(&f->options, base, counters);
	bool is_asked;

	assert_non_null(store);
	failing_memory_pages = memory_pages;
	store_read_ahead(store);
	failing_memory_pages = 0;
	failing_arm(CALL_mincore, 1, ENOSYS);                  /* the first look of what only follows others */
	failing_has_no_patience = true;
	event_base_dispatch(base);
	failing_has_no_patience = false;
	is_asked = !failing_disarm();
	store_close(store);
	free(counters);
	event_base_free(base);
	return is_asked;
}

static void
a_store_is_read_ahead_unless_it_takes_half_of_the_memory(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(store_prepare(&f->options), 0);
	assert_true(reads_ahead(f, 0));
	assert_false(reads_ahead(f, 1));
}

static void
a_store_in_memory_is_whole_or_none(void **state)
{
	struct store *store = NULL;
	unsigned at;

	(void)state;
	for (at = 1; store == NULL && at < CALLS_MAX; at++) {
		failing_arm(ANY_CALL, at, ENOMEM);
		store = store_open_memory(2);
		assert_int_equal(store == NULL, failing_disarm());
	}
	assert_true(at > 5);
	store_close(store);
	store_close(NULL);
}

/* How a process ends that cannot hash. */
static int
end_without_hash(void (*act)(struct store *store), struct store *store, enum call call)
{
	pid_t pid;
	int status;

	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		failing_arm(call, 1, ENOMEM);
		act(store);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
place_ledger(struct store *store)
{
	store_ledger(store, SLICE_LITERAL("line:U1"));
}

static void
share_secret(struct store *store)
{
	uint8_t secret[32];

	(void)store;
	store_shared_secret("words", secret);
}

static void
nothing_is_kept_where_it_could_not_be_found_again(void **state)
{
	struct store *store = store_open_memory(1);

	(void)state;
	assert_int_equal(end_without_hash(place_ledger, store, CALL_EVP_MAC_init), 3);
	assert_int_equal(end_without_hash(place_ledger, store, CALL_EVP_MAC_update), 3);
	assert_int_equal(end_without_hash(place_ledger, store, CALL_EVP_MAC_final), 3);
	assert_int_equal(end_without_hash(place_ledger, store, CALL_fopen64), 0);
	assert_int_equal(end_without_hash(share_secret, store, CALL_EVP_MAC_fetch), 3);
	assert_int_equal(end_without_hash(share_secret, store, CALL_fopen64), 0);
	store_close(store);
}

static void
say_nothing(const char *line, void *arg)
{
	(void)line, (void)arg;
	fail();
}

static void
a_store_in_files_has_nothing_to_migrate(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(store_migrate(&f->options, say_nothing, NULL), -1);
}

#ifdef HAVE_POSTGRESQL
static void
a_store_in_a_server_that_is_away_is_not_served(void **state)
{
	struct fixture *f = *state;
	struct event_base *base = event_base_new();

	f->options.store_engine = STORE_POSTGRESQL;
	free(f->options.store_url);
	f->options.store_url = strdup("postgresql:///nobody?host=/nowhere");
	store_adopt(&f->options);
	assert_int_equal(store_prepare(&f->options), -1);
	assert_int_equal(store_migrate(&f->options, say_nothing, NULL), -1);
	assert_null(store_open(&f->options, base, NULL));
	event_base_free(base);
}
#endif

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
#ifdef HAVE_POSTGRESQL
		CASE(a_store_in_a_server_that_is_away_is_not_served),          /* first: no store was prepared in this process */
#endif
		CASE(making_a_store_tells_of_each_call_that_fails_and_is_done_again),
		CASE(checking_a_store_tells_of_each_call_that_fails),
		CASE(a_directory_that_cannot_be_read_has_no_shards_to_adopt),
		CASE(a_directory_that_cannot_be_read_is_not_taken_for_an_empty_one),
		CASE(opening_a_store_tells_of_each_call_that_fails),
		CASE(a_store_is_read_ahead_unless_it_takes_half_of_the_memory),
		CASE(a_store_in_memory_is_whole_or_none),
		CASE(nothing_is_kept_where_it_could_not_be_found_again),
		CASE(a_store_in_files_has_nothing_to_migrate),
	};

	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
