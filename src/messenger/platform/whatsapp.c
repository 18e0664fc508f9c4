/* SPDX-License-Identifier: MIT */
/*
 * WhatsApp (Business Cloud API): batches of messages, each for one of our
 * phone numbers, signed with the app's secret.
 */
#include "config.h"

#include "options.h"
#include "messenger/media.h"
#include "messenger/parts.h"
#include "messenger/rows.h"
#include "messenger/signature.h"

enum {
	TEXT_CHARACTERS_MAX = 4096,
	TEXT_WITH_BUTTONS_MAX = 1024,
	BUTTONS_MAX = 3,            /* more of them are a list */
	BUTTON_TITLE_MAX = 20,
	ROW_TITLE_MAX = 24
};

/* Fields of deliver_to. */
enum { TO_NAME, TO_PERSON, TO_PHONE_NUMBER, TO_MESSAGE, TO_FIELDS };

/* --- in --------------------------------------------------------------------------------------- */

static enum status
verify(const struct webhook *hook)
{
	static const struct slice algorithm = { "sha256=", 7 };
	struct slice signature = hook->headers[0];

	if (signature.len <= algorithm.len || memcmp(signature.ptr, algorithm.ptr, algorithm.len) != 0)
		return ST_BAD_SIGNATURE;
	signature = (struct slice){ signature.ptr + algorithm.len, signature.len - algorithm.len };
	return signature_hmac_hex(hook->options->whatsapp_app_secret.value, &hook->body, 1, signature) ? ST_OK : ST_BAD_SIGNATURE;
}

static bool
greet(const struct options *options, const struct slice *values, struct slice *answer)
{
	*answer = values[1];
	return slice_equal(values[0], SLICE_LITERAL("subscribe")) && answer->len > 0 &&
	    signature_is_secret(options->whatsapp_verify_token.value, values[2]);
}

/* Who wrote: the id that stays when the number changes, where it is told. */
static struct slice
person_of(const json_t *contacts, struct slice from)
{
	const json_t *contact;
	struct slice id;
	size_t i;

	json_array_foreach(contacts, i, contact) {
		id = json_text_at(contact, "user_id");
		if (id.len > 0 && (json_array_size(contacts) == 1 || slice_equal(json_text_at(contact, "wa_id"), from)))
			return id;
	}
	return from;
}

static void
read_image(struct arena *arena, const json_t *file, struct event *event)
{
	event->text = json_text_at(file, "caption");
	event->incoming.media = DESTINATION(arena, slice_of(messenger_whatsapp.name), json_text_at(file, "id"));
	if (event->incoming.kind == INCOMING_TEXT)
		event->incoming.kind = INCOMING_IMAGE;
}

static bool
read_press(struct slice data, const json_t *message, struct event *event)
{
	event->incoming.kind = INCOMING_BUTTON;
	event->text = data;
	event->incoming.ref = json_text_at(message, "context.id");
	return true;
}

/* The content of a message, or of what it was changed to; false: a kind that is not handled. */
static bool
read_content(struct arena *arena, const json_t *message, struct event *event)
{
	struct slice type = json_text_at(message, "type"), mime = json_text_at(message, "document.mime_type");
	struct slice picked = json_text_at(message, "interactive.button_reply.id");

	event->incoming.reply_to_ref = json_text_at(message, "context.id");
	if (slice_equal(type, SLICE_LITERAL("text"))) {
		event->text = text_trim(json_text_at(message, "text.body"));
		return true;
	}
	if (slice_equal(type, SLICE_LITERAL("image"))) {
		read_image(arena, json_at(message, "image"), event);
		return true;
	}
	if (slice_equal(type, SLICE_LITERAL("document")) && mime.len > 6 && memcmp(mime.ptr, "image/", 6) == 0) {
		read_image(arena, json_at(message, "document"), event);
		return true;
	}
	if (slice_equal(type, SLICE_LITERAL("interactive")))
		return read_press(picked.len > 0 ? picked : json_text_at(message, "interactive.list_reply.id"), message, event);
	return slice_equal(type, SLICE_LITERAL("button")) && read_press(json_text_at(message, "button.payload"), message, event);
}

