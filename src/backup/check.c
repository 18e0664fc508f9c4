/* SPDX-License-Identifier: MIT */
/* See check.h. */
#include "config.h"

#include "check.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "check_links.h"
#include "ledger/key.h"
#include "ledger/metrics.h"
#include "ledger/record/record_parts.h"
#include "options.h"
#include "store_picture.h"
#include "store/layout.h"
#include "store/ledger_hash.h"
#ifdef HAVE_POSTGRESQL
#include "pg/kv_pg.h"
#include "pg/pg_schema.h"
#endif

enum { PROBLEMS_SHOWN = 20, FIRST_CAPACITY = 1024 };

/* Of a day, a month or a category, under the key of the row that keeps it. */
struct tally {
	struct key key;
	int64_t    sum, count;
};

struct tallies {
	struct tally *items;
	size_t        count, capacity;
};

struct checking {
	FILE                *out;
	struct check_result *result;
	struct kv           *kv;
	struct ledger_hash  *hash;
	unsigned             shard;
	bool                 has_failed;           /* without memory */
	struct pg_pool      *pool;                 /* of a store in PostgreSQL, as is the next */
	struct meta          meta;
	/* of the shard at hand */
	uint64_t             picture_parts;        /* that its ledgers tell of */
	/* of the ledger at hand */
	uint8_t              ledger[LEDGER_KEY_SIZE];
	bool                 is_leaving;           /* being deleted: its rows are on their way out */
	bool                 is_linked;            /* to another one: it has no expenses, nor an alias */
	uint64_t             expenses, by_id, in_category, aliases;
	struct tallies        kept, found;
	/* of all shards */
	struct check_links    links;
	bool                  is_for_links;        /* nothing else is looked at */
};

static void __attribute__((format(printf, 2, 3)))
problem(struct checking *c, const char *format, ...)
{
	va_list args;

	if (c->result->problems++ == PROBLEMS_SHOWN)
		fprintf(c->out, "further problems are only counted\n");
	if (c->result->problems > PROBLEMS_SHOWN)
		return;
	fprintf(c->out, "shard %u: ", c->shard);
	va_start(args, format);
	vfprintf(c->out, format, args);
	va_end(args);
	putc('\n', c->out);
}

/* Ledgers are told by the beginning of their keys: names of people do not belong on a terminal. */
static void
ledger_problem(struct checking *c, const char *text)
{
	problem(c, "ledger %02x%02x%02x%02x: %s", c->ledger[0], c->ledger[1], c->ledger[2], c->ledger[3], text);
}

/* --- totals -------------------------------------------------------------------------- */

static int
compare_totals(const void *a, const void *b)
{
	return key_compare(key_slice(&((const struct tally *)a)->key), key_slice(&((const struct tally *)b)->key));
}

/* Sort them, and make one of those with the same key. */
static void
merge(struct tallies *totals)
{
	size_t count = 0;

	if (totals->count == 0)
		return;
	qsort(totals->items, totals->count, sizeof *totals->items, compare_totals);
	for (size_t i = 1; i < totals->count; i++) {
		struct tally *last = &totals->items[count], *item = &totals->items[i];

		if (compare_totals(last, item) != 0) {
			totals->items[++count] = *item;
			continue;
		}
		last->sum += item->sum;
		last->count += item->count;
	}
	totals->count = count + 1;
}

static bool
make_room(struct tallies *totals)
{
	size_t capacity = totals->capacity > 0 ? 2 * totals->capacity : FIRST_CAPACITY;
	struct tally *items;

	if (totals->count < totals->capacity)
		return true;
	merge(totals);
	if (totals->count < totals->capacity / 2)
		return true;
	items = realloc(totals->items, capacity * sizeof *items);
	if (items == NULL)
		return false;
	totals->items = items;
	totals->capacity = capacity;
	return true;
}

static void
add_total(struct checking *c, struct tallies *totals, const struct key *key, int64_t sum, int64_t count)
{
	if (make_room(totals))
		totals->items[totals->count++] = (struct tally){ *key, sum, count };
	else
		c->has_failed = true;
}

static void
compare_kept_with_found(struct checking *c)
{
	merge(&c->found);
	merge(&c->kept);
	for (size_t i = 0; i < c->kept.count || i < c->found.count; i++) {
		const struct tally *kept = &c->kept.items[i], *found = &c->found.items[i];

		if (i < c->kept.count && i < c->found.count && compare_totals(kept, found) == 0 &&
		    kept->sum == found->sum && kept->count == found->count)
			continue;
		ledger_problem(c, "its totals are not those of its expenses");
		return;
	}
}

/* --- rows ---------------------------------------------------------------------------- */

/* Whether it is a record, whatever its fields. */
static bool
is_record(struct slice value)
{
	struct unpacking u = record_open(value, 0);

	return record_close(&u) == ST_OK;
}

