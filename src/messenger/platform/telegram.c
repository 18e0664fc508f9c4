/* SPDX-License-Identifier: MIT */
/*
 * Telegram (Bot API): one update a request, told from others' by the secret
 * that setWebhook was given.
 */
#include "config.h"

#include <strings.h>

#include "options.h"
#include "messenger/media.h"
#include "messenger/parts.h"
#include "messenger/rows.h"
#include "messenger/signature.h"

enum { TEXT_CHARACTERS_MAX = 4096 };

/* Fields of deliver_to.  A press of a button is answered before anything is sent. */
enum { TO_NAME, TO_CHAT, TO_MESSAGE, TO_CALLBACK, TO_FIELDS };

/* --- in --------------------------------------------------------------------------------------- */

static enum status
verify(const struct webhook *hook)
{
	return hook->headers[0].len > 0 && signature_is_secret(hook->options->telegram_webhook_secret.value, hook->headers[0]) ?
	    ST_OK : ST_BAD_SIGNATURE;
}

/* The bot's own id stands before the colon of its token. */
static struct slice
own_id(const struct options *options)
{
	struct slice token = secret_first(options->telegram_bot_token.value);
	const char *colon = token.len > 0 ? memchr(token.ptr, ':', token.len) : NULL;

	return colon != NULL ? (struct slice){ token.ptr, (size_t)(colon - token.ptr) } : SLICE_EMPTY;
}

/* "@name" of the bot, in any case. */
static bool
is_own_name(const struct options *options, struct slice text)
{
	struct slice name = slice_of(options->telegram_bot_name);

	return name.len > 0 && text.len == name.len + 1 && text.ptr[0] == '@' && strncasecmp(text.ptr + 1, name.ptr, name.len) == 0;
}

/* Takes out where the bot is mentioned, and the "@name" of its commands; whether there was any. */
static bool
take_mentions(const struct webhook *hook, struct arena *arena, const json_t *entities, struct slice *text)
{
	bool is_meant = false;

	for (size_t i = json_array_size(entities); i-- > 0;) {
		const json_t *entity = json_array_get(entities, i);
		int64_t at = json_int_at(entity, "offset", -1), length = json_int_at(entity, "length", 0);
		struct slice part = text_part_utf16(*text, at, length);
		const char *name = part.len > 0 ? memchr(part.ptr, '@', part.len) : NULL;
		size_t before = name != NULL ? (size_t)(name - part.ptr) : 0;

		if (name == NULL || !is_own_name(hook->options, (struct slice){ name, part.len - before }))
			continue;
		if (!json_is_text_at(entity, "type", "mention") && !json_is_text_at(entity, "type", "bot_command"))
			continue;
		*text = text_cut_utf16(arena, *text, at + (int64_t)before, length - (int64_t)before);
		is_meant = true;
	}
	return is_meant;
}

/* "/expense lunch 120" says "lunch 120". */
static struct slice
without_command(struct slice text)
{
	static const struct slice command = { "/expense", 8 };

	if (text.len <= command.len || memcmp(text.ptr, command.ptr, command.len) != 0 || (unsigned char)text.ptr[command.len] > ' ')
		return text;
	return text_trim((struct slice){ text.ptr + command.len, text.len - command.len });
}

/* The last one of the sizes, which is the largest, or a file that is an image. */
static struct slice
image_of(const json_t *message)
{
	const json_t *sizes = json_at(message, "photo");
	struct slice type = json_text_at(message, "document.mime_type");

	if (json_array_size(sizes) > 0)
		return json_text_at(json_array_get(sizes, json_array_size(sizes) - 1), "file_id");
	return type.len > 6 && memcmp(type.ptr, "image/", 6) == 0 ? json_text_at(message, "document.file_id") : SLICE_EMPTY;
}

