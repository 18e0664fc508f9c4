/* SPDX-License-Identifier: MIT */
/*
 * GET /api/v1/expenses: the list, with its filters and orders.
 *
 * A cursor says behind which expense the list goes on, so that what is stored
 * meanwhile neither repeats nor hides one.  It holds a hash of whose list it is
 * and of its filters and order, and is refused with any others.
 */
#include "config.h"

#include "api/handlers.h"

#include <xxhash.h>

#include "access/caller.h"
#include "expense_json.h"
#include "contract/fields.h"
#include "fold.h"
#include "hex.h"
#include "http/reply.h"
#include "store/person.h"

enum {
	WORDS_MAX = 20,                /* of q */
	ROWS_KEPT = 256 << 10,         /* of memory between two lists */
	CURSOR_BYTES = 8 + 4 + 16 + 8 + 1
};

/* The work of a handler, in the request's arena. */
struct work {
	struct caller        caller;
	struct expense_query query;
	struct expense_place stopped_at;
	struct buf           rows;
	struct json_out      out;
	struct expense_list_json list;
};

/* --- cursors ---------------------------------------------------------------------- */

static void
put_number(uint8_t *out, uint64_t n, int size)
{
	for (int i = 0; i < size; i++)
		out[i] = (uint8_t)(n >> 8 * (size - 1 - i));
}

static uint64_t
get_number(const uint8_t *p, int size)
{
	uint64_t n = 0;

	for (int i = 0; i < size; i++)
		n = n << 8 | p[i];
	return n;
}

/* Of all parameters but these two. */
static uint64_t
hash_query(const struct work *work)
{
	const struct http_query *query = &work->caller.req->query;
	uint64_t hash = XXH3_64bits(work->caller.ledger.key, sizeof work->caller.ledger.key);

	for (size_t i = 0; i < query->count; i++) {
		const struct http_parameter *p = &query->list[i];
		uint64_t pair;

		if (slice_equal(p->name, SLICE_LITERAL("cursor")) || slice_equal(p->name, SLICE_LITERAL("limit")))
			continue;
		pair = XXH3_64bits_withSeed(p->name.ptr, p->name.len, p->value.len);
		hash += XXH3_64bits_withSeed(p->value.ptr, p->value.len, pair);      /* in any order */
	}
	return hash;
}

static void
cursor_write(struct buf *out, const struct work *work)
{
	const struct expense_place *place = &work->stopped_at;
	uint8_t bytes[CURSOR_BYTES];
	char text[2 * CURSOR_BYTES];

	put_number(bytes, hash_query(work), 8);
	put_number(bytes + 8, (uint32_t)place->day, 4);
	memcpy(bytes + 12, place->id.bytes, sizeof place->id.bytes);
	put_number(bytes + 28, (uint64_t)place->amount_minor, 8);
	bytes[36] = (uint8_t)place->digits;
	hex_encode(bytes, sizeof bytes, text);
	buf_append(out, text, sizeof text);
}

static bool
cursor_read(struct work *work, struct slice text)
{
	struct expense_query *query = &work->query;
	uint8_t bytes[CURSOR_BYTES];

	if (text.len != 2 * sizeof bytes || !hex_decode(text.ptr, sizeof bytes, bytes))
		return handler_refuse(work->caller.req, ST_BAD_PARAMETER, "cursor", "Is not one that was given out.");
	if (get_number(bytes, 8) != hash_query(work))
		return handler_refuse(work->caller.req, ST_BAD_PARAMETER, "cursor", "Was given out for another list.");
	query->after_day = (day_t)(uint32_t)get_number(bytes + 8, 4);
	memcpy(query->after_id.bytes, bytes + 12, sizeof query->after_id.bytes);
	query->after_minor = (int64_t)get_number(bytes + 28, 8);
	query->after_digits = bytes[36] <= MONEY_DIGITS_MAX ? bytes[36] : 0;
	query->has_after = true;
	return true;
}

/* --- filters ------------------------------------------------------------------------ */

static bool
take_days(struct work *work)
{
	const struct value *from = query_value(work->caller.req, MEMBER_from), *to = query_value(work->caller.req, MEMBER_to);

	work->query.from = from != NULL ? from->day : DAY_MIN;
	work->query.to = to != NULL ? to->day : DAY_MAX;
	return work->query.from <= work->query.to ||
	    handler_refuse(work->caller.req, ST_BAD_DATE, "to", "Must not be before from.");
}

static bool
take_category(struct work *work)
{
	const struct value *category = query_value(work->caller.req, MEMBER_category_filter);

	if (category == NULL)
		return true;
	work->query.category_id = category->id;
	return person_category(&work->caller.person, &category->id) != NULL ||
	    handler_refuse(work->caller.req, ST_BAD_PARAMETER, "category", "There is no such category.");
}

/* A number in ten-thousandths, which no currency divides any further. */
static bool
take_bound(struct work *work, enum member_id member, bool *is_set, int64_t *bound)
{
	static const struct currency with_four_digits = { "CLF" };
	struct slice text = query_text(work->caller.req, member);
	enum status st;

	if (text.ptr == NULL)
		return true;
	*is_set = true;
	st = money_parse(text, with_four_digits, bound);
	return st == ST_OK || handler_refuse(work->caller.req, st == ST_BAD_VALUE ? ST_BAD_PARAMETER : st,
	    members[member].name.ptr, "Has more than four decimals, or is more than 100000000000.");
}

