/* SPDX-License-Identifier: MIT */
/* What is taken for a picture, and what is taken of what a provider says it shows. */
#include "config.h"

#include "unit.h"

#include "ai/answer/picture.h"

static const struct understand_input input = { .home = { "TWD" }, .today = 20780 };

static bool
take(const char *answer, struct understanding *result)
{
	json_t *json = json_loads(answer, 0, NULL);
	bool is_taken;

	assert_non_null(json);
	memset(result, 0, sizeof *result);
	is_taken = picture_has_form(json) && picture_take(&input, json, result);
	if (is_taken)
		for (size_t i = 0; i < result->expense_count; i++)
			assert_true(result->expenses[i].description.len > 0);
	json_decref(json);
	return is_taken;
}

static void
a_picture_is_known_by_its_first_bytes(void **state)
{
	(void)state;
	assert_string_equal(picture_type(SLICE_LITERAL("\xFF\xD8\xFF\xE0....")), "image/jpeg");
	assert_string_equal(picture_type(SLICE_LITERAL("\x89PNG\r\n\x1A\n....")), "image/png");
	assert_string_equal(picture_type(SLICE_LITERAL("GIF89a....")), "image/gif");
	assert_string_equal(picture_type(SLICE_LITERAL("RIFF\1\2\3\4WEBPVP8 ")), "image/webp");
	assert_null(picture_type(SLICE_LITERAL("RIFF\1\2\3\4WAVEfmt ")));
	assert_null(picture_type(SLICE_LITERAL("<html>please log in")));
	assert_null(picture_type(SLICE_LITERAL("\0\0\0\x18" "ftypheic")));
	assert_null(picture_type(SLICE_LITERAL("\xFF\xD8")));
	assert_null(picture_type(SLICE_EMPTY));
}

static void
items_that_add_up_to_the_total_are_expenses(void **state)
{
	static struct understanding result;

	(void)state;
	assert_true(take("{\"items\":[{\"description\":\" milk \",\"amount\":\"45\",\"category\":\"food\"},"
	    "{\"description\":\"soap\",\"amount\":\"80.00\",\"category\":\"shopping\"},{\"description\":\"discount\",\"amount\":\"-5\",\"category\":\"x\"}],"
	    "\"total\":\"120\",\"currency\":\"TWD\",\"date\":\"2026-11-20\"}", &result));
	assert_int_equal(result.verdict, VERDICT_EXPENSES);
	assert_int_equal(result.expense_count, 3);
	assert_int_equal(result.expenses[0].amount_minor, 4500);
	assert_int_equal(result.expenses[0].category, CATEGORY_FOOD);
	assert_int_equal(result.expenses[1].category, CATEGORY_SHOPPING);
	assert_int_equal(result.expenses[2].amount_minor, -500);
	assert_int_equal(result.expenses[2].category, CATEGORY_OTHER);
	assert_true(result.expenses[0].is_day_stated);
}

static void
what_does_not_add_up_or_is_no_receipt_is_not_taken(void **state)
{
	static const char *const answers[] = {
		"{\"items\":[{\"description\":\"milk\",\"amount\":\"45\",\"category\":\"food\"}],\"total\":\"46\",\"currency\":\"TWD\",\"date\":\"\"}",
		"{\"items\":[{\"description\":\"milk\",\"amount\":\"45\",\"category\":\"food\"}],\"total\":\"45\",\"currency\":\"XXQ\",\"date\":\"\"}",
		"{\"items\":[{\"description\":\"milk\",\"amount\":\"45\",\"category\":\"food\"}],\"total\":\"45\",\"currency\":\"TWD\",\"date\":\"1999-01-01\"}",
		"{\"items\":[{\"description\":\"milk\",\"amount\":\"4.5e1\",\"category\":\"food\"}],\"total\":\"45\",\"currency\":\"TWD\",\"date\":\"\"}",
		"{\"items\":[{\"description\":\"\",\"amount\":\"45\",\"category\":\"food\"}],\"total\":\"45\",\"currency\":\"TWD\",\"date\":\"\"}",
		"{\"items\":[],\"total\":\"0\",\"currency\":\"TWD\",\"date\":\"\"}",
		"{\"items\":[{\"description\":\"free\",\"amount\":\"0\",\"category\":\"food\"}],\"total\":\"0\",\"currency\":\"TWD\",\"date\":\"\"}",
		"{\"items\":[7],\"total\":\"7\",\"currency\":\"TWD\",\"date\":\"\"}",
		"{\"items\":{},\"total\":\"7\"}",
		"{\"items\":[{\"description\":\"milk\",\"amount\":\"45\",\"category\":\"food\"}],\"total\":45,\"currency\":\"TWD\",\"date\":\"\"}",
		"{\"items\":[{\"description\":\"see http://evil.example\",\"amount\":\"45\",\"category\":\"food\"}],\"total\":\"45\",\"currency\":\"TWD\",\"date\":\"\"}",
		"{\"items\":[{\"description\":\"milk\\u202e\",\"amount\":\"45\",\"category\":\"food\"}],\"total\":\"45\",\"currency\":\"TWD\",\"date\":\"\"}",
		"{\"items\":[{\"description\":\"m\",\"amount\":\"99999999999999999999\",\"category\":\"food\"}],\"total\":\"1\",\"currency\":\"TWD\",\"date\":\"\"}",
	};
	static struct understanding result;

	(void)state;
	for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
		assert_false(take(answers[i], &result));
		assert_int_equal(result.expense_count, 0);
	}
}

static void
more_items_than_one_message_may_have_are_not_taken(void **state)
{
	static struct understanding result;
	struct buf answer = BUF_INIT;

	(void)state;
	buf_append_literal(&answer, "{\"items\":[");
	for (int i = 0; i <= UNDERSTAND_EXPENSES_MAX; i++)
		buf_printf(&answer, "%s{\"description\":\"a\",\"amount\":\"1\",\"category\":\"food\"}", i > 0 ? "," : "");
	buf_append_literal(&answer, "],\"total\":\"21\",\"currency\":\"TWD\",\"date\":\"\"}");
	buf_append_char(&answer, '\0');
	assert_false(take(answer.data, &result));
	buf_fini(&answer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_picture_is_known_by_its_first_bytes),
		cmocka_unit_test(items_that_add_up_to_the_total_are_expenses),
		cmocka_unit_test(what_does_not_add_up_or_is_no_receipt_is_not_taken),
		cmocka_unit_test(more_items_than_one_message_may_have_are_not_taken),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
