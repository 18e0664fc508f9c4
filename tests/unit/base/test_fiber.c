/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit.h"

#include <string.h>

#include "fiber.h"

struct steps {
	struct fiber *fiber;
	char          log[64];
	unsigned      depth;
};

static void
note(struct steps *s, const char *what)
{
	strcat(s->log, what);
}

static void
two_steps(void *arg)
{
	struct steps *s = arg;

	s->fiber = fiber_self();
	note(s, "a");
	fiber_suspend();
	note(s, "b");
}

static void
a_function_stops_in_its_middle_and_goes_on_later(void **state)
{
	struct steps s = { 0 };

	(void)state;
	assert_true(fiber_run(two_steps, &s));
	assert_string_equal(s.log, "a");
	assert_null(fiber_self());
	assert_int_equal(fiber_count(), 1);
	note(&s, "-");
	fiber_resume(s.fiber);
	assert_string_equal(s.log, "a-b");
	assert_int_equal(fiber_count(), 0);
}

static void
resume_another(void *arg)
{
	struct steps *s = arg;

	note(s, "(");
	fiber_resume(s->fiber);
	note(s, ")");
}

static void
one_fiber_may_resume_another(void **state)
{
	struct steps s = { 0 };

	(void)state;
	assert_true(fiber_run(two_steps, &s));
	assert_true(fiber_run(resume_another, &s));
	assert_string_equal(s.log, "a(b)");
	assert_int_equal(fiber_count(), 0);
}

static void
recurse(void *arg)
{
	struct steps *s = arg;
	char page[4096];

	memset(page, (int)s->depth, sizeof page);
	if (++s->depth < 200)
		recurse(s);
	else
		fiber_suspend();
	assert_int_equal(page[17], page[4095]);
}

static void
remember_and_recurse(void *arg)
{
	((struct steps *)arg)->fiber = fiber_self();
	recurse(arg);
}

static void
a_deep_stack_is_kept_while_others_run(void **state)
{
	enum { MANY = 50 };
	static struct steps s[MANY];

	(void)state;
	for (int i = 0; i < MANY; i++)
		assert_true(fiber_run(remember_and_recurse, &s[i]));
	assert_int_equal(fiber_count(), MANY);
	for (int i = MANY; i-- > 0;)
		fiber_resume(s[i].fiber);
	assert_int_equal(fiber_count(), 0);
	fiber_free_spare();
}

static void
suspend_once(void *arg)
{
	*(struct fiber **)arg = fiber_self();
	fiber_suspend();
}

static void
there_are_no_more_than_the_limit(void **state)
{
	static struct fiber *all[FIBERS_MAX];
	struct fiber *one_more = NULL;

	(void)state;
	for (int i = 0; i < FIBERS_MAX; i++)
		assert_true(fiber_run(suspend_once, &all[i]));
	assert_false(fiber_run(suspend_once, &one_more));
	assert_null(one_more);
	for (int i = 0; i < FIBERS_MAX; i++)
		fiber_resume(all[i]);
	assert_int_equal(fiber_count(), 0);
	fiber_free_spare();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_function_stops_in_its_middle_and_goes_on_later),
		cmocka_unit_test(one_fiber_may_resume_another),
		cmocka_unit_test(a_deep_stack_is_kept_while_others_run),
		cmocka_unit_test(there_are_no_more_than_the_limit),
	};

	return cmocka_run_group_tests_name("fiber", tests, NULL, NULL);
}
