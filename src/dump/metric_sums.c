/* SPDX-License-Identifier: MIT */
/* See metric_sums.h. */
#include "config.h"

#include "metric_sums.h"

#include <stdlib.h>
#include <string.h>

#include "kv/kv_mem.h"
#include "ledger/op/op.h"
#include "ledger/record/record.h"

enum { CHANGES_PER_COMMIT = 4096, FIRST_DAYS = 64 };

struct metric_sums {
	struct kv_mem         *mem;
	struct kv             *kv;                /* the transaction, which is always there */
	unsigned               changes;           /* in it; what it keeps to undo them is let go of now and then */
	struct metrics_pending pending;
	struct buf             scratch;
	enum status            st;
	/* of the ledger at hand */
	uint8_t                ledger[LEDGER_KEY_SIZE];
	bool                   is_leaving;        /* being deleted: the metrics of its expenses stay for good */
	day_t                 *days;              /* on which it was active */
	size_t                 day_count, day_capacity;
};

static void
fail(struct metric_sums *sums, enum status st)
{
	if (sums->st == ST_OK)
		sums->st = st;
}

struct metric_sums *
metric_sums_new(void)
{
	struct metric_sums *sums = calloc(1, sizeof *sums);

	if (sums == NULL)
		return NULL;
	sums->mem = kv_mem_new();
	if (sums->mem == NULL) {
		free(sums);
		return NULL;
	}
	sums->kv = kv_mem_begin(sums->mem);
	return sums;
}

void
metric_sums_free(struct metric_sums *sums)
{
	if (sums == NULL)
		return;
	kv_mem_abort(sums->mem);
	kv_mem_free(sums->mem);
	buf_fini(&sums->scratch);
	free(sums->days);
	free(sums);
}

bool
metric_is_sum(struct slice key)
{
	static const char kinds[] = { METRIC_DAY, METRIC_EXPENSES, METRIC_AI_COST, METRIC_AI_MODEL };

	return key.len > 0 && memchr(kinds, key.ptr[0], sizeof kinds) != NULL;
}

/* --- adding ------------------------------------------------------------------------------ */

static void
flush(struct metric_sums *sums)
{
	metrics_flush(&sums->pending, sums->kv, &sums->scratch);
	fail(sums, kv_mem_commit(sums->mem));
	sums->kv = kv_mem_begin(sums->mem);
	sums->changes = 0;
}

static void
add(struct metric_sums *sums, const struct key *key, const struct metric *by)
{
	struct op op = { .kv = sums->kv, .scratch = &sums->scratch, .metrics = &sums->pending };

	metrics_add(&op, key, by);
	if (++sums->changes == CHANGES_PER_COMMIT)
		flush(sums);
}

static void
add_row(struct metric_sums *sums, struct slice row_key, struct slice value, int way)
{
	struct key key = key_of(row_key);
	struct metric metric = { 0 };
	enum status st = metric_unpack(value, row_key.ptr[0], &metric);

	if (st != ST_OK) {
		fail(sums, st);
		return;
	}
	metric.sum *= way;
	for (size_t i = 0; i < METRIC_NUMBERS; i++)
		metric.n[i] *= way;
	add(sums, &key, &metric);
}

void
metric_sums_add(struct metric_sums *sums, struct slice key, struct slice value)
{
	add_row(sums, key, value, 1);
}

void
metric_sums_take(struct metric_sums *sums, struct slice key, struct slice value)
{
	add_row(sums, key, value, -1);
}

static bool
add_one(struct slice key, struct slice value, void *sums)
{
	metric_sums_add(sums, key, value);
	return true;
}

static bool
take_one(struct slice key, struct slice value, void *sums)
{
	metric_sums_take(sums, key, value);
	return true;
}

void
metric_sums_add_all(struct metric_sums *sums, struct metric_sums *others)
{
	metric_sums_each(others, '\0', '\x7f', add_one, sums);
	fail(sums, others->st);
}

void
metric_sums_take_all(struct metric_sums *sums, struct metric_sums *others)
{
	metric_sums_each(others, '\0', '\x7f', take_one, sums);
	fail(sums, others->st);
}

/* --- reading ------------------------------------------------------------------------------- */

bool
metric_sums_each(struct metric_sums *sums, char first, char last,
    bool (*on_row)(struct slice key, struct slice value, void *arg), void *arg)
{
	struct kv_cursor cursor;
	bool is_taken = true;

	flush(sums);
	kv_cursor_begin(&cursor, sums->kv, TABLE_METRICS);
	for (bool is_row = kv_cursor_seek(&cursor, (struct slice){ &first, 1 });
	    is_row && is_taken && cursor.key.ptr[0] <= last; is_row = kv_cursor_next(&cursor))
		is_taken = on_row(cursor.key, cursor.value, arg);
	kv_cursor_end(&cursor);
	return is_taken;
}

static bool
stop_at_row(struct slice key, struct slice value, void *arg)
{
	(void)key, (void)value, (void)arg;
	return false;
}

bool
metric_sums_is_nothing(struct metric_sums *sums)
{
	return metric_sums_each(sums, '\0', '\x7f', stop_at_row, NULL);
}

enum status
metric_sums_status(const struct metric_sums *sums)
{
	return sums->st;
}

/* --- what ledgers say ------------------------------------------------------------------------ */

