/* SPDX-License-Identifier: MIT */
/*
 * Slack: the Events API in JSON; presses of buttons and slash commands as
 * forms; all signed alike, with a time.  In channels the bot is spoken to by a
 * mention and answers in the thread.
 */
#include "config.h"

#include "messenger/form.h"
#include "options.h"
#include "messenger/media.h"
#include "messenger/parts.h"
#include "messenger/rows.h"
#include "messenger/signature.h"

enum {
	TEXT_CHARACTERS_MAX = 3000,
	LABEL_MAX = 75
};

/* Fields of deliver_to; a hook is where the answer to a slash command goes instead. */
enum { TO_NAME, TO_CHANNEL, TO_THREAD, TO_HOOK, TO_FIELDS };

/* --- in --------------------------------------------------------------------------------------- */

static enum status
verify(const struct webhook *hook)
{
	static const struct slice version = { "v0=", 3 };
	struct slice signature = hook->headers[0], time = hook->headers[1];
	struct slice parts[] = { SLICE_LITERAL("v0:"), time, SLICE_LITERAL(":"), hook->body };

	if (signature.len <= version.len || memcmp(signature.ptr, version.ptr, version.len) != 0)
		return ST_BAD_SIGNATURE;
	signature = (struct slice){ signature.ptr + version.len, signature.len - version.len };
	return signature_is_fresh(time, hook->now_s) &&
	    signature_hmac_hex(hook->options->slack_signing_secret.value, parts, 4, signature) ? ST_OK : ST_BAD_SIGNATURE;
}

static bool
begins_with(struct slice text, const char *start)
{
	return text.len >= strlen(start) && memcmp(text.ptr, start, strlen(start)) == 0;
}

static bool
is_direct_channel(struct slice channel)
{
	return channel.len > 0 && channel.ptr[0] == 'D';
}

/* What stands for something between < and >: nothing for the bot itself, else the label or the thing. */
static void
write_reference(struct buf *out, struct slice inside, struct slice bot, bool *is_meant)
{
	const char *bar = memchr(inside.ptr, '|', inside.len);
	struct slice target = { inside.ptr, bar != NULL ? (size_t)(bar - inside.ptr) : inside.len };

	if (target.len > 1 && target.ptr[0] == '@' && slice_equal((struct slice){ target.ptr + 1, target.len - 1 }, bot)) {
		*is_meant = true;
		return;
	}
	if (bar != NULL)
		target = (struct slice){ bar + 1, inside.len - target.len - 1 };
	buf_append_slice(out, target);
}

