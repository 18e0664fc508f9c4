/* SPDX-License-Identifier: MIT */
/* What the handlers of expenses have in common: taking what a body says, and the answer with one expense. */
#ifndef EXPENSE_HTTP_H
#define EXPENSE_HTTP_H

#include "access/caller.h"
#include "contract/fields.h"

/*
 * Put what a new_expense or an expense_change has into the expense; what it
 * lacks stays.  Otherwise *wrong is the field that cannot be so.
 */
enum status expense_take(const struct fields *fields, struct expense *expense, const char **wrong);

/* The field that the store refuses an expense for; NULL when it is none. */
const char *expense_field_of(enum status st);

/* Answer with one expense and its ETag. */
void expense_reply(const struct caller *caller, enum status st, const struct expense *expense);

#endif
