/* SPDX-License-Identifier: MIT */
/*
 * Summaries: sums over a range of days from the kept totals, whole months from
 * the rows of months and the days at the ends from the rows of days; see op.h.
 * What is read depends on the months, categories, currencies and accounts of
 * the range, never on the number of expenses.
 */
#include "config.h"

#include <stdlib.h>
#include <xxhash.h>

#include "ledger/op/op.h"

enum { FIRST_GROUPS = 32 };

/* Groups by their keys: an array in the order of their coming, and slots with index + 1 of a group or 0. */
struct sums {
	struct summary_group *groups;
	uint32_t             *slots;
	size_t                count, capacity;     /* there are twice as many slots as capacity, a power of two */
};

struct summing {
	struct op                  *op;
	const struct summary_query *query;
	unsigned                    by;            /* of what is summed now */
	void                      (*on_group)(const struct summary_group *group, void *arg);
	void                       *arg;
	struct summary             *summary;
	struct sums                 sums;
	bool                        has_period;    /* sums are of this period ... */
	day_t                       period;
	unsigned                    periods_done;  /* ... and these many came before it */
	unsigned                    given;
	unsigned                    rows;          /* read in this pass */
	struct summary_group        last;          /* given */
};

/* --- groups ----------------------------------------------------------------------- */

static int
compare_groups(const void *left, const void *right)
{
	const struct summary_group *a = left, *b = right;
	int order = (a->period > b->period) - (a->period < b->period);

	if (order == 0)
		order = memcmp(&a->category_id, &b->category_id, sizeof a->category_id);
	if (order == 0)
		order = memcmp(&a->currency, &b->currency, sizeof a->currency);
	return order != 0 ? order : key_compare(a->account, b->account);
}

static uint64_t
hash_of(const struct summary_group *group)
{
	uint8_t bytes[sizeof group->category_id + sizeof group->currency];

	memcpy(bytes, &group->category_id, sizeof group->category_id);
	memcpy(bytes + sizeof group->category_id, &group->currency, sizeof group->currency);
	return XXH3_64bits_withSeed(group->account.ptr != NULL ? group->account.ptr : "", group->account.len,
	    XXH3_64bits(bytes, sizeof bytes));
}

/* The slot of the group, or the empty one where it belongs. */
static uint32_t *
slot_of(const struct sums *sums, const struct summary_group *group)
{
	size_t mask = 2 * sums->capacity - 1, at = hash_of(group) & mask;

	while (sums->slots[at] != 0 && compare_groups(&sums->groups[sums->slots[at] - 1], group) != 0)
		at = (at + 1) & mask;
	return &sums->slots[at];
}

static bool
make_room(struct sums *sums, struct arena *arena)
{
	struct sums larger = { .count = sums->count, .capacity = sums->capacity > 0 ? 2 * sums->capacity : FIRST_GROUPS };

	if (sums->count < sums->capacity)
		return true;
	larger.groups = arena_alloc(arena, larger.capacity * sizeof *larger.groups);
	larger.slots = arena_alloc(arena, 2 * larger.capacity * sizeof *larger.slots);
	if (larger.groups == NULL || larger.slots == NULL)
		return false;
	for (size_t i = 0; i < sums->count; i++) {
		larger.groups[i] = sums->groups[i];
		*slot_of(&larger, &larger.groups[i]) = (uint32_t)i + 1;
	}
	*sums = larger;
	return true;
}

/* The group with this key, made if need be; NULL when there is no memory. */
static struct summary_group *
group_of(struct sums *sums, struct arena *arena, const struct summary_group *key)
{
	uint32_t *slot;
	struct summary_group *group;

	if (!make_room(sums, arena))
		return NULL;
	slot = slot_of(sums, key);
	if (*slot != 0)
		return &sums->groups[*slot - 1];
	group = &sums->groups[sums->count];
	*group = *key;
	if (key->account.len > 0 && (group->account = arena_copy(arena, key->account)).ptr == NULL)
		return NULL;
	*slot = (uint32_t)++sums->count;
	return group;
}

static void
sums_clear(struct sums *sums)
{
	if (sums->capacity > 0)
		memset(sums->slots, 0, 2 * sums->capacity * sizeof *sums->slots);
	sums->count = 0;
}

/* --- periods ----------------------------------------------------------------------- */

static day_t
month_begin(day_t day)
{
	int year, month, mday;

	day_to_civil(day, &year, &month, &mday);
	return day - mday + 1;
}

static day_t
month_end(day_t day)
{
	int year, month, mday;

	day_to_civil(day, &year, &month, &mday);
	return day - mday + day_month_length(year, month);
}

static day_t
period_of(unsigned by, day_t day)
{
	if ((by & SUMMARY_DAY) != 0)
		return day;
	if ((by & SUMMARY_WEEK) != 0)
		return day - day_weekday(day);
	return (by & SUMMARY_MONTH) != 0 ? month_begin(day) : 0;
}

/* --- summing ------------------------------------------------------------------------- */

