/* SPDX-License-Identifier: MIT */
/* See expense_http.h. */
#include "config.h"

#include "expense_http.h"

#include "expense_json.h"
#include "api/handlers.h"
#include "http/reply.h"

static void
take_texts(const struct fields *fields, struct expense *expense)
{
	struct slice description = fields_text(fields, MEMBER_description), account = fields_text(fields, MEMBER_new_account);

	if (description.ptr != NULL)
		expense->description = description;
	if (account.ptr != NULL)
		expense->account = account.len > 0 ? account : message_default_account;
}

/* With another currency and no amount the number stays as it is written: 20.50 TWD become 20.50 USD. */
static enum status
take_money(const struct fields *fields, struct expense *expense, const char **wrong)
{
	const struct value *currency = fields_value(fields, MEMBER_currency);
	struct slice amount = fields_text(fields, MEMBER_amount);
	bool has_amount = amount.ptr != NULL;
	char present[MONEY_TEXT_MAX];

	if (!has_amount && currency == NULL)
		return ST_OK;
	if (!has_amount)
		amount = (struct slice){ present, (size_t)money_format(expense->amount_minor, expense->currency, present) };
	if (currency != NULL)
		expense->currency = currency->currency;
	*wrong = has_amount ? "amount" : "currency";
	return money_parse(amount, expense->currency, &expense->amount_minor);
}

enum status
expense_take(const struct fields *fields, struct expense *expense, const char **wrong)
{
	const struct value *category_id = fields_value(fields, MEMBER_category_id), *date = fields_value(fields, MEMBER_date);

	take_texts(fields, expense);
	if (category_id != NULL)
		expense->category_id = category_id->id;
	if (date != NULL)
		expense->day = date->day;
	return take_money(fields, expense, wrong);
}

const char *
expense_field_of(enum status st)
{
	switch (st) {
	case ST_KEY_REUSED:
		return "Idempotency-Key";
	case ST_VERSION_MISMATCH:
		return "If-Match";
	case ST_BAD_VALUE:
		return "category_id";
	case ST_OUT_OF_RANGE:
		return "amount";
	default:
		return NULL;
	}
}

void
expense_reply(const struct caller *caller, enum status st, const struct expense *expense)
{
	struct json_out out;

	handler_etag(caller->req, expense->version);
	out = reply_json_begin(caller->req, st);
	expense_write_json(&out, expense, &caller->person);
	reply_end(caller->req);
}
