/* SPDX-License-Identifier: MIT */
/*
 * Discord, what comes in: interactions (slash command, its form, the command
 * on a message, buttons), each of which must be answered at once.  What takes
 * longer is promised with that answer and edited in later: discord_send.c.
 */
#include "config.h"

#include "discord.h"
#include "options.h"
#include "messenger/media.h"
#include "messenger/parts.h"
#include "messenger/rows.h"
#include "messenger/signature.h"

enum { PING = 1, COMMAND = 2, COMPONENT = 3, AUTOCOMPLETE = 4, FORM = 5 };                /* types of interactions */
enum { SLASH_COMMAND = 1, MESSAGE_COMMAND = 3, TYPE_STRING = 3, TYPE_ATTACHMENT = 11 };   /* of commands and their options */

#define PONG "{\"type\":1}"
#define PROMISE "{\"type\":5}"
#define PRIVATE_PROMISE "{\"type\":5,\"data\":{\"flags\":64}}"
#define NO_CHOICES "{\"type\":8,\"data\":{\"choices\":[]}}"
#define HOW_TO "{\"type\":4,\"data\":{\"flags\":64,\"content\":\"/expense text: lunch 120\"}}"
#define ASK_BY_FORM "{\"type\":9,\"data\":{\"custom_id\":\"expense\",\"title\":\"AIExpense\",\"components\":[{\"type\":18," \
	"\"label\":\"lunch 120, taxi 250\",\"component\":{\"type\":4,\"custom_id\":\"text\",\"style\":2,\"min_length\":1," \
	"\"max_length\":2000,\"required\":true}}]}}"

static enum status
verify(const struct webhook *hook)
{
	struct slice parts[] = { hook->headers[1], hook->body };
	bool is_signed = false;

	if (!signature_is_fresh(hook->headers[1], hook->now_s))
		return ST_BAD_SIGNATURE;
	for (size_t i = 0; i < hook->options->discord_public_key.count; i++)
		is_signed |= signature_ed25519(slice_of(hook->options->discord_public_key.items[i]), parts, 2, hook->headers[0]);
	return is_signed ? ST_OK : ST_BAD_SIGNATURE;
}

static void
answer(struct decoded *out, const char *json)
{
	out->answer = slice_of(json);
	out->answer_type = "application/json";
}

static void
answer_unhandled(struct decoded *out, const char *json)
{
	decoded_ignore(out);
	answer(out, json);
}

/* The option of a command that has this name and type. */
static struct slice
option_of(const json_t *data, const char *name, int type)
{
	const json_t *options = json_at(data, "options"), *option;
	size_t i;

	json_array_foreach(options, i, option)
		if (json_is_text_at(option, "name", name) && json_int_at(option, "type", 0) == type)
			return json_text_at(option, "value");
	return SLICE_EMPTY;
}

static struct slice
image_of(struct arena *arena, const json_t *file)
{
	struct slice type = json_text_at(file, "content_type");

	if (type.len <= 6 || memcmp(type.ptr, "image/", 6) != 0)
		return SLICE_EMPTY;
	return DESTINATION(arena, slice_of(messenger_discord.name), json_text_at(file, "url"));
}

/* Under a name that came with the request. */
static const json_t *
member(const json_t *object, struct slice name)
{
	char key[32];

	if (name.len == 0 || name.len >= sizeof key)
		return NULL;
	memcpy(key, name.ptr, name.len);
	key[name.len] = '\0';
	return json_object_get(object, key);
}

static const json_t *
resolved(const json_t *data, const char *kind, struct slice id)
{
	return member(json_at(json_at(data, "resolved"), kind), id);
}

static void
set_image(struct event *event, struct slice media)
{
	if (media.len == 0)
		return;
	event->incoming.kind = INCOMING_IMAGE;
	event->incoming.media = media;
}

/* The first text that was put into the form. */
static struct slice
form_text(const json_t *data)
{
	const json_t *rows = json_at(data, "components"), *row;
	size_t i;

	json_array_foreach(rows, i, row) {
		struct slice value = json_text_at(row, "component.value");

		if (value.len == 0)
			value = json_text_at(json_array_get(json_at(row, "components"), 0), "value");
		if (value.len > 0)
			return value;
	}
	return SLICE_EMPTY;
}