/* false: of no kind that is handled, or not said to the bot. */
static bool
read_message(const struct webhook *hook, struct arena *arena, const json_t *message, bool is_direct, struct event *event)
{
	const json_t *entities = json_at(message, "entities");
	struct slice image = image_of(message);
	bool is_meant = is_direct ||
	    slice_equal(text_of_int(arena, json_int_at(message, "reply_to_message.from.id", 0)), own_id(hook->options));

	event->text = json_text_at(message, "text");
	if (image.len > 0) {
		event->incoming.media = DESTINATION(arena, slice_of(messenger_telegram.name), image);
		event->text = json_text_at(message, "caption");
		entities = json_at(message, "caption_entities");
		if (event->incoming.kind == INCOMING_TEXT)
			event->incoming.kind = INCOMING_IMAGE;
	} else if (event->text.len == 0) {
		return false;
	}
	is_meant = take_mentions(hook, arena, entities, &event->text) || is_meant;
	event->text = without_command(event->text);
	if (json_is_object(json_at(message, "reply_to_message")))
		event->incoming.reply_to_ref = text_of_int(arena, json_int_at(message, "reply_to_message.message_id", 0));
	return is_meant;
}

static void
decode_from(const struct webhook *hook, const json_t *root, const json_t *from, const json_t *message, struct event *event,
    struct decoded *out)
{
	struct arena *arena = out->arena;
	struct slice name = slice_of(messenger_telegram.name), own = own_id(hook->options);
	struct slice chat = text_of_int(arena, json_int_at(message, "chat.id", 0));
	struct slice callback = SLICE_EMPTY;
	bool is_direct = json_is_text_at(message, "chat.type", "private");

	event->incoming.ref = text_of_int(arena, json_int_at(message, "message_id", 0));
	event->incoming.locale_hint = json_text_at(from, "language_code");
	if (!is_direct)
		event->incoming.conversation = chat;
	if (event->incoming.kind == INCOMING_BUTTON)
		callback = json_text_at(root, "callback_query.id");
	if (!json_is_integer(json_at(from, "id")) || !json_is_integer(json_at(message, "chat.id")) || json_is_true_at(from, "is_bot") ||
	    (callback.len == 0 && !read_message(hook, arena, message, is_direct, event))) {
		decoded_ignore(out);
		return;
	}
	event->user_id = TEXT_JOIN(arena, name, own, text_of_int(arena, json_int_at(from, "id", 0)));
	event->key = TEXT_JOIN(arena, name, own, text_of_int(arena, json_int_at(root, "update_id", 0)));
	event->deliver_to = DESTINATION(arena, name, chat, event->incoming.ref, callback);
	decoded_add(out, event);
}

static bool
decode(const struct webhook *hook, struct decoded *out)
{
	json_t *root = json_in(hook->body);
	const json_t *message, *press = json_at(root, "callback_query");
	bool is_ours = json_is_integer(json_at(root, "update_id"));
	struct event event = { .incoming.kind = INCOMING_TEXT };

	if (!is_ours) {
		json_decref(root);
		return false;
	}
	if (press != NULL) {
		event.incoming.kind = INCOMING_BUTTON;
		event.text = json_text_at(press, "data");
		decode_from(hook, root, json_at(press, "from"), json_at(press, "message"), &event, out);
	} else if ((message = json_at(root, "edited_message")) != NULL) {
		event.incoming.kind = INCOMING_EDITED;
		decode_from(hook, root, json_at(message, "from"), message, &event, out);
	} else {
		message = json_at(root, "message");
		decode_from(hook, root, json_at(message, "from"), message, &event, out);
	}
	json_decref(root);
	return true;
}

/* --- out -------------------------------------------------------------------------------------- */

static void
write_buttons(struct json_out *out, const struct outgoing *outgoing)
{
	json_out_key(out, "reply_markup");
	json_out_object_begin(out);
	json_out_key(out, "inline_keyboard");
	json_out_array_begin(out);
	json_out_array_begin(out);
	for (size_t i = 0; i < outgoing->button_count; i++) {
		json_out_object_begin(out);
		json_out_member_string(out, "text", outgoing->buttons[i].label);
		json_out_member_string(out, "callback_data", outgoing->buttons[i].data);
		json_out_object_end(out);
	}
	json_out_array_end(out);
	json_out_array_end(out);
	json_out_object_end(out);
}

