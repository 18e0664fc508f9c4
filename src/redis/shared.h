/* SPDX-License-Identifier: MIT */
/*
 * What the instances of one service tell one another by Redis (cache.engine), to
 * spare work and to count together.  All of it may be lost at any moment: each
 * instance goes by what it knows itself, which what it hears only adds to, and
 * the truth is in the store.
 *
 * Nothing here waits, and a NULL for struct shared is one that shares nothing.
 */
#ifndef SHARED_H
#define SHARED_H

#include "ai/answer/answer_cache.h"
#include "ai/budget.h"
#include "rate_limit.h"

struct counters;
struct event_base;
struct options;
struct shared;

/* In the order of the words of cache.engine. */
enum cache_engine { CACHE_MEMORY, CACHE_REDIS };

/* false: lines in errors say what is wrong with the cache section. */
bool shared_check(const struct options *options, struct buf *errors);

/* One per process, opened after the fork.  NULL: nothing is to be shared, or, after logging, cannot be. */
struct shared *shared_open(struct event_base *base, const struct options *options, struct counters *counters);
void shared_close(struct shared *shared);

/* As rate_take; what was counted is told to the others, and the table hears what they counted. */
struct rate_state shared_take_rate(struct shared *shared, struct rate_table *table, const struct rate *rate, uint64_t key,
    uint64_t now_us);

/* A call of a user was counted by budget_take, or its cost by budget_spend: the same. */
void shared_count_budget(struct shared *shared, struct budget *budget, uint64_t whose, day_t today, enum budget_number number);

/* answer: as it was put, valid until the return; a NULL pointer: nobody knows one. */
typedef void shared_answer_fn(struct slice answer, void *arg);

/* true: fn is called once, later, within cache.timeout_ms. */
bool shared_get_answer(struct shared *shared, const struct answer_key *key, shared_answer_fn *fn, void *arg);
void shared_put_answer(struct shared *shared, const struct answer_key *key, struct slice answer, int64_t ttl_ms);

/*
 * What one instance found out of the store for all of them, under a name; it goes after ttl_ms.  Who gets it must see
 * for himself whether it can be true.  As with answers: true when fn is called once, later.
 */
bool shared_get_found(struct shared *shared, const char *name, shared_answer_fn *fn, void *arg);
void shared_put_found(struct shared *shared, const char *name, struct slice value, int64_t ttl_ms);

/* Somebody should look for work in the store: whoever listens, on any instance, is called. */
void shared_wake(struct shared *shared);
void shared_listen(struct shared *shared, void (*fn)(void *arg), void *arg);

#endif
