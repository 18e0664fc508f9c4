/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "log.h"
#include "master/master.h"

enum { NOW_MS = 1000000 };

/* A master with one writer, which is a process that only waits. */
struct fixture {
	struct master       m;
	struct generation   generation;
	struct child        child;
	struct process_slot slots[2];
};

static struct fixture *
make_fixture(void)
{
	static struct fixture f;
	pid_t pid = fork();

	if (pid == 0)
		for (;;)
			pause();
	memset(&f, 0, sizeof f);
	f.m.slot = &f.slots[0];
	f.m.serving = &f.generation;
	f.generation.children = &f.child;
	f.generation.child_count = 1;
	f.generation.state = GENERATION_SERVING;
	f.m.phase = PHASE_READY;
	f.m.last_turn_ms = NOW_MS;
	f.child.role = 1;
	f.child.slot = &f.slots[1];
	f.child.pid = pid;
	f.child.status_fd = -1;
	f.child.is_ready = true;
	f.child.started_ms = NOW_MS - 60000;
	f.slots[1].heartbeat_ms = NOW_MS - 100;
	log_set_level(LOG_LEVEL_ERROR);
	return &f;
}

/* The signal that ends it, SIGUSR1 when the watchdog let it live. */
static int
end_of(const struct fixture *f)
{
	int status;

	if (f->child.aborted_ms == 0)
		kill(f->child.pid, SIGUSR1);
	assert_int_equal(waitpid(f->child.pid, &status, 0), f->child.pid);
	assert_true(WIFSIGNALED(status));
	return WTERMSIG(status);
}

static void
a_child_that_stamps_its_heartbeat_lives(void **state)
{
	struct fixture *f = make_fixture();

	(void)state;
	watch_children(&f->m, NOW_MS);
	assert_int_equal(end_of(f), SIGUSR1);
}

static void
a_child_whose_loop_stands_still_is_aborted(void **state)
{
	struct fixture *f = make_fixture();

	(void)state;
	f->slots[1].heartbeat_ms = NOW_MS - 5001;
	watch_children(&f->m, NOW_MS);
	assert_int_equal(f->slots[0].counters.children_killed_stalled, 1);
	assert_int_equal(end_of(f), SIGABRT);
}

static void
a_child_that_does_not_die_of_the_abort_is_killed_a_second_later(void **state)
{
	struct fixture *f = make_fixture();

	(void)state;
	kill(f->child.pid, SIGSTOP);
	f->child.stopped_ms = NOW_MS - 1000;
	watch_children(&f->m, NOW_MS);
	f->m.last_turn_ms = NOW_MS + 999;
	watch_children(&f->m, NOW_MS + 1000);
	assert_int_equal(end_of(f), SIGKILL);
}

static void
a_long_transaction_is_ended_and_a_long_commit_is_not(void **state)
{
	struct fixture *f = make_fixture();

	(void)state;
	process_stage(&f->slots[1], STAGE_COMMITTING, NOW_MS - 60000);
	atomic_store(&f->slots[1].heartbeat_ms, NOW_MS - 60000);
	watch_children(&f->m, NOW_MS);
	assert_int_equal(f->child.aborted_ms, 0);
	process_stage(&f->slots[1], STAGE_WAITING, 0);   /* for such a commit of another one */
	watch_children(&f->m, NOW_MS);
	assert_int_equal(f->child.aborted_ms, 0);
	atomic_store(&f->slots[1].heartbeat_ms, NOW_MS);
	process_stage(&f->slots[1], STAGE_WRITING, NOW_MS - 2001);
	watch_children(&f->m, NOW_MS);
	assert_int_equal(end_of(f), SIGABRT);
}

static void
a_child_that_never_becomes_ready_is_ended(void **state)
{
	struct fixture *f = make_fixture();

	(void)state;
	f->child.is_ready = false;
	f->slots[1].heartbeat_ms = 0;
	watch_children(&f->m, NOW_MS);
	assert_int_equal(end_of(f), SIGABRT);
}

static void
after_a_gap_in_its_own_clock_the_master_waits(void **state)
{
	struct fixture *f = make_fixture();

	(void)state;
	f->m.last_turn_ms = NOW_MS - 60000;
	f->slots[1].heartbeat_ms = NOW_MS - 60000;
	watch_children(&f->m, NOW_MS);
	assert_int_equal(f->child.aborted_ms, 0);
	f->m.last_turn_ms = NOW_MS + 5000;
	watch_children(&f->m, NOW_MS + 5000);
	assert_int_equal(end_of(f), SIGABRT);
}

