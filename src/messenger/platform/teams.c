/* SPDX-License-Identifier: MIT */
/*
 * Microsoft Teams (Bot Framework), what comes in: activities with a token
 * that Microsoft signed.  Its public keys are fetched, kept by the http worker,
 * and fetched anew when a token names one that is not there.
 */
#include "config.h"

#include <string.h>

#include "messenger/jwt.h"
#include "options.h"
#include "messenger/media.h"
#include "messenger/parts.h"
#include "messenger/rows.h"
#include "messenger/signature.h"
#include "teams.h"

/* --- the token -------------------------------------------------------------------------------- */

static bool
is_in_time(const json_t *claims, int64_t now_s)
{
	int64_t expires_s = json_int_at(claims, "exp", 0), begins_s = json_int_at(claims, "nbf", 0);

	return expires_s >= now_s - SIGNATURE_FRESH_S && begins_s <= now_s + SIGNATURE_FRESH_S;
}

/* A key that names channels is good for those only. */
static bool
is_for_channel(const json_t *key, struct slice channel)
{
	const json_t *endorsements = json_at(key, "endorsements");

	for (size_t i = 0; i < json_array_size(endorsements); i++) {
		const char *name = json_string_value(json_array_get(endorsements, i));

		if (name != NULL && slice_equal(slice_of(name), channel))
			return true;
	}
	return endorsements == NULL;
}

static bool
are_claims_ours(const struct jwt *token, const struct webhook *hook)
{
	json_t *activity;
	struct slice service_url = json_text_at(token->claims, "serviceurl");
	bool is_ok;

	if (!json_is_text_at(token->claims, "iss", hook->options->teams_issuer) ||
	    !json_is_text_at(token->claims, "aud", hook->options->teams_app_id) || !is_in_time(token->claims, hook->now_s))
		return false;
	activity = json_in(hook->body);
	is_ok = service_url.len > 0 && slice_equal(service_url, json_text_at(activity, "serviceUrl")) &&
	    is_for_channel(token->key, json_text_at(activity, "channelId"));
	json_decref(activity);
	return is_ok;
}

static enum status
verify(const struct webhook *hook)
{
	static const struct slice scheme = { "Bearer ", 7 };
	struct slice text = hook->headers[0];
	struct jwt token;
	json_t *keys;
	enum status st;

	if (text.len <= scheme.len || memcmp(text.ptr, scheme.ptr, scheme.len) != 0)
		return ST_BAD_SIGNATURE;
	keys = json_in(hook->keys);
	st = jwt_verify((struct slice){ text.ptr + scheme.len, text.len - scheme.len }, keys, &token);
	if (st == ST_OK && !are_claims_ours(&token, hook))
		st = ST_BAD_SIGNATURE;
	json_decref(token.claims);
	json_decref(keys);
	return st;
}

static bool
get_keys(const struct options *options, unsigned step, struct slice answer, struct arena *arena, struct send_request *request)
{
	json_t *root = step > 0 ? json_in(answer) : NULL;
	struct slice url = step > 0 ? json_text_at(root, "jwks_uri") : slice_of(options->teams_openid_url);
	bool is_plain = strncmp(options->teams_openid_url, "https:", 6) != 0;      /* a configured test server may be without TLS */

	*request = (struct send_request){ .method = "GET" };
	if (url.len > 8 && (is_plain || memcmp(url.ptr, "https://", 8) == 0))
		request->url = arena_copy(arena, url);
	json_decref(root);
	return request->url.len > 0;
}

/* --- activities ------------------------------------------------------------------------------- */

/* The text without the first occurrence of a part. */
static struct slice
text_without(struct arena *arena, struct slice text, struct slice part)
{
	const char *at = part.len > 0 && text.len > 0 ? memmem(text.ptr, text.len, part.ptr, part.len) : NULL;
	struct buf left = BUF_INIT;
	struct slice out;

	if (at == NULL)
		return text;
	buf_append(&left, text.ptr, (size_t)(at - text.ptr));
	at += part.len;
	buf_append(&left, at, text.len - (size_t)(at - text.ptr));
	return arena_take(arena, &left, &out) ? out : SLICE_EMPTY;
}

/* Takes out where the bot is mentioned; whether it is. */
static bool
take_mentions(struct arena *arena, const json_t *root, struct slice *text)
{
	const json_t *entities = json_at(root, "entities"), *entity;
	struct slice bot = json_text_at(root, "recipient.id");
	bool is_meant = false;
	size_t i;

	json_array_foreach(entities, i, entity) {
		if (!json_is_text_at(entity, "type", "mention") || !slice_equal(json_text_at(entity, "mentioned.id"), bot))
			continue;
		*text = text_without(arena, *text, json_text_at(entity, "text"));
		is_meant = true;
	}
	*text = text_trim(*text);
	return is_meant;
}

