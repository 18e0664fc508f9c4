/* SPDX-License-Identifier: MIT */
/* See expense_http.h. */
#include "config.h"

#include "expense_http.h"

#include "expense_json.h"
#include "handlers.h"
#include "http/reply.h"

#define FIELDS(is_new) \
	[EXPENSE_DESCRIPTION] = { "description", BODY_LINE,   is_new, DESCRIPTION_MAX / 4 }, \
	[EXPENSE_AMOUNT]      = { "amount",      BODY_NUMBER, is_new, 40 }, \
	[EXPENSE_CURRENCY]    = { "currency",    BODY_LINE,   false,  3 }, \
	[EXPENSE_CATEGORY_ID] = { "category_id", BODY_LINE,   false,  UUID_TEXT_LEN }, \
	[EXPENSE_ACCOUNT]     = { "account",     BODY_LINE,   false,  ACCOUNT_MAX / 4 }, \
	[EXPENSE_DATE]        = { "date",        BODY_LINE,   false,  DAY_TEXT_LEN }

const struct body_field expense_new_fields[EXPENSE_NEW_FIELDS] = {
	FIELDS(true),
	[EXPENSE_USER] = { "user", BODY_LINE, false, USER_ID_MAX },
};

const struct body_field expense_change_fields[EXPENSE_CHANGE_FIELDS] = { FIELDS(false) };

static bool
take_texts(struct request *req, const struct slice *values, struct expense *expense)
{
	struct slice account = values[EXPENSE_ACCOUNT];

	if (values[EXPENSE_DESCRIPTION].ptr != NULL)
		expense->description = values[EXPENSE_DESCRIPTION];
	if (account.ptr != NULL)
		expense->account = account.len > 0 ? account : message_default_account;
	return expense->description.len > 0 || handler_refuse(req, ST_BAD_VALUE, "description", "Is empty.");
}

/* With another currency and no amount the number stays as it is written: 20.50 TWD become 20.50 USD. */
static bool
take_money(struct request *req, const struct slice *values, struct expense *expense)
{
	struct slice amount = values[EXPENSE_AMOUNT], code = values[EXPENSE_CURRENCY];
	char present[MONEY_TEXT_MAX];
	enum status st;

	if (amount.ptr == NULL && code.ptr == NULL)
		return true;
	if (amount.ptr == NULL)
		amount = (struct slice){ present, (size_t)money_format(expense->amount_minor, expense->currency, present) };
	if (code.ptr != NULL && !currency_parse(code, &expense->currency))
		return handler_refuse(req, ST_BAD_VALUE, "currency", "Must be an ISO 4217 code.");
	st = money_parse(amount, expense->currency, &expense->amount_minor);
	return st == ST_OK || handler_refuse(req, st, values[EXPENSE_AMOUNT].ptr != NULL ? "amount" : "currency", NULL);
}

static bool
take_category(struct request *req, const struct slice *values, struct expense *expense)
{
	return values[EXPENSE_CATEGORY_ID].ptr == NULL || uuid_parse(values[EXPENSE_CATEGORY_ID], &expense->category_id) ||
	    handler_refuse(req, ST_BAD_VALUE, "category_id", "Is not an id.");
}

static bool
take_day(struct request *req, const struct slice *values, struct expense *expense)
{
	return values[EXPENSE_DATE].ptr == NULL || day_parse(values[EXPENSE_DATE], &expense->day) ||
	    handler_refuse(req, ST_BAD_DATE, "date", "Must be a day that exists, as YYYY-MM-DD.");
}

bool
expense_take(struct request *req, const struct slice *values, struct expense *expense)
{
	return take_texts(req, values, expense) && take_money(req, values, expense) && take_category(req, values, expense) &&
	    take_day(req, values, expense);
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
