/* SPDX-License-Identifier: MIT */
/*
 * The sentences that answer a person, in the language of the message.
 */
#ifndef REPLY_TEXT_H
#define REPLY_TEXT_H

#include "buf.h"
#include "day.h"
#include "money.h"
#include "text.h"
#include "understand.h"

/* What the answer says of one expense. */
struct reply_expense {
	struct slice    description;
	int64_t         amount_minor;
	struct currency currency;
	struct slice    category;       /* its name */
	struct slice    account;        /* empty: not said */
	day_t           day;
};

/* A default category's name in a language. */
struct slice category_kind_name(enum category_kind kind, enum language language);

/* An amount as people write it ("NT$1,250", "-€12.50", "12.500 KWD"): without decimals when they are all zero. */
void reply_amount(struct buf *out, int64_t minor, struct currency currency);

/* What was recorded; a day is named when it is not today. */
void reply_recorded(struct buf *out, enum language language, const struct reply_expense *expenses, size_t count, day_t today);

/* Why a message led to no expense; not for VERDICT_EXPENSES.  home: for an amount that names no currency. */
void reply_verdict(struct buf *out, const struct understanding *result, struct currency home);

void reply_waiting(struct buf *out, enum language language);
void reply_failed(struct buf *out, enum language language);

#endif
