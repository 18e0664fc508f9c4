/* SPDX-License-Identifier: MIT */
/*
 * Lists of expenses; see op.h.  A scan goes over the rows of a range of days,
 * all of them or those of one category, and gives those that match.  What it
 * does in one call is bounded, so that no read transaction lasts long.
 */
#include "config.h"

#include <stdlib.h>

#include "fold.h"
#include "ledger/op/op.h"

enum {
	WORK_MAX = 10000,              /* rows to look at in one call, some 5 ms */
	WORK_FETCH = 1,                /* what finding the expense of a category's row costs beyond that, in rows */
	WORK_FOLD = 8                  /* what folding a description costs that is not ASCII, in rows */
};

/* The rows asked for: from start on, up to end, which is outside. */
struct range {
	struct key start, end;
};

struct scan {
	struct op                  *op;
	const struct expense_query *query;
	bool                        is_by_category;
	struct range                range;
	struct kv_cursor            cursor;
	bool                        is_there;      /* the cursor stands on a row of the range */
	unsigned                    work;
	struct buf                  folded;
	enum status                 st;
};

/* --- the range ----------------------------------------------------------------------- */

static struct key
key_of_day(const struct scan *scan, day_t day)
{
	if (scan->is_by_category)
		return key_day_in_category(scan->op->ledger, &scan->query->category_id, day);
	return key_day(scan->op->ledger, ROW_EXPENSE, day);
}

static struct key
key_of_place(const struct scan *scan, day_t day, const struct uuid *id)
{
	if (scan->is_by_category)
		return key_in_category(scan->op->ledger, &scan->query->category_id, day, id);
	return key_expense(scan->op->ledger, day, id);
}

static struct range
range_of(const struct scan *scan)
{
	const struct expense_query *query = scan->query;
	struct range range = { key_of_day(scan, query->from), key_of_day(scan, query->to) };

	key_to_end(&range.end);
	if (query->has_after && !query->by_amount) {
		struct key after = key_of_place(scan, query->after_day, &query->after_id);

		if (query->is_newest_first && key_compare(key_slice(&after), key_slice(&range.end)) < 0)
			range.end = after;
		if (!query->is_newest_first) {
			after.bytes[after.len++] = 0;      /* the first key behind it */
			if (key_compare(key_slice(&after), key_slice(&range.start)) > 0)
				range.start = after;
		}
	}
	return range;
}

/* Of a row behind its near end, from where the scan began: whether it is before the far one. */
static bool
is_in_range(const struct scan *scan, struct slice key)
{
	if (scan->query->is_newest_first)
		return key_compare(key, key_slice(&scan->range.start)) >= 0;
	return key_compare(key, key_slice(&scan->range.end)) < 0;
}

/* --- the scan ------------------------------------------------------------------------- */

static void
scan_begin(struct scan *scan, struct op *op, const struct expense_query *query)
{
	*scan = (struct scan){ .op = op, .query = query, .is_by_category = !uuid_is_nil(&query->category_id) };
	scan->range = range_of(scan);
	kv_cursor_begin(&scan->cursor, op->kv, TABLE_LEDGER);
	scan->is_there = query->is_newest_first ? kv_cursor_seek_before(&scan->cursor, key_slice(&scan->range.end)) :
	    kv_cursor_seek(&scan->cursor, key_slice(&scan->range.start));
	scan->is_there = scan->is_there && is_in_range(scan, scan->cursor.key);
}

static void
scan_end(struct scan *scan)
{
	kv_cursor_end(&scan->cursor);
	buf_fini(&scan->folded);
}

static void
scan_step(struct scan *scan)
{
	scan->is_there = scan->query->is_newest_first ? kv_cursor_prev(&scan->cursor) : kv_cursor_next(&scan->cursor);
	scan->is_there = scan->is_there && is_in_range(scan, scan->cursor.key);
}

/* The expense of the row where the cursor stands. */
static enum status
read_row(struct scan *scan, struct expense *expense)
{
	struct slice value = scan->cursor.value;
	struct key row;

	if (scan->is_by_category) {
		scan->work += WORK_FETCH;
		if (!key_read_in_category(scan->cursor.key, &expense->day, &expense->id))
			return ST_BAD_RECORD;
		row = key_expense(scan->op->ledger, expense->day, &expense->id);
		if (!kv_get(scan->op->kv, TABLE_LEDGER, key_slice(&row), &value))
			return kv_status(scan->op->kv, ST_BAD_RECORD);
	} else if (!key_read_expense(scan->cursor.key, &expense->day, &expense->id)) {
		return ST_BAD_RECORD;
	}
	return expense_unpack(value, expense);
}

static bool
has_words(struct scan *scan, struct slice description)
{
	const struct expense_query *query = scan->query;
	struct slice folded;

	if (query->word_count == 0)
		return true;
	text_fold_to(&scan->folded, description);
	if (scan->folded.has_failed)
		scan->st = ST_FAILED;
	folded = buf_slice(&scan->folded);
	for (size_t i = 0; i < description.len; i++)
		if ((unsigned char)description.ptr[i] >= 0x80) {
			scan->work += WORK_FOLD;
			break;
		}
	for (size_t i = 0; i < query->word_count; i++)
		if (folded.len == 0 || memmem(folded.ptr, folded.len, query->words[i].ptr, query->words[i].len) == NULL)
			return false;
	return true;
}

static bool
has_amount(const struct expense_query *query, const struct expense *expense)
{
	__int128 number;

	if (!query->has_least && !query->has_most)
		return true;
	number = money_ten_thousandths(expense->amount_minor, currency_digits(expense->currency));
	return (!query->has_least || number >= query->least) && (!query->has_most || number <= query->most);
}

