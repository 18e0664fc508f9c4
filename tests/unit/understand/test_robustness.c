/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit.h"

#include <string.h>

#include "understand.h"
#include "understand/text/words.h"

static struct understanding out;

static const char *const pieces[] = { "lunch", "早餐", "昼食", "$", "NT$", "€", "¥", "元", "塊", "円", "20", "1,200", "3.5", "1.249,00", "２０", "三百五",
	"一万二", "萬", "k", "昨天", "上週", "三", "last", "friday", "3 days ago", "5/3", "2024-01-02", "12月24日", "號", "-", "−", "+", " ", "  ", "\n", ",",
	"，", "、", "。", "?", "!", "@", "#", "<@U1>", "x2", "杯", "每個", "each", "at", "for", "and", "和", "と", "買了", "spent", "花了", "was", "I", "我",
	"台新", "信用卡", "visa", "用", "で", "refund", "退貨", "total", "tip", "🍕", "é", "\xF0\xA0\x80\x80", "0", "00", "999999999999999999", "%", "'", "\"", "(",
	"http://", ":", "10:30", ".", "...", "…", "st", "year", "年", "月", "日", "前", "億", "million", "cents", "角", "5", "RM", "TRY", "how much", "設", "budget" };

static uint32_t
next_random(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

static void
assert_whole(const struct understand_input *input)
{
	assert_true(out.expense_count <= UNDERSTAND_EXPENSES_MAX);
	assert_true(out.amount_count <= UNDERSTAND_AMOUNTS_MAX);
	assert_true(out.memory_used <= sizeof out.memory);
	assert_true(out.confidence <= 100);
	if (out.verdict == VERDICT_EXPENSES)
		assert_true(out.expense_count > 0);
	for (size_t i = 0; i < out.expense_count; i++) {
		const struct understood_expense *e = &out.expenses[i];

		assert_true(e->description.len > 0);
		assert_true(text_is_utf8(e->description));
		assert_true(text_is_utf8(e->account));
		assert_true(e->account.len <= UNDERSTAND_ACCOUNT_MAX);
		assert_true(e->day >= DAY_MIN && e->day <= DAY_MAX);
		assert_true(currency_digits(e->currency) >= 0);
		assert_int_not_equal(e->amount_minor, 0);
		assert_true(e->is_day_stated || e->day == input->today);
	}
}

static size_t
mix(char *text, size_t size, size_t count, uint32_t *seed)
{
	size_t len = 0;

	for (size_t i = 0; i < count; i++) {
		const char *piece = pieces[next_random(seed) % (sizeof pieces / sizeof pieces[0])];

		if (len + strlen(piece) > size)
			break;
		memcpy(text + len, piece, strlen(piece));
		len += strlen(piece);
	}
	return len;
}

static void
any_mix_of_words_gives_a_whole_answer(void **state)
{
	static const char *const locales[] = { "en", "zh-TW", "zh-CN", "ja", "de-DE", "" };
	static char text[UNDERSTAND_TEXT_MAX];
	uint32_t seed = 1;

	(void)state;
	for (int i = 0; i < 60000; i++) {
		struct understand_input input = { .home = { "TWD" }, .today = (day_t)(next_random(&seed) % 40000) };

		input.locale = slice_of(locales[next_random(&seed) % 6]);
		input.text = (struct slice){ text, mix(text, sizeof text, 1 + next_random(&seed) % (i % 100 == 0 ? 4000 : 24), &seed) };
		understand(&input, &out);
		assert_whole(&input);
	}
}

/* A piece over and over up to the limit: nothing here may look at all that came before. */
static void
the_longest_text_of_any_one_piece_is_understood(void **state)
{
	static char text[UNDERSTAND_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
		struct understand_input input = { .home = { "JPY" }, .today = 20780, .locale = SLICE_LITERAL("en") };
		size_t len = 0;

		for (; len + strlen(pieces[i]) <= sizeof text; len += strlen(pieces[i]))
			memcpy(text + len, pieces[i], strlen(pieces[i]));
		input.text = (struct slice){ text, len };
		understand(&input, &out);
		assert_whole(&input);
		(void)understand_category(input.text, NULL);
	}
}

static void
the_tables_of_words_are_loaded(void **state)
{
	(void)state;
	assert_true(words_count() > 3000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_mix_of_words_gives_a_whole_answer),
		cmocka_unit_test(the_longest_text_of_any_one_piece_is_understood),
		cmocka_unit_test(the_tables_of_words_are_loaded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
