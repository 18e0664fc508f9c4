/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit.h"

#include <stdlib.h>

#include "ai/pool/job.h"

static struct understanding result, back;

static void
fill(void)
{
	memset(&result, 0, sizeof result);
	result.verdict = VERDICT_EXPENSES;
	result.language = LANGUAGE_JA;
	result.confidence = 90;
	result.expense_count = 2;
	result.expenses[0] = (struct understood_expense){ SLICE_LITERAL("朝食"), 500, { "JPY" }, true, 20000, false, CATEGORY_FOOD,
		SLICE_EMPTY, 3, 0, 95 };
	result.expenses[1] = (struct understood_expense){ SLICE_LITERAL("返品"), -1250, { "USD" }, false, 19999, true,
		CATEGORY_SHOPPING, SLICE_LITERAL("visa"), 0, 2, 60 };
	result.has_lone_amount = true;
	result.lone_amount = (struct understood_amount){ .minor = 250, .currency = { "USD" } };
	result.answered_by = slice_of("local");
	result.has_answer = true;
	result.picture = PICTURE_UNCLEAR;
	result.call_count = 1;
	result.calls[0] = (struct understand_call){ SLICE_LITERAL("local"), SLICE_LITERAL("some-model"), 200, 30, true, { "USD" }, 48, "declined", false };
}

static bool
answer_survives(enum status st)
{
	struct buf b = BUF_INIT;
	msgpack_packer pk = mp_packer(&b);
	enum status got;
	bool is_sound;

	job_answer_pack(&pk, st, &result);
	is_sound = job_answer_unpack(buf_slice(&b), &got, &back);
	is_sound = is_sound && got == st;
	if (is_sound && back.expense_count == 2) {       /* before the memory goes */
		assert_true(slice_equal(back.expenses[1].description, result.expenses[1].description));
		assert_true(slice_equal(back.expenses[1].account, result.expenses[1].account));
		assert_string_equal(back.expenses[0].currency.code, "JPY");
		assert_int_equal(back.expenses[1].amount_minor, -1250);
		assert_int_equal(back.expenses[0].own_category, 3);
		assert_int_equal(back.expenses[1].own_account, 2);
		assert_int_equal(back.expenses[1].category_confidence, 60);
		assert_true(back.has_lone_amount && back.lone_amount.minor == 250);
		assert_true(slice_equal(back.answered_by, slice_of("local")));
		assert_true(back.has_answer);
		assert_int_equal(back.picture, PICTURE_UNCLEAR);
		assert_int_equal(back.call_count, result.call_count);
	}
	if (is_sound && back.call_count == 1) {
		assert_true(slice_equal(back.calls[0].model, result.calls[0].model));
		assert_int_equal(back.calls[0].output_tokens, 30);
		assert_int_equal(back.calls[0].cost_micros, 48);
		assert_string_equal(back.calls[0].result, "declined");
		assert_false(back.calls[0].is_failed);
	}
	buf_fini(&b);
	return is_sound;
}

static void
an_answer_is_read_as_it_was_written(void **state)
{
	(void)state;
	fill();
	assert_true(answer_survives(ST_OK));
	assert_int_equal(back.expense_count, 2);
	assert_true(answer_survives(ST_FAILED));
	assert_int_equal(back.expense_count, 0);
}

static void
an_answer_that_cannot_be_true_is_refused(void **state)
{
	(void)state;
	fill();
	result.expenses[0].amount_minor = MONEY_MINOR_MAX + 1;
	assert_false(answer_survives(ST_OK));
	fill();
	memcpy(result.expenses[0].currency.code, "XXA", 4);
	assert_false(answer_survives(ST_OK));
	fill();
	result.lone_amount.minor = -MONEY_MINOR_MAX - 1;
	assert_false(answer_survives(ST_OK));
	fill();
	result.expenses[0].day = DAY_MAX + 1;
	assert_false(answer_survives(ST_OK));
	fill();
	result.expenses[0].category = CATEGORY_KINDS;
	assert_false(answer_survives(ST_OK));
	fill();
	result.expenses[0].description = SLICE_EMPTY;
	assert_false(answer_survives(ST_OK));
	fill();
	result.expenses[0].description = SLICE_LITERAL("\xff\xfe");
	assert_false(answer_survives(ST_OK));
	fill();
	result.expenses[0].own_account = UNDERSTAND_ACCOUNTS_MAX + 1;
	assert_false(answer_survives(ST_OK));
	fill();
	result.expense_count = 0;
	assert_false(answer_survives(ST_OK));
	fill();
	result.calls[0].input_tokens = -1;
	assert_false(answer_survives(ST_OK));
	fill();
	result.calls[0].result = "input_tokens";       /* it is counted, and no result */
	assert_false(answer_survives(ST_OK));
	fill();
	result.calls[0].is_failed = true;              /* and used something */
	assert_false(answer_survives(ST_OK));
	fill();
	result.answered_by = SLICE_LITERAL("a name that is longer than any provider's");
	assert_false(answer_survives(ST_OK));
	fill();
	result.call_count = 0;         /* what the provider said before is known */
	assert_true(answer_survives(ST_OK));
}

static void
a_job_is_read_as_it_was_written_and_any_other_bytes_are_refused(void **state)
{
	static const struct understand_word words_sent[] = { { SLICE_LITERAL("差旅"), 7, true }, { SLICE_LITERAL("trip"), 7, false } };
	static const struct slice accounts_sent[] = { SLICE_LITERAL("老婆的卡") };
	static struct job_words words;
	struct understand_input job = { SLICE_LITERAL("早餐$20"), SLICE_LITERAL("zh-TW"), { "TWD" }, 20000, words_sent, 2, accounts_sent, 1, NULL, true, true,
		SLICE_LITERAL("media"), SLICE_LITERAL("picture"), UINT64_MAX - 1 }, got;
	struct buf b = BUF_INIT;

	(void)state;
	job_pack(&b, &job);
	assert_true(job_unpack(buf_slice(&b), &got, &words));
	assert_true(slice_equal(got.text, job.text));
	assert_int_equal(got.today, 20000);
	assert_true(got.must_ask && slice_equal(got.media, job.media));
	assert_int_equal(got.category_word_count, 2);
	assert_true(slice_equal(got.category_words[1].text, words_sent[1].text));
	assert_int_equal(got.category_words[1].category, 7);
	assert_true(got.category_words[0].is_name);
	assert_false(got.category_words[1].is_name);
	assert_int_equal(got.account_count, 1);
	assert_true(slice_equal(got.accounts[0], accounts_sent[0]));
	assert_true(got.may_ask);
	assert_true(got.whose == job.whose);
	assert_int_equal(got.picture.len, job.picture.len);
	assert_null(got.picture.ptr);
	for (size_t len = 0; len < b.len; len++)
		assert_false(job_unpack((struct slice){ b.data, len }, &got, &words));
	srandom(2);
	for (int i = 0; i < 5000; i++) {        /* must not read beyond its input; what it says does not matter */
		b.data[(size_t)random() % b.len] ^= (char)(1 << random() % 8);
		job_unpack(buf_slice(&b), &got, &words);
	}
	buf_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_is_read_as_it_was_written),
		cmocka_unit_test(an_answer_that_cannot_be_true_is_refused),
		cmocka_unit_test(a_job_is_read_as_it_was_written_and_any_other_bytes_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
