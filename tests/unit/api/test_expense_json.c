/* SPDX-License-Identifier: MIT */
/* Expenses as JSON, alone and in lists. */
#include "config.h"

#include "unit.h"

#include "api/expense/expense_json.h"

enum { CATEGORIES = 20 };

static struct expense
expense_of(unsigned n)
{
	struct expense expense = { .amount_minor = n, .currency = { "TWD" }, .day = (day_t)n, .created_ms = n, .updated_ms = n + n % 2,
		.description = SLICE_LITERAL("\"lunch\""), .account = SLICE_LITERAL("Cash") };

	expense.id.bytes[0] = (uint8_t)n;
	expense.category_id.bytes[15] = (uint8_t)(n * 5 % (CATEGORIES + 1));     /* some share a place, one is nobody's */
	return expense;
}

static void
a_list_says_of_each_expense_what_it_says_alone(void **state)
{
	static const struct slice names[] = { SLICE_LITERAL("a <b>"), SLICE_LITERAL("c"), SLICE_LITERAL("\xe9\xa4\x90") };
	struct category categories[CATEGORIES] = { { .version = 1 } };
	struct person person = { .user.id = SLICE_LITERAL("line:\"U1\""), .categories = categories, .category_count = CATEGORIES };
	struct expense_list_json list = { .person = &person };
	struct buf together = BUF_INIT, alone = BUF_INIT;
	struct json_out out = json_out_to(&together), each = json_out_to(&alone);

	(void)state;
	for (unsigned i = 0; i < CATEGORIES; i++) {
		categories[i].id.bytes[15] = (uint8_t)i;
		categories[i].name = names[i % 3];
	}
	for (unsigned n = 0; n < 200; n++) {
		struct expense expense = expense_of(n);

		expense_list_write_json(&list, &out, &expense);
		expense_write_json(&each, &expense, &person);
	}
	assert_int_equal(together.len, alone.len);
	assert_memory_equal(together.data, alone.data, alone.len);
	buf_fini(&together);
	buf_fini(&alone);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_says_of_each_expense_what_it_says_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