static bool
get(struct checking *c, const struct key *key, struct slice *value)
{
	return kv_get(c->kv, TABLE_LEDGER, key_slice(key), value);
}

static void
check_indexes(struct checking *c, day_t day, const struct uuid *id, const struct uuid *category_id)
{
	struct key by_id = key_id(c->ledger, ROW_EXPENSE_ID, id);
	struct key in_category = key_in_category(c->ledger, category_id, day, id);
	struct key category = key_id(c->ledger, ROW_CATEGORY, category_id);
	struct slice value;
	day_t kept_day;

	if (!get(c, &by_id, &value) || expense_day_unpack(value, &kept_day) != ST_OK || kept_day != day)
		ledger_problem(c, "an expense is not found by its id");
	if (!get(c, &in_category, &value))
		ledger_problem(c, "an expense is not found in its category");
	if (!get(c, &category, &value))
		ledger_problem(c, "an expense has no category");
}

static bool
check_expense(struct checking *c, struct slice key, struct slice value)
{
	struct expense expense = { 0 };
	struct uuid id;
	struct key row;
	day_t day;

	if (!key_read_expense(key, &day, &id) || expense_unpack(value, &expense) != ST_OK)
		return false;
	c->result->expenses++;
	c->expenses++;
	if (c->is_leaving)
		return true;
	check_indexes(c, day, &id, &expense.category_id);
	row = key_total(c->ledger, ROW_DAY_TOTAL, day, &expense.category_id, expense.currency, expense.account);
	add_total(c, &c->found, &row, expense.amount_minor, 1);
	row = key_total(c->ledger, ROW_MONTH_TOTAL, day, &expense.category_id, expense.currency, expense.account);
	add_total(c, &c->found, &row, expense.amount_minor, 1);
	row = key_id(c->ledger, ROW_CATEGORY, &expense.category_id);
	add_total(c, &c->found, &row, 0, 1);
	return true;
}

static struct ledger
ledger_at_hand(const struct checking *c)
{
	struct ledger ledger = { .shard = c->shard };

	memcpy(ledger.key, c->ledger, sizeof ledger.key);
	return ledger;
}

static void
note_link(struct checking *c, const struct user *user)
{
	struct ledger alias = ledger_at_hand(c), owner;

	if (user->linked_to.len == 0 || c->is_leaving)
		return;
	owner = ledger_hash_place(c->hash, user->linked_to);
	check_links_add_link(&c->links, &alias, &owner);
}

static bool
check_alias(struct checking *c, struct slice value)
{
	struct ledger owner = ledger_at_hand(c), place;
	struct alias alias;

	c->aliases++;
	if (alias_unpack(value, &alias) != ST_OK)
		return false;
	place = ledger_hash_place(c->hash, alias.user_id);
	check_links_add_row(&c->links, &place, &owner);
	return true;
}

static bool
check_user(struct checking *c, struct slice value)
{
	struct user user;
	struct ledger place;

	if (user_unpack(value, &user) != ST_OK)
		return false;
	c->result->users++;
	c->is_linked = user.linked_to.len > 0;
	note_link(c, &user);
	place = ledger_hash_place(c->hash, user.id);
	if (place.shard != c->shard || memcmp(place.key, c->ledger, sizeof c->ledger) != 0)
		ledger_problem(c, "it lies where its user's ledger does not belong");
	return true;
}

static bool
check_picture(struct checking *c, struct slice value)
{
	struct picture_head head;
	struct uuid ids[MESSAGE_EXPENSES_MAX];

	if (picture_head_unpack(value, &head, ids) != ST_OK)
		return false;
	c->picture_parts += head.parts_there;
	if (head.is_whole && head.parts_there != picture_part_count(head.size_bytes))
		ledger_problem(c, "a picture lacks parts");
	return true;
}

static bool
keep_total(struct checking *c, struct slice key, struct slice value)
{
	struct key row = key_of(key);
	struct sum sum;

	if (sum_unpack(value, &sum) != ST_OK)
		return false;
	add_total(c, &c->kept, &row, sum.sum_minor, sum.count);
	return true;
}

static bool
keep_category(struct checking *c, struct slice key, struct slice value)
{
	struct key row = key_of(key);
	struct category category;

	if (category_unpack(value, &category) != ST_OK)
		return false;
	if (category.expense_count > 0)
		add_total(c, &c->kept, &row, 0, category.expense_count);
	return true;
}

