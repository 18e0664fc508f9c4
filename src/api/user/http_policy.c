/* SPDX-License-Identifier: MIT */
/* /api/v1/policies: documents by key, each with all its versions.  The first version is built in. */
#include "config.h"

#include "api/handlers.h"

#include <stdio.h>

#include "clock.h"
#include "api/expense/expense_json.h"
#include "contract/fields.h"
#include "http/reply.h"
#include "policy_texts.h"
#include "api/services.h"

enum { BUILT_IN_VERSION = 1 };

/* The work of a handler, in the request's arena. */
struct work {
	struct request   *req;
	struct json_out   out;
	struct policy     policy;      /* what was found, or what is stored */
	enum status       st;
	unsigned          listed;      /* versions ... */
	uint32_t          last;        /* ... and the last one of them */
	bool              has_more;
};

static struct store *
store_of(const struct request *req)
{
	const struct services *services = req->services;

	return services->messages.store;
}

static struct policy
built_in(enum policy_key key)
{
	return (struct policy){ .key = slice_of(policy_texts[key].key), .version = BUILT_IN_VERSION,
		.title = slice_of(policy_texts[key].title), .text = slice_of(policy_texts[key].text) };
}

/* false after answering that there is no such policy. */
static bool
read_key(struct request *req, enum policy_key *key)
{
	for (int i = 0; i < POLICIES; i++)
		if (slice_equal(req->params[0], slice_of(policy_texts[i].key))) {
			*key = (enum policy_key)i;
			return true;
		}
	return handler_refuse(req, ST_NOT_FOUND, NULL, NULL);
}

static void
keep_policy(enum status st, const struct policy *policy, void *arg)
{
	struct work *work = arg;

	work->st = st;
	if (st != ST_OK)
		return;
	work->policy = *policy;
	work->policy.title = arena_copy(&work->req->arena, policy->title);
	work->policy.text = arena_copy(&work->req->arena, policy->text);
	if (work->policy.title.ptr == NULL || work->policy.text.ptr == NULL)
		work->st = ST_OVERLOADED;
}

/* A version, 0 being the newest; false after answering. */
static bool
find(struct work *work, enum policy_key key, uint32_t version)
{
	store_get_policy(store_of(work->req), slice_of(policy_texts[key].key), version, keep_policy, work);
	if (work->st == ST_NOT_FOUND && version <= BUILT_IN_VERSION) {
		work->policy = built_in(key);
		work->st = ST_OK;
	}
	return work->st == ST_OK || handler_refuse(work->req, work->st, NULL, NULL);
}

/* --- reading --------------------------------------------------------------------- */

static void
write_head(struct json_out *out, const struct policy *policy)
{
	json_out_member_string(out, "key", policy->key);
	json_out_member_string(out, "title", policy->title);
	json_out_member_int(out, "version", policy->version);
	if (policy->created_ms != 0)
		json_member_time(out, "created_at", policy->created_ms);
	else
		json_out_member_null(out, "created_at");
}

static void
reply_policy(struct work *work)
{
	struct json_out out;

	handler_etag(work->req, work->policy.version);
	out = reply_json_begin(work->req, ST_OK);
	json_out_object_begin(&out);
	write_head(&out, &work->policy);
	json_out_member_string(&out, "text", work->policy.text);
	json_out_object_end(&out);
	reply_end(work->req);
}

enum status
get_policy(struct request *req)
{
	const struct value *version = query_value(req, MEMBER_policy_version);
	struct work work = { .req = req };
	enum policy_key key;

	if (read_key(req, &key) && find(&work, key, version != NULL ? (uint32_t)version->number : 0))
		reply_policy(&work);
	return ST_OK;
}

enum status
get_policies(struct request *req)
{
	struct work works[POLICIES];
	struct json_out out;

	for (int key = 0; key < POLICIES; key++) {
		works[key] = (struct work){ .req = req };
		if (!find(&works[key], (enum policy_key)key, 0))
			return ST_OK;
	}
	out = reply_json_begin(req, ST_OK);
	json_out_object_begin(&out);
	json_out_key(&out, "policies");
	json_out_array_begin(&out);
	for (int key = 0; key < POLICIES; key++) {
		json_out_object_begin(&out);
		write_head(&out, &works[key].policy);
		json_out_object_end(&out);
	}
	json_out_array_end(&out);
	json_out_member_null(&out, "next_cursor");
	json_out_object_end(&out);
	reply_end(req);
	return ST_OK;
}

