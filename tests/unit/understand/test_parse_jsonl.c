/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "understand/parse_jsonl.h"

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
	    "\"date\":\"2026-01-14\",\"category\":\"Food\",\"account\":\"悠遊卡\"}]"));
	assert_non_null(strstr(text, "\"amounts\":[{\"amount\":\"120.00\",\"currency\":\"TWD\",\"currency_is_guess\":false}]"));
	free(text);
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
		cmocka_unit_test(a_bad_line_is_answered_and_the_next_one_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
