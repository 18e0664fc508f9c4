/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "understand/command/explain.h"
#include "understand/command/parse_jsonl.h"

static char *
answers_to(const char *lines)
{
	char *text = NULL;
	size_t size = 0;
	FILE *in = fmemopen((void *)(uintptr_t)lines, strlen(lines), "r"), *out = open_memstream(&text, &size);

	assert_non_null(in);
	assert_non_null(out);
	assert_int_equal(parse_jsonl_run(in, out), 0);
	fclose(in);
	fclose(out);
	return text;
}

static void
a_line_gives_an_object_with_the_expenses(void **state)
{
	char *text = answers_to("{\"text\":\"昨天 午餐 NT$120 悠遊卡\",\"lang\":\"zh-Hant\",\"reference\":\"2026-01-15T12:00:00\"}\n");

	(void)state;
	assert_non_null(strstr(text, "\"expenses\":[{\"description\":\"午餐\",\"amount\":\"120.00\",\"currency\":\"TWD\",\"currency_is_guess\":false,"
	    "\"date\":\"2026-01-14\",\"category\":\"Food\",\"category_confidence\":98,\"account\":\"悠遊卡\",\"account_is_own\":false}]"));
	assert_non_null(strstr(text, "\"amounts\":[{\"amount\":\"120.00\",\"currency\":\"TWD\",\"currency_is_guess\":false}]"));
	free(text);
}

static void
own_categories_and_accounts_are_found(void **state)
{
	char *text = answers_to("{\"text\":\"taxi to client 18 from Joint Pot, lunch 9\",\"lang\":\"en\",\"categories\":{\"Fun\":[],\"Work\":[\"Client\"]},"
	    "\"accounts\":[\"joint pot\"]}\n");

	(void)state;
	assert_non_null(strstr(text, "\"description\":\"taxi to client\",\"amount\":\"18.00\""));
	assert_non_null(strstr(text, "\"own_category\":\"Work\",\"account\":\"Joint Pot\",\"account_is_own\":true"));
	assert_null(strstr(text, "Fun"));
	free(text);
}

static char *
explained(const char *argument)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	assert_int_equal(explain_run(argument, out), 0);
	fclose(out);
	return text;
}

static void
each_word_and_each_part_of_an_expense_is_explained(void **state)
{
	char *text = explained("{\"text\":\"lunch 12 with visa yesterday\",\"lang\":\"en\",\"home\":\"CHF\",\"reference\":\"2026-11-23\"}");

	(void)state;
	assert_non_null(strstr(text, "\"12\"  amount 12, no currency; the price of the thing before it\n"));
	assert_non_null(strstr(text, "\"visa\"  account\n"));
	assert_non_null(strstr(text, "\"yesterday\"  day 2026-11-22\n"));
	assert_non_null(strstr(text, "amount    12.00 CHF, a guess: none is named, so it is yours\n"));
	assert_non_null(strstr(text, "the tables have \"lunch\" under food"));
	free(text);
	text = explained("{\"text\":\"how much did I spend in 2025?\",\"lang\":\"en\"}");
	assert_non_null(strstr(text, "no expense is meant\n"));
	free(text);
	text = explained("{\"text\":\"the rent is 900 now\",\"lang\":\"en\"}");
	assert_non_null(strstr(text, "\"900\"  amount 900, no currency; "));
	free(text);
}

static void
assert_explained(const char *argument, const char *part)
{
	char *text = explained(argument);

	if (strstr(text, part) == NULL)
		fail_msg("%s does not have: %s", text, part);
	free(text);
}

static void
every_kind_of_word_is_explained(void **state)
{
	(void)state;
	assert_explained("{\"text\":\"coffee 4.50 EUR\",\"lang\":\"en\"}", "amount 4.50 EUR");
	assert_explained("{\"text\":\"coffee $4\",\"lang\":\"en\"}", "a sign or word of several currencies");
	assert_explained("{\"text\":\"zyxwv 4\",\"lang\":\"en\"}", "unknown: part of a thing's name");
	assert_explained("{\"text\":\"lunch 4, tea 3. bus 2\",\"lang\":\"en\"}", "ends a clause");
	assert_explained("{\"text\":\"lunch 12 at 14:30\",\"lang\":\"en\"}", "time, or a day that does not exist");
	assert_explained("{\"text\":\"sushi 12\",\"lang\":\"en\",\"categories\":{\"Dates\":[\"sushi\"]}}", "Dates, one of your own; else\n");
	assert_explained("{\"text\":\"lunch\",\"lang\":\"en\"}", "something bought, and no amount");
	assert_explained("{\"text\":\"12\",\"lang\":\"en\"}", "an amount, and nothing that was bought");
}

/* As it is typed in a terminal, which tells the language. */
static void
what_is_no_json_is_a_text_in_the_language_of_the_terminal(void **state)
{
	(void)state;
	setenv("LC_ALL", "zh_TW.UTF-8", 1);
	assert_explained("昨天午餐120", "amount    120.00 TWD");
	setenv("LC_ALL", "", 1);
	setenv("LANG", "de_DE.UTF-8@euro", 1);
	assert_explained("Mittagessen 12,50 gestern", "amount 12.50, no currency");
	setenv("LANG", "a_language_that_has_no_such_name", 1);
	assert_explained("lunch 12", "amount 12, no currency");
	unsetenv("LC_ALL");
	unsetenv("LANG");
	assert_explained("lunch 12", "amount 12, no currency");
}

static void
a_bad_line_is_answered_and_the_next_one_read(void **state)
{
	char *text = answers_to("nonsense\n[]\n{\"text\":5}\n\n{\"text\":\"tea 3\"}\n");

	(void)state;
	for (int i = 0; i < 4; i++) {
		char *line = text;

		for (int skip = 0; skip < i; skip++)
			line = strchr(line, '\n') + 1;
		assert_int_equal(strncmp(line, "{\"error\":", 9), 0);
	}
	assert_non_null(strstr(text, "\"description\":\"tea\",\"amount\":\"3.00\",\"currency\":null"));
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_gives_an_object_with_the_expenses),
		cmocka_unit_test(own_categories_and_accounts_are_found),
		cmocka_unit_test(each_word_and_each_part_of_an_expense_is_explained),
		cmocka_unit_test(every_kind_of_word_is_explained),
		cmocka_unit_test(what_is_no_json_is_a_text_in_the_language_of_the_terminal),
		cmocka_unit_test(a_bad_line_is_answered_and_the_next_one_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
