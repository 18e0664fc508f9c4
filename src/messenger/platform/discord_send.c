/* SPDX-License-Identifier: MIT */
/*
 * Discord, what goes out: the promised answer is edited in, further parts
 * follow it.  The interaction's token, which allows that, lives for 15 minutes;
 * after that the bot writes into the channel, if it has a token of its own.
 */
#include "config.h"

#include "discord.h"
#include "options.h"
#include "messenger/parts.h"

enum {
	TEXT_CHARACTERS_MAX = 2000,
	LABEL_MAX = 80,
	TOKEN_LIVES_S = 14 * 60,
	PROMISE_TAKES_S = 10,           /* so long an answer may be there before Discord knows the promise */
	STEP_CHANNEL = 1000             /* from here on steps go to the channel */
};

static struct text_part
part_of(const struct outgoing *outgoing)
{
	return text_split(outgoing->text, outgoing->step % STEP_CHANNEL, TEXT_CHARACTERS_MAX, UNIT_UTF16);
}

static int64_t
age_s(const struct outgoing *outgoing, const struct slice *to)
{
	int64_t received_s = 0;

	for (size_t i = 0; i < to[TO_RECEIVED_S].len; i++)
		received_s = received_s * 10 + (to[TO_RECEIVED_S].ptr[i] - '0');
	return outgoing->now_s - received_s;
}

static bool
is_to_channel(const struct outgoing *outgoing, const struct slice *to)
{
	return outgoing->step >= STEP_CHANNEL || age_s(outgoing, to) > TOKEN_LIVES_S;
}

static void
write_buttons(struct json_out *out, const struct outgoing *outgoing)
{
	json_out_key(out, "components");
	json_out_array_begin(out);
	json_out_object_begin(out);
	json_out_member_int(out, "type", 1);
	json_out_key(out, "components");
	json_out_array_begin(out);
	for (size_t i = 0; i < outgoing->button_count; i++) {
		json_out_object_begin(out);
		json_out_member_int(out, "type", 2);
		json_out_member_int(out, "style", 2);
		json_out_member_string(out, "label", text_split(outgoing->buttons[i].label, 0, LABEL_MAX, UNIT_UTF16).text);
		json_out_member_string(out, "custom_id", outgoing->buttons[i].data);
		json_out_object_end(out);
	}
	json_out_array_end(out);
	json_out_object_end(out);
	json_out_array_end(out);
}

/* The same part of the same message has the same nonce, by which Discord knows a repeat. */
static void
write_nonce(struct json_out *out, const struct outgoing *outgoing)
{
	char text[UUID_TEXT_LEN], nonce[25];
	size_t len = 0;

	uuid_format(&outgoing->message_id, text);
	for (size_t i = UUID_TEXT_LEN; i-- > 0 && len < sizeof nonce - 1;)
		if (text[i] != '-')
			nonce[len++] = text[i];
	nonce[len++] = (char)('a' + outgoing->step % 26);
	json_out_member_string(out, "nonce", (struct slice){ nonce, len });
	json_out_member_bool(out, "enforce_nonce", true);
}

static void
write_message(struct json_out *out, const struct outgoing *outgoing, const struct slice *to, bool is_new)
{
	struct text_part part = part_of(outgoing);

	json_out_object_begin(out);
	json_out_member_string(out, "content", part.text);
	json_out_key(out, "allowed_mentions");
	json_out_raw(out, SLICE_LITERAL("{\"parse\":[]}"));
	if (has_buttons(outgoing, &part))
		write_buttons(out, outgoing);
	if (is_to_channel(outgoing, to))
		write_nonce(out, outgoing);
	else if (is_new && to[TO_PRIVATE].len > 0)
		json_out_member_int(out, "flags", 64);
	json_out_object_end(out);
}

static void
write_url(struct buf *url, const struct outgoing *outgoing, const struct slice *to)
{
	if (is_to_channel(outgoing, to)) {
		url_append(url, outgoing->options->discord_api_url, "/channels/");
		url_append_encoded(url, to[TO_CHANNEL]);
		buf_append_literal(url, "/messages");
		return;
	}
	url_append(url, outgoing->options->discord_api_url, "/webhooks/");
	url_append_encoded(url, slice_of(outgoing->options->discord_application_id));
	buf_append_char(url, '/');
	url_append_encoded(url, to[TO_TOKEN]);
	if (outgoing->step == 0 && !outgoing->is_notice)
		buf_append_literal(url, "/messages/@original");
	else
		buf_append_literal(url, "?wait=true");
}

bool
discord_build(const struct outgoing *outgoing, struct arena *arena, struct send_request *request, const char **why)
{
	struct buf url = BUF_INIT, body = BUF_INIT;
	struct json_out out = json_out_to(&body);
	struct slice to[TO_FIELDS], token = secret_first(outgoing->options->discord_bot_token.value);
	bool is_edit, is_ok;

	*why = "it has no destination";
	if (!destination_unpack(outgoing->deliver_to, to, TO_FIELDS))
		return false;
	*why = "the interaction is over, and there is no discord.bot_token";
	if (is_to_channel(outgoing, to) && token.len == 0)
		return false;
	*why = send_no_memory;
	is_edit = outgoing->step == 0 && !outgoing->is_notice && !is_to_channel(outgoing, to);
	write_url(&url, outgoing, to);
	write_message(&out, outgoing, to, !is_edit);
	is_ok = request_json(arena, request, &url, &body, is_to_channel(outgoing, to) ? "Bot " : NULL, token);
	if (is_edit)
		request->method = "PATCH";
	return is_ok && request_header_add(arena, request, "User-Agent", SLICE_LITERAL("DiscordBot (" PACKAGE_NAME ", " PACKAGE_VERSION ")"));
}

/* The promise is not known yet, or the token is over. */
static void
judge_lost(const struct outgoing *outgoing, const struct slice *to, struct send_outcome *outcome)
{
	if (age_s(outgoing, to) <= PROMISE_TAKES_S)
		*outcome = (struct send_outcome){ .result = SEND_RETRY, .step = outgoing->step, .after_ms = 1000, .why = "not promised yet" };
	else if (secret_first(outgoing->options->discord_bot_token.value).len > 0)
		*outcome = (struct send_outcome){ .result = SEND_NEXT, .step = outgoing->step + STEP_CHANNEL };
	else
		*outcome = (struct send_outcome){ .result = SEND_REJECTED, .step = outgoing->step, .why = "the interaction is over" };
}

void
discord_judge(const struct outgoing *outgoing, const struct send_response *response, struct arena *arena, struct send_outcome *outcome)
{
	unsigned status = response->http_status;
	json_t *root = json_in(response->body);
	const json_t *retry_after = json_at(root, "retry_after");
	struct slice to[TO_FIELDS], id = json_text_at(root, "id");

	judge_status(outgoing, response, outcome);
	if (!destination_unpack(outgoing->deliver_to, to, TO_FIELDS))
		outcome->result = SEND_REJECTED;
	else if (status >= 200 && status < 300 && id.len > 0)
		judge_sent(outgoing, id, part_of(outgoing).is_last, arena, outcome);
	else if ((status == 401 || status == 404) && !is_to_channel(outgoing, to))
		judge_lost(outgoing, to, outcome);
	else if (status == 429 && json_is_number(retry_after) && json_number_value(retry_after) < 86400)
		outcome->after_ms = (int64_t)(json_number_value(retry_after) * 1000) + 1;
	json_decref(root);
}
