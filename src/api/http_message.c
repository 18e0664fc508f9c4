/* SPDX-License-Identifier: MIT */
/* /api/v1/messages: a chat message in, its reply and its expenses out; /api/v1/parse: the same, and nothing is stored. */
#include "config.h"

#include "handlers.h"

#include "access/caller.h"
#include "ai/provider/provider.h"
#include "chat/reply.h"
#include "clock.h"
#include "api/expense/expense_json.h"
#include "contract/endpoints.h"
#include "contract/fields.h"
#include "http/reply.h"
#include "services.h"
#include "sha256.h"
#include "store_link.h"

static void
write_expenses(struct json_out *out, const struct message_result *result)
{
	json_out_key(out, "expenses");
	json_out_array_begin(out);
	for (size_t i = 0; i < result->expense_count; i++)
		expense_write_json(out, &result->expenses[i], result->person);
	json_out_array_end(out);
}

static void
write_buttons(struct json_out *out, const struct message_result *result)
{
	json_out_key(out, "buttons");
	json_out_array_begin(out);
	for (size_t i = 0; i < result->button_count; i++) {
		json_out_object_begin(out);
		json_out_member_string(out, "label", result->buttons[i].label);
		json_out_member_string(out, "data", result->buttons[i].data);
		json_out_object_end(out);
	}
	json_out_array_end(out);
}

static void
reply_message(struct request *req, enum status st, const struct message_result *result)
{
	struct json_out out = reply_json_begin(req, st);

	json_out_object_begin(&out);
	json_member_id(&out, "id", &result->id);
	json_out_member_text(&out, "status", message_status_text(result->status));
	json_out_member_string(&out, "reply", result->reply);
	if (result->understood_by.len > 0)
		json_out_member_string(&out, "understood_by", result->understood_by);
	else
		json_out_member_null(&out, "understood_by");
	write_expenses(&out, result);
	write_buttons(&out, result);
	json_out_object_end(&out);
	reply_end(req);
}

/* --- a message ------------------------------------------------------------------- */

enum { PICTURE_RETRY_S = 5 };       /* about what it takes to have one read */

struct sending {
	struct request      *req;
	struct message_input input;
	uint64_t            *place;        /* among the pictures of the process; NULL: it is none */
};

static void
on_message_done(enum status st, const struct message_result *result, void *arg)
{
	struct sending *sending = arg;
	struct request *req = sending->req;

	if (sending->place != NULL)
		*sending->place = 0;
	if (st == ST_OK)
		reply_message(req, result->status == MESSAGE_WAITING ? ST_ACCEPTED : ST_OK, result);
	else
		reply_problem(req, st, st == ST_KEY_REUSED ? "Idempotency-Key" : NULL, NULL);
}

/* What a repeat with the same key must have the same. */
static bool
hash_request(struct arena *arena, const struct message_input *input, uint8_t hash[32])
{
	size_t text_end = input->user_id.len + 1 + input->text.len, len = text_end;
	uint8_t *bytes = arena_alloc(arena, text_end + 1 + 32);

	if (bytes == NULL)
		return false;
	memcpy(bytes, input->user_id.ptr, input->user_id.len);
	if (input->text.len > 0)
		memcpy(bytes + input->user_id.len + 1, input->text.ptr, input->text.len);
	if (input->picture.len > 0) {
		bytes[text_end] = '\0';
		sha256(input->picture.ptr, input->picture.len, bytes + text_end + 1);
		len += 1 + 32;
	}
	sha256(bytes, len, hash);
	return true;
}

/* Where the picture of somebody is noted, 0 again when it is done with; one person takes only so many of the places. */
static enum status
find_place(struct request *req, struct slice user_id, uint64_t **found)
{
	struct services *services = req->services;
	struct ledger ledger = store_ledger(services->messages.store, user_id);
	uint64_t *place = NULL, whose;
	unsigned of_one = 0;

	memcpy(&whose, ledger.key, sizeof whose);
	whose |= whose == 0;
	for (size_t i = 0; i < PICTURES_MAX; i++) {
		of_one += services->pictures[i] == whose;
		if (services->pictures[i] == 0)
			place = &services->pictures[i];
	}
	if (of_one >= PICTURES_OF_ONE_MAX) {
		reply_retry_after(req, PICTURE_RETRY_S);
		return ST_TOO_MANY;
	}
	if (place == NULL)
		return ST_OVERLOADED;
	*place = whose;
	*found = place;
	return ST_OK;
}

