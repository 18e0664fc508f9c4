/* SPDX-License-Identifier: MIT */
/* POST /api/v1/expenses: a new expense, or several. */
#include "config.h"

#include "api/handlers.h"


#include "access/caller.h"
#include "clock.h"
#include "expense_http.h"
#include "expense_json.h"
#include "contract/fields.h"
#include "http/reply.h"
#include "store/person.h"
#include "sha256.h"
#include "understand.h"

/* The work of a handler, in the request's arena. */
struct work {
	struct caller        caller;
	struct expense_batch batch;
	bool                 is_list;        /* several were sent, and are answered as a list */
};

/* NULL after answering. */
static struct work *
begin(struct request *req)
{
	return caller_new(req, sizeof(struct work));
}

static void
reply_list(const struct work *work, const struct write_answer *answer)
{
	struct json_out out = reply_json_begin(work->caller.req, ST_CREATED);

	json_out_object_begin(&out);
	json_out_key(&out, "expenses");
	json_out_array_begin(&out);
	for (size_t i = 0; i < answer->expense_count; i++)
		expense_write_json(&out, &answer->expenses[i], &work->caller.person);
	json_out_array_end(&out);
	json_out_object_end(&out);
	reply_end(work->caller.req);
}

/* The name of a field of the n-th of several, or of the only one. */
static const char *
field_name(const struct work *work, size_t n, const char *field)
{
	struct buf name = BUF_INIT;
	struct slice copy;

	if (!work->is_list)
		return field;
	buf_printf(&name, "expenses[%zu].%s", n, field);
	copy = name.has_failed ? SLICE_EMPTY : arena_copy(&work->caller.req->arena, buf_slice(&name));
	buf_fini(&name);
	return copy.ptr != NULL ? copy.ptr : field;
}

static void
on_stored(enum status st, const struct write_answer *answer, void *arg)
{
	struct work *work = arg;

	caller_record(&work->caller, OPERATION_create_expense, st == ST_OK);
	if (st == ST_OK && !answer->is_replay)
		counter_add(&work->caller.service->counters->expenses_recorded, answer->expense_count);
	if (st == ST_OK && answer->expense_count == 0)
		st = ST_NOT_FOUND;               /* a repeat, and they were deleted since */
	if (st != ST_OK)
		reply_problem(work->caller.req, st, expense_field_of(st), NULL);
	else if (work->is_list)
		reply_list(work, answer);
	else
		expense_reply(&work->caller, ST_CREATED, &answer->expenses[0]);
}

/* Without a category the description says which. */
static void
choose_category(const struct keyword_map *keywords, const struct person *person, struct new_expense *new_expense)
{
	enum category_kind kind = understand_category(new_expense->expense.description, keywords);
	const struct category *category = message_file(person, new_expense->expense.description, 0, kind);

	new_expense->category_key = slice_of(category_kind_key(kind));
	if (category != NULL)
		new_expense->expense.category_id = category->id;
}

/* The n-th one as it will be; false after answering. */
static bool
take_expense(struct work *work, const struct fields *fields, size_t n, struct new_expense *new_expense)
{
	const struct person *person = &work->caller.person;
	struct request *req = work->caller.req;
	struct expense *expense = &new_expense->expense;
	const char *wrong;
	enum status st;

	expense->created_ms = work->batch.now_ms;
	expense->id = uuid7_next(expense->created_ms);
	expense->account = message_default_account;
	expense->currency = person->user.home;
	expense->zone = person->user.zone;
	expense->day = message_day(person->user.zone.ptr, expense->created_ms);
	st = expense_take(fields, expense, &wrong);
	if (st != ST_OK)
		return handler_refuse(req, st, field_name(work, n, wrong), NULL);
	if (fields_value(fields, MEMBER_category_id) == NULL)
		choose_category(work->caller.service->keywords, person, new_expense);
	else if (person_category(person, &expense->category_id) == NULL)
		return handler_refuse(req, ST_BAD_VALUE, field_name(work, n, "category_id"), "There is no such category.");
	return true;
}

/* All of them, or false after answering. */
static bool
take_expenses(struct work *work)
{
	struct request *req = work->caller.req;
	const struct value *many = body_value(req, MEMBER_new_expenses);
	const struct fields *list = many != NULL ? many->objects.list : body_fields(req);
	size_t count = many != NULL ? many->objects.count : 1;
	struct new_expense *expenses = arena_alloc(&req->arena, count * sizeof *expenses);

	work->is_list = many != NULL;
	work->batch.expenses = expenses;
	work->batch.expense_count = count;
	if (expenses == NULL)
		return handler_refuse(req, ST_OVERLOADED, NULL, NULL);
	for (size_t i = 0; i < count; i++)
		if (!take_expense(work, &list[i], i, &expenses[i]))
			return false;
	return true;
}

enum status
post_expense(struct request *req)
{
	struct slice key;
	struct work *work;

	if (!handler_idempotency_key(req, &key))
		return ST_OK;
	work = begin(req);
	if (work == NULL)
		return ST_OK;
	work->batch.now_ms = clock_wall_ms();
	work->batch.idempotency_key = key;
	sha256(req->body.ptr, req->body.len, work->batch.request_hash);
	if (take_expenses(work))
		store_put_expenses(work->caller.service->store, &work->caller.ledger, &work->batch, on_stored, work);
	return ST_OK;
}