static bool
read_message(struct arena *arena, const json_t *message, struct event *event)
{
	event->incoming.ref = json_text_at(message, "id");
	if (json_is_text_at(message, "type", "edit")) {
		event->incoming.kind = INCOMING_EDITED;
		event->incoming.ref = json_text_at(message, "edit.original_message_id");
		return read_content(arena, json_at(message, "edit.message"), event);
	}
	if (json_is_text_at(message, "type", "revoke")) {
		event->incoming.kind = INCOMING_DELETED;
		event->incoming.ref = json_text_at(message, "revoke.original_message_id");
		return true;
	}
	return read_content(arena, message, event);
}

static void
decode_message(const json_t *value, const json_t *message, struct decoded *out)
{
	struct arena *arena = out->arena;
	struct slice name = slice_of(messenger_whatsapp.name), number = json_text_at(value, "metadata.phone_number_id");
	struct slice from = json_text_at(message, "from"), id = json_text_at(message, "id");
	struct event event = { .incoming.kind = INCOMING_TEXT };

	if (number.len == 0 || from.len == 0 || id.len == 0 || !read_message(arena, message, &event)) {
		decoded_ignore(out);
		return;
	}
	event.user_id = TEXT_JOIN(arena, name, number, person_of(json_at(value, "contacts"), from));
	event.key = TEXT_JOIN(arena, name, number, id);
	event.deliver_to = DESTINATION(arena, name, from, number, id);
	decoded_add(out, &event);
}

static bool
decode(const struct webhook *hook, struct decoded *out)
{
	json_t *root = json_in(hook->body);
	const json_t *entries = json_at(root, "entry"), *entry, *change, *message;
	bool is_ours = json_is_text_at(root, "object", "whatsapp_business_account");
	size_t e, c, m;

	json_array_foreach(is_ours ? entries : NULL, e, entry)
		json_array_foreach(json_at(entry, "changes"), c, change)
			json_array_foreach(json_at(change, "value.messages"), m, message)
				decode_message(json_at(change, "value"), message, out);
	json_decref(root);
	return is_ours;
}

/* --- out -------------------------------------------------------------------------------------- */

static void
write_title(struct json_out *out, const struct reply_button *button, size_t max)
{
	json_out_member_string(out, "id", button->data);
	json_out_member_string(out, "title", text_split(button->label, 0, max, UNIT_CHARACTER).text);
}

static void
write_button_action(struct json_out *out, const struct outgoing *outgoing)
{
	json_out_key(out, "buttons");
	json_out_array_begin(out);
	for (size_t i = 0; i < outgoing->button_count; i++) {
		json_out_object_begin(out);
		json_out_member_text(out, "type", "reply");
		json_out_key(out, "reply");
		json_out_object_begin(out);
		write_title(out, &outgoing->buttons[i], BUTTON_TITLE_MAX);
		json_out_object_end(out);
		json_out_object_end(out);
	}
	json_out_array_end(out);
}

static void
write_list_action(struct json_out *out, const struct outgoing *outgoing)
{
	json_out_member_text(out, "button", "…");
	json_out_key(out, "sections");
	json_out_array_begin(out);
	json_out_object_begin(out);
	json_out_key(out, "rows");
	json_out_array_begin(out);
	for (size_t i = 0; i < outgoing->button_count; i++) {
		json_out_object_begin(out);
		write_title(out, &outgoing->buttons[i], ROW_TITLE_MAX);
		json_out_object_end(out);
	}
	json_out_array_end(out);
	json_out_object_end(out);
	json_out_array_end(out);
}

static void
write_interactive(struct json_out *out, const struct outgoing *outgoing, struct slice text)
{
	bool is_list = outgoing->button_count > BUTTONS_MAX;

	json_out_member_text(out, "type", "interactive");
	json_out_key(out, "interactive");
	json_out_object_begin(out);
	json_out_member_text(out, "type", is_list ? "list" : "button");
	json_out_key(out, "body");
	json_out_object_begin(out);
	json_out_member_string(out, "text", text);
	json_out_object_end(out);
	json_out_key(out, "action");
	json_out_object_begin(out);
	if (is_list)
		write_list_action(out, outgoing);
	else
		write_button_action(out, outgoing);
	json_out_object_end(out);
	json_out_object_end(out);
}