static enum status
take_picture(struct request *req, struct slice *text, struct slice *picture)
{
	const struct services *services = req->services;

	if (req->body.len == 0) {
		handler_refuse(req, ST_BAD_VALUE, NULL, "The picture is empty.");
		return ST_ACCEPTED;
	}
	if (req->body.len > services->messages.options->ai_image_bytes)
		return ST_TOO_LARGE;
	*picture = req->body;
	*text = query_text(req, MEMBER_text_beside);
	return ST_OK;
}

/* A text, or a picture with the text beside it, which may be empty.  ST_ACCEPTED: it is refused and answered. */
static enum status
take_body(struct request *req, struct slice *text, struct slice *picture)
{
	if (request_has_picture(req))
		return take_picture(req, text, picture);
	if (query_value(req, MEMBER_text_beside) != NULL) {
		handler_refuse(req, ST_BAD_PARAMETER, "text", "Of a JSON body it is a member.");
		return ST_ACCEPTED;
	}
	*text = body_text(req, MEMBER_text);
	return ST_OK;
}

enum status
post_message(struct request *req)
{
	struct sending *sending = arena_alloc(&req->arena, sizeof *sending);
	const struct services *services = req->services;
	struct message_input *input;
	enum status st;

	if (sending == NULL)
		return ST_OVERLOADED;
	*sending = (struct sending){ .req = req, .input = { .received_ms = clock_wall_ms(), .priority = PRIORITY_HIGH } };
	input = &sending->input;
	if (!handler_user(req, &input->user_id) || !handler_idempotency_key(req, &input->idempotency_key))
		return ST_OK;
	st = limits_count_message(&services->limits, req, input->user_id);
	if (st == ST_OK)
		st = take_body(req, &input->text, &input->picture);
	if (st != ST_OK)
		return st == ST_ACCEPTED ? ST_OK : st;
	if (input->picture.len > 0)
		input->incoming.kind = INCOMING_IMAGE;
	if (input->idempotency_key.len > 0 && !hash_request(&req->arena, input, input->request_hash))
		return ST_OVERLOADED;
	st = input->picture.len > 0 ? find_place(req, input->user_id, &sending->place) : ST_OK;
	if (st != ST_OK)
		return st;
	message_drive(&services->messages, input, on_message_done, sending);
	return ST_OK;
}

/* --- what became of one ------------------------------------------------------------ */

/* What a chat said before it was linked is in its own ledger. */
struct look_up {
	struct caller caller;
	struct uuid   id;
	struct ledger ledger;              /* where it is looked for */
	struct slice  aliases[ALIASES_MAX];
	size_t        alias_count;         /* that were not looked at yet */
};

static void
take_alias(const struct alias *alias, void *arg)
{
	struct look_up *look_up = arg;

	if (look_up->alias_count < ALIASES_MAX)
		look_up->aliases[look_up->alias_count++] = arena_copy(&look_up->caller.req->arena, alias->user_id);
}

static void look_at_next_alias(struct look_up *look_up);

static void
on_message(enum status st, const struct message *message, void *arg)
{
	struct look_up *look_up = arg;
	struct caller *caller = &look_up->caller;
	struct request *req = caller->req;
	struct message_result result;

	if (st == ST_NOT_FOUND && look_up->alias_count > 0) {
		look_at_next_alias(look_up);
		return;
	}
	if (st == ST_OK && !message_load(caller->service, &look_up->ledger, message, caller_person(caller), &req->arena, &result))
		st = ST_OVERLOADED;
	if (st == ST_OK)
		reply_message(req, ST_OK, &result);
	else
		reply_problem(req, st, NULL, NULL);
}

