/* SPDX-License-Identifier: MIT */
/*
 * LINE (Messaging API): events in batches, signed with the channel's secret.
 * An answer goes by the event's reply token as long as that lives, which costs
 * nothing, and is pushed later on.
 */
#include "config.h"

#include "options.h"
#include "messenger/media.h"
#include "messenger/parts.h"
#include "messenger/rows.h"
#include "messenger/signature.h"

enum {
	TEXT_UNITS_MAX = 5000,
	MESSAGES_MAX = 5,
	LABEL_MAX = 20,
	REPLY_TOKEN_LIVES_S = 60,
	REPLY_TOKEN_SURELY_LIVES_S = 30,       /* people who count have seen so much; it is told to be a minute */

	/* What outgoing->step means. */
	STEP_REPLY = 0,
	STEP_PUSH,
	STEP_REPLY_AGAIN        /* it is not known whether the first one arrived */
};

/* Fields of deliver_to. */
enum { TO_NAME, TO_CHAT, TO_REPLY_TOKEN, TO_QUOTE_TOKEN, TO_RECEIVED_S, TO_FIELDS };

/* --- in --------------------------------------------------------------------------------------- */

static enum status
verify(const struct webhook *hook)
{
	return hook->headers[0].len > 0 &&
	    signature_hmac_base64(hook->options->line_channel_secret.value, &hook->body, 1, hook->headers[0]) ? ST_OK : ST_BAD_SIGNATURE;
}

/* In a group the bot is spoken to by a mention, which is taken out; the last one first, so that the others stay where they are. */
static bool
take_mentions(struct arena *arena, const json_t *message, struct slice *text)
{
	const json_t *mentioned = json_at(message, "mention.mentionees");
	bool is_meant = false;

	for (size_t i = json_array_size(mentioned); i-- > 0;) {
		const json_t *mention = json_array_get(mentioned, i);

		if (!json_is_true_at(mention, "isSelf"))
			continue;
		*text = text_cut_utf16(arena, *text, json_int_at(mention, "index", -1), json_int_at(mention, "length", 0));
		is_meant = true;
	}
	return is_meant;
}

/* The text or image of a message; false: another kind, or not meant for the bot. */
static bool
read_message(struct arena *arena, const json_t *message, bool is_direct, struct event *event)
{
	event->incoming.ref = json_text_at(message, "id");
	event->incoming.reply_to_ref = json_text_at(message, "quotedMessageId");
	if (json_is_text_at(message, "type", "image") && json_is_text_at(message, "contentProvider.type", "line")) {
		event->incoming.kind = INCOMING_IMAGE;
		event->incoming.media = DESTINATION(arena, slice_of(messenger_line.name), event->incoming.ref);
		return is_direct;
	}
	event->text = json_text_at(message, "text");
	if (!json_is_text_at(message, "type", "text"))
		return false;
	return take_mentions(arena, message, &event->text) || is_direct;
}

static bool
read_event(struct arena *arena, const json_t *from, bool is_direct, struct event *event)
{
	struct slice type = json_text_at(from, "type");

	if (slice_equal(type, SLICE_LITERAL("message")))
		return read_message(arena, json_at(from, "message"), is_direct, event);
	if (slice_equal(type, SLICE_LITERAL("messageEdited"))) {
		event->incoming.kind = INCOMING_EDITED;
		return read_message(arena, json_at(from, "message"), is_direct, event) && event->incoming.kind == INCOMING_EDITED;
	}
	if (slice_equal(type, SLICE_LITERAL("unsend"))) {
		event->incoming.kind = INCOMING_DELETED;
		event->incoming.ref = json_text_at(from, "unsend.messageId");
		return true;
	}
	event->incoming.kind = INCOMING_BUTTON;
	event->text = json_text_at(from, "postback.data");
	return slice_equal(type, SLICE_LITERAL("postback"));
}

static void
decode_event(struct slice account, const json_t *from, const struct webhook *hook, struct decoded *out)
{
	bool is_direct = json_is_text_at(from, "source.type", "user");
	struct slice name = slice_of(messenger_line.name), user = json_text_at(from, "source.userId");
	struct slice group = json_text_at(from, json_is_text_at(from, "source.type", "room") ? "source.roomId" : "source.groupId");
	struct slice id = json_text_at(from, "webhookEventId");
	struct event event = { .incoming.conversation = group };

	if (!json_is_text_at(from, "mode", "active") || account.len == 0 || user.len == 0 || id.len == 0 ||
	    !read_event(out->arena, from, is_direct, &event)) {
		decoded_ignore(out);
		return;
	}
	event.user_id = TEXT_JOIN(out->arena, name, account, user);
	event.key = TEXT_JOIN(out->arena, name, id);
	event.deliver_to = DESTINATION(out->arena, name, is_direct ? user : group, json_text_at(from, "replyToken"),
	    is_direct ? SLICE_EMPTY : json_text_at(from, "message.quoteToken"), text_of_int(out->arena, hook->now_s));
	decoded_add(out, &event);
}

static bool
decode(const struct webhook *hook, struct decoded *out)
{
	json_t *root = json_in(hook->body);
	const json_t *events = json_at(root, "events"), *event;
	bool is_ours = json_is_array(events);
	size_t i;

	json_array_foreach(events, i, event)
		decode_event(json_text_at(root, "destination"), event, hook, out);
	json_decref(root);
	return is_ours;
}

/* --- out -------------------------------------------------------------------------------------- */

