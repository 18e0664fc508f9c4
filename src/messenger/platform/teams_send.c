/* SPDX-License-Identifier: MIT */
/*
 * Microsoft Teams, what goes out: a reply to the activity, at the service
 * that sent it, with a token of the app's own.  Buttons are on a card, which
 * then has the text too, since Teams splits an activity with both.
 */
#include "config.h"

#include <string.h>

#include "options.h"
#include "messenger/parts.h"
#include "teams.h"

enum { TEXT_BYTES_MAX = 20000 };

/* The host of an https URL without user or port; empty: it is another kind of URL. */
static struct slice
host_of(struct slice url)
{
	static const struct slice scheme = { "https://", 8 };
	size_t len = 0;

	if (url.len <= scheme.len || memcmp(url.ptr, scheme.ptr, scheme.len) != 0)
		return SLICE_EMPTY;
	url = (struct slice){ url.ptr + scheme.len, url.len - scheme.len };
	while (len < url.len && strchr("/?#", url.ptr[len]) == NULL)
		len++;
	for (size_t i = 0; i < len; i++)
		if (strchr("@:\\%", url.ptr[i]) != NULL || (unsigned char)url.ptr[i] <= ' ')
			return SLICE_EMPTY;
	return (struct slice){ url.ptr, len };
}

/* "example.org" is that host, ".example.org" every one below it, and "http://..." a URL to begin with, for tests. */
static bool
is_allowed(const char *allowed, struct slice url)
{
	struct slice host = host_of(url), rule = slice_of(allowed);

	if (strncmp(allowed, "http://", 7) == 0)
		return url.len >= rule.len && memcmp(url.ptr, rule.ptr, rule.len) == 0;
	if (rule.len == 0 || host.len < rule.len || (rule.ptr[0] != '.' && host.len != rule.len))
		return false;
	return strncasecmp(host.ptr + host.len - rule.len, rule.ptr, rule.len) == 0;
}

bool
teams_is_service_url(const struct options *options, struct slice url)
{
	for (size_t i = 0; i < options->teams_service_hosts.count; i++)
		if (text_is_url(url) && is_allowed(options->teams_service_hosts.items[i], url))
			return true;
	return false;
}

static void
write_id(struct json_out *out, const char *key, struct slice id)
{
	json_out_key(out, key);
	json_out_object_begin(out);
	json_out_member_string(out, "id", id);
	json_out_object_end(out);
}

static void
write_card(struct json_out *out, const struct outgoing *outgoing, struct slice text)
{
	json_out_key(out, "attachments");
	json_out_array_begin(out);
	json_out_object_begin(out);
	json_out_member_text(out, "contentType", "application/vnd.microsoft.card.adaptive");
	json_out_key(out, "content");
	json_out_object_begin(out);
	json_out_member_text(out, "type", "AdaptiveCard");
	json_out_member_text(out, "version", "1.4");
	json_out_key(out, "body");
	json_out_array_begin(out);
	json_out_object_begin(out);
	json_out_member_text(out, "type", "TextBlock");
	json_out_member_string(out, "text", text);
	json_out_member_bool(out, "wrap", true);
	json_out_object_end(out);
	json_out_array_end(out);
	json_out_key(out, "actions");
	json_out_array_begin(out);
	for (size_t i = 0; i < outgoing->button_count; i++) {
		json_out_object_begin(out);
		json_out_member_text(out, "type", "Action.Submit");
		json_out_member_string(out, "title", outgoing->buttons[i].label);
		json_out_key(out, "data");
		json_out_object_begin(out);
		json_out_member_string(out, "data", outgoing->buttons[i].data);
		json_out_object_end(out);
		json_out_object_end(out);
	}
	json_out_array_end(out);
	json_out_object_end(out);
	json_out_object_end(out);
	json_out_array_end(out);
}

static struct text_part
part_of(const struct outgoing *outgoing)
{
	return text_split(outgoing->text, outgoing->step, TEXT_BYTES_MAX, UNIT_BYTE);
}

