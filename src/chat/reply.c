/* SPDX-License-Identifier: MIT */
/* See reply.h. */
#include "config.h"

#include "reply.h"

#include <stdio.h>
#include <string.h>

/* The day and the account, each after a separator. */
static void
say_details(struct buf *out, enum language language, const struct reply_expense *expense, day_t today)
{
	if (expense->day != today) {
		say(out, language, TEXT_detail_separator, NULL);
		say_day(out, language, expense->day, today);
	}
	if (expense->account.len > 0) {
		say(out, language, TEXT_detail_separator, NULL);
		buf_append_slice(out, expense->account);
	}
}

void
reply_expense(struct buf *out, enum language language, enum text_name form, const struct reply_expense *expense, day_t today)
{
	struct buf amount = BUF_INIT, details = BUF_INIT;
	struct slice values[VALUES_MAX] = { expense->description };

	say_amount(&amount, language, expense->amount_minor, expense->currency);
	say_details(&details, language, expense, today);
	values[1] = buf_slice(&amount);
	values[2] = expense->category;
	values[3] = buf_slice(&details);
	say(out, language, form, values);
	buf_fini(&amount);
	buf_fini(&details);
}

/* Whether an earlier expense has the same currency, so that its total was said there. */
static bool
has_earlier(const struct reply_expense *expenses, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (strcmp(expenses[i].currency.code, expenses[at].currency.code) == 0)
			return true;
	return false;
}

/* "NT$250 + US$12": the sum in each currency, in the order of their first expense. */
static void
say_totals(struct buf *out, enum language language, const struct reply_expense *expenses, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int64_t sum = 0;         /* at most 20 amounts of at most 10^15 */

		if (has_earlier(expenses, i))
			continue;
		for (size_t j = i; j < count; j++)
			if (strcmp(expenses[j].currency.code, expenses[i].currency.code) == 0)
				sum += expenses[j].amount_minor;
		if (i > 0)
			buf_append_literal(out, " + ");
		say_amount(out, language, sum, expenses[i].currency);
	}
}

void
reply_recorded(struct buf *out, enum language language, const struct reply_expense *expenses, size_t count, day_t today)
{
	struct buf number = BUF_INIT, totals = BUF_INIT;
	struct slice values[VALUES_MAX];

	if (count == 1) {
		reply_expense(out, language, TEXT_recorded_one, &expenses[0], today);
		return;
	}
	buf_append_uint(&number, count);
	say_totals(&totals, language, expenses, count);
	values[0] = buf_slice(&number);
	values[1] = buf_slice(&totals);
	say(out, language, TEXT_recorded_many, values);
	for (size_t i = 0; i < count; i++) {
		buf_append_char(out, '\n');
		reply_expense(out, language, TEXT_recorded_line, &expenses[i], today);
	}
	buf_fini(&number);
	buf_fini(&totals);
}

static void
say_with_amount(struct buf *out, enum language language, enum text_name text, const struct understood_amount *amount, struct currency home)
{
	struct buf said = BUF_INIT;

	if (amount != NULL)
		say_amount(&said, language, amount->minor, amount->currency.code[0] != '\0' ? amount->currency : home);
	say_with(out, language, text, buf_slice(&said));
	buf_fini(&said);
}

void
reply_lone_amount(struct buf *out, enum language language, const struct understanding *result, struct currency home)
{
	say_with_amount(out, language, TEXT_lone_amount, &result->lone_amount, home);
}

static void
say_too_many(struct buf *out, enum language language)
{
	struct buf number = BUF_INIT;

	buf_append_uint(&number, UNDERSTAND_EXPENSES_MAX);
	say_with(out, language, TEXT_too_many, buf_slice(&number));
	buf_fini(&number);
}

void
reply_verdict(struct buf *out, enum language language, const struct understanding *result, struct currency home)
{
	switch (result->verdict) {
	case VERDICT_NO_THING:
		say_with_amount(out, language, TEXT_ask_thing, result->amount_count > 0 ? &result->amounts[0] : NULL, home);
		break;
	case VERDICT_NO_AMOUNT:
		say_with(out, language, TEXT_ask_amount, result->subject);
		break;
	case VERDICT_TOO_MANY:
		say_too_many(out, language);
		break;
	case VERDICT_EXPENSES:
	case VERDICT_NOTHING:
		say(out, language, TEXT_nothing, NULL);
		break;
	}
}

void
reply_waiting(struct buf *out, enum language language)
{
	say(out, language, TEXT_waiting, NULL);
}

void
reply_failed(struct buf *out, enum language language)
{
	say(out, language, TEXT_failed, NULL);
}

void
reply_too_long(struct buf *out, enum language language, unsigned characters_max)
{
	char max[16];

	snprintf(max, sizeof max, "%u", characters_max);
	say(out, language, TEXT_too_long, (struct slice[]){ slice_of(max) });
}

void
reply_no_picture(struct buf *out, enum language language)
{
	say(out, language, TEXT_no_picture, NULL);
}

void
reply_picture(struct buf *out, enum language language, enum picture what)
{
	static const enum text_name texts[PICTURES] = { [PICTURE_NONE] = TEXT_picture_not_read, [PICTURE_READ] = TEXT_picture_unclear,
		[PICTURE_UNCLEAR] = TEXT_picture_unclear, [PICTURE_OF_NO_TYPE] = TEXT_picture_of_no_type, [PICTURE_NOT_READ] = TEXT_picture_not_read };

	say(out, language, texts[what], NULL);
}