static void
note_active(struct metric_sums *sums, day_t day)
{
	if (sums->day_count > 0 && sums->days[sums->day_count - 1] == day)
		return;
	if (sums->day_count == sums->day_capacity) {
		size_t capacity = sums->day_capacity > 0 ? 2 * sums->day_capacity : FIRST_DAYS;
		day_t *days = realloc(sums->days, capacity * sizeof *days);

		if (days == NULL) {
			fail(sums, ST_FAILED);
			return;
		}
		sums->days = days;
		sums->day_capacity = capacity;
	}
	sums->days[sums->day_count++] = day;
}

static void
add_to_day(struct metric_sums *sums, day_t day, size_t number)
{
	struct key key = key_metric(METRIC_DAY, day);
	struct metric by = { 0 };

	by.n[number] = 1;
	add(sums, &key, &by);
}

static int
compare_days(const void *a, const void *b)
{
	day_t x = *(const day_t *)a, y = *(const day_t *)b;

	return (x > y) - (x < y);
}

void
metric_sums_end_ledgers(struct metric_sums *sums)
{
	if (sums->day_count > 0)
		qsort(sums->days, sums->day_count, sizeof *sums->days, compare_days);
	for (size_t i = 0; i < sums->day_count; i++)
		if (i == 0 || sums->days[i] != sums->days[i - 1])
			add_to_day(sums, sums->days[i], DAY_ACTIVE_USERS);
	sums->day_count = 0;
}

static void
begin_ledger(struct metric_sums *sums, struct kv *kv, struct slice key)
{
	struct tombstone tombstone = { 0 };
	struct slice value;
	struct key row;

	memcpy(sums->ledger, key_ledger(key), sizeof sums->ledger);
	row = key_kind(sums->ledger, ROW_TOMBSTONE);
	sums->is_leaving = kv_get(kv, TABLE_LEDGER, key_slice(&row), &value) && tombstone_unpack(value, &tombstone) == ST_OK &&
	    tombstone.finished_ms == 0;
}

static enum status
add_expense(struct metric_sums *sums, struct kv *kv, struct slice key, struct slice value)
{
	struct expense expense = { 0 };
	struct category category = { 0 };
	struct metric by = { 0 };
	struct key row;
	enum status st;

	if (!key_read_expense(key, &expense.day, &expense.id))
		return ST_BAD_RECORD;
	st = expense_unpack(value, &expense);
	if (st != ST_OK)
		return st;
	by.sum = expense.amount_minor;
	by.n[0] = 1;
	row = key_id(sums->ledger, ROW_CATEGORY, &expense.category_id);
	if (!kv_get(kv, TABLE_LEDGER, key_slice(&row), &value))
		return kv_status(kv, ST_BAD_RECORD);
	st = category_unpack(value, &category);
	if (st != ST_OK)
		return st;
	row = key_expense_metric(utc_day_of(expense.created_ms), expense.currency, &category);
	add(sums, &row, &by);
	return ST_OK;
}

static enum status
add_user(struct metric_sums *sums, struct slice value)
{
	struct user user;
	enum status st = user_unpack(value, &user);

	if (st == ST_OK)
		add_to_day(sums, utc_day_of(user.created_ms), DAY_NEW_USERS);
	return st;
}

static enum status
note_message(struct metric_sums *sums, struct slice value)
{
	struct uuid ids[MESSAGE_EXPENSES_MAX];
	struct message message;
	bool is_sign_up;
	enum status st = message_unpack(value, &message, &is_sign_up, ids);

	if (st == ST_OK)
		note_active(sums, utc_day_of(message.finished_ms));
	return st;
}

static enum status
note_event(struct metric_sums *sums, struct slice key, struct slice value)
{
	struct expense_event event = { 0 };
	enum status st;

	if (!key_read_history(key, &event.expense_id, &event.version))
		return ST_BAD_RECORD;
	st = event_unpack(value, &event);
	if (st == ST_OK)
		note_active(sums, utc_day_of(event.at_ms));
	return st;
}

static enum status
note_last_days(struct metric_sums *sums, struct slice value)
{
	struct active_days days;
	enum status st = active_days_unpack(value, &days);

	if (st == ST_OK && days.before != DAY_MIN)
		note_active(sums, days.before);
	if (st == ST_OK)
		note_active(sums, days.last);
	return st;
}

static enum status
add_ledger_row(struct metric_sums *sums, struct kv *kv, struct slice key, struct slice value)
{
	switch (key_row_kind(key)) {
	case ROW_EXPENSE:
		return sums->is_leaving ? ST_OK : add_expense(sums, kv, key, value);
	case ROW_USER:
		return add_user(sums, value);
	case ROW_MESSAGE:
		return note_message(sums, value);
	case ROW_HISTORY:
		return note_event(sums, key, value);
	case ROW_ACTIVE:
		return note_last_days(sums, value);
	default:
		return ST_OK;
	}
}

void
metric_sums_add_ledger_row(struct metric_sums *sums, struct kv *kv, struct slice key, struct slice value)
{
	enum status st;

	if (memcmp(key_ledger(key), sums->ledger, sizeof sums->ledger) != 0) {
		metric_sums_end_ledgers(sums);
		begin_ledger(sums, kv, key);
	}
	st = add_ledger_row(sums, kv, key, value);
	if (st != ST_OK)
		fail(sums, st);
}
