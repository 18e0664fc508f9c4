/* SPDX-License-Identifier: MIT */
/*
 * What a cache in front of the store would save:
 *
 *	bench_cache [DIRECTORY]
 *
 * The JSON of a user's categories and of a list of 100 expenses, made from the
 * store and taken from a cache of 1,000 bodies, of which the least recently
 * used makes room and each lives five minutes.  A body may be served only when
 * no process has changed the ledger since, so a look-up asks the store for one
 * row of the ledger; what a hit takes without that is printed next to it.
 * Users are drawn from 500, who all fit, and from 10,000.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/expense/expense_json.h"
#include "bench_data.h"
#include "clock.h"
#include "log.h"

enum { ENTRIES = 1000, BUCKETS = 2048, TTL_MS = 300000, FEW_USERS = 500, MANY_USERS = 10000, CATEGORIES = 20, EXPENSES = 100, RUNS = 5 };

struct entry {
	struct entry *next_in_bucket, *newer, *older;
	uint8_t       key[16];
	int64_t       ends_ms;
	struct buf    body;
};

struct cache {
	struct entry *buckets[BUCKETS], *newest, *oldest;
	struct entry  entries[ENTRIES];
	size_t        used;
};

static struct bench_data *data;
static struct ledger ledgers[MANY_USERS];
static struct cache *cache;
static struct buf sent;

/* --- the cache -------------------------------------------------------------------------- */

static struct entry **
bucket_of(const uint8_t key[16])
{
	uint64_t hash;

	memcpy(&hash, key, sizeof hash);
	return &cache->buckets[hash % BUCKETS];
}

static void
unlink_entry(struct entry *e)
{
	*(e->newer != NULL ? &e->newer->older : &cache->newest) = e->older;
	*(e->older != NULL ? &e->older->newer : &cache->oldest) = e->newer;
}

static void
push_newest(struct entry *e)
{
	e->newer = NULL;
	e->older = cache->newest;
	*(e->older != NULL ? &e->older->newer : &cache->oldest) = e;
	cache->newest = e;
}

static struct entry *
find(const struct ledger *ledger)
{
	struct entry *e = *bucket_of(ledger->key);

	while (e != NULL && memcmp(e->key, ledger->key, sizeof e->key) != 0)
		e = e->next_in_bucket;
	if (e == NULL || e->ends_ms < clock_mono_ms())
		return NULL;
	unlink_entry(e);
	push_newest(e);
	return e;
}

/* A new one, or the one that was not needed for the longest time. */
static struct entry *
make_room(const struct ledger *ledger)
{
	struct entry *e, **link;

	if (cache->used < ENTRIES) {
		e = &cache->entries[cache->used++];
	} else {
		e = cache->oldest;
		unlink_entry(e);
		for (link = bucket_of(e->key); *link != e; link = &(*link)->next_in_bucket)
			;
		*link = e->next_in_bucket;
	}
	memcpy(e->key, ledger->key, sizeof e->key);
	e->ends_ms = clock_mono_ms() + TTL_MS;
	link = bucket_of(e->key);
	e->next_in_bucket = *link;
	*link = e;
	push_newest(e);
	return e;
}

/* --- what is read -------------------------------------------------------------------------- */

typedef void make_body(const struct ledger *ledger, struct buf *body);

static void
make_categories(const struct ledger *ledger, struct buf *body)
{
	struct json_out out = { .buf = body };
	struct person person;

	arena_reset(&data->arena);
	bench_must(bench_person(data, ledger, &data->arena, &person) ? ST_OK : ST_NO_USER, "a user");
	json_out_array_begin(&out);
	for (size_t i = 0; i < person.category_count; i++)
		category_write_json(&out, &person.categories[i]);
	json_out_array_end(&out);
}

struct listing {
	struct expense_list_json list;
	struct json_out          out;
};

static void
on_expense(const struct expense *expense, void *arg)
{
	struct listing *l = arg;

	expense_list_write_json(&l->list, &l->out, expense);
}

