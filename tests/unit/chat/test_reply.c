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
	assert_string_equal(said(), "Recorded: taxi NT$120 (Transport, Nov 22, visa)");
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
		say_amount(&out, LANGUAGE_EN, cases[i].minor, c);
		assert_string_equal(said(), cases[i].text);
	}
}

static void
money_of_ones_own_country_is_written_as_it_is_there(void **state)
{
	(void)state;
	say_amount(&out, LANGUAGE_JA, 1200, (struct currency){ "JPY" });
	buf_append_char(&out, ' ');
	say_amount(&out, LANGUAGE_ZH_HANS, 2050, (struct currency){ "CNY" });
	buf_append_char(&out, ' ');
	say_amount(&out, LANGUAGE_ZH_HANT, -2000, (struct currency){ "TWD" });
	assert_string_equal(said(), "1,200円 20.50元 -NT$20");
}

static void
days_are_written_as_each_language_writes_them(void **state)
{
	(void)state;
	for (int language = 0; language < LANGUAGES; language++) {
		say_day(&out, (enum language)language, TODAY - 1, TODAY);
		buf_append_char(&out, ' ');
	}
	say_day(&out, LANGUAGE_EN, TODAY - 365, TODAY);
	buf_append_char(&out, ' ');
	say_day(&out, LANGUAGE_JA, TODAY - 365, TODAY);
	assert_string_equal(said(), "Nov 22 11月22日 11月22日 11月22日 Nov 23, 2025 2025年11月23日");
}

static void
what_is_missing_is_asked_for(void **state)
{
	static struct understanding result;

	(void)state;
	result.verdict = VERDICT_NO_THING;
	result.amount_count = 1;
	result.amounts[0].minor = 10000;
	reply_verdict(&out, LANGUAGE_ZH_HANT, &result, (struct currency){ "TWD" });
	assert_string_equal(said(), "這NT$100是什麼消費？");
	buf_clear(&out);
	result.verdict = VERDICT_NO_AMOUNT;
	result.subject = SLICE_LITERAL("coffee");
	reply_verdict(&out, LANGUAGE_EN, &result, (struct currency){ "TWD" });
	assert_string_equal(said(), "How much was coffee?");
}

/* Which of {1} to {4} a sentence has, as bits. */
static unsigned
values_in(const char *text)
{
	unsigned values = 0;

	for (const char *p = text; (p = strchr(p, '{')) != NULL; p++) {
		assert_in_range(p[1], '1', '4');
		assert_int_equal(p[2], '}');
		values |= 1U << (p[1] - '0');
	}
	return values;
}

static void
every_sentence_says_the_same_in_every_language(void **state)
{
	(void)state;
	for (int name = 0; name < TEXTS; name++)
		for (int language = 0; language < LANGUAGES; language++) {
			const char *text = say_text((enum language)language, (enum text_name)name);

			assert_true(text[0] != '\0');
			assert_int_equal(values_in(text), values_in(say_text(LANGUAGE_EN, (enum text_name)name)));
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
		cmocka_unit_test_setup(what_is_missing_is_asked_for, clear),
		cmocka_unit_test_setup(money_of_ones_own_country_is_written_as_it_is_there, clear),
		cmocka_unit_test_setup(days_are_written_as_each_language_writes_them, clear),
		cmocka_unit_test_setup(every_sentence_says_the_same_in_every_language, clear),
	};
	return cmocka_run_group_tests(tests, NULL, free_out);
}