/* What an interaction says; false: nothing, and why is its answer. */
static bool
read_command(struct arena *arena, const json_t *data, struct event *event, const char **why)
{
	struct slice target = json_text_at(data, "target_id");
	const json_t *message = resolved(data, "messages", target);

	*why = HOW_TO;
	if (json_int_at(data, "type", SLASH_COMMAND) == MESSAGE_COMMAND) {
		event->text = text_trim(json_text_at(message, "content"));
		event->incoming.ref = target;
		set_image(event, image_of(arena, json_array_get(json_at(message, "attachments"), 0)));
	} else if (json_is_text_at(data, "name", "expense")) {
		*why = ASK_BY_FORM;
		event->text = text_trim(option_of(data, "text", TYPE_STRING));
		set_image(event, image_of(arena, resolved(data, "attachments", option_of(data, "receipt", TYPE_ATTACHMENT))));
	}
	return event->text.len > 0 || event->incoming.media.len > 0;
}

static bool
read_interaction(struct arena *arena, const json_t *root, struct event *event, const char **why)
{
	const json_t *data = json_at(root, "data");

	*why = HOW_TO;
	switch (json_int_at(root, "type", 0)) {
	case COMMAND:
		return read_command(arena, data, event, why);
	case COMPONENT:
		event->incoming.kind = INCOMING_BUTTON;
		event->incoming.ref = json_text_at(root, "message.id");
		event->text = json_text_at(data, "custom_id");
		return event->text.len > 0;
	case AUTOCOMPLETE:
		*why = NO_CHOICES;
		return false;
	case FORM:
		event->text = text_trim(form_text(data));
		return json_is_text_at(data, "custom_id", "expense") && event->text.len > 0;
	default:
		return false;
	}
}

static void
decode_interaction(const struct webhook *hook, const json_t *root, struct decoded *out)
{
	struct arena *arena = out->arena;
	struct slice name = slice_of(messenger_discord.name), user = json_text_at(root, "member.user.id");
	struct slice channel = json_text_at(root, "channel_id"), token = json_text_at(root, "token");
	bool is_direct = user.len == 0;
	struct event event = { .incoming.locale_hint = json_text_at(root, "locale") };
	size_t before = out->count;
	const char *why;

	if (is_direct)
		user = json_text_at(root, "user.id");
	else
		event.incoming.conversation = channel;
	if (!read_interaction(arena, root, &event, &why)) {
		answer_unhandled(out, why);
		return;
	}
	event.user_id = TEXT_JOIN(arena, name, slice_of(hook->options->discord_application_id), user);
	event.key = TEXT_JOIN(arena, name, json_text_at(root, "id"));
	event.deliver_to = DESTINATION(arena, name, channel, token, text_of_int(arena, hook->now_s),
	    is_direct ? SLICE_EMPTY : SLICE_LITERAL("private"));
	if (user.len > 0 && token.len > 0 && json_text_at(root, "id").len > 0)
		decoded_add(out, &event);
	answer(out, out->count == before ? HOW_TO : is_direct ? PROMISE : PRIVATE_PROMISE);
}

static bool
decode(const struct webhook *hook, struct decoded *out)
{
	json_t *root = json_in(hook->body);
	int64_t type = json_int_at(root, "type", 0);

	if (type == PING)
		answer(out, PONG);
	else if (type > 0)
		decode_interaction(hook, root, out);
	json_decref(root);
	return type > 0;
}

const struct messenger messenger_discord = {
	.name = "discord",
	.title = "Discord",
	.headers = { "X-Signature-Ed25519", "X-Signature-Timestamp" },
	.needs = { "public_key", "application_id" },
	.verify = verify,
	.decode = decode,
	.build = discord_build,
	.judge = discord_judge,
	.get_media = media_of_discord,
	.overall = { 50, 1000 },
	.each_chat = { 5, 5000 },
};
