/* SPDX-License-Identifier: MIT */
/*
 * See shared.h.  Keys in Redis begin with cache.prefix; what is behind it is a
 * hash with a secret of the store, so that they name nobody.
 */
#include "config.h"

#include "shared.h"

#include <stdio.h>
#include <stdlib.h>

#include "clock.h"
#include "counters.h"
#include "options.h"
#include "redis.h"

enum { KEY_MAX = 160, NUMBER_MAX = 24, DAYS_S = 2 * 86400 };

struct shared {
	struct event_base    *base;
	const struct options *options;
	struct counters      *counters;
	struct redis         *redis, *ears;
	void                (*on_wake)(void *arg);
	void                 *arg;
};

bool
shared_check(const struct options *options, struct buf *errors)
{
	return options->cache_engine == CACHE_MEMORY || redis_check(options, errors);
}

struct shared *
shared_open(struct event_base *base, const struct options *options, struct counters *counters)
{
	struct shared *shared = options->cache_engine == CACHE_REDIS ? calloc(1, sizeof *shared) : NULL;

	if (shared == NULL)
		return NULL;
	*shared = (struct shared){ .base = base, .options = options, .counters = counters };
	shared->redis = redis_open(base, options, counters);
	if (shared->redis != NULL)
		return shared;
	shared_close(shared);
	return NULL;
}

void
shared_close(struct shared *shared)
{
	if (shared == NULL)
		return;
	redis_close(shared->redis);
	redis_close(shared->ears);
	free(shared);
}

/* --- what is sent ---------------------------------------------------------------------------- */

/* The text that was printed into room, which must suffice. */
static struct slice
printed(const char *room, int len)
{
	return (struct slice){ room, (size_t)len };
}

static struct slice
key_of(const struct shared *shared, char room[KEY_MAX], const char *kind, const uint64_t *words, int count)
{
	int len = snprintf(room, KEY_MAX, "%s:%s", shared->options->cache_prefix, kind);

	for (int i = 0; i < count; i++)
		len += snprintf(room + len, KEY_MAX - (size_t)len, i == 0 ? ":%016llx" : "%016llx", (unsigned long long)words[i]);
	return printed(room, len);
}

static struct slice
number_of(char room[NUMBER_MAX], int64_t number)
{
	return printed(room, snprintf(room, NUMBER_MAX, "%lld", (long long)number));
}

/* --- limits ---------------------------------------------------------------------------------- */

/*
 * The algorithm of rate_limit.c, by Redis' clock: the time at which the bucket
 * will be full goes on by one interval, and no further than a whole bucket.
 */
static const struct slice count_rate = SLICE_LITERAL(
    "local t = redis.call('TIME') "
    "local now = t[1] * 1000000 + t[2] "
    "local full = math.max(tonumber(redis.call('GET', KEYS[1])) or 0, now) + ARGV[1] "
    "full = math.min(full, now + ARGV[2]) "
    "redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', math.ceil((full - now) / 1000)) "
    "return full - now");

struct counted_rate {
	struct rate_table *table;
	struct rate        rate;
	uint64_t           key;
};

static void
on_rate(const struct redis_reply *reply, void *arg)
{
	struct counted_rate *counted = arg;

	if (reply != NULL && reply->kind == REDIS_NUMBER && reply->number > 0)
		rate_raise(counted->table, &counted->rate, counted->key, (uint64_t)clock_mono_ns() / 1000, (uint64_t)reply->number);
	free(counted);
}

static void
tell_rate(struct shared *shared, struct rate_table *table, const struct rate *rate, uint64_t key)
{
	struct counted_rate *counted = malloc(sizeof *counted);
	char name[KEY_MAX], interval[NUMBER_MAX], whole[NUMBER_MAX];

	if (counted == NULL)
		return;
	*counted = (struct counted_rate){ table, *rate, key };
	const struct slice words[] = { SLICE_LITERAL("EVAL"), count_rate, SLICE_LITERAL("1"),
		key_of(shared, name, "rate", &key, 1), number_of(interval, (int64_t)rate_interval_us(rate)),
		number_of(whole, (int64_t)rate_whole_us(rate)) };
	if (!redis_send(shared->redis, words, sizeof words / sizeof words[0], on_rate, counted))
		free(counted);
}

struct rate_state
shared_take_rate(struct shared *shared, struct rate_table *table, const struct rate *rate, uint64_t key, uint64_t now_us)
{
	struct rate_state state = rate_take(table, rate, key, now_us);

	if (shared != NULL && state.is_allowed)
		tell_rate(shared, table, rate, key);
	return state;
}

/* --- budgets --------------------------------------------------------------------------------- */

/* What was lost is put back by whoever has heard the most. */
static const struct slice count_budget = SLICE_LITERAL(
    "local all = math.max(tonumber(redis.call('GET', KEYS[1])) or 0, tonumber(ARGV[1])) + ARGV[2] "
    "redis.call('SET', KEYS[1], string.format('%.0f', all), 'EX', ARGV[3]) "
    "return all");

struct counted_budget {
	struct budget    *budget;
	struct budget_key key;
	int64_t           more;
};

static void
on_budget(const struct redis_reply *reply, void *arg)
{
	struct counted_budget *counted = arg;

	if (reply != NULL && reply->kind == REDIS_NUMBER)
		budget_told(counted->budget, &counted->key, reply->number);
	else
		budget_not_told(counted->budget, &counted->key, counted->more);
	free(counted);
}