/* --- versions ---------------------------------------------------------------------- */

static void
on_version(const struct policy *policy, void *arg)
{
	struct work *work = arg;

	json_out_object_begin(&work->out);
	write_head(&work->out, policy);
	json_out_object_end(&work->out);
	work->last = policy->version;
	work->listed++;
}

static void
on_versions_end(enum status st, bool has_more, void *arg)
{
	struct work *work = arg;

	work->st = st;
	work->has_more = has_more;
}

/* The built-in version stands behind those that are stored. */
static void
add_built_in(struct work *work, enum policy_key key, uint32_t before, unsigned limit)
{
	struct policy policy = built_in(key);

	if (work->has_more || work->last == BUILT_IN_VERSION || (before > 0 && before <= BUILT_IN_VERSION))
		return;
	work->has_more = work->listed == limit;
	if (!work->has_more)
		on_version(&policy, work);
}

static bool
read_cursor(struct request *req, uint32_t *before)
{
	struct slice cursor = query_text(req, MEMBER_cursor);

	*before = 0;
	return cursor.ptr == NULL || handler_read_version(cursor, before)
	    || handler_refuse(req, ST_BAD_PARAMETER, "cursor", "Is not one that was given out.");
}

static void
reply_versions(struct work *work, struct slice rows)
{
	struct json_out out = reply_json_begin(work->req, ST_OK);
	char cursor[16];

	json_out_object_begin(&out);
	json_out_key(&out, "versions");
	json_out_raw(&out, rows);
	if (work->has_more)
		json_out_member_plain(&out, "next_cursor",
		    (struct slice){ cursor, (size_t)snprintf(cursor, sizeof cursor, "%u", (unsigned)work->last) });
	else
		json_out_member_null(&out, "next_cursor");
	json_out_object_end(&out);
	reply_end(work->req);
}

enum status
get_policy_versions(struct request *req)
{
	static const struct policy_list_callbacks callbacks = { on_version, on_versions_end };
	unsigned limit = handler_limit(req);
	struct work work = { .req = req };
	struct buf rows = BUF_INIT;
	enum policy_key key;
	uint32_t before;

	if (!read_key(req, &key) || !read_cursor(req, &before))
		return ST_OK;
	work.out = json_out_to(&rows);
	json_out_array_begin(&work.out);
	store_list_policy_versions(store_of(req), slice_of(policy_texts[key].key), before, limit, &callbacks, &work);
	if (work.st == ST_OK)
		add_built_in(&work, key, before, limit);
	json_out_array_end(&work.out);
	if (work.st == ST_OK && rows.has_failed)
		work.st = ST_OVERLOADED;
	if (work.st == ST_OK)
		reply_versions(&work, buf_slice(&rows));
	buf_fini(&rows);
	return work.st;
}

/* --- a new version -------------------------------------------------------------------- */

static void
on_stored(enum status st, void *arg)
{
	struct work *work = arg;

	if (st == ST_OK)
		reply_policy(work);
	else
		reply_problem(work->req, st, st == ST_VERSION_MISMATCH ? "If-Match" : NULL, NULL);
}

enum status
put_policy(struct request *req)
{
	struct work *work = arena_alloc(&req->arena, sizeof *work);
	enum policy_key key;
	uint32_t if_version;

	if (work == NULL)
		return ST_OVERLOADED;
	work->req = req;
	if (!read_key(req, &key) || !handler_if_match(req, &if_version) || !find(work, key, 0))
		return ST_OK;
	if (if_version != 0 && if_version != work->policy.version) {
		reply_problem(req, ST_VERSION_MISMATCH, "If-Match", NULL);
		return ST_OK;
	}
	work->policy.version++;
	work->policy.created_ms = clock_wall_ms();
	work->policy.change_id = uuid7_next(work->policy.created_ms);
	work->policy.title = body_text(req, MEMBER_policy_title);
	work->policy.text = body_text(req, MEMBER_policy_text);
	work->policy.key = slice_of(policy_texts[key].key);
	store_put_policy(store_of(req), &work->policy, on_stored, work);
	return ST_OK;
}