static void
write_activity(struct json_out *out, const struct outgoing *outgoing, const struct slice *to)
{
	struct text_part part = part_of(outgoing);

	json_out_object_begin(out);
	json_out_member_text(out, "type", "message");
	write_id(out, "from", to[TO_BOT]);
	write_id(out, "recipient", to[TO_PERSON]);
	write_id(out, "conversation", to[TO_CONVERSATION]);
	json_out_member_string(out, "replyToId", to[TO_ACTIVITY]);
	if (has_buttons(outgoing, &part)) {
		write_card(out, outgoing, part.text);
	} else {
		json_out_member_text(out, "textFormat", "plain");
		json_out_member_string(out, "text", part.text);
	}
	json_out_object_end(out);
}

bool
teams_build(const struct outgoing *outgoing, struct arena *arena, struct send_request *request, const char **why)
{
	struct buf url = BUF_INIT, body = BUF_INIT;
	struct json_out out = json_out_to(&body);
	struct slice to[TO_FIELDS];
	size_t len;

	*why = "it has no destination";
	if (!destination_unpack(outgoing->deliver_to, to, TO_FIELDS))
		return false;
	*why = "its service is none of teams.service_hosts";
	if (!teams_is_service_url(outgoing->options, to[TO_SERVICE_URL]))
		return false;
	*why = send_no_memory;
	len = to[TO_SERVICE_URL].len;
	while (len > 0 && to[TO_SERVICE_URL].ptr[len - 1] == '/')
		len--;
	buf_append(&url, to[TO_SERVICE_URL].ptr, len);
	buf_append_literal(&url, "/v3/conversations/");
	url_append_encoded(&url, to[TO_CONVERSATION]);
	buf_append_literal(&url, "/activities/");
	url_append_encoded(&url, to[TO_ACTIVITY]);
	write_activity(&out, outgoing, to);
	return request_json(arena, request, &url, &body, "Bearer ", outgoing->credential);
}

void
teams_judge(const struct outgoing *outgoing, const struct send_response *response, struct arena *arena, struct send_outcome *outcome)
{
	unsigned status = response->http_status;
	json_t *root = json_in(response->body);

	judge_status(outgoing, response, outcome);
	if ((status == 200 || status == 201 || status == 202) && is_answer(response, root))
		judge_sent(outgoing, json_text_at(root, "id"), part_of(outgoing).is_last, arena, outcome);
	else if (status == 401)
		outcome->is_credential_bad = true;
	else if (status == 412)
		*outcome = (struct send_outcome){ .result = SEND_RETRY, .step = outgoing->step, .why = "the conversation is busy" };
	json_decref(root);
}

bool
teams_get_credential(const struct options *options, struct arena *arena, struct send_request *request, const char **why)
{
	struct buf url = BUF_INIT, body = BUF_INIT;

	*why = send_no_memory;
	url_append(&url, options->teams_login_url, "/");
	url_append_encoded(&url, slice_of(options->teams_tenant));
	buf_append_literal(&url, "/oauth2/v2.0/token");
	buf_append_literal(&body, "grant_type=client_credentials&client_id=");
	url_append_encoded(&body, slice_of(options->teams_app_id));
	buf_append_literal(&body, "&client_secret=");
	url_append_encoded(&body, secret_first(options->teams_app_secret.value));
	buf_append_literal(&body, "&scope=https%3A%2F%2Fapi.botframework.com%2F.default");
	if (!request_json(arena, request, &url, &body, NULL, SLICE_EMPTY))
		return false;
	request->content_type = "application/x-www-form-urlencoded";
	return true;
}

bool
teams_read_credential(struct slice body, struct arena *arena, struct slice *credential, int64_t *lives_s)
{
	json_t *root = json_in(body);

	*credential = arena_copy(arena, json_text_at(root, "access_token"));
	*lives_s = json_int_at(root, "expires_in", 0);
	json_decref(root);
	return credential->len > 0 && *lives_s > 0;
}