static bool
take_bounds(struct work *work)
{
	struct expense_query *query = &work->query;

	if (!take_bound(work, MEMBER_min_amount, &query->has_least, &query->least) ||
	    !take_bound(work, MEMBER_max_amount, &query->has_most, &query->most))
		return false;
	return !query->has_least || !query->has_most || query->least <= query->most ||
	    handler_refuse(work->caller.req, ST_BAD_PARAMETER, "max_amount", "Must not be less than min_amount.");
}

/* Folding made all kinds of blanks the plain one. */
static bool
take_words(struct work *work)
{
	struct request *req = work->caller.req;
	struct slice text = query_text(req, MEMBER_q), folded;
	struct slice *words = arena_alloc(&req->arena, WORDS_MAX * sizeof *words);
	size_t count = 0;

	if (text.ptr == NULL)
		return true;
	folded = text_fold(&req->arena, text);
	if (folded.ptr == NULL || words == NULL)
		return handler_refuse(req, ST_OVERLOADED, NULL, NULL);
	while (folded.len > 0) {
		const char *blank = memchr(folded.ptr, ' ', folded.len);
		size_t len = blank != NULL ? (size_t)(blank - folded.ptr) : folded.len, step = len + (blank != NULL);

		if (len > 0 && count == WORDS_MAX)
			return handler_refuse(req, ST_BAD_PARAMETER, "q", "Has more than 20 words.");
		if (len > 0)
			words[count++] = (struct slice){ folded.ptr, len };
		folded = (struct slice){ folded.ptr + step, folded.len - step };
	}
	work->query.words = words;
	work->query.word_count = count;
	return count > 0 || handler_refuse(req, ST_BAD_PARAMETER, "q", "Is empty.");
}

static void
take_sort(struct work *work)
{
	enum { NEWEST, OLDEST, LARGEST, SMALLEST };     /* the words of the row */
	const struct value *sort = query_value(work->caller.req, MEMBER_sort);
	int64_t order = sort != NULL ? sort->number : NEWEST;

	work->query.by_amount = order == LARGEST || order == SMALLEST;
	work->query.is_newest_first = order == NEWEST || order == LARGEST;
}

static bool
take_query(struct work *work)
{
	struct request *req = work->caller.req;
	const struct value *currency = query_value(req, MEMBER_currency), *cursor = query_value(req, MEMBER_cursor);

	work->query.limit = handler_limit(req);
	work->query.account = query_text(req, MEMBER_account);
	work->query.stopped_at = &work->stopped_at;
	if (currency != NULL)
		work->query.currency = currency->currency;
	take_sort(work);
	return take_days(work) && take_category(work) && take_bounds(work) && take_words(work) &&
	    (cursor == NULL || cursor_read(work, cursor->text));
}

/* --- the list ------------------------------------------------------------------------- */

static void
on_expense(const struct expense *expense, void *arg)
{
	struct work *work = arg;

	expense_list_write_json(&work->list, &work->out, expense);
}

/* The memory of the last list, for the next one: what is that long would grow eight times on its way. */
static struct buf spare;

static void
rows_begin(struct work *work)
{
	work->rows = spare;
	spare = (struct buf)BUF_INIT;
	work->out = json_out_to(&work->rows);
	work->list.person = &work->caller.person;
	json_out_array_begin(&work->out);
}

static void
rows_end(struct work *work)
{
	buf_clear(&work->rows);
	buf_trim(&work->rows, ROWS_KEPT);
	buf_fini(&spare);
	spare = work->rows;
}

static void
refuse(struct work *work, enum status st)
{
	bool is_too_wide = st == ST_OUT_OF_RANGE;

	rows_end(work);
	reply_problem(work->caller.req, st, is_too_wide ? "sort" : NULL,
	    is_too_wide ? "Too many expenses to put in order: say from and to, or a category." : NULL);
}

static void
on_list_end(enum status st, bool has_more, void *arg)
{
	struct work *work = arg;
	struct buf *body;

	caller_record(&work->caller, OPERATION_get_expenses, st == ST_OK);
	if (st != ST_OK || work->rows.has_failed) {
		refuse(work, st != ST_OK ? st : ST_OVERLOADED);
		return;
	}
	body = reply_begin(work->caller.req, ST_OK, "application/json");
	buf_append_literal(body, "{\"expenses\":");
	buf_append_slice(body, buf_slice(&work->rows));
	buf_append_literal(body, "],\"next_cursor\":");
	if (has_more) {
		buf_append_char(body, '"');
		cursor_write(body, work);
		buf_append_literal(body, "\"}");
	} else {
		buf_append_literal(body, "null}");
	}
	rows_end(work);
	reply_end(work->caller.req);
}

enum status
get_expenses(struct request *req)
{
	static const struct expense_list_callbacks callbacks = { on_expense, on_list_end };
	struct work *work = arena_alloc(&req->arena, sizeof *work);

	if (work == NULL)
		return ST_OVERLOADED;
	if (!caller_begin(req, &work->caller) || !take_query(work))
		return ST_OK;
	rows_begin(work);
	store_list_expenses(work->caller.service->store, &work->caller.ledger, &work->query, &callbacks, work);
	return ST_OK;
}