/* false: the record is damaged. */
static bool
check_row(struct checking *c, struct slice key, struct slice value)
{
	switch (key_row_kind(key)) {
	case ROW_EXPENSE:
		return check_expense(c, key, value);
	case ROW_USER:
		return check_user(c, value);
	case ROW_DAY_TOTAL:
	case ROW_MONTH_TOTAL:
		return keep_total(c, key, value);
	case ROW_CATEGORY:
		return keep_category(c, key, value);
	case ROW_ALIAS:
		return check_alias(c, value);
	case ROW_PICTURE:
		return check_picture(c, value);
	case ROW_IN_CATEGORY:
		c->in_category++;
		return value.len == 0;
	case ROW_TRASH:
	case ROW_AI_CALL:
		return value.len == 0;
	case ROW_EXPENSE_ID:
		c->by_id++;
		return is_record(value);
	default:
		return is_record(value);
	}
}

/* --- ledgers ---------------------------------------------------------------------------- */

static bool
is_being_deleted(struct checking *c)
{
	struct key row = key_kind(c->ledger, ROW_TOMBSTONE);
	struct tombstone tombstone;
	struct slice value;

	return get(c, &row, &value) && tombstone_unpack(value, &tombstone) == ST_OK && tombstone.finished_ms == 0;
}

static void
begin_ledger(struct checking *c, struct slice key)
{
	memcpy(c->ledger, key_ledger(key), sizeof c->ledger);
	c->is_leaving = is_being_deleted(c);
	c->is_linked = false;
	c->expenses = c->by_id = c->in_category = c->aliases = 0;
	c->kept.count = c->found.count = 0;
}

static void
end_ledger(struct checking *c)
{
	if (c->is_leaving)
		return;
	if (c->by_id != c->expenses || c->in_category != c->expenses)
		ledger_problem(c, "its indexes have rows of no expense, or lack some");
	if (c->is_linked && c->expenses + c->aliases > 0)
		ledger_problem(c, "its user is linked to another one, and it has expenses or aliases");
	compare_kept_with_found(c);
}

/* Once more: what is damaged was told before. */
static void
look_for_links(struct checking *c, struct slice key, struct slice value)
{
	struct user user;

	if (key.len <= LEDGER_KEY_SIZE)
		return;
	if (memcmp(key_ledger(key), c->ledger, sizeof c->ledger) != 0)
		begin_ledger(c, key);
	if (key_row_kind(key) == ROW_ALIAS)
		check_alias(c, value);
	else if (key_row_kind(key) == ROW_USER && user_unpack(value, &user) == ST_OK)
		note_link(c, &user);
}

static void
check_ledger_row(struct checking *c, struct slice key, struct slice value)
{
	if (key.len <= LEDGER_KEY_SIZE) {
		problem(c, "a row of no ledger");
		return;
	}
	if (memcmp(key_ledger(key), c->ledger, sizeof c->ledger) != 0) {
		end_ledger(c);
		begin_ledger(c, key);
	}
	if (!check_row(c, key, value))
		problem(c, "a damaged record of kind %c in ledger %02x%02x%02x%02x", key_row_kind(key), c->ledger[0], c->ledger[1],
		    c->ledger[2], c->ledger[3]);
}

/* Of the other tables. */
static bool
is_good_row(enum table table, struct slice key, struct slice value)
{
	if (table == TABLE_METRICS && key.ptr[0] == METRIC_AI_CALL)
		return value.len == 0;
	return is_record(value);
}

static void
check_table(struct checking *c, enum table table)
{
	uint64_t rows = c->result->rows;
	struct kv_cursor cursor;

	memset(c->ledger, 0, sizeof c->ledger);
	c->is_linked = false;
	c->kept.count = c->found.count = c->expenses = c->by_id = c->in_category = c->aliases = 0;
	kv_cursor_begin(&cursor, c->kv, table);
	for (bool is_row = kv_cursor_seek(&cursor, SLICE_LITERAL("\0")); is_row; is_row = kv_cursor_next(&cursor)) {
		c->result->rows += !c->is_for_links;
		if (c->is_for_links)
			look_for_links(c, cursor.key, cursor.value);
		else if (table == TABLE_LEDGER)
			check_ledger_row(c, cursor.key, cursor.value);
		else if (!is_good_row(table, cursor.key, cursor.value))
			problem(c, "a damaged record in %s", table_names[table]);
		kv_forget(c->kv);
	}
	kv_cursor_end(&cursor);
	if (!c->is_for_links)
		end_ledger(c);
	if (table == TABLE_PICTURES && c->result->rows - rows != c->picture_parts)
		problem(c, "pictures lack parts, or there are parts of none");
}

/* --- the store ------------------------------------------------------------------------- */

/* Of a part's one snapshot. */
static void
check_kv(struct checking *c, struct kv *kv, bool is_index)
{
	c->kv = kv;
	c->picture_parts = 0;
	for (int table = 0; table < TABLES; table++)
		if (lmdb_env_has_table(is_index ? LMDB_INDEX_TABLES : LMDB_SHARD_TABLES, (enum table)table) &&
		    (table == TABLE_LEDGER || !c->is_for_links))
			check_table(c, (enum table)table);
	if (kv->st != ST_OK)
		problem(c, "it cannot be read to its end: %s", status_title(kv->st));
}

