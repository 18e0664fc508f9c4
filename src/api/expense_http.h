/* SPDX-License-Identifier: MIT */
/* What the handlers of expenses have in common: the fields of a body, and the answer with one expense. */
#ifndef EXPENSE_HTTP_H
#define EXPENSE_HTTP_H

#include "body.h"
#include "caller.h"

enum expense_field {
	EXPENSE_DESCRIPTION, EXPENSE_AMOUNT, EXPENSE_CURRENCY, EXPENSE_CATEGORY_ID, EXPENSE_ACCOUNT, EXPENSE_DATE,
	EXPENSE_CHANGE_FIELDS,             /* those that a change may set */
	EXPENSE_USER = EXPENSE_CHANGE_FIELDS, EXPENSE_NEW_FIELDS
};

extern const struct body_field expense_new_fields[EXPENSE_NEW_FIELDS];
extern const struct body_field expense_change_fields[EXPENSE_CHANGE_FIELDS];

/* Put what the body has into the expense; what it lacks stays.  false after answering. */
bool expense_take(struct request *req, const struct slice *values, struct expense *expense);

/* The field that the store refuses an expense for; NULL when it is none. */
const char *expense_field_of(enum status st);

/* Answer with one expense and its ETag. */
void expense_reply(const struct caller *caller, enum status st, const struct expense *expense);

#endif
