/* SPDX-License-Identifier: MIT */
/* Every operation of the store with each of its steps failing in turn, and with each row that it reads damaged. */
#include "config.h"

#include "faulty.h"
#include "world.h"

#include <stdio.h>

#include "log.h"

enum {
	STEPS_MAX = 100000,
	EACH = 250,                        /* so many are tried one by one; of what is done over and over behind them each ... */
	SOME = 41                          /* ... so manieth */
};

static unsigned
next_step(unsigned at)
{
	return at + (at < EACH ? 1 : SOME);
}

static void
complain(const struct scene *scene, unsigned at, const char *what, enum status st)
{
	fprintf(stderr, "# %s, step %u: %s: %s\n", scene->name, at, what, status_type(st));
}

/* The store as the scene finds it, and its hash. */
static uint64_t
begin(struct world *w, const struct scene *scene)
{
	world_make(w);
	if (scene->prepare != NULL)
		assert_int_equal(scene->prepare(w), ST_OK);
	return world_hash(w);
}

/* --- steps that fail -------------------------------------------------------------------------- */

/* Whether it says so and leaves the store as it was. */
static bool
failing_is_told(struct world *w, const struct scene *scene, unsigned at, enum status st, uint64_t before)
{
	if (st != ST_FAILED && st != ST_UNAVAILABLE && st != ST_OVERLOADED) {
		complain(scene, at, "it failed, and what is told", st);
		return false;
	}
	if (world_hash(w) != before) {
		complain(scene, at, "it failed, and has changed something", st);
		return false;
	}
	return true;
}

/* Each step in turn, until there is none left and it is done. */
static unsigned
fail_at_each_step(const struct scene *scene)
{
	struct world w;
	unsigned wrong = 0, at;
	uint64_t before = begin(&w, scene);

	for (at = 1; at < STEPS_MAX; at = next_step(at)) {
		enum status st;

		faulty_arm(FAULT_STEP, at);
		st = scene->act(&w);
		if (!faulty_disarm()) {
			if (st != ST_OK)
				complain(scene, at, "nothing failed", st);
			wrong += st != ST_OK;
			break;
		}
		wrong += !failing_is_told(&w, scene, at, st, before);
	}
	world_free(&w);
	return wrong;
}

static void
fail_in(const struct scene *scenes, size_t count)
{
	unsigned wrong = 0;

	for (size_t i = 0; i < count; i++)
		wrong += fail_at_each_step(&scenes[i]);
	assert_int_equal(wrong, 0);
}

static void
a_write_that_fails_at_any_step_says_so_and_leaves_nothing(void **state)
{
	(void)state;
	fail_in(message_scenes, message_scene_count);
	fail_in(ledger_scenes, ledger_scene_count);
}

static void
a_read_that_fails_at_any_step_says_so(void **state)
{
	(void)state;
	fail_in(read_scenes, read_scene_count);
}

/* --- rows that are damaged -------------------------------------------------------------------- */

/* Rows that are only counted or looked for may be damaged, and nobody notices; one with a damaged key is another one. */
static bool
damage_is_told(struct world *w, const struct scene *scene, unsigned at, enum fault fault, enum status st, uint64_t before)
{
	bool may_miss = fault != FAULT_VALUE || scene->passes_over;

	if (st == ST_OK)
		return true;
	if (st != ST_BAD_RECORD && !(st == ST_NOT_FOUND && may_miss)) {
		complain(scene, at, "a row was damaged, and what is told", st);
		return false;
	}
	if (world_hash(w) != before) {
		complain(scene, at, "a row was damaged, and something has changed", st);
		return false;
	}
	return true;
}

/* A store that is still as it was is used again. */
static unsigned
damage_each_row(const struct scene *scene, enum fault fault)
{
	unsigned wrong = 0, at;
	bool is_over = false;
	struct world w;
	uint64_t before = begin(&w, scene);

	for (at = 1; !is_over; at = next_step(at)) {
		enum status st;

		faulty_arm(fault, at);
		st = scene->act(&w);
		is_over = !faulty_disarm();
		wrong += !damage_is_told(&w, scene, at, fault, st, before);
		if (is_over || world_hash(&w) == before)
			continue;
		world_free(&w);
		before = begin(&w, scene);
	}
	world_free(&w);
	return wrong;
}

static void
damage_in(const struct scene *scenes, size_t count, enum fault fault)
{
	unsigned wrong = 0;

	for (size_t i = 0; i < count; i++)
		wrong += damage_each_row(&scenes[i], fault);
	assert_int_equal(wrong, 0);
}

static void
a_damaged_value_is_never_written_on(void **state)
{
	(void)state;
	damage_in(message_scenes, message_scene_count, FAULT_VALUE);
	damage_in(ledger_scenes, ledger_scene_count, FAULT_VALUE);
}

static void
a_damaged_value_is_told_to_who_reads_it(void **state)
{
	(void)state;
	damage_in(read_scenes, read_scene_count, FAULT_VALUE);
}

static void
damaged_keys_are_told_or_left_out(void **state)
{
	(void)state;
	for (enum fault fault = FAULT_KEY_CUT; fault < FAULTS; fault++) {
		damage_in(message_scenes, message_scene_count, fault);
		damage_in(ledger_scenes, ledger_scene_count, fault);
		damage_in(read_scenes, read_scene_count, fault);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_write_that_fails_at_any_step_says_so_and_leaves_nothing),
		cmocka_unit_test(a_read_that_fails_at_any_step_says_so),
		cmocka_unit_test(a_damaged_value_is_never_written_on),
		cmocka_unit_test(a_damaged_value_is_told_to_who_reads_it),
		cmocka_unit_test(damaged_keys_are_told_or_left_out),
	};

	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
