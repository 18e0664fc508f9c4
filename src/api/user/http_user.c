/* SPDX-License-Identifier: MIT */
/* /api/v1/users and /api/v1/user: signing up, and the user's own settings. */
#include "config.h"

#include "api/handlers.h"


#include "access/auth.h"
#include "access/caller.h"
#include "clock.h"
#include "api/expense/expense_json.h"
#include "contract/fields.h"
#include "http/reply.h"
#include "sha256.h"
#include "zone.h"

/* The work of a handler, in the request's arena. */
struct work {
	struct caller caller;
};

void
user_write_json(struct json_out *out, const struct user *user)
{
	json_out_object_begin(out);
	json_out_member_string(out, "id", user->id);
	if (user->display_name.len > 0)
		json_out_member_string(out, "display_name", user->display_name);
	else
		json_out_member_null(out, "display_name");
	json_out_member_string(out, "locale", user->locale);
	json_out_member_string(out, "time_zone", user->zone);
	json_out_member_text(out, "home_currency", user->home.code);
	json_out_member_int(out, "version", user->version);
	json_member_time(out, "created_at", user->created_ms);
	json_member_time(out, "updated_at", user->updated_ms);
	json_out_object_end(out);
}

static void
reply_user(const struct caller *caller, enum status st)
{
	const struct user *user = &caller->person.user;
	struct json_out out;

	handler_etag(caller->req, user->version);
	out = reply_json_begin(caller->req, st);
	user_write_json(&out, user);
	reply_end(caller->req);
}

/* Put what the body has into the settings; what it lacks stays.  false after answering. */
static bool
take_settings(struct request *req, struct user *user)
{
	struct slice locale = body_text(req, MEMBER_locale), zone = body_text(req, MEMBER_time_zone);
	struct slice display_name = body_text(req, MEMBER_display_name);
	const struct value *home = body_value(req, MEMBER_home_currency);

	if (zone.ptr != NULL && !zone_exists(zone.ptr))
		return handler_refuse(req, ST_BAD_VALUE, "time_zone", "Must be a name of the time zone database, for example Asia/Taipei.");
	if (locale.ptr != NULL)
		user->locale = locale;
	if (zone.ptr != NULL)
		user->zone = zone;
	if (home != NULL)
		user->home = home->currency;
	if (display_name.ptr != NULL)
		user->display_name = display_name;
	return true;
}

/* --- signing up -------------------------------------------------------------------- */

static void
on_signed_up(enum status st, const struct write_answer *answer, void *arg)
{
	struct work *work = arg;
	struct caller *caller = &work->caller;

	caller_record(caller, OPERATION_auto_signup, st == ST_OK);
	if (st != ST_OK) {
		reply_problem(caller->req, st, st == ST_KEY_REUSED ? "Idempotency-Key" : NULL, NULL);
		return;
	}
	if (answer->is_new_user && !answer->is_replay)
		counter_add(&caller->service->counters->users_signed_up, 1);
	if (caller_read_again(caller))
		reply_user(caller, answer->is_new_user ? ST_CREATED : ST_OK);
}

/* What nobody chose is as for a user whom a message signs up. */
static bool
take_sign_up(struct request *req, struct sign_up *sign_up)
{
	struct user user = { .locale = sign_up->locale, .zone = sign_up->zone, .home = sign_up->home };

	if (!take_settings(req, &user))
		return false;
	sign_up->locale = user.locale;
	sign_up->zone = user.zone;
	sign_up->home = user.home;
	sign_up->display_name = user.display_name;
	return true;
}

enum status
post_user(struct request *req)
{
	const struct principal *principal = req->principal;
	struct sign_up_entry entry = { .now_ms = clock_wall_ms() };
	struct work *work = arena_alloc(&req->arena, sizeof *work);

	if (principal->kind != TOKEN_SERVICE)
		return ST_FORBIDDEN;
	if (work == NULL)
		return ST_OVERLOADED;
	if (!handler_idempotency_key(req, &entry.idempotency_key) || !caller_find(req, &work->caller))
		return ST_OK;
	entry.sign_up = message_profile(work->caller.service->options, work->caller.user_id, NULL);
	if (!take_sign_up(req, &entry.sign_up))
		return ST_OK;
	sha256(req->body.ptr, req->body.len, entry.request_hash);
	store_sign_up(work->caller.service->store, &work->caller.ledger, &entry, on_signed_up, work);
	return ST_OK;
}

/* --- the settings ------------------------------------------------------------------- */

static struct work *
begin(struct request *req)
{
	return caller_new(req, sizeof(struct work));
}

enum status
get_user(struct request *req)
{
	struct work *work = begin(req);

	if (work != NULL)
		reply_user(&work->caller, ST_OK);
	return ST_OK;
}

static void
on_changed(enum status st, const struct write_answer *answer, void *arg)
{
	struct work *work = arg;

	(void)answer;
	if (st != ST_OK)
		reply_problem(work->caller.req, st, st == ST_VERSION_MISMATCH ? "If-Match" : NULL, NULL);
	else if (caller_read_again(&work->caller))
		reply_user(&work->caller, ST_OK);
}

/* The change is made to what was read here: the version says so to the writer. */
enum status
patch_user(struct request *req)
{
	struct work *work = begin(req);
	struct user_change change = { .now_ms = clock_wall_ms() };
	uint32_t if_version;

	if (work == NULL || !handler_if_match(req, &if_version))
		return ST_OK;
	change.user = work->caller.person.user;
	change.if_version = change.user.version;
	if (!take_settings(req, &change.user))
		return ST_OK;
	if (if_version != 0 && if_version != change.if_version) {
		reply_problem(req, ST_VERSION_MISMATCH, "If-Match", NULL);
		return ST_OK;
	}
	store_change_user(work->caller.service->store, &work->caller.ledger, &change, on_changed, work);
	return ST_OK;
}