static void
write_buttons(struct json_out *out, const struct outgoing *outgoing)
{
	json_out_key(out, "quickReply");
	json_out_object_begin(out);
	json_out_key(out, "items");
	json_out_array_begin(out);
	for (size_t i = 0; i < outgoing->button_count; i++) {
		json_out_object_begin(out);
		json_out_member_text(out, "type", "action");
		json_out_key(out, "action");
		json_out_object_begin(out);
		json_out_member_text(out, "type", "postback");
		json_out_member_string(out, "label", text_split(outgoing->buttons[i].label, 0, LABEL_MAX, UNIT_UTF16).text);
		json_out_member_string(out, "data", outgoing->buttons[i].data);
		json_out_object_end(out);
		json_out_object_end(out);
	}
	json_out_array_end(out);
	json_out_object_end(out);
}

/* All parts go in one request. */
static void
write_messages(struct json_out *out, const struct outgoing *outgoing, struct slice quote_token)
{
	struct text_part part = { .is_last = false };

	json_out_key(out, "messages");
	json_out_array_begin(out);
	for (unsigned i = 0; i < MESSAGES_MAX && !part.is_last; i++) {
		part = text_split(outgoing->text, i, TEXT_UNITS_MAX, UNIT_UTF16);
		json_out_object_begin(out);
		json_out_member_text(out, "type", "text");
		json_out_member_string(out, "text", part.text);
		if (i == 0 && quote_token.len > 0)
			json_out_member_string(out, "quoteToken", quote_token);
		if (has_buttons(outgoing, &part))
			write_buttons(out, outgoing);
		json_out_object_end(out);
	}
	json_out_array_end(out);
}

static int64_t
token_age_s(const struct outgoing *outgoing, const struct slice *to)
{
	int64_t received_s = 0;

	for (size_t i = 0; i < to[TO_RECEIVED_S].len; i++)
		received_s = received_s * 10 + (to[TO_RECEIVED_S].ptr[i] - '0');
	return outgoing->now_s - received_s;
}

static bool
is_by_reply(const struct outgoing *outgoing, const struct slice *to)
{
	int64_t lives_s = outgoing->step == STEP_REPLY ? REPLY_TOKEN_LIVES_S : REPLY_TOKEN_SURELY_LIVES_S;

	return outgoing->step != STEP_PUSH && !outgoing->is_notice && to[TO_REPLY_TOKEN].len > 0 && token_age_s(outgoing, to) < lives_s;
}

static bool
build(const struct outgoing *outgoing, struct arena *arena, struct send_request *request, const char **why)
{
	struct buf url = BUF_INIT, body = BUF_INIT;
	struct json_out out = json_out_to(&body);
	struct slice to[TO_FIELDS];
	char retry_key[UUID_TEXT_LEN];
	bool is_reply;

	*why = "it has no destination";
	if (!destination_unpack(outgoing->deliver_to, to, TO_FIELDS))
		return false;
	*why = send_no_memory;
	is_reply = is_by_reply(outgoing, to);
	url_append(&url, outgoing->options->line_api_url, is_reply ? "/v2/bot/message/reply" : "/v2/bot/message/push");
	json_out_object_begin(&out);
	json_out_member_string(&out, is_reply ? "replyToken" : "to", to[is_reply ? TO_REPLY_TOKEN : TO_CHAT]);
	write_messages(&out, outgoing, to[TO_QUOTE_TOKEN]);
	json_out_object_end(&out);
	if (!request_json(arena, request, &url, &body, "Bearer ", secret_first(outgoing->options->line_access_token.value)))
		return false;
	uuid_format(&outgoing->message_id, retry_key);
	return is_reply ||
	    request_header_add(arena, request, "X-Line-Retry-Key", (struct slice){ retry_key, UUID_TEXT_LEN });
}

static void
judge_reply(const struct outgoing *outgoing, const struct send_response *response, struct send_outcome *outcome)
{
	judge_status(outgoing, response, outcome);
	if (response->http_status == 400 && outgoing->step == STEP_REPLY_AGAIN)
		*outcome = (struct send_outcome){ .result = SEND_DONE };     /* the first one had used the token up */
	else if (response->http_status == 400)
		*outcome = (struct send_outcome){ .result = SEND_NEXT, .step = STEP_PUSH };
	else if (response->http_status == 0 || response->http_status == 200 || response->http_status >= 500)
		outcome->step = STEP_REPLY_AGAIN;
}

/* 409: this retry key was accepted before. */
static bool
is_accepted(const struct send_response *response, const json_t *root)
{
	return response->http_status == 409 || (response->http_status == 200 && is_answer(response, root));
}

static void
judge(const struct outgoing *outgoing, const struct send_response *response, struct arena *arena, struct send_outcome *outcome)
{
	json_t *root = json_in(response->body);
	const json_t *sent = json_at(root, "sentMessages");
	struct slice to[TO_FIELDS];

	if (is_accepted(response, root))
		judge_sent(outgoing, json_text_at(json_array_get(sent, json_array_size(sent) - 1), "id"), true, arena, outcome);
	else if (destination_unpack(outgoing->deliver_to, to, TO_FIELDS) && is_by_reply(outgoing, to))
		judge_reply(outgoing, response, outcome);
	else
		judge_status(outgoing, response, outcome);
	json_decref(root);
}

const struct messenger messenger_line = {
	.name = "line",
	.title = "LINE",
	.headers = { "X-Line-Signature" },
	.needs = { "channel_secret", "access_token" },
	.verify = verify,
	.decode = decode,
	.build = build,
	.judge = judge,
	.get_media = media_of_line,
	.overall = { 2000, 1000 },
};
