/* SPDX-License-Identifier: MIT */
/* /api/v1/messages: a chat message in, its reply and its expenses out. */
#include "config.h"

#include "handlers.h"

#include <openssl/sha.h>

#include "auth.h"
#include "body.h"
#include "clock.h"
#include "expense_json.h"
#include "reply.h"
#include "services.h"

enum { MESSAGE_CHARACTERS_MAX = 4000 };    /* characters */

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
on_message_done(enum status st, const struct message_result *result, void *arg)
{
	struct request *req = arg;
	struct json_out out;
	char id[UUID_TEXT_LEN];

	if (st != ST_OK) {
		reply_problem(req, st, st == ST_KEY_REUSED ? "Idempotency-Key" : NULL, NULL);
		return;
	}
	uuid_format(&result->id, id);
	out = reply_json_begin(req, result->status == MESSAGE_WAITING ? ST_ACCEPTED : ST_OK);
	json_out_object_begin(&out);
	json_out_member_string(&out, "id", (struct slice){ id, sizeof id });
	json_out_member_text(&out, "status", message_status_text(result->status));
	json_out_member_string(&out, "reply", result->reply);
	write_expenses(&out, result);
	json_out_object_end(&out);
	reply_end(req);
}

/* What a repeat with the same key must have the same. */
static bool
hash_request(struct arena *arena, const struct message_input *input, uint8_t hash[32])
{
	size_t len = input->user_id.len + 1 + input->text.len;
	uint8_t *bytes = arena_alloc(arena, len);

	if (bytes == NULL)
		return false;
	memcpy(bytes, input->user_id.ptr, input->user_id.len);
	memcpy(bytes + input->user_id.len + 1, input->text.ptr, input->text.len);
	SHA256(bytes, len, hash);
	return true;
}

enum status
post_message(struct request *req)
{
	enum { USER, TEXT };
	static const struct body_field fields[] = {
		[USER] = { "user", BODY_LINE, false, USER_ID_MAX },
		[TEXT] = { "text", BODY_TEXT, true,  MESSAGE_CHARACTERS_MAX },
	};
	const struct services *services = req->services;
	struct message_input input = { .received_ms = clock_wall_ms(), .priority = PRIORITY_HIGH };
	struct slice values[2];

	if (!body_read(req, fields, 2, values) || !handler_user(req, values[USER], &input.user_id) ||
	    !handler_idempotency_key(req, &input.idempotency_key))
		return ST_OK;
	input.text = values[TEXT];
	if (input.text.len == 0) {
		reply_problem(req, ST_BAD_VALUE, "text", "The text is empty.");
		return ST_OK;
	}
	if (input.idempotency_key.len > 0 && !hash_request(&req->arena, &input, input.request_hash))
		return ST_OVERLOADED;
	message_drive(&services->messages, &input, on_message_done, req);
	return ST_OK;
}
