/* SPDX-License-Identifier: MIT */
/* /api/v1/expenses: the list and a new one. */
#include "config.h"

#include "handlers.h"

#include <openssl/sha.h>

#include "caller.h"
#include "clock.h"
#include "expense_http.h"
#include "expense_json.h"
#include "fields.h"
#include "hex.h"
#include "http/reply.h"
#include "store/person.h"
#include "understand.h"

enum { CURSOR_BYTES = 20 };

/* The work of a handler, in the request's arena. */
struct work {
	struct caller   caller;

	/* the list */
	struct expense_query query;
	struct buf      rows;
	struct json_out out;
	day_t           last_day;
	struct uuid     last_id;
};

/* NULL after answering. */
static struct work *
begin(struct request *req)
{
	struct work *work = arena_alloc(&req->arena, sizeof *work);

	if (work == NULL) {
		reply_problem(req, ST_OVERLOADED, NULL, NULL);
		return NULL;
	}
	return caller_begin(req, &work->caller) ? work : NULL;
}

/* --- the list ------------------------------------------------------------------ */

static void
cursor_write(struct buf *out, day_t day, const struct uuid *id)
{
	uint8_t bytes[CURSOR_BYTES];
	char text[2 * CURSOR_BYTES];

	for (int i = 0; i < 4; i++)
		bytes[i] = (uint8_t)((uint32_t)day >> (24 - 8 * i));
	memcpy(bytes + 4, id->bytes, sizeof id->bytes);
	hex_encode(bytes, sizeof bytes, text);
	buf_append(out, text, sizeof text);
}

static bool
cursor_read(struct slice text, struct expense_query *query)
{
	uint8_t bytes[CURSOR_BYTES];

	if (text.len != 2 * sizeof bytes || !hex_decode(text.ptr, sizeof bytes, bytes))
		return false;
	query->after_day = (day_t)((uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3]);
	memcpy(query->after_id.bytes, bytes + 4, sizeof query->after_id.bytes);
	query->has_after = true;
	return true;
}

static bool
read_query(struct request *req, struct expense_query *query)
{
	const struct value *from = query_value(req, MEMBER_from), *to = query_value(req, MEMBER_to);
	const struct value *cursor = query_value(req, MEMBER_cursor);

	*query = (struct expense_query){ .from = from != NULL ? from->day : DAY_MIN, .to = to != NULL ? to->day : DAY_MAX,
		.limit = handler_limit(req), .is_newest_first = true };
	if (query->from > query->to)
		return handler_refuse(req, ST_BAD_DATE, "to", "Must not be before from.");
	if (cursor != NULL && !cursor_read(cursor->text, query))
		return handler_refuse(req, ST_BAD_PARAMETER, "cursor", "Is not one that was given out.");
	return true;
}

static void
on_expense(const struct expense *expense, void *arg)
{
	struct work *work = arg;

	expense_write_json(&work->out, expense, &work->caller.person);
	work->last_day = expense->day;
	work->last_id = expense->id;
}

static void
on_list_end(enum status st, bool has_more, void *arg)
{
	struct work *work = arg;
	struct buf *body;

	caller_record(&work->caller, OPERATION_get_expenses, st == ST_OK);
	if (st != ST_OK || work->rows.has_failed) {
		buf_fini(&work->rows);
		reply_problem(work->caller.req, st != ST_OK ? st : ST_OVERLOADED, NULL, NULL);
		return;
	}
	body = reply_begin(work->caller.req, ST_OK, "application/json");
	buf_append_literal(body, "{\"expenses\":");
	buf_append_slice(body, buf_slice(&work->rows));
	buf_append_literal(body, "],\"next_cursor\":");
	if (has_more) {
		buf_append_char(body, '"');
		cursor_write(body, work->last_day, &work->last_id);
		buf_append_literal(body, "\"}");
	} else {
		buf_append_literal(body, "null}");
	}
	buf_fini(&work->rows);
	reply_end(work->caller.req);
}

enum status
get_expenses(struct request *req)
{
	static const struct expense_list_callbacks callbacks = { on_expense, on_list_end };
	struct expense_query query;
	struct work *work;

	if (!read_query(req, &query))
		return ST_OK;
	work = begin(req);
	if (work == NULL)
		return ST_OK;
	work->query = query;
	work->out = json_out_to(&work->rows);
	json_out_array_begin(&work->out);
	store_list_expenses(work->caller.service->store, &work->caller.ledger, &work->query, &callbacks, work);
	return ST_OK;
}

/* --- a new one ------------------------------------------------------------------ */

static void
on_stored(enum status st, const struct write_answer *answer, void *arg)
{
	struct work *work = arg;

	caller_record(&work->caller, OPERATION_create_expense, st == ST_OK);
	if (st == ST_OK && answer->expense_count == 0)
		st = ST_NOT_FOUND;               /* a repeat, and it was deleted since */
	if (st == ST_OK)
		expense_reply(&work->caller, ST_CREATED, &answer->expenses[0]);
	else
		reply_problem(work->caller.req, st, expense_field_of(st), NULL);
}

/* Without a category the description says which. */
static void
choose_category(const struct person *person, struct new_expense *new_expense)
{
	enum category_kind kind = understand_category(new_expense->expense.description);
	const struct category *category = message_category(person, kind);

	new_expense->category_key = slice_of(category_kind_key(kind));
	if (category != NULL)
		new_expense->expense.category_id = category->id;
}

static bool
take_expense(struct work *work, const struct fields *fields, struct new_expense *new_expense)
{
	const struct user *user = &work->caller.person.user;
	struct expense *expense = &new_expense->expense;

	expense->created_ms = clock_wall_ms();
	expense->id = uuid7_next(expense->created_ms);
	expense->account = message_default_account;
	expense->currency = user->home;
	expense->zone = user->zone;
	expense->day = message_day(user->zone.ptr, expense->created_ms);
	if (!expense_take(work->caller.req, fields, expense))
		return false;
	if (fields_value(fields, MEMBER_category_id) == NULL)
		choose_category(&work->caller.person, new_expense);
	return true;
}

enum status
post_expense(struct request *req)
{
	struct new_expense new_expense = { 0 };
	struct expense_batch batch = { .expense_count = 1, .expenses = &new_expense };
	struct work *work;

	if (!handler_idempotency_key(req, &batch.idempotency_key))
		return ST_OK;
	work = begin(req);
	if (work == NULL || !take_expense(work, body_fields(req), &new_expense))
		return ST_OK;
	batch.now_ms = new_expense.expense.created_ms;
	SHA256((const uint8_t *)req->body.ptr, req->body.len, batch.request_hash);
	store_put_expenses(work->caller.service->store, &work->caller.ledger, &batch, on_stored, work);
	return ST_OK;
}
