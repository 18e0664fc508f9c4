/* SPDX-License-Identifier: MIT */
/* Making requests of replies, and judging what came back. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include <unistr.h>

#include "parts.h"

const char send_no_memory[] = "out of memory";

/* --- cutting ---------------------------------------------------------------------------------- */

static size_t
units_of(ucs4_t c, int bytes, enum text_unit unit)
{
	switch (unit) {
	case UNIT_UTF16: return c >= 0x10000 ? 2 : 1;
	case UNIT_BYTE: return (size_t)bytes;
	default: return 1;
	}
}

/* How many bytes go into one message: up to behind the last line end, blank or character that fits. */
static size_t
first_part(struct slice text, size_t max, enum text_unit unit)
{
	size_t at = 0, units = 0, behind_line = 0, behind_blank = 0;
	ucs4_t c;

	while (at < text.len) {
		int len = u8_mbtouc(&c, (const uint8_t *)text.ptr + at, text.len - at);

		units += units_of(c, len, unit);
		if (units > max)
			break;
		at += (size_t)len;
		if (c == '\n')
			behind_line = at;
		else if (c == ' ')
			behind_blank = at;
	}
	if (at == text.len)
		return at;
	return behind_line > 0 ? behind_line : behind_blank > 0 ? behind_blank : at;
}

struct text_part
text_split(struct slice text, unsigned step, size_t max, enum text_unit unit)
{
	size_t len = first_part(text, max, unit);

	for (unsigned i = 0; i < step && len > 0; i++) {
		text = (struct slice){ text.ptr + len, text.len - len };
		len = first_part(text, max, unit);
	}
	return (struct text_part){ text_trim((struct slice){ text.ptr, len }), len == text.len };
}

/* --- requests --------------------------------------------------------------------------------- */

bool
arena_take(struct arena *arena, struct buf *buf, struct slice *out)
{
	*out = buf->has_failed ? SLICE_EMPTY : arena_copy(arena, buf_slice(buf));
	arena->has_failed |= buf->has_failed;
	buf_fini(buf);
	return out->ptr != NULL;
}

void
url_append(struct buf *url, const char *base, const char *path)
{
	size_t len = strlen(base);

	while (len > 0 && base[len - 1] == '/')
		len--;
	buf_append(url, base, len);
	buf_append_text(url, path);
}

void
url_append_encoded(struct buf *url, struct slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c != '\0' && strchr("-._~", c) != NULL))
			buf_append_char(url, c);
		else
			buf_printf(url, "%%%02X", (unsigned char)c);
	}
}

bool
request_header_add(struct arena *arena, struct send_request *request, const char *name, struct slice value)
{
	struct buf line = BUF_INIT;

	if (request->header_count == SEND_HEADERS_MAX)
		return false;
	buf_append_text(&line, name);
	buf_append_literal(&line, ": ");
	buf_append_slice(&line, value);
	return arena_take(arena, &line, &request->headers[request->header_count++]);
}

bool
request_json(struct arena *arena, struct send_request *request, struct buf *url, struct buf *body, const char *scheme,
    struct slice token)
{
	struct buf authorization = BUF_INIT;
	struct slice value;
	bool is_ok = arena_take(arena, url, &request->url);

	request->method = "POST";
	request->content_type = "application/json; charset=utf-8";
	is_ok = arena_take(arena, body, &request->body) && is_ok;
	if (scheme == NULL)
		return is_ok;
	buf_append_text(&authorization, scheme);
	buf_append_slice(&authorization, token);
	return arena_take(arena, &authorization, &value) && request_header_add(arena, request, "Authorization", value) && is_ok;
}

struct slice
secret_first(const char *secret)
{
	return secret != NULL ? (struct slice){ secret, strcspn(secret, "\r\n") } : SLICE_EMPTY;
}

/* --- judging ---------------------------------------------------------------------------------- */

void
judge_status(const struct outgoing *outgoing, const struct send_response *response, struct send_outcome *outcome)
{
	unsigned status = response->http_status;

	*outcome = (struct send_outcome){ .result = SEND_RETRY, .step = outgoing->step };
	if (response->retry_after_s > 0)
		outcome->after_ms = response->retry_after_s * 1000;
	if (status == 0)
		outcome->why = "no answer";
	else if (status == 429)
		outcome->why = "too many requests";
	else if (status == 408 || status >= 500)
		outcome->why = "the platform is in trouble";
	else if (status == 401)
		outcome->why = "the token is refused";     /* which the operator can mend */
	else if (status < 200 || status >= 300)
		*outcome = (struct send_outcome){ .result = SEND_REJECTED, .step = outgoing->step, .why = "refused" };
	else
		outcome->why = "an answer that cannot be read";
}

bool
is_answer(const struct send_response *response, const json_t *root)
{
	return root != NULL || response->body.len == 0;
}

void
judge_sent(const struct outgoing *outgoing, struct slice ref, bool is_last, struct arena *arena, struct send_outcome *outcome)
{
	*outcome = (struct send_outcome){ .result = is_last ? SEND_DONE : SEND_NEXT, .step = outgoing->step + 1,
		.ref = ref.len > 0 ? arena_copy(arena, ref) : SLICE_EMPTY };
}
