/* SPDX-License-Identifier: MIT */
/*
 * What is believed of a model under libFuzzer: the input's first line is the
 * message, the rest what the model says of it, or of a picture.
 *
 *	make fuzz_answer && ./fuzz_answer -max_total_time=60 ../tests/fuzz/corpus/answer
 *
 * However a model was talked into it, no amount comes of it that does not
 * stand in the message, and no text that leads anywhere.
 */
#include "config.h"

#include <jansson.h>

#include "ai/answer/answer_parts.h"
#include "ai/answer/picture.h"
#include "ai/answer/reconcile.h"
#include "ai/answer/stated.h"
#include "fuzz.h"

static const struct understand_word words[] = { { SLICE_LITERAL("Trips"), 0, true } };
static const struct slice accounts[] = { SLICE_LITERAL("My Card") };

static void
check_expense(const struct understood_expense *e)
{
	CHECK(e->description.len > 0 && text_is_utf8(e->description) && text_is_utf8(e->account));
	CHECK(e->amount_minor >= -MONEY_MINOR_MAX && e->amount_minor <= MONEY_MINOR_MAX && currency_digits(e->currency) >= 0);
	CHECK(e->day >= DAY_MIN && e->day <= DAY_MAX && e->category < CATEGORY_KINDS && e->category_confidence <= 100);
	CHECK(e->own_category <= sizeof words / sizeof words[0] && e->own_account <= sizeof accounts / sizeof accounts[0]);
}

static void
check_message(const struct understand_input *input, const json_t *said)
{
	static struct understanding rules, result;
	struct stated stated;

	understand(input, &rules);
	understand(input, &result);
	stated_read(input->text, &stated);
	switch (reconcile(input, said, false, &result)) {
	case RECONCILED:
		CHECK(result.expense_count <= UNDERSTAND_EXPENSES_MAX);
		for (size_t i = 0; i < result.expense_count; i++) {
			int64_t value = stated_value(result.expenses[i].amount_minor, result.expenses[i].currency);

			check_expense(&result.expenses[i]);
			CHECK(stated_times(&stated, &rules, value) > 0);
		}
		break;
	case RECONCILED_SAME:
	case RECONCILED_DISBELIEVED:
	case RECONCILED_UNSOUND:
		CHECK(result.expense_count == rules.expense_count && result.verdict == rules.verdict);
		for (size_t i = 0; i < result.expense_count; i++)
			CHECK(result.expenses[i].amount_minor == rules.expenses[i].amount_minor);
		break;
	}
}

static void
check_picture(const struct understand_input *input, const json_t *said)
{
	static struct understanding result;

	understand(input, &result);
	if (!picture_has_form(said) || !picture_take(input, said, &result))
		return;
	CHECK(result.expense_count > 0 && result.expense_count <= UNDERSTAND_EXPENSES_MAX);
	for (size_t i = 0; i < result.expense_count; i++) {
		check_expense(&result.expenses[i]);
		CHECK(answer_is_harmless(result.expenses[i].description));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice said = { (const char *)data, size };
	struct understand_input input = { .locale = SLICE_LITERAL("en"), .home = { "TWD" }, .today = 20780, .category_words = words,
		.category_word_count = sizeof words / sizeof words[0], .accounts = accounts, .account_count = sizeof accounts / sizeof accounts[0] };
	json_t *root;

	(void)picture_type(said);
	input.text = fuzz_first_line(&said);
	root = json_loadb(said.ptr, said.len, JSON_ALLOW_NUL, NULL);
	if (input.text.len <= UNDERSTAND_TEXT_MAX && text_is_utf8(input.text) && json_is_object(root)) {
		check_message(&input, root);
		check_picture(&input, root);
	}
	json_decref(root);
	return 0;
}