/* The cheap ones first. */
static bool
matches(struct scan *scan, const struct expense *expense)
{
	const struct expense_query *query = scan->query;

	return (query->currency.code[0] == '\0' || memcmp(&query->currency, &expense->currency, sizeof query->currency) == 0)
	    && (query->account.ptr == NULL || slice_equal(query->account, expense->account)) && has_amount(query, expense)
	    && has_words(scan, expense->description);
}

static bool
is_worked_out(const struct scan *scan)
{
	return scan->work >= WORK_MAX;
}

/*
 * The next one that matches, whose row the cursor leaves.  false: the range is
 * through, or the work is done (is_worked_out), or something failed.
 */
static bool
scan_next(struct scan *scan, struct expense *expense, struct expense_place *looked_at)
{
	bool is_match = false;

	while (!is_match && scan->st == ST_OK && scan->is_there && !is_worked_out(scan)) {
		scan->st = read_row(scan, expense);
		if (scan->st != ST_OK)
			return false;
		scan->work++;
		*looked_at = (struct expense_place){ expense->day, expense->id, expense->amount_minor,
			currency_digits(expense->currency) };
		is_match = matches(scan, expense);
		if (!is_match)
			scan_step(scan);
	}
	return is_match;
}

/* --- by day ----------------------------------------------------------------------------- */

static bool
has_filter(const struct expense_query *query)
{
	return query->account.ptr != NULL || query->currency.code[0] != '\0' || query->has_least || query->has_most
	    || query->word_count > 0;
}

/* Whether a row is left that matches; where the work ends first, whether a row is left at all. */
static bool
is_any_left(struct scan *scan, struct expense_place *last)
{
	struct expense_place looked_at = *last;
	struct expense expense;

	if (!has_filter(scan->query))
		return scan->is_there;
	if (scan_next(scan, &expense, &looked_at))
		return true;
	if (!scan->is_there)
		return false;
	*last = looked_at;                 /* only when nothing matched up to here */
	return true;
}

static enum status
list_by_day(struct op *op, const struct expense_query *query, void (*on_expense)(const struct expense *expense, void *arg),
    void *arg, bool *has_more)
{
	struct expense_place last = { .day = 0 }, looked_at;
	struct expense expense;
	struct scan scan;
	unsigned given = 0;

	scan_begin(&scan, op, query);
	for (; given < query->limit && scan_next(&scan, &expense, &last); given++) {
		on_expense(&expense, arg);
		scan_step(&scan);
	}
	looked_at = last;
	*has_more = scan.st == ST_OK && (given < query->limit ? scan.is_there : is_any_left(&scan, &looked_at));
	if (*has_more && query->stopped_at != NULL)
		*query->stopped_at = looked_at;
	scan_end(&scan);
	return kv_status(op->kv, scan.st);
}

/* --- by amount ---------------------------------------------------------------------------- */

struct sorted {
	__int128             number;
	struct expense_place place;
};

/* The smallest first; of equal ones the oldest. */
static int
compare(const void *a, const void *b)
{
	const struct sorted *x = a, *y = b;

	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	if (x->place.day != y->place.day)
		return x->place.day < y->place.day ? -1 : 1;
	return memcmp(x->place.id.bytes, y->place.id.bytes, sizeof x->place.id.bytes);
}

static struct sorted
sorted_of(struct expense_place place)
{
	return (struct sorted){ money_ten_thousandths(place.amount_minor, place.digits), place };
}

/* Those behind the cursor, in no order; ST_OUT_OF_RANGE: the range holds too many to look at. */
static enum status
collect(struct op *op, const struct expense_query *query, struct sorted *all, size_t *count)
{
	struct sorted after = sorted_of((struct expense_place){ query->after_day, query->after_id, query->after_minor,
		query->after_digits });
	struct expense_place place;
	struct expense expense;
	struct scan scan;

	scan_begin(&scan, op, query);
	for (*count = 0; scan_next(&scan, &expense, &place); scan_step(&scan)) {
		int order;

		all[*count] = sorted_of(place);
		order = query->has_after ? compare(&all[*count], &after) : 0;
		*count += !query->has_after || (query->is_newest_first ? order < 0 : order > 0);
	}
	if (scan.st == ST_OK && scan.is_there)
		scan.st = ST_OUT_OF_RANGE;
	scan_end(&scan);
	return kv_status(op->kv, scan.st);
}

static enum status
give(struct op *op, const struct expense_place *place, void (*on_expense)(const struct expense *expense, void *arg), void *arg)
{
	struct expense expense;
	enum status st = op_get_expense(op, &place->id, &expense);

	if (st == ST_OK)
		on_expense(&expense, arg);
	return st;
}

static enum status
list_by_amount(struct op *op, const struct expense_query *query, void (*on_expense)(const struct expense *expense, void *arg),
    void *arg, bool *has_more)
{
	struct sorted *all = arena_alloc(op->arena, WORK_MAX * sizeof *all);
	enum status st = all != NULL ? ST_OK : ST_FAILED;
	size_t count = 0, given = 0;

	if (st == ST_OK)
		st = collect(op, query, all, &count);
	if (st == ST_OK && count > 1)
		qsort(all, count, sizeof *all, compare);
	for (; st == ST_OK && given < count && given < query->limit; given++) {
		const struct expense_place *place = &all[query->is_newest_first ? count - 1 - given : given].place;

		st = give(op, place, on_expense, arg);
		if (query->stopped_at != NULL)
			*query->stopped_at = *place;
	}
	*has_more = st == ST_OK && given < count;
	return st;
}

enum status
op_list_expenses(struct op *op, const struct expense_query *query,
    void (*on_expense)(const struct expense *expense, void *arg), void *arg, bool *has_more)
{
	*has_more = false;
	return (query->by_amount ? list_by_amount : list_by_day)(op, query, on_expense, arg, has_more);
}
