/* SPDX-License-Identifier: MIT */
/* What holds for every engine of the store about policies. */
#include "config.h"

#include "store_suite.h"

#include "arena.h"

struct wait {
	struct suite *s;
	bool          is_done, has_more;
	enum status   st;
	struct policy policy;
	uint32_t      versions[8];
	size_t        count;
};

static void
on_done(enum status st, void *arg)
{
	struct wait *wait = arg;

	wait->is_done = true;
	wait->st = st;
}

static struct policy
policy_of(const char *key, uint32_t version, const char *text)
{
	return (struct policy){ .key = slice_of(key), .version = version, .change_id = uuid7_next(suite_now_ms()),
		.title = SLICE_LITERAL("Title"), .text = slice_of(text), .created_ms = suite_now_ms() };
}

static enum status
put(struct suite *s, const struct policy *policy)
{
	struct wait wait = { .s = s };

	store_put_policy(s->store, policy, on_done, &wait);
	suite_wait(s, &wait.is_done);
	return wait.st;
}

static void
on_policy(enum status st, const struct policy *policy, void *arg)
{
	struct wait *wait = arg;

	wait->st = st;
	if (st != ST_OK)
		return;
	wait->policy = *policy;
	wait->policy.text = arena_copy(wait->s->arena, policy->text);
}

static enum status
get(struct suite *s, const char *key, uint32_t version, struct policy *policy)
{
	struct wait wait = { .s = s };

	store_get_policy(s->store, slice_of(key), version, on_policy, &wait);
	*policy = wait.policy;
	return wait.st;
}

static void
on_version(const struct policy *policy, void *arg)
{
	struct wait *wait = arg;

	wait->versions[wait->count++] = policy->version;
}

static void
on_end(enum status st, bool has_more, void *arg)
{
	struct wait *wait = arg;

	wait->st = st;
	wait->has_more = has_more;
}

static void
every_version_of_a_policy_stays(void **state)
{
	static const struct policy_list_callbacks callbacks = { on_version, on_end };
	struct suite *s = *state;
	struct policy policies[3] = { policy_of("terms", 1, "one"), policy_of("terms", 2, "two"), policy_of("terms", 3, "three") };
	struct policy other = policy_of("terms2", 2, "other"), found;
	struct wait wait = { .s = s };

	assert_int_equal(get(s, "terms", 0, &found), ST_NOT_FOUND);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(put(s, &policies[i]), ST_OK);
	assert_int_equal(put(s, &other), ST_OK);
	assert_int_equal(get(s, "terms", 0, &found), ST_OK);
	assert_int_equal(found.version, 3);
	assert_true(slice_equal(found.text, slice_of("three")));
	assert_int_equal(get(s, "terms", 1, &found), ST_OK);
	assert_true(slice_equal(found.text, slice_of("one")));
	assert_int_equal(get(s, "terms", 4, &found), ST_NOT_FOUND);
	assert_int_equal(get(s, "term", 0, &found), ST_NOT_FOUND);
	store_list_policy_versions(s->store, slice_of("terms"), 0, 2, &callbacks, &wait);
	assert_int_equal(wait.count, 2);
	assert_int_equal(wait.versions[0], 3);
	assert_true(wait.has_more);
	store_list_policy_versions(s->store, slice_of("terms"), 2, 2, &callbacks, &wait);
	assert_int_equal(wait.count, 3);
	assert_int_equal(wait.versions[2], 1);
	assert_false(wait.has_more);
}

static void
of_two_next_versions_one_is_stored(void **state)
{
	struct suite *s = *state;
	struct policy first = policy_of("terms", 2, "first"), second = policy_of("terms", 2, "second"), found;

	assert_int_equal(put(s, &first), ST_OK);
	assert_int_equal(put(s, &second), ST_VERSION_MISMATCH);
	assert_int_equal(put(s, &first), ST_OK);
	second.version = 4;
	assert_int_equal(put(s, &second), ST_VERSION_MISMATCH);
	second.version = 3;
	assert_int_equal(put(s, &second), ST_OK);
	assert_int_equal(put(s, &first), ST_OK);
	assert_int_equal(get(s, "terms", 0, &found), ST_OK);
	assert_true(slice_equal(found.text, slice_of("second")));
}

static void
a_policy_may_be_as_long_as_a_frame_carries(void **state)
{
	struct suite *s = *state;
	char *text = calloc(1, POLICY_TEXT_MAX + 2);
	struct policy policy, found;

	memset(text, 'x', POLICY_TEXT_MAX);
	policy = policy_of("terms", 1, text);
	assert_int_equal(put(s, &policy), ST_OK);
	assert_int_equal(get(s, "terms", 0, &found), ST_OK);
	assert_int_equal(found.text.len, POLICY_TEXT_MAX);
	text[POLICY_TEXT_MAX] = 'x';
	policy = policy_of("terms", 2, text);
	assert_int_equal(put(s, &policy), ST_TEXT_TOO_LONG);
	policy = policy_of("", 1, "x");
	assert_int_equal(put(s, &policy), ST_BAD_VALUE);
	free(text);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, suite_setup, suite_teardown)

const struct CMUnitTest suite_policy_tests[] = {
	CASE(every_version_of_a_policy_stays),
	CASE(of_two_next_versions_one_is_stored),
	CASE(a_policy_may_be_as_long_as_a_frame_carries),
};
const size_t suite_policy_test_count = sizeof suite_policy_tests / sizeof suite_policy_tests[0];