/* The ledger's row of an alias lets nobody do anything alone. */
static void
on_alias_person(enum status st, const struct person *person, void *arg)
{
	struct look_up *look_up = arg;

	if (st == ST_OK && slice_equal(person->user.linked_to, look_up->caller.user_id))
		store_get_message(look_up->caller.service->store, &look_up->ledger, &look_up->id, on_message, look_up);
	else
		on_message(st == ST_OK || st == ST_NO_USER ? ST_NOT_FOUND : st, NULL, look_up);
}

static void
look_at_next_alias(struct look_up *look_up)
{
	struct store *store = look_up->caller.service->store;

	look_up->ledger = store_ledger(store, look_up->aliases[--look_up->alias_count]);
	store_get_person(store, &look_up->ledger, on_alias_person, look_up);
}

static void
on_aliases(enum status st, void *arg)
{
	struct look_up *look_up = arg;

	if (st == ST_OK && !look_up->caller.req->arena.has_failed)
		store_get_message(look_up->caller.service->store, &look_up->ledger, &look_up->id, on_message, look_up);
	else
		reply_problem(look_up->caller.req, st != ST_OK ? st : ST_OVERLOADED, NULL, NULL);
}

enum status
get_message(struct request *req)
{
	static const struct alias_list_callbacks callbacks = { take_alias, on_aliases };
	struct look_up *look_up = arena_alloc(&req->arena, sizeof *look_up);

	if (look_up == NULL)
		return ST_OVERLOADED;
	look_up->alias_count = 0;
	/* The first message of a user who is not signed up yet may be waiting. */
	if (caller_find(req, &look_up->caller) && caller_read_id(req, 0, &look_up->id)) {
		look_up->ledger = look_up->caller.ledger;
		store_list_aliases(look_up->caller.service->store, &look_up->ledger, &callbacks, look_up);
	}
	return ST_OK;
}

/* --- only understanding ------------------------------------------------------------- */

struct parse {
	struct caller  caller;
	struct sign_up profile;
	bool           is_picture;         /* what is asked about */
	uint64_t      *place;              /* its, while it is read; else NULL */
};

static void
write_parsed_category(struct json_out *out, const struct understood_expense *expense, const struct person *person)
{
	enum category_kind kind = expense->category;
	const struct category *category = person != NULL ? 
	    message_file(person, expense->description, expense->own_category, kind) : NULL;

	json_out_key(out, "category");
	json_out_object_begin(out);
	if (category != NULL && category->key.len == 0)
		json_out_member_null(out, "key");
	else
		json_out_member_string(out, "key", category != NULL ? category->key : slice_of(category_kind_key(kind)));
	json_out_member_string(out, "name",
	    category != NULL ? category_shown_name(category) : category_kind_name(kind, LANGUAGE_EN));
	json_out_object_end(out);
}

static void
write_parsed(struct json_out *out, const struct understood_expense *expense, const struct person *person)
{
	json_out_object_begin(out);
	json_out_member_string(out, "description", expense->description);
	json_member_money(out, expense->amount_minor, expense->currency);
	json_member_day(out, "date", expense->day);
	write_parsed_category(out, expense, person);
	json_out_member_string(out, "account", expense->account.len > 0 ? expense->account : message_default_account);
	json_out_object_end(out);
}

/* Why there is nothing of a picture, as its user would be told. */
static void
write_reply(struct json_out *out, const struct parse *parse, const struct understanding *result, enum language language)
{
	struct buf reply = BUF_INIT;

	if (!parse->is_picture || (result != NULL && result->expense_count > 0)) {
		json_out_member_null(out, "reply");
		return;
	}
	if (result == NULL)
		reply_failed(&reply, language);
	else if (!providers_read_images(parse->caller.service->options))
		reply_no_picture(&reply, language);
	else
		reply_picture(&reply, language, result->picture);
	json_out_member_string(out, "reply", buf_slice(&reply));
	buf_fini(&reply);
}

/* A picture asks nothing back. */
static enum message_status
status_of(const struct parse *parse, const struct understanding *result)
{
	enum message_status status = result != NULL ? message_status_of(result->verdict) : MESSAGE_FAILED;

	return parse->is_picture && result != NULL && status != MESSAGE_RECORDED ? MESSAGE_NOTHING : status;
}