static size_t
write_entity(struct buf *out, struct slice rest)
{
	static const struct {
		const char *entity;
		char        is;
	} entities[] = { { "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' } };

	for (size_t i = 0; i < sizeof entities / sizeof entities[0]; i++)
		if (begins_with(rest, entities[i].entity)) {
			buf_append_char(out, entities[i].is);
			return strlen(entities[i].entity);
		}
	buf_append_char(out, rest.ptr[0]);
	return 1;
}

/* Slack's writing of a text as the person sees it. */
static struct slice
plain_text(struct arena *arena, struct slice text, struct slice bot, bool *is_meant)
{
	struct buf out = BUF_INIT;
	struct slice plain;

	*is_meant = false;
	for (size_t at = 0; at < text.len;) {
		struct slice rest = { text.ptr + at, text.len - at };
		const char *end = rest.ptr[0] == '<' ? memchr(rest.ptr, '>', rest.len) : NULL;

		if (end == NULL) {
			at += write_entity(&out, rest);
			continue;
		}
		write_reference(&out, (struct slice){ rest.ptr + 1, (size_t)(end - rest.ptr) - 1 }, bot, is_meant);
		at += (size_t)(end - rest.ptr) + 1;
	}
	return arena_take(arena, &out, &plain) ? text_trim(plain) : SLICE_EMPTY;
}

/* Our own user, as whom the app is installed. */
static struct slice
own_user(const json_t *root)
{
	const json_t *installed = json_at(root, "authorizations"), *one;
	size_t i;

	json_array_foreach(installed, i, one)
		if (json_is_true_at(one, "is_bot"))
			return json_text_at(one, "user_id");
	return SLICE_EMPTY;
}

static struct slice
image_of(const json_t *said, struct arena *arena)
{
	const json_t *files = json_at(said, "files"), *file;
	size_t i;

	json_array_foreach(files, i, file)
		if (begins_with(json_text_at(file, "mimetype"), "image/"))
			return DESTINATION(arena, slice_of(messenger_slack.name), json_text_at(file, "url_private_download"));
	return SLICE_EMPTY;
}

/* What was said: the message itself, or the one that was changed or deleted; NULL for other kinds. */
static const json_t *
what_was_said(const json_t *event, enum incoming_kind *kind)
{
	struct slice subtype = json_text_at(event, "subtype");
	struct slice type = json_text_at(event, "type");

	*kind = INCOMING_TEXT;
	if (slice_equal(type, SLICE_LITERAL("app_mention")))
		return event;
	if (!slice_equal(type, SLICE_LITERAL("message")))
		return NULL;
	if (subtype.len == 0 || slice_equal(subtype, SLICE_LITERAL("file_share")))
		return event;
	if (slice_equal(subtype, SLICE_LITERAL("message_changed"))) {
		/* It comes for a link's preview too. */
		*kind = INCOMING_EDITED;
		return slice_equal(json_text_at(event, "message.text"), json_text_at(event, "previous_message.text")) ? NULL :
		    json_at(event, "message");
	}
	*kind = INCOMING_DELETED;
	return slice_equal(subtype, SLICE_LITERAL("message_deleted")) ? json_at(event, "previous_message") : NULL;
}

static struct slice
ref_of(const json_t *event, const json_t *said, enum incoming_kind kind)
{
	struct slice ts = json_text_at(said, "ts");

	if (kind == INCOMING_DELETED)
		return json_text_at(event, "deleted_ts");
	return ts.len > 0 ? ts : json_text_at(event, "previous_message.ts");
}

static void
decode_event(const json_t *root, const json_t *from, struct decoded *out)
{
	struct arena *arena = out->arena;
	struct slice name = slice_of(messenger_slack.name), team = json_text_at(root, "team_id");
	struct slice channel = json_text_at(from, "channel"), thread;
	bool is_direct = json_is_text_at(from, "channel_type", "im"), is_meant;
	struct event event = { 0 };
	const json_t *said = what_was_said(from, &event.incoming.kind);
	struct slice user = json_text_at(said, "user"), own = own_user(root);

	if (said == NULL || team.len == 0 || user.len == 0 || channel.len == 0 || json_at(said, "bot_id") != NULL || slice_equal(user, own)) {
		decoded_ignore(out);
		return;
	}
	event.text = plain_text(arena, json_text_at(said, "text"), own, &is_meant);
	event.incoming.media = image_of(said, arena);
	if (event.incoming.media.len > 0 && event.incoming.kind == INCOMING_TEXT)
		event.incoming.kind = INCOMING_IMAGE;
	event.incoming.ref = ref_of(from, said, event.incoming.kind);
	thread = json_text_at(said, "thread_ts");
	if (!slice_equal(thread, event.incoming.ref))
		event.incoming.reply_to_ref = thread;
	if (!is_direct) {
		event.incoming.conversation = channel;
		is_meant |= json_is_text_at(from, "type", "app_mention") || event.incoming.kind == INCOMING_DELETED;
		thread = thread.len > 0 ? thread : event.incoming.ref;
	}
	event.user_id = TEXT_JOIN(arena, name, team, user);
	event.key = TEXT_JOIN(arena, name, team, channel, json_text_at(from, "ts"));
	event.deliver_to = DESTINATION(arena, name, channel, thread, SLICE_EMPTY);
	if (is_direct || is_meant)
		decoded_add(out, &event);
	else
		decoded_ignore(out);
}

static void
decode_press(const json_t *root, struct decoded *out)
{
	struct arena *arena = out->arena;
	struct slice name = slice_of(messenger_slack.name), team = json_text_at(root, "team.id"), channel = json_text_at(root, "channel.id");
	struct slice ref = json_text_at(root, "container.message_ts"), thread = json_text_at(root, "container.thread_ts");
	const json_t *actions = json_at(root, "actions"), *action;
	size_t i;

	json_array_foreach(actions, i, action) {
		struct event event = { .text = json_text_at(action, "value"), .incoming = { .kind = INCOMING_BUTTON, .ref = ref } };

		if (!is_direct_channel(channel)) {
			event.incoming.conversation = channel;
			thread = thread.len > 0 ? thread : ref;
		}
		event.user_id = TEXT_JOIN(arena, name, team, json_text_at(root, "user.id"));
		event.key = TEXT_JOIN(arena, name, team, channel, SLICE_LITERAL("press"), json_text_at(action, "action_ts"));
		event.deliver_to = DESTINATION(arena, name, channel, thread, SLICE_EMPTY);
		decoded_add(out, &event);
	}
}

static void
decode_command(struct slice form, struct decoded *out)
{
	struct arena *arena = out->arena;
	struct slice name = slice_of(messenger_slack.name), team = form_field(form, "team_id", arena);
	struct slice channel = form_field(form, "channel_id", arena);
	struct event event = { .text = text_trim(form_field(form, "text", arena)) };

	if (event.text.len == 0)
		event.text = SLICE_LITERAL("/help");       /* nobody likes a command that says nothing */
	if (!is_direct_channel(channel))
		event.incoming.conversation = channel;
	event.user_id = TEXT_JOIN(arena, name, team, form_field(form, "user_id", arena));
	event.key = TEXT_JOIN(arena, name, team, SLICE_LITERAL("command"), form_field(form, "trigger_id", arena));
	event.deliver_to = DESTINATION(arena, name, channel, SLICE_EMPTY, form_field(form, "response_url", arena));
	decoded_add(out, &event);
}

static bool
decode_form(const struct webhook *hook, struct decoded *out)
{
	struct slice payload = form_field(hook->body, "payload", out->arena);
	json_t *root;

	if (payload.len == 0) {
		if (form_field(hook->body, "command", out->arena).len == 0)
			return false;
		decode_command(hook->body, out);
		return true;
	}
	root = json_in(payload);
	if (json_is_text_at(root, "type", "block_actions"))
		decode_press(root, out);
	else
		decoded_ignore(out);
	json_decref(root);
	return root != NULL;
}

static bool
decode(const struct webhook *hook, struct decoded *out)
{
	json_t *root;
	struct slice type;

	if (begins_with(hook->content_type, "application/x-www-form-urlencoded"))
		return decode_form(hook, out);
	root = json_in(hook->body);
	type = json_text_at(root, "type");
	if (slice_equal(type, SLICE_LITERAL("url_verification"))) {
		out->answer = arena_copy(out->arena, json_text_at(root, "challenge"));
		out->answer_type = "text/plain; charset=utf-8";
	} else if (slice_equal(type, SLICE_LITERAL("event_callback"))) {
		decode_event(root, json_at(root, "event"), out);
	} else {
		decoded_ignore(out);
	}
	json_decref(root);
	return type.len > 0;
}

/* --- out -------------------------------------------------------------------------------------- */

static struct slice
escaped(struct arena *arena, struct slice text)
{
	struct buf out = BUF_INIT;
	struct slice copy;

	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '&')
			buf_append_literal(&out, "&amp;");
		else if (text.ptr[i] == '<')
			buf_append_literal(&out, "&lt;");
		else if (text.ptr[i] == '>')
			buf_append_literal(&out, "&gt;");
		else
			buf_append_char(&out, text.ptr[i]);
	}
	return arena_take(arena, &out, &copy) ? copy : SLICE_EMPTY;
}

