/* SPDX-License-Identifier: MIT */
/*
 * A libFuzzer target for understand().  The first byte chooses the locale.
 * make fuzz_understand
 */
#include "config.h"

#include "fuzz.h"
#include "understand.h"

static void
check(const struct understanding *u)
{
	CHECK((u->verdict == VERDICT_EXPENSES) == (u->expense_count > 0) || u->verdict == VERDICT_TOO_MANY);
	for (size_t i = 0; i < u->expense_count; i++) {
		const struct understood_expense *e = &u->expenses[i];

		CHECK(e->description.len > 0 && text_is_utf8(e->description) && text_is_utf8(e->account));
		CHECK(e->day >= DAY_MIN && e->day <= DAY_MAX);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const locales[] = { "zh-TW", "en", "ja", "de" };
	static const struct understand_word words[] = { { SLICE_LITERAL("a"), 0, false }, { SLICE_LITERAL("出差"), 1, true } };
	static const struct slice accounts[] = { SLICE_LITERAL("b"), SLICE_LITERAL("我的卡"), SLICE_LITERAL("5") };
	static struct understanding out;
	struct understand_input input = { .home = { "TWD" }, .today = 20780, .category_words = words, .category_word_count = 2,
		.accounts = accounts };

	if (size == 0 || size > UNDERSTAND_TEXT_MAX)
		return 0;
	input.account_count = data[0] / 4 % 2 * 3;
	input.locale = slice_of(locales[data[0] % 4]);
	input.text = (struct slice){ (const char *)data + 1, size - 1 };
	if (!text_is_utf8(input.text))
		return 0;
	understand(&input, &out);
	check(&out);
	(void)understand_category(input.text, NULL);
	return 0;
}