static struct text_part
part_of(const struct outgoing *outgoing, const struct slice *to)
{
	unsigned before = to[TO_CALLBACK].len > 0 ? 1 : 0;

	return text_split(outgoing->text, outgoing->step - before, TEXT_CHARACTERS_MAX, UNIT_CHARACTER);
}

static bool
is_answer_to_press(const struct outgoing *outgoing, const struct slice *to)
{
	return outgoing->step == 0 && to[TO_CALLBACK].len > 0;
}

static void
write_message(struct json_out *out, const struct outgoing *outgoing, const struct slice *to)
{
	struct text_part part = part_of(outgoing, to);

	json_out_key(out, "chat_id");
	json_out_raw(out, to[TO_CHAT]);
	json_out_member_string(out, "text", part.text);
	json_out_key(out, "reply_parameters");
	json_out_object_begin(out);
	json_out_key(out, "message_id");
	json_out_raw(out, to[TO_MESSAGE]);
	json_out_member_bool(out, "allow_sending_without_reply", true);
	json_out_object_end(out);
	if (has_buttons(outgoing, &part))
		write_buttons(out, outgoing);
}

static bool
build(const struct outgoing *outgoing, struct arena *arena, struct send_request *request, const char **why)
{
	struct buf url = BUF_INIT, body = BUF_INIT;
	struct json_out out = json_out_to(&body);
	struct slice to[TO_FIELDS];

	*why = "it has no destination";
	if (!destination_unpack(outgoing->deliver_to, to, TO_FIELDS))
		return false;
	*why = send_no_memory;
	url_append(&url, outgoing->options->telegram_api_url, "/bot");
	buf_append_slice(&url, secret_first(outgoing->options->telegram_bot_token.value));
	json_out_object_begin(&out);
	if (is_answer_to_press(outgoing, to)) {
		buf_append_literal(&url, "/answerCallbackQuery");
		json_out_member_string(&out, "callback_query_id", to[TO_CALLBACK]);
	} else {
		buf_append_literal(&url, "/sendMessage");
		write_message(&out, outgoing, to);
	}
	json_out_object_end(&out);
	return request_json(arena, request, &url, &body, NULL, SLICE_EMPTY);
}

static void
judge(const struct outgoing *outgoing, const struct send_response *response, struct arena *arena, struct send_outcome *outcome)
{
	json_t *root = json_in(response->body);
	int64_t retry_after_s = json_int_at(root, "parameters.retry_after", 0);
	struct slice to[TO_FIELDS];

	judge_status(outgoing, response, outcome);
	if (!destination_unpack(outgoing->deliver_to, to, TO_FIELDS)) {
		outcome->result = SEND_REJECTED;
	} else if (is_answer_to_press(outgoing, to) && (outcome->result == SEND_REJECTED || json_is_true_at(root, "ok"))) {
		/* Too late for the press; the message is sent all the same. */
		*outcome = (struct send_outcome){ .result = SEND_NEXT, .step = outgoing->step + 1 };
	} else if (json_is_true_at(root, "ok")) {
		judge_sent(outgoing, text_of_int(arena, json_int_at(root, "result.message_id", 0)), part_of(outgoing, to).is_last, arena,
		    outcome);
	} else if (retry_after_s > 0) {
		outcome->after_ms = retry_after_s * 1000;
	}
	json_decref(root);
}

const struct messenger messenger_telegram = {
	.name = "telegram",
	.title = "Telegram",
	.headers = { "X-Telegram-Bot-Api-Secret-Token" },
	.needs = { "webhook_secret", "bot_token" },
	.verify = verify,
	.decode = decode,
	.build = build,
	.judge = judge,
	.get_media = media_of_telegram,
	.overall = { 30, 1000 },
	.each_chat = { 20, 60 * 1000 },
};