static void
write_plain(struct json_out *out, const char *key, struct slice text)
{
	json_out_key(out, key);
	json_out_object_begin(out);
	json_out_member_text(out, "type", "plain_text");
	json_out_member_string(out, "text", text);
	json_out_object_end(out);
}

static void
write_button(struct json_out *out, const struct reply_button *button, size_t n)
{
	char id[] = { 'b', (char)('0' + n), '\0' };

	json_out_object_begin(out);
	json_out_member_text(out, "type", "button");
	json_out_member_text(out, "action_id", id);
	write_plain(out, "text", text_split(button->label, 0, LABEL_MAX, UNIT_CHARACTER).text);
	json_out_member_string(out, "value", button->data);
	json_out_object_end(out);
}

static void
write_blocks(struct json_out *out, const struct outgoing *outgoing, struct slice text)
{
	json_out_key(out, "blocks");
	json_out_array_begin(out);
	json_out_object_begin(out);
	json_out_member_text(out, "type", "section");
	write_plain(out, "text", text);
	json_out_object_end(out);
	json_out_object_begin(out);
	json_out_member_text(out, "type", "actions");
	json_out_key(out, "elements");
	json_out_array_begin(out);
	for (size_t i = 0; i < outgoing->button_count; i++)
		write_button(out, &outgoing->buttons[i], i);
	json_out_array_end(out);
	json_out_object_end(out);
	json_out_array_end(out);
}

