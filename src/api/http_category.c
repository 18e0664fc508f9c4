/* SPDX-License-Identifier: MIT */
/* /api/v1/categories: the list with counts, looking one up by name, a new one, renaming one. */
#include "config.h"

#include "handlers.h"


#include "access/caller.h"
#include "chat/reply.h"
#include "clock.h"
#include "api/expense/expense_json.h"
#include "contract/fields.h"
#include "fold.h"
#include "http/reply.h"
#include "store/person.h"
#include "sha256.h"

/* The work of a handler, in the request's arena. */
struct work {
	struct caller        caller;
	struct category_name name;
};

/* NULL after answering. */
static struct work *
begin(struct request *req)
{
	return caller_new(req, sizeof(struct work));
}

/* --- names -------------------------------------------------------------------------- */

/* A default category that was not renamed has a name in each language. */
static bool
has_default_name(struct arena *arena, const struct category *category, struct slice folded)
{
	enum category_kind kind;

	if (!category_kind_from_key(category->key, &kind))
		return false;
	for (int language = 0; language < LANGUAGES; language++)
		if (slice_equal(folded, text_fold(arena, category_kind_name(kind, (enum language)language))))
			return true;
	return false;
}

static bool
has_name(struct arena *arena, const struct category *category, struct slice folded)
{
	if (category->name.len > 0)
		return slice_equal(folded, category->folded);
	return has_default_name(arena, category, folded);
}

static const struct category *
find_by_name(struct work *work, struct slice name)
{
	const struct person *person = &work->caller.person;
	struct arena *arena = &work->caller.req->arena;
	struct slice folded = text_fold(arena, name);

	for (size_t i = 0; folded.ptr != NULL && i < person->category_count; i++)
		if (has_name(arena, &person->categories[i], folded))
			return &person->categories[i];
	return NULL;
}

/* --- the list ------------------------------------------------------------------------ */

static void
reply_list(const struct work *work, const struct category *categories, size_t count)
{
	struct json_out out = reply_json_begin(work->caller.req, ST_OK);

	json_out_object_begin(&out);
	json_out_key(&out, "categories");
	json_out_array_begin(&out);
	for (size_t i = 0; i < count; i++)
		category_write_json(&out, &categories[i]);
	json_out_array_end(&out);
	json_out_member_null(&out, "next_cursor");       /* there are never more than go into one answer */
	json_out_object_end(&out);
	caller_record(&work->caller, OPERATION_category_lookup, true);
	reply_end(work->caller.req);
}

enum status
get_categories(struct request *req)
{
	const struct value *name = query_value(req, MEMBER_category_wanted);
	struct work *work = begin(req);
	const struct category *found;

	if (work == NULL)
		return ST_OK;
	if (name == NULL) {
		reply_list(work, work->caller.person.categories, work->caller.person.category_count);
		return ST_OK;
	}
	found = find_by_name(work, name->text);
	reply_list(work, found, found != NULL);
	return ST_OK;
}

/* --- a new one, and renaming one -------------------------------------------------------- */

static void
on_named(enum status st, const struct write_answer *answer, void *arg)
{
	struct work *work = arg;
	struct request *req = work->caller.req;
	const struct category *category;
	struct json_out out;

	if (st != ST_OK) {
		reply_problem(req, st, st == ST_KEY_REUSED ? "Idempotency-Key" : st == ST_VERSION_MISMATCH ? "If-Match" :
		    st == ST_CONFLICT || st == ST_TEXT_TOO_LONG ? "name" : NULL, NULL);
		return;
	}
	if (!caller_read_again(&work->caller))
		return;
	category = person_category(&work->caller.person, &answer->category_id);
	if (category == NULL) {
		reply_problem(req, ST_NOT_FOUND, NULL, NULL);
		return;
	}
	handler_etag(req, category->version);
	out = reply_json_begin(req, work->name.is_new ? ST_CREATED : ST_OK);
	category_write_json(&out, category);
	reply_end(req);
}

static bool
take_name(struct work *work, struct slice name)
{
	const struct category *holder;

	while (name.len > 0 && name.ptr[0] == ' ')
		name = (struct slice){ name.ptr + 1, name.len - 1 };
	while (name.len > 0 && name.ptr[name.len - 1] == ' ')
		name.len--;
	if (name.len == 0)
		return handler_refuse(work->caller.req, ST_BAD_VALUE, "name", "Is empty.");
	work->name.name = name;
	/* The store knows the names that were given and the English ones; those in other languages are known here. */
	holder = find_by_name(work, name);
	if (holder != NULL && holder->name.len == 0 && !uuid_equal(&holder->id, &work->name.id))
		return handler_refuse(work->caller.req, ST_CONFLICT, "name", NULL);
	return true;
}

static void
submit(struct work *work)
{
	work->name.now_ms = clock_wall_ms();
	if (work->name.is_new)
		work->name.id = uuid7_next(work->name.now_ms);
	if (take_name(work, body_text(work->caller.req, MEMBER_category_name)))
		store_name_category(work->caller.service->store, &work->caller.ledger, &work->name, on_named, work);
}

enum status
post_category(struct request *req)
{
	struct slice key;
	struct work *work;

	if (!handler_idempotency_key(req, &key))
		return ST_OK;
	work = begin(req);
	if (work == NULL)
		return ST_OK;
	work->name.is_new = true;
	work->name.idempotency_key = key;
	sha256(req->body.ptr, req->body.len, work->name.request_hash);
	submit(work);
	return ST_OK;
}

enum status
patch_category(struct request *req)
{
	struct work *work = begin(req);

	if (work == NULL || !caller_read_id(req, 0, &work->name.id) || !handler_if_match(req, &work->name.if_version))
		return ST_OK;
	if (person_category(&work->caller.person, &work->name.id) != NULL)
		submit(work);
	else
		reply_problem(req, ST_NOT_FOUND, NULL, NULL);
	return ST_OK;
}