static void
on_end(enum status st, bool has_more, void *arg)
{
	(void)has_more, (void)arg;
	bench_must(st, "listing");
}

static void
make_list(const struct ledger *ledger, struct buf *body)
{
	static const struct expense_list_callbacks callbacks = { on_expense, on_end };
	struct expense_query query = { .from = DAY_MIN, .to = BENCH_TODAY, .limit = EXPENSES, .is_newest_first = true };
	struct person person;
	struct listing l = { .list = { .person = &person }, .out = { .buf = body } };

	arena_reset(&data->arena);
	bench_must(bench_person(data, ledger, &data->arena, &person) ? ST_OK : ST_NO_USER, "a user");
	json_out_array_begin(&l.out);
	store_list_expenses(data->store, ledger, &query, &callbacks, &l);
	json_out_array_end(&l.out);
}

static void
on_version(enum status st, const struct message *message, void *arg)
{
	(void)message, (void)arg;
	bench_must(st == ST_NOT_FOUND ? ST_OK : st, "asking for one row");
}

/* --- measuring ------------------------------------------------------------------------------- */

enum way { PLAIN, CACHED, CACHED_UNASKED };

static void
serve(enum way way, make_body *make, const struct ledger *ledger)
{
	static const uint8_t no_hash[32];
	struct entry *e;

	buf_clear(&sent);
	if (way == PLAIN) {
		make(ledger, &sent);
		return;
	}
	if (way == CACHED)
		store_find_replay(data->store, ledger, SLICE_LITERAL("version"), no_hash, on_version, NULL);
	e = find(ledger);
	if (e == NULL) {
		e = make_room(ledger);
		buf_clear(&e->body);
		make(ledger, &e->body);
	}
	buf_append(&sent, e->body.data, e->body.len);
}

static void
clear_cache(void)
{
	for (size_t i = 0; i < ENTRIES; i++)
		buf_fini(&cache->entries[i].body);
	memset(cache, 0, sizeof *cache);
}

/* Nanoseconds a request, of the fastest of some runs. */
static double
measure(enum way way, make_body *make, size_t users, size_t rounds)
{
	int64_t best = INT64_MAX;

	clear_cache();
	for (int run = -1; run < RUNS; run++) {
		int64_t begin = clock_mono_ns();

		srand(1);
		for (size_t i = 0; i < rounds; i++)
			serve(way, make, &ledgers[(size_t)rand() % users]);
		if (run >= 0 && clock_mono_ns() - begin < best)
			best = clock_mono_ns() - begin;
	}
	return (double)best / (double)rounds;
}

static void
compare(const char *name, make_body *make, size_t users, size_t rounds)
{
	double plain = measure(PLAIN, make, users, rounds), cached = measure(CACHED, make, users, rounds);
	double unasked = measure(CACHED_UNASKED, make, users, rounds);

	printf("%-12s %6zu users   plain %6.0f ns   cached %6.0f ns   without asking %6.0f ns   %zu bytes\n", name, users, plain, cached,
	    unasked, sent.len);
	fflush(stdout);
}

int
main(int argc, char **argv)
{
	bench_data_init(BENCH_LMDB, argc > 1 ? argv[1] : ".", 512);
	data = bench_data_new();
	cache = calloc(1, sizeof *cache);
	bench_must(cache != NULL ? ST_OK : ST_FAILED, "memory");
	for (size_t user = 0; user < MANY_USERS; user++) {
		bench_add_user(data, CATEGORIES);
		bench_fill(data, EXPENSES, 300);
		ledgers[user] = data->ledger;
	}
	for (size_t users = FEW_USERS; users <= MANY_USERS; users *= MANY_USERS / FEW_USERS) {
		compare("categories", make_categories, users, 20000);
		compare("list of 100", make_list, users, 5000);
	}
	clear_cache();
	free(cache);
	buf_fini(&sent);
	bench_data_free(data);
	bench_data_remove();
	return 0;
}
