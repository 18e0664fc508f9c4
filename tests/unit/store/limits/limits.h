/* SPDX-License-Identifier: MIT */
/*
 * A store in memory with one user, and ways to put one thing in it: the record
 * is taken as it is but for its ids, which are new each time.
 */
#ifndef LIMITS_H
#define LIMITS_H

#include "suite/store_suite.h"

extern const char limits_user[];
extern struct suite *limits_suite;
extern struct ledger limits_ledger;
extern struct uuid limits_category;        /* made by limits_make_category(), where keywords go to */

int limits_setup(void **state);
int limits_teardown(void **state);

struct uuid limits_fresh_id(void);

/* Callbacks: how it ended is put to arg, an enum status. */
void limits_done(enum status st, void *arg);
void limits_written(enum status st, const struct write_answer *answer, void *arg);

/* Each is given its record: struct inbox_entry, expense, category_name, ... */
enum status limits_put_inbox(void *entry);
enum status limits_put_expense(void *expense);
enum status limits_name_category(void *name);
enum status limits_add_keyword(void *keyword);
enum status limits_put_token(void *token);
enum status limits_put_policy(void *policy);
enum status limits_add_cost(void *cost);
enum status limits_finish_job(void *outcome);

void limits_make_category(void);
struct uuid limits_stored_expense(void);
struct ai_cost limits_good_cost(void);

#endif
