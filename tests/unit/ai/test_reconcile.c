/* SPDX-License-Identifier: MIT */
/* What is taken of a provider's answer, and what not; each row is a message and what a provider says of it. */
#include "config.h"

#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "ai/answer/reconcile.h"
#include "ai/answer/stated.h"

enum { TODAY = 20784 };        /* 2026-11-27 */

static struct understanding result;
static const struct understand_word own_words[] = { { SLICE_LITERAL("Gadgets"), 7, true } };
static const struct slice accounts[] = { SLICE_LITERAL("visa") };

static struct understand_input
input_of(const char *text)
{
	return (struct understand_input){ .text = slice_of(text), .locale = SLICE_LITERAL("zh-TW"), .home = { "TWD" }, .today = TODAY,
		.category_words = own_words, .category_word_count = 1, .accounts = accounts, .account_count = 1 };
}

/* "description|amount|currency|category|date|account" for each expense; the answer is given back by the caller. */
static json_t *
answer_of(const char *lines)
{
	json_t *expenses = json_array();

	while (*lines != '\0') {
		static const char *const keys[] = { "description", "amount", "currency", "category", "date", "account" };
		json_t *item = json_object();

		for (size_t i = 0; i < 6; i++) {
			size_t len = strcspn(lines, "|\n");

			json_object_set_new(item, keys[i], json_stringn(lines, len));
			lines += len + (lines[len] == '|');
		}
		json_array_append_new(expenses, item);
		lines += *lines == '\n';
	}
	return json_pack("{s:o}", "expenses", expenses);
}

static void
write_result(char *out, size_t size)
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < result.expense_count; i++) {
		const struct understood_expense *e = &result.expenses[i];
		char amount[MONEY_TEXT_MAX], day[DAY_TEXT_LEN + 1] = "";

		money_format(e->amount_minor, e->currency, amount);
		day_format(e->day, day);
		len += (size_t)snprintf(out + len, size - len, "%s%.*s|%s|%s|%s%s|%.10s|%.*s", i > 0 ? "\n" : "", SLICE_ARGS(e->description), amount,
		    e->currency.code, category_kind_key(e->category), e->own_category > 0 ? "+own" : "", day, SLICE_ARGS(e->account));
	}
}

static enum reconciled
run(const char *text, const char *said, bool are_rules_sure, const char *wanted)
{
	struct understand_input input = input_of(text);
	json_t *answer = answer_of(said);
	enum reconciled verdict;
	char got[2000];

	understand(&input, &result);
	verdict = reconcile(&input, answer, are_rules_sure, &result);
	write_result(got, sizeof got);
	assert_string_equal(got, wanted);
	json_decref(answer);
	return verdict;
}

static void
what_the_message_says_is_taken(void **state)
{
	static const struct {
		const char *text, *said, *wanted;
	} rows[] = {
		{ "qwe 50", "qwe|50|TWD|entertainment||", "qwe|50.00|TWD|entertainment|2026-11-27|" },
		{ "qwe 50", "QWE|50.00|TWD|Gadgets|2026-11-26|", "QWE|50.00|TWD|other+own|2026-11-26|" },
		{ "the qwe cost me 1.234,50 with visa", "qwe|1234.50|TWD|other||visa", "qwe|1234.50|TWD|other|2026-11-27|visa" },
		{ "qwe \xd9\xa5\xd9\xa0", "qwe|50|TWD|food||", "qwe|50.00|TWD|food|2026-11-27|" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_int_equal(run(rows[i].text, rows[i].said, false, rows[i].wanted), RECONCILED);
}

static void
what_the_message_does_not_say_is_not_believed(void **state)
{
	static const char rules[] = "qwe|50.00|TWD|other|2026-11-27|";
	static const char *const lies[] = {
		"qwe|1000000|TWD|food||", "qwe|5|TWD|food||", "qwe|500|TWD|food||", "qwe|50|TWD|food||\nqwe|50|TWD|food||",
		"qwe|50|TWD|food|2000-01-01|", "qwe|50|TWD|food|2030-01-01|", "qwe|50.5|TWD|food||",
	};

	(void)state;
	for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++)
		assert_int_equal(run("qwe 50", lies[i], false, rules), RECONCILED_DISBELIEVED);
}

static void
words_that_are_not_the_messages_are_replaced_by_the_rules(void **state)
{
	(void)state;
	run("qwe 50", "[evil](http://x)|50|TWD|food||", false, "qwe|50.00|TWD|food|2026-11-27|");
	run("qwe 50", "qwe\u202e|50|TWD|food||", false, "qwe|50.00|TWD|food|2026-11-27|");
	run("qwe 50", "qwe|50|TWD|<script>||http://x", false, "qwe|50.00|TWD|other|2026-11-27|");
	run("qwe 50", "qwe|50|USD|food||", false, "qwe|50.00|TWD|food|2026-11-27|");
	assert_int_equal(run("50", "evil|50|TWD|food||", false, ""), RECONCILED_DISBELIEVED);
}

static void
what_is_no_expense_at_all_is_unsound(void **state)
{
	static const char *const broken[] = { "qwe|5e1|TWD|food||", "qwe|-0|TWD|food||", "qwe|50|XXQ|food||", "qwe||TWD|food||",
		"qwe|99999999999999999999999|TWD|food||" };

	(void)state;
	for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++)
		assert_int_equal(run("qwe 50", broken[i], false, "qwe|50.00|TWD|other|2026-11-27|"), RECONCILED_UNSOUND);
}

static void
rules_that_are_sure_are_helped_with_categories_only(void **state)
{
	(void)state;
	assert_int_equal(run("qwe $50 yesterday", "qwe|50|TWD|entertainment|2026-11-01|", true, "qwe|50.00|TWD|entertainment|2026-11-26|"),
	    RECONCILED);
	assert_int_equal(run("qwe $50, blorp $20", "qwe|50|TWD|food||", true,
	    "qwe|50.00|TWD|other|2026-11-27|\nblorp|20.00|TWD|shopping|2026-11-27|"), RECONCILED_SAME);
}

static void
numbers_of_a_text_are_read_in_both_ways(void **state)
{
	struct stated stated;
	struct understanding none = { .amount_count = 0 };

	(void)state;
	stated_read(slice_of("1,234.50 and 1.234 or 20. 7'000, 99999999999999999999"), &stated);
	assert_int_equal(stated.count, 4);
	assert_int_equal(stated_times(&stated, &none, 12345000), 1);
	assert_int_equal(stated_times(&stated, &none, 12340000), 1);
	assert_int_equal(stated_times(&stated, &none, 12340), 1);
	assert_int_equal(stated_times(&stated, &none, 200000), 1);
	assert_int_equal(stated_times(&stated, &none, 70000000), 1);
	assert_int_equal(stated_times(&stated, &none, 0), 0);
	assert_int_equal(stated_times(&stated, &none, -1), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_message_says_is_taken),
		cmocka_unit_test(what_the_message_does_not_say_is_not_believed),
		cmocka_unit_test(words_that_are_not_the_messages_are_replaced_by_the_rules),
		cmocka_unit_test(what_is_no_expense_at_all_is_unsound),
		cmocka_unit_test(rules_that_are_sure_are_helped_with_categories_only),
		cmocka_unit_test(numbers_of_a_text_are_read_in_both_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
