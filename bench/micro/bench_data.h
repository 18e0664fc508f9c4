/* SPDX-License-Identifier: MIT */
/*
 * What the benchmarks work on: a store of their own with users, categories and
 * expenses, and calls that go through the store's interface and end the
 * program when something is not as it should be.
 */
#ifndef BENCH_DATA_H
#define BENCH_DATA_H

#include "arena.h"
#include "buf.h"
#include "options.h"
#include "store.h"

enum { BENCH_TODAY = 20780 };          /* a day in 2026 */

/* Where stores are made, and of which kind; before anything else. */
enum bench_store_kind { BENCH_LMDB, BENCH_MEMORY };
void bench_data_init(enum bench_store_kind kind, const char *directory, size_t batch);

/* A new, empty store, and the users that a benchmark made in it. */
struct bench_data {
	struct options options;
	struct store  *store;
	struct arena   arena;              /* of the operation at work */
	size_t         users;              /* signed up so far, numbered from 0 */
	size_t         expenses;           /* stored so far */
	struct ledger  ledger;             /* of the user that most benchmarks are about */
	struct uuid   *ids;                /* for those that need them, like ... */
	struct person  person;             /* ... this one, in person_arena */
	struct arena   person_arena;
	struct buf     body;               /* of an answer */
};

struct bench_data *bench_data_new(void);
void bench_data_free(struct bench_data *data);

/* Where the stores of this process lie: a new directory below the one given. */
const char *bench_data_directory(void);

/* Remove it; also for a handler of a signal. */
void bench_data_remove(void);

/* "line:U<number>", in a buffer that the next call uses again. */
struct slice bench_user_id(size_t number);

/* Ends the program when st is not ST_OK. */
void bench_must(enum status st, const char *what);

/* Sign the next user up, who becomes data->ledger; with this many categories, the default ones among them. */
void bench_add_user(struct bench_data *data, size_t categories);

/* The n-th of all expenses, on one of the last days; in category "food" until the caller says otherwise. */
struct new_expense bench_expense(size_t n, unsigned days);

/* Store count expenses of data->ledger over the last days, in batches. */
void bench_fill(struct bench_data *data, size_t count, unsigned days);

/* Store them in one command. */
void bench_put(struct bench_data *data, const struct ledger *ledger, const struct new_expense *expenses, size_t count);

/* Read a user; the categories are copied to the arena.  Whether there is one. */
bool bench_person(struct bench_data *data, const struct ledger *ledger, struct arena *arena, struct person *person);

/* The category that a person calls so, whatever its case and width; NULL when there is none. */
const struct category *bench_category(struct arena *arena, const struct person *person, struct slice name);

#endif
