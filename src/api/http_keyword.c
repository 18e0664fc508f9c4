/* SPDX-License-Identifier: MIT */
/* /api/v1/categories/{id}/keywords: the words that say that an expense is filed in a category. */
#include "config.h"

#include "handlers.h"


#include "access/caller.h"
#include "clock.h"
#include "api/expense/expense_json.h"
#include "contract/fields.h"
#include "http/reply.h"
#include "store/person.h"
#include "sha256.h"

enum { PRIORITY_DEFAULT = 100 };

/* The work of a handler, in the request's arena. */
struct work {
	struct caller         caller;
	struct keyword_change change;
};

/* The user and one of the user's categories; NULL after answering. */
static struct work *
begin(struct request *req)
{
	struct work *work = arena_alloc(&req->arena, sizeof *work);

	if (work == NULL) {
		reply_problem(req, ST_OVERLOADED, NULL, NULL);
		return NULL;
	}
	if (!caller_begin(req, &work->caller) || !caller_read_id(req, 0, &work->change.category_id))
		return NULL;
	if (person_category(&work->caller.person, &work->change.category_id) != NULL)
		return work;
	reply_problem(req, ST_NOT_FOUND, NULL, NULL);
	return NULL;
}

static const struct keyword *
find(const struct work *work, const struct uuid *id)
{
	const struct person *person = &work->caller.person;

	for (size_t i = 0; i < person->keyword_count; i++)
		if (uuid_equal(&person->keywords[i].id, id)
		    && uuid_equal(&person->keywords[i].category_id, &work->change.category_id))
			return &person->keywords[i];
	return NULL;
}

/* One that is there; NULL after answering. */
static struct work *
begin_with_keyword(struct request *req)
{
	struct work *work = begin(req);

	if (work == NULL || !caller_read_id(req, 1, &work->change.id) || !handler_if_match(req, &work->change.if_version))
		return NULL;
	if (find(work, &work->change.id) != NULL)
		return work;
	reply_problem(req, ST_NOT_FOUND, NULL, NULL);
	return NULL;
}

static void
write_keyword(struct json_out *out, const struct keyword *keyword)
{
	json_out_object_begin(out);
	json_member_id(out, "id", &keyword->id);
	json_out_member_string(out, "keyword", keyword->text);
	json_out_member_int(out, "priority", keyword->priority);
	json_out_member_int(out, "version", keyword->version);
	json_out_object_end(out);
}

enum status
get_keywords(struct request *req)
{
	struct work *work = begin(req);
	const struct person *person;
	struct json_out out;

	if (work == NULL)
		return ST_OK;
	person = &work->caller.person;
	out = reply_json_begin(req, ST_OK);
	json_out_object_begin(&out);
	json_out_key(&out, "keywords");
	json_out_array_begin(&out);
	for (size_t i = 0; i < person->keyword_count; i++)
		if (uuid_equal(&person->keywords[i].category_id, &work->change.category_id))
			write_keyword(&out, &person->keywords[i]);
	json_out_array_end(&out);
	json_out_member_null(&out, "next_cursor");       /* there are never more than go into one answer */
	json_out_object_end(&out);
	reply_end(req);
	return ST_OK;
}

/* --- changes --------------------------------------------------------------------------- */

static const char *
field_of(enum status st)
{
	switch (st) {
	case ST_KEY_REUSED:
		return "Idempotency-Key";
	case ST_VERSION_MISMATCH:
		return "If-Match";
	case ST_CONFLICT:
	case ST_BAD_VALUE:
	case ST_TEXT_TOO_LONG:
		return "keyword";
	default:
		return NULL;
	}
}

static void
refuse(const struct work *work, enum status st)
{
	reply_problem(work->caller.req, st, field_of(st),
	    st == ST_CONFLICT ? "Is a keyword of one of the categories already: remove it there first." : NULL);
}

static void
on_set(enum status st, const struct write_answer *answer, void *arg)
{
	struct work *work = arg;
	struct request *req = work->caller.req;
	const struct keyword *keyword;
	struct json_out out;

	if (st != ST_OK) {
		refuse(work, st);
		return;
	}
	if (!caller_read_again(&work->caller))
		return;
	keyword = find(work, &answer->category_id);
	if (keyword == NULL) {
		reply_problem(req, ST_NOT_FOUND, NULL, NULL);   /* a repeat, and it was removed since */
		return;
	}
	handler_etag(req, keyword->version);
	out = reply_json_begin(req, work->change.action == KEYWORD_ADDED ? ST_CREATED : ST_OK);
	write_keyword(&out, keyword);
	reply_end(req);
}

static void
on_removed(enum status st, const struct write_answer *answer, void *arg)
{
	struct work *work = arg;

	(void)answer;
	if (st != ST_OK) {
		refuse(work, st);
		return;
	}
	reply_begin(work->caller.req, ST_NO_CONTENT, "application/json");
	reply_end(work->caller.req);
}

static void
submit(struct work *work, enum keyword_action action, store_write_fn *fn)
{
	const struct value *priority = body_value(work->caller.req, MEMBER_priority);

	work->change.action = action;
	work->change.priority = priority != NULL ? (uint32_t)priority->number : PRIORITY_DEFAULT;
	work->change.now_ms = clock_wall_ms();
	store_set_keyword(work->caller.service->store, &work->caller.ledger, &work->change, fn, work);
}

/* What is asked, the category in the path included; false after answering. */
static bool
hash_request(struct request *req, uint8_t hash[SHA256_SIZE])
{
	size_t size = req->path.len + req->body.len;
	uint8_t *all = arena_alloc(&req->arena, size + 1);

	if (all == NULL)
		return handler_refuse(req, ST_OVERLOADED, NULL, NULL);
	memcpy(all, req->path.ptr, req->path.len);
	memcpy(all + req->path.len, req->body.ptr, req->body.len);
	sha256(all, size, hash);
	return true;
}

static struct slice
trim(struct slice s)
{
	while (s.len > 0 && s.ptr[0] == ' ')
		s = (struct slice){ s.ptr + 1, s.len - 1 };
	while (s.len > 0 && s.ptr[s.len - 1] == ' ')
		s.len--;
	return s;
}

enum status
post_keyword(struct request *req)
{
	struct slice key;
	struct work *work;

	if (!handler_idempotency_key(req, &key))
		return ST_OK;
	work = begin(req);
	if (work == NULL || !hash_request(req, work->change.request_hash))
		return ST_OK;
	work->change.id = uuid7_next(clock_wall_ms());
	work->change.text = trim(body_text(req, MEMBER_keyword));
	work->change.idempotency_key = key;
	submit(work, KEYWORD_ADDED, on_set);
	return ST_OK;
}

enum status
patch_keyword(struct request *req)
{
	struct work *work = begin_with_keyword(req);

	if (work != NULL)
		submit(work, KEYWORD_CHANGED, on_set);
	return ST_OK;
}

enum status
delete_keyword(struct request *req)
{
	struct work *work = begin_with_keyword(req);

	if (work != NULL)
		submit(work, KEYWORD_REMOVED, on_removed);
	return ST_OK;
}