/* result: NULL when nobody could make anything of the text. */
static void
reply_parsed(const struct parse *parse, const struct understanding *result)
{
	const struct person *person = caller_person(&parse->caller);
	enum language language = result != NULL ? result->language : language_from_tag(parse->profile.locale);
	enum message_status status = status_of(parse, result);
	size_t count = status == MESSAGE_RECORDED ? result->expense_count : 0;
	struct json_out out = reply_json_begin(parse->caller.req, ST_OK);

	json_out_object_begin(&out);
	json_out_member_text(&out, "status", message_status_text(status));
	json_out_member_text(&out, "language", language_tag(language));
	json_out_member_string(&out, "understood_by", message_understood_by(result));
	json_out_key(&out, "expenses");
	json_out_array_begin(&out);
	for (size_t i = 0; i < count; i++)
		write_parsed(&out, &result->expenses[i], person);
	json_out_array_end(&out);
	write_reply(&out, parse, result, language);
	json_out_object_end(&out);
	reply_end(parse->caller.req);
}

static void
on_cost_counted(enum status st, void *arg)
{
	(void)st;
	(void)arg;
}

/* The answer does not wait for it. */
static void
count_costs(const struct parse *parse, const struct understanding *result)
{
	struct ai_cost costs[MESSAGE_COSTS_MAX];
	size_t count = message_costs(parse->caller.service->options, result, parse->is_picture ? COST_PICTURE : COST_PARSE, clock_wall_ms(), costs);

	for (size_t i = 0; i < count; i++)
		store_add_ai_cost(parse->caller.service->store, &parse->caller.ledger, &costs[i], on_cost_counted, NULL);
}

static void
on_parsed(enum status st, const struct understanding *result, void *arg)
{
	struct parse *parse = arg;

	if (parse->place != NULL)
		*parse->place = 0;
	caller_record(&parse->caller, OPERATION_parse_message, st == ST_OK);
	if (st == ST_OK)
		count_costs(parse, result);
	if (st == ST_OK || st == ST_FAILED)
		reply_parsed(parse, st == ST_OK ? result : NULL);
	else
		reply_problem(parse->caller.req, st, NULL, NULL);
}

/* Without a provider that reads pictures only the text beside one counts. */
static enum status
ask(struct parse *parse, struct understand_input *job)
{
	struct caller *caller = &parse->caller;
	enum status st = ST_OK;

	if (parse->is_picture && !providers_read_images(caller->service->options))
		job->picture = SLICE_EMPTY;
	if (job->picture.len > 0)
		st = find_place(caller->req, caller->user_id, &parse->place);
	if (st == ST_OK)
		st = message_ask(caller->service, &caller->ledger, job, PRIORITY_HIGH, on_parsed, parse);
	if (st != ST_OK && parse->place != NULL)
		*parse->place = 0;
	return st;
}

enum status
post_parse(struct request *req)
{
	struct parse *parse = arena_alloc(&req->arena, sizeof *parse);
	const struct services *services = req->services;
	struct understand_input job = { .text = SLICE_EMPTY };
	struct caller *caller;
	enum status st;

	if (parse == NULL)
		return ST_OVERLOADED;
	*parse = (struct parse){ .place = NULL };
	caller = &parse->caller;
	if (!caller_find(req, caller))
		return ST_OK;
	st = limits_count_message(&services->limits, req, caller->user_id);
	if (st == ST_OK)
		st = take_body(req, &job.text, &job.picture);
	if (st != ST_OK)
		return st == ST_ACCEPTED ? ST_OK : st;
	parse->is_picture = job.picture.len > 0;
	parse->profile = message_profile(caller->service->options, caller->user_id, caller_person(caller));
	job.locale = parse->profile.locale;
	job.home = parse->profile.home;
	job.today = message_day(parse->profile.zone.ptr, clock_wall_ms());
	if (caller_person(caller) != NULL)
		message_own_words(caller->service, &caller->ledger, caller_person(caller), &req->arena, &job);
	return ask(parse, &job);
}
