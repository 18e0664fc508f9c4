/* SPDX-License-Identifier: MIT */
/*
 * DELETE /api/v1/categories/{id}: deleting a category.  What one transaction
 * cannot move is moved in steps, driven from here for a while; what is left
 * then, or when this process dies, the keeper moves.
 */
#include "config.h"

#include "handlers.h"

#include "access/auth.h"
#include "access/caller.h"
#include "clock.h"
#include "api/expense/expense_json.h"
#include "contract/fields.h"
#include "http/reply.h"
#include "store/person.h"
#include "store_upkeep.h"

enum { DRIVE_MS = 2000 };             /* that a client waits for a large category */

/* The work of a handler, in the request's arena. */
struct work {
	struct caller            caller;
	struct category_deletion deletion;
	bool                     is_other;     /* it is the one that stays */
};

static const char *
field_of(const struct work *work, enum status st)
{
	switch (st) {
	case ST_VERSION_MISMATCH:
		return "If-Match";
	case ST_BAD_VALUE:
	case ST_OUT_OF_RANGE:
		return "reassign_to";
	case ST_CONFLICT:
		return work->is_other ? NULL : "reassign_to";
	default:
		return NULL;
	}
}

static const char *
detail_of(const struct work *work, enum status st)
{
	switch (st) {
	case ST_BAD_VALUE:
		return "There is no such other category.";
	case ST_OUT_OF_RANGE:
		return "A total of that category would be too large.";
	case ST_CONFLICT:
		return work->is_other ? "What has no other category is filed here: it cannot be deleted." :
		    "It has expenses, or some in the trash: reassign_to must say which category they go to.";
	default:
		return NULL;
	}
}

static void
reply_leaving(const struct work *work, uint32_t expenses_left)
{
	struct json_out out = reply_json_begin(work->caller.req, ST_ACCEPTED);

	json_out_object_begin(&out);
	json_member_id(&out, "id", &work->deletion.id);
	json_out_member_int(&out, "expenses_left", expenses_left);
	json_out_object_end(&out);
	reply_end(work->caller.req);
}

static void
on_step(enum status st, const struct write_answer *answer, void *arg)
{
	struct work *work = arg;
	struct request *req = work->caller.req;

	if (st == ST_OK && answer->is_given_up)
		st = ST_OUT_OF_RANGE;
	if (st != ST_OK) {
		reply_problem(req, st, field_of(work, st), detail_of(work, st));
	} else if (answer->expenses_left == 0) {
		reply_begin(req, ST_NO_CONTENT, "application/json");
		reply_end(req);
	} else if (clock_mono_ns() - work->caller.started_ns > (int64_t)DRIVE_MS * 1000000) {
		reply_leaving(work, answer->expenses_left);
	} else {
		store_move_expenses(work->caller.service->store, &work->caller.ledger, &work->deletion.id, clock_wall_ms(),
		    on_step, work);
	}
}

/* NULL after answering. */
static struct work *
begin(struct request *req)
{
	struct work *work = arena_alloc(&req->arena, sizeof *work);

	if (work == NULL) {
		reply_problem(req, ST_OVERLOADED, NULL, NULL);
		return NULL;
	}
	return caller_begin(req, &work->caller) && caller_read_id(req, 0, &work->deletion.id) &&
	    handler_if_match(req, &work->deletion.if_version) ? work : NULL;
}

enum status
delete_category(struct request *req)
{
	const struct value *reassign_to = query_value(req, MEMBER_reassign_to);
	const struct principal *principal = req->principal;
	struct work *work = begin(req);
	const struct category *category;

	if (work == NULL)
		return ST_OK;
	category = person_category(&work->caller.person, &work->deletion.id);
	work->is_other = category != NULL && slice_equal(category->key, slice_of(category_kind_key(CATEGORY_OTHER)));
	work->deletion.now_ms = clock_wall_ms();
	work->deletion.deletion_id = uuid7_next(work->deletion.now_ms);
	work->deletion.by = principal->kind;
	if (reassign_to != NULL)
		work->deletion.reassign_to = reassign_to->id;
	store_delete_category(work->caller.service->store, &work->caller.ledger, &work->deletion, on_step, work);
	return ST_OK;
}