/* The child ends by itself in this way; what the master plans. */
static int64_t
delay_after(struct fixture *f, int exit_code, int sig)
{
	pid_t pid = fork();

	if (pid == 0) {
		signal(sig, SIG_DFL);
		if (sig != 0)
			raise(sig);
		_exit(exit_code);
	}
	f->child.pid = pid;
	f->child.respawn_at_ms = 0;
	while (f->child.pid != 0)
		spawn_reap(&f->m, NOW_MS);
	return f->child.respawn_at_ms - NOW_MS;
}

static void
crashes_of_its_own_make_a_child_wait_longer_each_time(void **state)
{
	static const int64_t delays[] = { 0, 100, 200, 400, 800, 1600, 3200, 6400, 10000, 10000 };
	struct fixture *f = make_fixture();

	(void)state;
	end_of(f);
	f->child.started_ms = NOW_MS - 1000;
	for (size_t i = 0; i < sizeof delays / sizeof delays[0]; i++)
		assert_int_equal(delay_after(f, CHILD_EXIT_ASSERT, i % 2 == 0 ? SIGABRT : 0), delays[i]);
	f->child.started_ms = NOW_MS - 60000;
	assert_int_equal(delay_after(f, CHILD_EXIT_IO, 0), 0);
}

static void
a_kill_from_outside_is_held_against_nobody(void **state)
{
	struct fixture *f = make_fixture();

	(void)state;
	end_of(f);
	for (int i = 0; i < 5; i++)
		assert_int_equal(delay_after(f, 0, SIGKILL), 0);
	assert_int_equal(f->child.crashes, 0);
	f->child.is_ready = false;
	assert_int_equal(delay_after(f, 0, SIGKILL), 100);
}

static void
a_child_that_cannot_work_is_not_started_again(void **state)
{
	struct fixture *f = make_fixture();

	(void)state;
	end_of(f);
	assert_int_equal(delay_after(f, CHILD_EXIT_FATAL, 0), -NOW_MS);
	assert_true(f->child.is_given_up);
}

static void
all_is_well_as_long_as_every_kind_of_process_has_one_that_works(void **state)
{
	static struct options options = { .http_workers = 1, .store_shards = 1, .ai_workers = 1 };
	static struct child children[] = { { .role = 0 }, { .role = 1 }, { .role = 1, .index = 1 }, { .role = 2 }, { .role = 3 } };
	struct generation generation = { .options = &options, .children = children, .child_count = 5 };
	struct master m = { .serving = &generation };

	(void)state;
	for (size_t i = 0; i < generation.child_count; i++)
		children[i].pid = children[i].is_ready = true;
	assert_true(watch_is_healthy(&m));
	children[1].is_ready = false;              /* there is another writer */
	assert_true(watch_is_healthy(&m));
	children[2].stopped_ms = NOW_MS;
	assert_false(watch_is_healthy(&m));
	children[1].is_ready = true;
	assert_true(watch_is_healthy(&m));
	children[3].pid = 0;
	assert_false(watch_is_healthy(&m));
	options.ai_workers = 0;
	assert_true(watch_is_healthy(&m));
	children[4].aborted_ms = NOW_MS;
	assert_false(watch_is_healthy(&m));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_is_well_as_long_as_every_kind_of_process_has_one_that_works),
		cmocka_unit_test(a_child_that_stamps_its_heartbeat_lives),
		cmocka_unit_test(a_child_whose_loop_stands_still_is_aborted),
		cmocka_unit_test(a_child_that_does_not_die_of_the_abort_is_killed_a_second_later),
		cmocka_unit_test(a_long_transaction_is_ended_and_a_long_commit_is_not),
		cmocka_unit_test(a_child_that_never_becomes_ready_is_ended),
		cmocka_unit_test(after_a_gap_in_its_own_clock_the_master_waits),
		cmocka_unit_test(crashes_of_its_own_make_a_child_wait_longer_each_time),
		cmocka_unit_test(a_kill_from_outside_is_held_against_nobody),
		cmocka_unit_test(a_child_that_cannot_work_is_not_started_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
