/* SPDX-License-Identifier: MIT */
/*
 * The sentences that answer a person, in the language of the message.
 */
#ifndef REPLY_TEXT_H
#define REPLY_TEXT_H

#include "say.h"

/* What the answer says of one expense. */
struct reply_expense {
	struct slice    description;
	int64_t         amount_minor;
	struct currency currency;
	struct slice    category;       /* its name */
	struct slice    account;        /* empty: not said */
	day_t           day;
};

/* One of them in a form of the catalogue whose {1} is what, {2} the amount, {3} the category, {4} what else is worth saying. */
void reply_expense(struct buf *out, enum language language, enum text_name form, const struct reply_expense *expense, day_t today);

/* What was recorded; a day is named when it is not today. */
void reply_recorded(struct buf *out, enum language language, const struct reply_expense *expenses, size_t count, day_t today);

/* That an amount beside the expenses was left out. */
void reply_lone_amount(struct buf *out, enum language language, const struct understanding *result, struct currency home);

/* Why a message led to no expense; not for VERDICT_EXPENSES.  home: for an amount that names no currency. */
void reply_verdict(struct buf *out, enum language language, const struct understanding *result, struct currency home);

void reply_waiting(struct buf *out, enum language language);
void reply_failed(struct buf *out, enum language language);
void reply_too_long(struct buf *out, enum language language, unsigned characters_max);
void reply_no_picture(struct buf *out, enum language language);

/* Why nothing was found in a picture, by what became of it. */
void reply_picture(struct buf *out, enum language language, enum picture what);

#endif