/* Give the groups of the period that has ended; false when there are more than the caller wants. */
static bool
give_groups(struct summing *s)
{
	const struct summary_query *query = s->query;

	if (s->sums.count > 0)
		qsort(s->sums.groups, s->sums.count, sizeof *s->sums.groups, compare_groups);
	for (size_t i = 0; i < s->sums.count; i++) {
		const struct summary_group *group = &s->sums.groups[i];

		if (query->has_after && compare_groups(group, &query->after) <= 0)
			continue;
		if (s->given == query->limit) {
			s->summary->has_more = true;
			s->summary->next = s->last;
			return false;
		}
		s->on_group(group, s->arg);
		s->last = *group;
		s->given++;
	}
	sums_clear(&s->sums);
	s->periods_done++;
	return true;
}

/* More rows than one page may read: it ends before this period, unless it is the only one. */
static enum status
stop_early(struct summing *s)
{
	if (s->periods_done == 0)
		return ST_TOO_BROAD;
	s->summary->has_more = true;
	s->summary->next = (struct summary_group){ .period = s->period };
	return ST_OK;
}

static bool
is_wanted(const struct summary_query *query, const struct total *total)
{
	return (uuid_is_nil(&query->category_id) || uuid_equal(&query->category_id, &total->category_id))
	    && (query->currency.code[0] == '\0' || memcmp(&query->currency, &total->currency, sizeof total->currency) == 0)
	    && (query->account.ptr == NULL || slice_equal(query->account, total->account));
}

static enum status
add(struct summing *s, const struct total *total)
{
	struct summary_group key = { .period = s->period, .currency = total->currency }, *group;

	if ((s->by & SUMMARY_CATEGORY) != 0)
		key.category_id = total->category_id;
	if ((s->by & SUMMARY_ACCOUNT) != 0)
		key.account = total->account;
	group = group_of(&s->sums, s->op->arena, &key);
	if (group == NULL)
		return ST_OVERLOADED;
	if (__builtin_add_overflow(group->sum_minor, total->sum_minor, &group->sum_minor)
	    || __builtin_add_overflow(group->count, total->count, &group->count))
		return ST_OUT_OF_RANGE;
	return ST_OK;
}

static enum status
on_total(const struct total *total, bool *goes_on, void *arg)
{
	struct summing *s = arg;
	day_t period = period_of(s->by, total->day);

	if (s->has_period && period != s->period && !give_groups(s)) {
		*goes_on = false;
		return ST_OK;
	}
	s->has_period = true;
	s->period = period;
	if (++s->rows > (s->query->rows_max > 0 ? s->query->rows_max : SUMMARY_ROWS_MAX)) {
		*goes_on = false;
		return stop_early(s);
	}
	return is_wanted(s->query, total) ? add(s, total) : ST_OK;
}

static enum status
walk(struct summing *s, bool by_month, day_t from, day_t to)
{
	if (s->summary->has_more || from > to)
		return ST_OK;
	return totals_walk(s->op, by_month, from, to, on_total, s);
}

/* Rows of months where whole months lie in the range, rows of days for the rest. */
static enum status
walk_range(struct summing *s, day_t from, day_t to)
{
	day_t first = from == month_begin(from) ? from : month_end(from) + 1;
	day_t last = to == month_end(to) ? to : month_begin(to) - 1;
	enum status st;

	if (first > last || (s->by & (SUMMARY_DAY | SUMMARY_WEEK)) != 0)
		return walk(s, false, from, to);
	st = walk(s, false, from, first - 1);
	if (st == ST_OK)
		st = walk(s, true, first, last);
	return st == ST_OK ? walk(s, false, last + 1, to) : st;
}

static enum status
sum_groups(struct summing *s)
{
	const struct summary_query *query = s->query;
	day_t from = query->from;
	enum status st;

	if (query->has_after && query->after.period > from && (s->by & (SUMMARY_DAY | SUMMARY_WEEK | SUMMARY_MONTH)) != 0)
		from = query->after.period;
	st = walk_range(s, from, query->to);
	s->summary->rows_read += s->rows;
	if (st == ST_OK && !s->summary->has_more)
		give_groups(s);
	return st;
}

/* The whole range by currency. */
static enum status
sum_totals(struct op *op, const struct summary_query *query, struct summary *summary)
{
	struct summing s = { .op = op, .query = query, .summary = summary };
	enum status st = walk_range(&s, query->from, query->to);

	if (st == ST_OK && s.sums.count > 0)
		qsort(s.sums.groups, s.sums.count, sizeof *s.sums.groups, compare_groups);
	summary->totals = s.sums.groups;
	summary->total_count = s.sums.count;
	summary->rows_read = s.rows;
	return st;
}

enum status
op_summarize(struct op *op, const struct summary_query *query, void (*on_group)(const struct summary_group *group, void *arg),
    void *arg, struct summary *summary)
{
	struct summing s = { .op = op, .query = query, .by = query->by, .on_group = on_group, .arg = arg, .summary = summary };
	unsigned period = query->by & (SUMMARY_DAY | SUMMARY_WEEK | SUMMARY_MONTH);
	enum status st;

	*summary = (struct summary){ 0 };
	if ((period & (period - 1)) != 0 || query->limit < 1 || query->from < DAY_MIN || query->to > DAY_MAX)
		return ST_BAD_VALUE;
	st = sum_totals(op, query, summary);
	if (st == ST_OK)
		st = sum_groups(&s);
	return kv_status(op->kv, st);
}
