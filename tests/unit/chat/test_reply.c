/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit.h"

#include "chat/reply.h"

enum { TODAY = 20780 };      /* 2026-11-23 */

static struct buf out;

static const char *
said(void)
{
	buf_append_char(&out, '\0');
	assert_false(out.has_failed);
	return out.data;
}

static int
clear(void **state)
{
	(void)state;
	buf_clear(&out);
	return 0;
}

static void
one_expense_is_one_line_in_the_language_of_the_message(void **state)
{
	struct reply_expense breakfast = { SLICE_LITERAL("早餐"), 2000, { "TWD" }, SLICE_LITERAL("食物"), SLICE_EMPTY, TODAY };

	(void)state;
	reply_recorded(&out, LANGUAGE_ZH_HANT, &breakfast, 1, TODAY);
	assert_string_equal(said(), "已記錄：早餐 NT$20（食物）");
}

static void
several_expenses_have_a_total_for_each_currency(void **state)
{
	struct reply_expense expenses[] = {
		{ SLICE_LITERAL("lunch"), 1250, { "USD" }, SLICE_LITERAL("Food"), SLICE_EMPTY, TODAY },
		{ SLICE_LITERAL("ramen"), 1000, { "JPY" }, SLICE_LITERAL("Food"), SLICE_EMPTY, TODAY },
		{ SLICE_LITERAL("coffee"), 450, { "USD" }, SLICE_LITERAL("Food"), SLICE_EMPTY, TODAY },
	};

	(void)state;
	reply_recorded(&out, LANGUAGE_EN, expenses, 3, TODAY);
	assert_string_equal(said(), "Recorded 3 expenses, US$17 + ¥1,000 in all:\n• lunch US$12.50 (Food)\n"
	    "• ramen ¥1,000 (Food)\n• coffee US$4.50 (Food)");
}

static void
another_day_and_a_named_account_are_said(void **state)
{
	struct reply_expense taxi = { SLICE_LITERAL("taxi"), 12000, { "TWD" }, SLICE_LITERAL("Transport"), SLICE_LITERAL("visa"), TODAY - 1 };

	(void)state;
	reply_recorded(&out, LANGUAGE_EN, &taxi, 1, TODAY);
	assert_string_equal(said(), "Recorded: taxi NT$120 (Transport, 2026-11-22, visa)");
}

static void
amounts_are_written_as_people_write_them(void **state)
{
	static const struct {
		int64_t     minor;
		const char *code, *text;
	} cases[] = {
		{ 25000, "TWD", "NT$250" }, { -5050, "EUR", "-€50.50" }, { 1000, "JPY", "¥1,000" }, { 123456789, "TWD", "NT$1,234,567.89" }, { 99900, "TWD", "NT$999" }, { 12500, "KWD", "12.500 KWD" },
		{ 12000, "KWD", "12 KWD" }, { 5, "USD", "US$0.05" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct currency c = { "" };

		buf_clear(&out);
		memcpy(c.code, cases[i].code, 4);
		reply_amount(&out, cases[i].minor, c);
		assert_string_equal(said(), cases[i].text);
	}
}

static void
what_is_missing_is_asked_for_with_an_example(void **state)
{
	static struct understanding result;

	(void)state;
	result.verdict = VERDICT_NO_THING;
	result.language = LANGUAGE_ZH_HANT;
	result.amount_count = 1;
	result.amounts[0].minor = 10000;
	reply_verdict(&out, &result, (struct currency){ "TWD" });
	assert_string_equal(said(), "這NT$100是什麼消費？請連同品項再說一次，例如：午餐NT$100");
	buf_clear(&out);
	result.verdict = VERDICT_NO_AMOUNT;
	result.language = LANGUAGE_EN;
	result.subject = SLICE_LITERAL("coffee");
	reply_verdict(&out, &result, (struct currency){ "TWD" });
	assert_string_equal(said(), "How much was coffee? Please send it together, for example: coffee 100");
}

static void
every_sentence_exists_in_every_language(void **state)
{
	static struct understanding result;
	static const enum verdict verdicts[] = { VERDICT_NO_THING, VERDICT_NO_AMOUNT, VERDICT_NOTHING, VERDICT_TOO_MANY };

	(void)state;
	for (int language = 0; language < LANGUAGES; language++) {
		for (size_t i = 0; i < sizeof verdicts / sizeof verdicts[0]; i++) {
			buf_clear(&out);
			result.verdict = verdicts[i];
			result.language = (enum language)language;
			result.amount_count = 0;
			reply_verdict(&out, &result, (struct currency){ "TWD" });
			assert_null(strchr(said(), '{'));
			assert_true(out.len > 10);
		}
		for (int kind = 0; kind < CATEGORY_KINDS; kind++)
			assert_true(category_kind_name((enum category_kind)kind, (enum language)language).len > 0);
	}
}

static int
free_out(void **state)
{
	(void)state;
	buf_fini(&out);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(one_expense_is_one_line_in_the_language_of_the_message, clear),
		cmocka_unit_test_setup(several_expenses_have_a_total_for_each_currency, clear),
		cmocka_unit_test_setup(another_day_and_a_named_account_are_said, clear),
		cmocka_unit_test_setup(amounts_are_written_as_people_write_them, clear),
		cmocka_unit_test_setup(what_is_missing_is_asked_for_with_an_example, clear),
		cmocka_unit_test_setup(every_sentence_exists_in_every_language, clear),
	};
	return cmocka_run_group_tests(tests, NULL, free_out);
}
