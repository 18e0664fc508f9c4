/* SPDX-License-Identifier: MIT */
/* /api/v1/expenses/{id}: one expense, changing, deleting and restoring it, and what happened to it. */
#include "config.h"

#include "api/handlers.h"


#include "access/auth.h"
#include "access/caller.h"
#include "clock.h"
#include "expense_http.h"
#include "expense_json.h"
#include "contract/fields.h"
#include "http/reply.h"
#include "store/person.h"
#include "sha256.h"

/* The work of a handler, in the request's arena. */
struct work {
	struct caller        caller;
	struct uuid          id;
	uint32_t             if_version;

	/* the history */
	struct history_query query;
	struct buf           rows;
	struct json_out      out;
	uint32_t             last_version;
};

/* The user and the id; NULL after answering. */
static struct work *
begin(struct request *req)
{
	struct work *work = caller_new(req, sizeof *work);

	return work != NULL && caller_read_id(req, 0, &work->id) ? work : NULL;
}

static void
get(struct work *work, store_expense_fn *fn)
{
	store_get_expense(work->caller.service->store, &work->caller.ledger, &work->id, fn, work);
}

/* --- reading it ------------------------------------------------------------------ */

static void
on_expense(enum status st, const struct expense *expense, void *arg)
{
	struct work *work = arg;

	if (st == ST_OK)
		expense_reply(&work->caller, ST_OK, expense);
	else
		reply_problem(work->caller.req, st, NULL, NULL);
}

enum status
get_expense(struct request *req)
{
	struct work *work = begin(req);

	if (work != NULL)
		get(work, on_expense);
	return ST_OK;
}

/* --- changing, deleting, restoring ------------------------------------------------- */

static struct expense_change
change_of(const struct work *work, enum expense_action action)
{
	const struct principal *principal = work->caller.req->principal;
	int64_t now_ms = clock_wall_ms();

	return (struct expense_change){ .change_id = uuid7_next(now_ms), .action = action, .by = principal->kind,
		.now_ms = now_ms, .if_version = work->if_version, .expense = { .id = work->id } };
}

static void
submit(struct work *work, const struct expense_change *change, store_write_fn *fn)
{
	store_change_expense(work->caller.service->store, &work->caller.ledger, change, fn, work);
}

static void
on_changed(enum status st, const struct write_answer *answer, void *arg)
{
	struct work *work = arg;

	if (st == ST_OK && answer->expense_count == 0)
		st = ST_NOT_FOUND;               /* a repeat, and it was deleted since */
	if (st == ST_OK)
		expense_reply(&work->caller, ST_OK, &answer->expenses[0]);
	else
		reply_problem(work->caller.req, st, expense_field_of(st), NULL);
}

/* Otherwise *wrong is the field that cannot be so. */
static enum status
take_change(const struct work *work, struct expense *expense, const char **wrong)
{
	const struct fields *fields = body_fields(work->caller.req);
	enum status st = expense_take(fields, expense, wrong);

	if (st != ST_OK || fields_value(fields, MEMBER_category_id) == NULL ||
	    person_category(&work->caller.person, &expense->category_id) != NULL)
		return st;
	*wrong = "category_id";
	return ST_BAD_VALUE;
}

/* The change is made to what was read here: the version says so to the writer. */
static void
on_current(enum status st, const struct expense *expense, void *arg)
{
	struct work *work = arg;
	struct expense_change change;
	const char *wrong;

	if (st == ST_OK && work->if_version != 0 && work->if_version != expense->version)
		st = ST_VERSION_MISMATCH;
	if (st != ST_OK || body_fields(work->caller.req)->set_count == 0) {
		if (st == ST_OK)
			expense_reply(&work->caller, ST_OK, expense);
		else
			reply_problem(work->caller.req, st, expense_field_of(st), NULL);
		return;
	}
	work->if_version = expense->version;
	change = change_of(work, EXPENSE_CHANGED);
	change.expense = *expense;
	st = take_change(work, &change.expense, &wrong);
	if (st == ST_OK)
		submit(work, &change, on_changed);
	else
		reply_problem(work->caller.req, st, wrong, NULL);
}

enum status
patch_expense(struct request *req)
{
	struct work *work = begin(req);

	if (work != NULL && handler_if_match(req, &work->if_version))
		get(work, on_current);
	return ST_OK;
}

static void
on_deleted(enum status st, const struct write_answer *answer, void *arg)
{
	struct work *work = arg;

	(void)answer;
	if (st != ST_OK) {
		reply_problem(work->caller.req, st, expense_field_of(st), NULL);
		return;
	}
	reply_begin(work->caller.req, ST_NO_CONTENT, "application/json");
	reply_end(work->caller.req);
}

enum status
delete_expense(struct request *req)
{
	struct work *work = begin(req);
	struct expense_change change;

	if (work == NULL || !handler_if_match(req, &work->if_version))
		return ST_OK;
	change = change_of(work, EXPENSE_DELETED);
	submit(work, &change, on_deleted);
	return ST_OK;
}

enum status
restore_expense(struct request *req)
{
	struct slice key;
	struct expense_change change;
	struct work *work;

	if (!handler_idempotency_key(req, &key))
		return ST_OK;
	work = begin(req);
	if (work == NULL)
		return ST_OK;
	change = change_of(work, EXPENSE_RESTORED);
	change.idempotency_key = key;
	sha256(req->path.ptr, req->path.len, change.request_hash);
	submit(work, &change, on_changed);
	return ST_OK;
}

/* --- the history ---------------------------------------------------------------------- */

static void
on_event(const struct expense_event *event, void *arg)
{
	struct work *work = arg;

	event_write_json(&work->out, event, &work->caller.person, false);
	work->last_version = event->version;
}

static void
on_history_end(enum status st, bool has_more, void *arg)
{
	struct work *work = arg;
	struct buf *body;

	if (st == ST_OK && work->rows.has_failed)
		st = ST_OVERLOADED;
	if (st != ST_OK) {
		buf_fini(&work->rows);
		reply_problem(work->caller.req, st, NULL, NULL);
		return;
	}
	body = reply_begin(work->caller.req, ST_OK, "application/json");
	buf_append_literal(body, "{\"changes\":");
	buf_append_slice(body, buf_slice(&work->rows));
	if (has_more)
		buf_printf(body, "],\"next_cursor\":\"%u\"}", (unsigned)work->last_version);
	else
		buf_append_literal(body, "],\"next_cursor\":null}");
	buf_fini(&work->rows);
	reply_end(work->caller.req);
}

static bool
read_query(struct request *req, struct history_query *query)
{
	struct slice cursor = query_text(req, MEMBER_cursor);

	*query = (struct history_query){ .limit = handler_limit(req) };
	return cursor.ptr == NULL || handler_read_version(cursor, &query->after_version) ||
	    handler_refuse(req, ST_BAD_PARAMETER, "cursor", "Is not one that was given out.");
}

enum status
get_expense_history(struct request *req)
{
	static const struct history_callbacks callbacks = { on_event, on_history_end };
	struct history_query query;
	struct work *work;

	if (!read_query(req, &query))
		return ST_OK;
	work = begin(req);
	if (work == NULL)
		return ST_OK;
	query.expense_id = work->id;
	work->query = query;
	work->out = json_out_to(&work->rows);
	json_out_array_begin(&work->out);
	store_list_history(work->caller.service->store, &work->caller.ledger, &work->query, &callbacks, work);
	return ST_OK;
}