static struct text_part
part_of(const struct outgoing *outgoing)
{
	return text_split(outgoing->text, outgoing->step, TEXT_CHARACTERS_MAX, UNIT_CHARACTER);
}

static bool
build(const struct outgoing *outgoing, struct arena *arena, struct send_request *request, const char **why)
{
	struct text_part part = part_of(outgoing);
	struct buf url = BUF_INIT, body = BUF_INIT;
	struct json_out out = json_out_to(&body);
	struct slice to[TO_FIELDS];

	*why = "it has no destination";
	if (!destination_unpack(outgoing->deliver_to, to, TO_FIELDS))
		return false;
	*why = "its response_url is none of Slack's";
	if (to[TO_HOOK].len > 0 && !(begins_with(to[TO_HOOK], outgoing->options->slack_hooks_url) && text_is_url(to[TO_HOOK])))
		return false;
	*why = send_no_memory;
	json_out_object_begin(&out);
	if (to[TO_HOOK].len == 0)
		json_out_member_string(&out, "channel", to[TO_CHANNEL]);
	if (to[TO_THREAD].len > 0)
		json_out_member_string(&out, "thread_ts", to[TO_THREAD]);
	json_out_member_string(&out, "text", escaped(arena, part.text));
	if (has_buttons(outgoing, &part))
		write_blocks(&out, outgoing, part.text);
	json_out_object_end(&out);
	if (to[TO_HOOK].len > 0) {
		buf_append_slice(&url, to[TO_HOOK]);
		return request_json(arena, request, &url, &body, NULL, SLICE_EMPTY);
	}
	url_append(&url, outgoing->options->slack_api_url, "/chat.postMessage");
	return request_json(arena, request, &url, &body, "Bearer ", secret_first(outgoing->options->slack_bot_token.value));
}

/* Errors that another try or the operator can mend; all others stay. */
static bool
is_passing(struct slice error)
{
	static const char *const passing[] = {
		"ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable", "request_timeout",
		"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "missing_scope",
	};

	for (size_t i = 0; i < sizeof passing / sizeof passing[0]; i++)
		if (slice_equal(error, slice_of(passing[i])))
			return true;
	return false;
}

static void
judge(const struct outgoing *outgoing, const struct send_response *response, struct arena *arena, struct send_outcome *outcome)
{
	struct slice to[TO_FIELDS];
	bool is_hook = destination_unpack(outgoing->deliver_to, to, TO_FIELDS) && to[TO_HOOK].len > 0;
	json_t *root = json_in(response->body);
	struct slice error = json_text_at(root, "error");

	judge_status(outgoing, response, outcome);
	if (response->http_status == 200 && (is_hook || json_is_true_at(root, "ok"))) {
		judge_sent(outgoing, json_text_at(root, "ts"), part_of(outgoing).is_last, arena, outcome);
	} else if (error.len > 0 && !is_passing(error)) {
		outcome->result = SEND_REJECTED;
		outcome->why = "refused";
	}
	json_decref(root);
}

const struct messenger messenger_slack = {
	.name = "slack",
	.title = "Slack",
	.headers = { "X-Slack-Signature", "X-Slack-Request-Timestamp" },
	.needs = { "signing_secret", "bot_token" },
	.verify = verify,
	.decode = decode,
	.build = build,
	.judge = judge,
	.get_media = media_of_slack,
	.each_chat = { 5, 5000 },
};