static bool
check_env(struct checking *c, struct lmdb_env *env, bool is_index)
{
	enum status st;
	struct kv *kv = lmdb_read_begin(env, &st);

	if (kv == NULL)
		return false;
	check_kv(c, kv, is_index);
	lmdb_read_end(env);
	return !c->has_failed;
}

static bool
check_part(struct checking *c, const struct options *options, struct meta *first)
{
	struct meta meta;
	struct lmdb_env *env = layout_open(options, c->shard, LMDB_READ, c->shard > 0 ? first : NULL, &meta);
	bool is_done;

	if (env == NULL)
		return false;
	if (c->shard == 0) {
		*first = meta;
		if (c->hash == NULL)
			c->hash = ledger_hash_new(meta.secret, meta.shard_count);
	}
	is_done = c->hash != NULL && check_env(c, env, c->shard == options->store_shards);
	lmdb_env_close(env);
	return is_done;
}

typedef bool check_part_fn(struct checking *c, const struct options *options, struct meta *first);

/*
 * The parts are of different moments, so that a link which is made or ended
 * meanwhile may seem lost: only those that seem so twice are.
 */
static bool
check_links(struct checking *c, const struct options *options, check_part_fn *check, unsigned shards)
{
	struct check_links before = c->links;
	size_t lost = check_links_keep_lost(&before);
	bool is_done = !before.has_failed;
	struct meta first;

	c->links = (struct check_links){ .has_failed = false };
	c->is_for_links = true;
	for (c->shard = 0; is_done && lost > 0 && c->shard <= shards; c->shard++)
		is_done = check(c, options, &first);
	check_links_keep_lost(&c->links);
	lost = check_links_keep_common(&c->links, &before);
	for (size_t i = 0; is_done && i < lost && i < PROBLEMS_SHOWN; i++) {
		const struct check_link *link = &c->links.links.items[i];

		fprintf(c->out, "shard %u: ledger %02x%02x%02x%02x: it is linked to another one, which does not know it\n", link->shard,
		    link->alias[0], link->alias[1], link->alias[2], link->alias[3]);
	}
	c->result->lost_links = lost;
	check_links_fini(&before);
	return is_done && !c->links.has_failed;
}

static bool
check_parts(struct checking *c, const struct options *options, bool is_verbose, check_part_fn *check, unsigned shards)
{
	struct meta first;

	for (c->shard = 0; c->shard <= shards; c->shard++) {
		uint64_t rows = c->result->rows;

		if (!check(c, options, &first))
			return false;
		if (is_verbose)
			fprintf(c->out, "part %u of %u: %llu rows\n", c->shard + 1, shards + 1, (unsigned long long)(c->result->rows - rows));
	}
	return check_links(c, options, check, shards);
}

#ifdef HAVE_POSTGRESQL
/* The connection is one of its own, on which waiting holds up nobody. */
static bool
check_pg_part(struct checking *c, const struct options *options, struct meta *first)
{
	enum status st;
	struct kv *kv;

	(void)options, (void)first;
	kv = pg_read_begin(c->pool, c->shard, &st);
	if (kv == NULL)
		return false;
	check_kv(c, kv, c->shard == c->meta.shard_count);
	pg_read_end(c->pool, c->shard);
	return !c->has_failed;
}

static bool
check_pg(struct checking *c, const struct options *options, bool is_verbose)
{
	bool is_done;

	if (!pg_schema_check(options->store_url, &c->meta))
		return false;
	c->hash = ledger_hash_new(c->meta.secret, c->meta.shard_count);
	c->pool = pg_pool_open(NULL, options->store_url, 1, NULL);
	is_done = c->hash != NULL && c->pool != NULL && check_parts(c, options, is_verbose, check_pg_part, c->meta.shard_count);
	pg_pool_close(c->pool);
	return is_done;
}
#endif

bool
check_store(const struct options *options, bool is_verbose, FILE *out, struct check_result *result)
{
	struct checking c = { .out = out, .result = result };
	bool is_done;

	*result = (struct check_result){ 0 };
#ifdef HAVE_POSTGRESQL
	if (options->store_engine == STORE_POSTGRESQL)
		is_done = check_pg(&c, options, is_verbose);
	else
#endif
		is_done = check_parts(&c, options, is_verbose, check_part, options->store_shards);
	if (c.hash != NULL)
		ledger_hash_free(c.hash);
	free(c.kept.items);
	free(c.found.items);
	check_links_fini(&c.links);
	return is_done && result->problems == 0;
}