static struct slice
image_of(struct arena *arena, const json_t *root)
{
	const json_t *attachments = json_at(root, "attachments"), *one;
	size_t i;

	json_array_foreach(attachments, i, one) {
		struct slice type = json_text_at(one, "contentType");

		if (type.len > 6 && memcmp(type.ptr, "image/", 6) == 0)
			return DESTINATION(arena, slice_of(messenger_teams.name), json_text_at(one, "contentUrl"));
	}
	return SLICE_EMPTY;
}

/* false: of a kind that is not handled. */
static bool
read_kind(const json_t *root, struct event *event)
{
	struct slice type = json_text_at(root, "type"), pressed = json_text_at(root, "value.data");

	if (slice_equal(type, SLICE_LITERAL("messageUpdate")))
		event->incoming.kind = INCOMING_EDITED;
	else if (slice_equal(type, SLICE_LITERAL("messageDelete")))
		event->incoming.kind = INCOMING_DELETED;
	else if (!slice_equal(type, SLICE_LITERAL("message")))
		return false;
	event->incoming.ref = json_text_at(root, "id");
	event->incoming.reply_to_ref = json_text_at(root, "replyToId");
	event->text = json_text_at(root, "text");
	if (pressed.len > 0) {
		event->incoming.kind = INCOMING_BUTTON;
		event->incoming.ref = event->incoming.reply_to_ref;
		event->text = pressed;
	}
	return true;
}

static void
decode_activity(const struct webhook *hook, const json_t *root, struct decoded *out)
{
	struct arena *arena = out->arena;
	struct slice name = slice_of(messenger_teams.name), chat = json_text_at(root, "conversation.id"), id = json_text_at(root, "id");
	bool is_direct = json_is_text_at(root, "conversation.conversationType", "personal"), is_meant;
	struct event event = { .incoming = { .kind = INCOMING_TEXT, .locale_hint = json_text_at(root, "locale") } };
	struct slice media = image_of(arena, root), user = json_text_at(root, "from.id");

	if (!read_kind(root, &event) || chat.len == 0 || id.len == 0 || user.len == 0) {
		decoded_ignore(out);
		return;
	}
	is_meant = take_mentions(arena, root, &event.text) || is_direct || event.incoming.kind == INCOMING_BUTTON ||
	    event.incoming.kind == INCOMING_DELETED;
	event.incoming.media = media;
	if (media.len > 0 && event.incoming.kind == INCOMING_TEXT)
		event.incoming.kind = INCOMING_IMAGE;
	if (!is_direct)
		event.incoming.conversation = chat;
	event.user_id = TEXT_JOIN(arena, name, slice_of(hook->options->teams_app_id), user);
	event.key = event.incoming.kind == INCOMING_EDITED || event.incoming.kind == INCOMING_DELETED ?
	    TEXT_JOIN(arena, name, chat, id, json_text_at(root, "type"), json_text_at(root, "timestamp")) : TEXT_JOIN(arena, name, chat, id);
	event.deliver_to = DESTINATION(arena, name, chat, json_text_at(root, "serviceUrl"), id, user, json_text_at(root, "recipient.id"));
	if (is_meant)
		decoded_add(out, &event);
	else
		decoded_ignore(out);
}

static bool
decode(const struct webhook *hook, struct decoded *out)
{
	json_t *root = json_in(hook->body);
	struct slice type = json_text_at(root, "type");

	if (type.len > 0)
		decode_activity(hook, root, out);
	if (slice_equal(type, SLICE_LITERAL("invoke"))) {
		out->answer = SLICE_LITERAL("{}");
		out->answer_type = "application/json";
	}
	json_decref(root);
	return type.len > 0;
}

const struct messenger messenger_teams = {
	.name = "teams",
	.title = "Teams",
	.headers = { "Authorization" },
	.needs = { "app_id", "app_secret" },
	.verify = verify,
	.decode = decode,
	.build = teams_build,
	.judge = teams_judge,
	.get_media = media_of_teams,
	.get_credential = teams_get_credential,
	.read_credential = teams_read_credential,
	.get_keys = get_keys,
	.overall = { 30, 1000 },
	.each_chat = { 7, 1000 },
};
