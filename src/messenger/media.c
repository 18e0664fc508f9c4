/* SPDX-License-Identifier: MIT */
/* See media.h. */
#include "config.h"

#include "media.h"

#include "options.h"
#include "parts.h"
#include "messenger/platform/teams.h"

enum { MEDIA_NAME, MEDIA_ID, MEDIA_FIELDS };

/* GET, with a bearer token unless that is empty.  Empties url. */
static bool
get(struct arena *arena, struct send_request *request, struct buf *url, struct slice token)
{
	struct buf line = BUF_INIT;
	struct slice value;

	request->method = "GET";
	if (!arena_take(arena, url, &request->url))
		return false;
	if (token.len == 0)
		return true;
	buf_append_literal(&line, "Bearer ");
	buf_append_slice(&line, token);
	return arena_take(arena, &line, &value) && request_header_add(arena, request, "Authorization", value);
}

static bool
read_id(const struct media_step *step, struct slice *id)
{
	struct slice fields[MEDIA_FIELDS];

	if (!destination_unpack(step->media, fields, MEDIA_FIELDS) || fields[MEDIA_ID].len == 0)
		return false;
	*id = fields[MEDIA_ID];
	return true;
}

/* A URL that the event or the platform told, as long as it begins with one of ours. */
static bool
get_url(struct arena *arena, struct send_request *request, struct slice url, const char *begins, struct slice token)
{
	struct slice begin = slice_of(begins);
	struct buf copy = BUF_INIT;

	if (url.len <= begin.len || memcmp(url.ptr, begin.ptr, begin.len) != 0)
		return false;
	buf_append_slice(&copy, url);
	return get(arena, request, &copy, token);
}

MEDIA_OF(line)
{
	struct buf url = BUF_INIT;
	struct slice id;

	*is_file = true;
	if (!read_id(step, &id))
		return false;
	url_append(&url, options->line_data_url, "/v2/bot/message/");
	url_append_encoded(&url, id);
	buf_append_literal(&url, "/content");
	return get(arena, request, &url, secret_first(options->line_access_token.value));
}

/* "photos/file_1.jpg": nothing that leads elsewhere. */
static bool
is_path(struct slice path)
{
	for (size_t i = 0; i < path.len; i++)
		if ((unsigned char)path.ptr[i] <= ' ' || strchr("?#%\\@:", path.ptr[i]) != NULL || (path.ptr[i] == '.' && i + 1 < path.len && path.ptr[i + 1] == '.'))
			return false;
	return path.len > 0;
}

MEDIA_OF(telegram)
{
	struct slice token = secret_first(options->telegram_bot_token.value), id, path;
	struct buf url = BUF_INIT;
	json_t *root;
	bool is_ok;

	*is_file = step->number > 0;
	if (!read_id(step, &id))
		return false;
	if (step->number == 0) {
		url_append(&url, options->telegram_api_url, "/bot");
		buf_append_slice(&url, token);
		buf_append_literal(&url, "/getFile?file_id=");
		url_append_encoded(&url, id);
		return get(arena, request, &url, SLICE_EMPTY);
	}
	root = json_in(step->answer);
	path = json_text_at(root, "result.file_path");
	is_ok = is_path(path);
	if (is_ok) {
		url_append(&url, options->telegram_api_url, "/file/bot");
		buf_append_slice(&url, token);
		buf_append_char(&url, '/');
		buf_append_slice(&url, path);
		is_ok = get(arena, request, &url, SLICE_EMPTY);
	}
	json_decref(root);
	return is_ok;
}

MEDIA_OF(whatsapp)
{
	struct slice token = secret_first(options->whatsapp_access_token.value), id;
	struct buf url = BUF_INIT;
	json_t *root;
	bool is_ok;

	*is_file = step->number > 0;
	if (!read_id(step, &id))
		return false;
	if (step->number == 0) {
		url_append(&url, options->whatsapp_api_url, "/");
		url_append_encoded(&url, id);
		return get(arena, request, &url, token);
	}
	root = json_in(step->answer);
	is_ok = get_url(arena, request, json_text_at(root, "url"), options->whatsapp_media_url, token);
	json_decref(root);
	return is_ok;
}

MEDIA_OF(slack)
{
	struct slice url;

	*is_file = true;
	return read_id(step, &url) && get_url(arena, request, url, options->slack_files_url, secret_first(options->slack_bot_token.value));
}

MEDIA_OF(discord)
{
	struct slice url;

	*is_file = true;
	return read_id(step, &url) && get_url(arena, request, url, options->discord_files_url, SLICE_EMPTY);
}

MEDIA_OF(teams)
{
	struct buf copy = BUF_INIT;
	struct slice url;

	*is_file = true;
	if (!read_id(step, &url) || !teams_is_service_url(options, url))
		return false;
	buf_append_slice(&copy, url);
	return get(arena, request, &copy, step->credential);
}