static void
tell_budget(struct shared *shared, struct budget *budget, const struct budget_key *key)
{
	static const char *const kinds[2][BUDGET_NUMBERS] = { { "user-calls", "user-cost" }, { "calls", "cost" } };
	struct counted_budget *counted = malloc(sizeof *counted);
	uint64_t parts[] = { (uint64_t)key->day, key->whose };
	char name[KEY_MAX], known[NUMBER_MAX], more[NUMBER_MAX], seconds[NUMBER_MAX];
	struct budget_news news;

	if (counted == NULL)
		return;
	news = budget_tell(budget, key);
	*counted = (struct counted_budget){ budget, *key, news.more };
	const struct slice words[] = { SLICE_LITERAL("EVAL"), count_budget, SLICE_LITERAL("1"),
		key_of(shared, name, kinds[key->is_of_all][key->number], parts, key->is_of_all ? 1 : 2), number_of(known, news.known),
		number_of(more, news.more), number_of(seconds, DAYS_S) };
	if (!redis_send(shared->redis, words, sizeof words / sizeof words[0], on_budget, counted))
		on_budget(NULL, counted);
}

void
shared_count_budget(struct shared *shared, struct budget *budget, uint64_t whose, day_t today, enum budget_number number)
{
	struct budget_key key = { .whose = whose, .day = today, .number = number };

	if (shared == NULL)
		return;
	tell_budget(shared, budget, &key);
	key.is_of_all = true;
	tell_budget(shared, budget, &key);
}

/* --- answers --------------------------------------------------------------------------------- */

struct wanted {
	struct counters  *counters;
	shared_answer_fn *fn;
	void             *arg;
};

static void
on_answer(const struct redis_reply *reply, void *arg)
{
	struct wanted wanted = *(struct wanted *)arg;
	bool is_known = reply != NULL && reply->kind == REDIS_TEXT;

	free(arg);
	if (reply != NULL)
		counter_add(is_known ? &wanted.counters->cache_answer_hits : &wanted.counters->cache_answer_misses, 1);
	wanted.fn(is_known ? reply->text : SLICE_EMPTY, wanted.arg);
}

bool
shared_get_answer(struct shared *shared, const struct answer_key *key, shared_answer_fn *fn, void *arg)
{
	struct wanted *wanted = shared != NULL ? malloc(sizeof *wanted) : NULL;
	char name[KEY_MAX];

	if (wanted == NULL)
		return false;
	*wanted = (struct wanted){ shared->counters, fn, arg };
	const struct slice words[] = { SLICE_LITERAL("GET"), key_of(shared, name, "answer", key->words, 2) };
	if (redis_send(shared->redis, words, sizeof words / sizeof words[0], on_answer, wanted))
		return true;
	free(wanted);
	return false;
}

void
shared_put_answer(struct shared *shared, const struct answer_key *key, struct slice answer, int64_t ttl_ms)
{
	char name[KEY_MAX], ttl[NUMBER_MAX];

	if (shared == NULL || answer.len > ANSWER_MAX)
		return;
	const struct slice words[] = { SLICE_LITERAL("SET"), key_of(shared, name, "answer", key->words, 2), answer, SLICE_LITERAL("PX"),
		number_of(ttl, ttl_ms) };
	redis_send(shared->redis, words, sizeof words / sizeof words[0], NULL, NULL);
}

/* --- what was found ---------------------------------------------------------------------------- */

static void
on_found(const struct redis_reply *reply, void *arg)
{
	struct wanted wanted = *(struct wanted *)arg;

	free(arg);
	wanted.fn(reply != NULL && reply->kind == REDIS_TEXT ? reply->text : SLICE_EMPTY, wanted.arg);
}

bool
shared_get_found(struct shared *shared, const char *name, shared_answer_fn *fn, void *arg)
{
	struct wanted *wanted = shared != NULL ? malloc(sizeof *wanted) : NULL;
	char key[KEY_MAX];

	if (wanted == NULL)
		return false;
	*wanted = (struct wanted){ shared->counters, fn, arg };
	const struct slice words[] = { SLICE_LITERAL("GET"), key_of(shared, key, name, NULL, 0) };
	if (redis_send(shared->redis, words, sizeof words / sizeof words[0], on_found, wanted))
		return true;
	free(wanted);
	return false;
}

void
shared_put_found(struct shared *shared, const char *name, struct slice value, int64_t ttl_ms)
{
	char key[KEY_MAX], ttl[NUMBER_MAX];

	if (shared == NULL)
		return;
	const struct slice words[] = { SLICE_LITERAL("SET"), key_of(shared, key, name, NULL, 0), value, SLICE_LITERAL("PX"),
		number_of(ttl, ttl_ms) };
	redis_send(shared->redis, words, sizeof words / sizeof words[0], NULL, NULL);
}

/* --- waking ---------------------------------------------------------------------------------- */

void
shared_wake(struct shared *shared)
{
	char name[KEY_MAX];

	if (shared == NULL)
		return;
	const struct slice words[] = { SLICE_LITERAL("PUBLISH"), key_of(shared, name, "wake", NULL, 0), SLICE_LITERAL("1") };
	redis_send(shared->redis, words, sizeof words / sizeof words[0], NULL, NULL);
}

static void
on_news(void *arg)
{
	struct shared *shared = arg;

	counter_add(&shared->counters->cache_wakes, 1);
	shared->on_wake(shared->arg);
}

void
shared_listen(struct shared *shared, void (*fn)(void *arg), void *arg)
{
	char name[KEY_MAX];

	if (shared == NULL)
		return;
	shared->on_wake = fn;
	shared->arg = arg;
	key_of(shared, name, "wake", NULL, 0);
	shared->ears = redis_listen(shared->base, shared->options, shared->counters, name, on_news, shared);
}