static void
write_text(struct json_out *out, struct slice text)
{
	json_out_member_text(out, "type", "text");
	json_out_key(out, "text");
	json_out_object_begin(out);
	json_out_member_string(out, "body", text);
	json_out_member_bool(out, "preview_url", false);
	json_out_object_end(out);
}

static struct text_part
part_of(const struct outgoing *outgoing)
{
	return text_split(outgoing->text, outgoing->step, outgoing->button_count > 0 ? TEXT_WITH_BUTTONS_MAX : TEXT_CHARACTERS_MAX,
	    UNIT_CHARACTER);
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
	*why = send_no_memory;
	url_append(&url, outgoing->options->whatsapp_api_url, "/");
	url_append_encoded(&url, to[TO_PHONE_NUMBER]);
	buf_append_literal(&url, "/messages");
	json_out_object_begin(&out);
	json_out_member_text(&out, "messaging_product", "whatsapp");
	json_out_member_text(&out, "recipient_type", "individual");
	json_out_member_string(&out, "to", to[TO_PERSON]);
	json_out_key(&out, "context");
	json_out_object_begin(&out);
	json_out_member_string(&out, "message_id", to[TO_MESSAGE]);
	json_out_object_end(&out);
	if (has_buttons(outgoing, &part))
		write_interactive(&out, outgoing, part.text);
	else
		write_text(&out, part.text);
	json_out_object_end(&out);
	return request_json(arena, request, &url, &body, "Bearer ", secret_first(outgoing->options->whatsapp_access_token.value));
}

/* What an error's code asks for; codes that are not here go by the HTTP status. */
static const struct {
	int64_t          code;
	enum send_result result;
	int64_t          after_ms;
	const char      *why;
} codes[] = {
	{ 4, SEND_RETRY, 60000, "too many calls of the app" },
	{ 190, SEND_RETRY, 60000, "the token is refused" },
	{ 80007, SEND_RETRY, 60000, "too many messages" },
	{ 130429, SEND_RETRY, 1000, "too many messages" },
	{ 131056, SEND_RETRY, 6000, "too many messages to one person" },
	{ 131000, SEND_RETRY, 0, "the platform is in trouble" },
	{ 131016, SEND_RETRY, 0, "the platform is in trouble" },
	{ 131026, SEND_REJECTED, 0, "it cannot be delivered" },
	{ 131047, SEND_REJECTED, 0, "more than 24 hours since the person wrote" },
};

static void
judge(const struct outgoing *outgoing, const struct send_response *response, struct arena *arena, struct send_outcome *outcome)
{
	json_t *root = json_in(response->body);
	int64_t code = json_int_at(root, "error.code", 0);
	struct slice id = json_text_at(json_array_get(json_at(root, "messages"), 0), "id");

	judge_status(outgoing, response, outcome);
	if (response->http_status == 200 && id.len > 0)
		judge_sent(outgoing, id, part_of(outgoing).is_last, arena, outcome);
	for (size_t i = 0; i < sizeof codes / sizeof codes[0] && code != 0; i++) {
		if (codes[i].code != code)
			continue;
		outcome->result = codes[i].result;
		outcome->why = codes[i].why;
		if (outcome->after_ms < codes[i].after_ms)
			outcome->after_ms = codes[i].after_ms;
	}
	json_decref(root);
}

const struct messenger messenger_whatsapp = {
	.name = "whatsapp",
	.title = "WhatsApp",
	.headers = { "X-Hub-Signature-256" },
	.needs = { "app_secret", "verify_token", "access_token" },
	.greeting = { "hub.mode", "hub.challenge", "hub.verify_token" },
	.greet = greet,
	.verify = verify,
	.decode = decode,
	.build = build,
	.judge = judge,
	.get_media = media_of_whatsapp,
	.overall = { 80, 1000 },
	.each_chat = { 10, 60 * 1000 },
};
