/* SPDX-License-Identifier: MIT */
/* See reader.h.  The sections named are those of RFC 9112, unless another number stands there. */
#include "config.h"

#include "reader.h"

#include <string.h>

#include "ascii.h"
#include "target.h"

enum {
	METHOD_MAX = 32,
	REQUEST_LINE_REST = METHOD_MAX + 12,   /* all of the request line but the target */
	CHUNK_LINE_MAX = 256,
	CHUNK_DIGITS_MAX = 16
};

enum phase {
	PHASE_START,           /* one empty line may stand before the request line (2.2) */
	PHASE_REQUEST_LINE,
	PHASE_FIELDS,
	PHASE_BODY,
	PHASE_CHUNK_SIZE,
	PHASE_CHUNK_DATA,
	PHASE_CHUNK_END,
	PHASE_TRAILERS,
	PHASE_COMPLETE,
	PHASE_FAILED
};

/* A step's outcome beside ST_OK, which is to go on, and an error. */
#define NEED_MORE ST_ACCEPTED

static const char token_bytes[256] = {
	['!'] = 1, ['#'] = 1, ['$'] = 1, ['%'] = 1, ['&'] = 1, ['\''] = 1, ['*'] = 1, ['+'] = 1, ['-'] = 1,
	['.'] = 1, ['^'] = 1, ['_'] = 1, ['`'] = 1, ['|'] = 1, ['~'] = 1,
	['0' ... '9'] = 1, ['A' ... 'Z'] = 1, ['a' ... 'z'] = 1,
};

/* RFC 9110, 5.5: visible, blank, or above ASCII. */
static const char value_bytes[256] = { ['\t'] = 1, [0x20 ... 0x7e] = 1, [0x80 ... 0xff] = 1 };

static const struct slice methods[HTTP_METHODS] = {
#define METHOD(name) [HTTP_##name] = { #name, sizeof #name - 1 }
	METHOD(GET), METHOD(HEAD), METHOD(POST), METHOD(PUT), METHOD(PATCH), METHOD(DELETE), METHOD(OPTIONS), METHOD(OTHER),
#undef METHOD
};

static const struct slice known_fields[HTTP_KNOWN_FIELDS] = {
#define KNOWN(known, name) [known] = { name, sizeof name - 1 }
	KNOWN(HTTP_HOST, "host"),
	KNOWN(HTTP_CONTENT_LENGTH, "content-length"),
	KNOWN(HTTP_TRANSFER_ENCODING, "transfer-encoding"),
	KNOWN(HTTP_EXPECT, "expect"),
	KNOWN(HTTP_AUTHORIZATION, "authorization"),
	KNOWN(HTTP_CONTENT_TYPE, "content-type"),
	KNOWN(HTTP_IDEMPOTENCY_KEY, "idempotency-key"),
	KNOWN(HTTP_IF_MATCH, "if-match"),
	KNOWN(HTTP_X_REQUEST_ID, "x-request-id"),
#undef KNOWN
};

static bool
all_in(const char *set, const char *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!set[(unsigned char)p[i]])
			return false;
	return true;
}

static bool
is_token(const char *p, size_t len)
{
	return len > 0 && all_in(token_bytes, p, len);
}

const char *
http_method_name(enum http_method method)
{
	return methods[method].ptr;
}

void
reader_init(struct reader *r, const struct http_limits *limits)
{
	memset(r, 0, offsetof(struct reader, fields));
	r->limits = limits;
	r->phase = PHASE_START;
}

/*
 * Find the end of the line at line_at, which must lie before data + end_max.
 * Returns ST_OK with the line's length without CRLF, and `at` behind it;
 * too_long when it does not end in time.
 */
static enum status
next_line(struct reader *r, const char *data, size_t len, size_t end_max, enum status too_long, size_t *line_len)
{
	size_t seen = len < end_max ? len : end_max;
	const char *lf = seen > r->at ? memchr(data + r->at, '\n', seen - r->at) : NULL;

	if (lf == NULL) {
		r->at = seen > r->at ? seen : r->at;
		return len >= end_max ? too_long : NEED_MORE;
	}
	if (lf == data + r->line_at || lf[-1] != '\r')
		return ST_MALFORMED;
	*line_len = (size_t)(lf - data) - r->line_at - 1;
	r->at = (size_t)(lf - data) + 1;
	return ST_OK;
}

static enum status
read_start(struct reader *r, const char *data, size_t len)
{
	if (len - r->at >= 1 && data[r->at] == '\r' && r->at == 0) {
		if (len < 2)
			return NEED_MORE;
		if (data[1] != '\n')
			return ST_MALFORMED;
		r->at = 2;
	}
	if (r->at >= len)
		return NEED_MORE;
	if (!token_bytes[(unsigned char)data[r->at]])
		return ST_MALFORMED;   /* TLS, for one, is told at its first byte */
	r->line_at = r->at;
	r->phase = PHASE_REQUEST_LINE;
	return ST_OK;
}

static enum http_method
method_of(const char *p, size_t len)
{
	for (int i = 0; i < HTTP_OTHER; i++)
		if (slice_equal(methods[i], (struct slice){ p, len }))
			return (enum http_method)i;
	return HTTP_OTHER;
}

static enum status
read_version(struct reader *r, const char *p, size_t len)
{
	if (len != 8 || memcmp(p, "HTTP/", 5) != 0 || !ascii_is_digit(p[5]) || p[6] != '.' || !ascii_is_digit(p[7]))
		return ST_MALFORMED;
	if (p[5] != '1' || p[7] > '1')
		return ST_BAD_VERSION;
	r->minor = (unsigned)(p[7] - '0');
	return ST_OK;
}

static struct http_span
span_of(const char *data, struct slice s)
{
	if (s.ptr == NULL)
		return (struct http_span){ 0, 0 };
	return (struct http_span){ (uint32_t)(s.ptr - data), (uint32_t)s.len };
}

static enum status
read_target(struct reader *r, const char *data, struct slice text)
{
	struct http_target target;
	enum status st;

	if (text.len > r->limits->target_bytes)
		return ST_URI_TOO_LONG;
	st = target_split(text, &target);
	if (st != ST_OK)
		return st;
	r->authority = span_of(data, target.authority);
	r->path = span_of(data, target.path);
	r->query = span_of(data, target.query);
	return ST_OK;
}

/* method SP target SP version, with single spaces (3). */
static enum status
read_request_line(struct reader *r, const char *data, size_t len)
{
	size_t end_max = r->line_at + r->limits->target_bytes + REQUEST_LINE_REST;
	const char *line = data + r->line_at, *target, *version;
	size_t line_len;
	enum status st;

	st = next_line(r, data, len, end_max, ST_URI_TOO_LONG, &line_len);
	if (st != ST_OK)
		return st;
	target = memchr(line, ' ', line_len);
	if (target == NULL || target - line > METHOD_MAX || !is_token(line, (size_t)(target - line)))
		return ST_MALFORMED;
	r->method = method_of(line, (size_t)(target - line));
	target++;
	version = memchr(target, ' ', line_len - (size_t)(target - line));
	if (version == NULL)
		return ST_MALFORMED;
	st = read_target(r, data, (struct slice){ target, (size_t)(version - target) });
	if (st != ST_OK)
		return st;
	version++;
	r->line_at = r->at;
	r->phase = PHASE_FIELDS;
	return read_version(r, version, line_len - (size_t)(version - line));
}

/* Split "name: value" (5); the value loses the blanks around it. */
static enum status
split_field(const char *data, size_t line_at, size_t line_len, struct http_field *field)
{
	const char *line = data + line_at, *colon = memchr(line, ':', line_len);
	struct slice value;

	if (colon == NULL || !is_token(line, (size_t)(colon - line)))
		return ST_MALFORMED;   /* a folded line begins with a blank, which is not in a token */
	value = ascii_trim((struct slice){ colon + 1, line_len - (size_t)(colon - line) - 1 });
	if (!all_in(value_bytes, value.ptr, value.len))
		return ST_MALFORMED;
	field->name = (struct http_span){ (uint32_t)line_at, (uint32_t)(colon - line) };
	field->value = span_of(data, value);
	return ST_OK;
}

/* The options of one Connection field; there may be several (9.1). */
static void
read_connection(struct reader *r, struct slice list)
{
	while (list.len > 0) {
		const char *comma = memchr(list.ptr, ',', list.len);
		size_t len = comma != NULL ? (size_t)(comma - list.ptr) : list.len, skip = len + (comma != NULL);
		struct slice option = ascii_trim((struct slice){ list.ptr, len });

		r->says_close |= ascii_equal(option, SLICE_LITERAL("close"));
		r->says_keep_alive |= ascii_equal(option, SLICE_LITERAL("keep-alive"));
		list = (struct slice){ list.ptr + skip, list.len - skip };
	}
}

static enum status
note_known(struct reader *r, const char *data, const struct http_field *field)
{
	struct slice name = http_span_slice(data, field->name);

	for (int i = 0; i < HTTP_KNOWN_FIELDS; i++) {
		if (!ascii_equal(name, known_fields[i]))
			continue;
		if (r->known[i].at > 0)
			return ST_MALFORMED;
		r->known[i] = field->value;
		return ST_OK;
	}
	if (ascii_equal(name, SLICE_LITERAL("connection")))
		read_connection(r, http_span_slice(data, field->value));
	return ST_OK;
}

static bool
is_image(struct slice type)
{
	static const struct slice begins = SLICE_LITERAL("image/");

	return type.len > begins.len && ascii_equal((struct slice){ type.ptr, begins.len }, begins);
}

/* size: of the whole body, as far as it is known. */
static enum status
check_size(struct reader *r, uint64_t size)
{
	r->is_large = size > r->limits->body_bytes;
	return size > r->body_max ? ST_TOO_LARGE : ST_OK;
}

/* Digits only; more than the limit, also much more, is ST_TOO_LARGE. */
static enum status
read_content_length(struct reader *r, struct slice text)
{
	uint64_t n = 0;

	if (text.len == 0)
		return ST_MALFORMED;
	for (size_t i = 0; i < text.len; i++) {
		if (!ascii_is_digit(text.ptr[i]))
			return ST_MALFORMED;
		if (n <= r->body_max)
			n = n * 10 + (unsigned)(text.ptr[i] - '0');
	}
	r->left = n;
	return check_size(r, n);
}

/* How long the body is, and how one knows (6.3). */
static enum status
frame_body(struct reader *r, const char *data)
{
	struct slice length = http_span_slice(data, r->known[HTTP_CONTENT_LENGTH]);
	struct slice coding = http_span_slice(data, r->known[HTTP_TRANSFER_ENCODING]);

	r->phase = PHASE_BODY;
	r->body = (struct http_span){ (uint32_t)r->at, 0 };
	r->body_max = r->limits->body_bytes;
	if (r->limits->image_bytes > r->body_max && is_image(http_span_slice(data, r->known[HTTP_CONTENT_TYPE])))
		r->body_max = r->limits->image_bytes;
	if (coding.ptr != NULL) {
		if (length.ptr != NULL || r->minor == 0 || coding.len == 0)
			return ST_MALFORMED;
		if (!ascii_equal(coding, SLICE_LITERAL("chunked")))
			return ST_NOT_IMPLEMENTED;
		r->phase = PHASE_CHUNK_SIZE;
		return ST_OK;
	}
	return length.ptr != NULL ? read_content_length(r, length) : ST_OK;
}

static enum status
check_host(const struct reader *r, const char *data)
{
	struct slice host = http_span_slice(data, r->known[HTTP_HOST]);

	if (host.ptr == NULL)
		return r->minor == 0 ? ST_OK : ST_MALFORMED;
	return host.len == 0 || target_is_authority(host) ? ST_OK : ST_MALFORMED;
}

static enum status
check_expectation(struct reader *r, const char *data)
{
	struct slice expect = http_span_slice(data, r->known[HTTP_EXPECT]);

	if (expect.ptr == NULL)
		return ST_OK;
	if (!ascii_equal(expect, SLICE_LITERAL("100-continue")))
		return ST_BAD_EXPECTATION;
	r->expects_continue = r->minor == 1 && (r->left > 0 || r->phase == PHASE_CHUNK_SIZE);
	return ST_OK;
}

static enum status
finish_head(struct reader *r, const char *data)
{
	enum status st;

	r->line_at = r->at;
	st = check_host(r, data);
	if (st == ST_OK)
		st = frame_body(r, data);
	if (st == ST_OK)
		st = check_expectation(r, data);
	r->must_close = r->says_close || (r->minor == 0 && !r->says_keep_alive);
	r->is_head_complete = st == ST_OK;
	return st;
}

static enum status
read_field(struct reader *r, const char *data, size_t len)
{
	struct http_field *field = &r->fields[r->field_count];
	size_t line_len;
	enum status st;

	st = next_line(r, data, len, r->limits->head_bytes, ST_HEAD_TOO_LARGE, &line_len);
	if (st != ST_OK)
		return st;
	if (line_len == 0)
		return finish_head(r, data);
	if (r->field_count == r->limits->header_count || r->field_count == HTTP_HEADERS_MAX)
		return ST_HEAD_TOO_LARGE;
	st = split_field(data, r->line_at, line_len, field);
	if (st != ST_OK)
		return st;
	r->field_count++;
	r->line_at = r->at;
	return note_known(r, data, field);
}

static enum status
read_body(struct reader *r, size_t len)
{
	size_t here = len - r->at < r->left ? len - r->at : (size_t)r->left;

	r->at += here;
	r->left -= here;
	r->body.len += (uint32_t)here;
	if (r->left > 0)
		return NEED_MORE;
	r->phase = PHASE_COMPLETE;
	return ST_OK;
}

/* chunk-size, then nothing or ";" and an extension that is dropped (7.1).  No blanks before the ";". */
static enum status
parse_chunk_line(struct reader *r, const char *line, size_t len)
{
	size_t digits = 0;

	r->left = 0;
	while (digits < len && digits < CHUNK_DIGITS_MAX && ascii_hex_value(line[digits]) >= 0)
		r->left = r->left << 4 | (unsigned)ascii_hex_value(line[digits++]);
	if (digits == 0 || (digits < len && line[digits] != ';'))
		return ST_MALFORMED;
	if (!all_in(value_bytes, line + digits, len - digits))
		return ST_MALFORMED;
	r->overhead += len - digits;
	if (r->overhead > r->limits->head_bytes)
		return ST_HEAD_TOO_LARGE;
	return check_size(r, r->body.len + r->left);
}

static enum status
read_chunk_size(struct reader *r, const char *data, size_t len)
{
	size_t line_len;
	enum status st;

	st = next_line(r, data, len, r->line_at + CHUNK_LINE_MAX, ST_MALFORMED, &line_len);
	if (st != ST_OK)
		return st;
	st = parse_chunk_line(r, data + r->line_at, line_len);
	r->line_at = r->at;
	r->phase = r->left > 0 ? PHASE_CHUNK_DATA : PHASE_TRAILERS;
	return st;
}

/* Move what is there of the chunk to the end of the body. */
static enum status
read_chunk_data(struct reader *r, char *data, size_t len)
{
	size_t here = len - r->at < r->left ? len - r->at : (size_t)r->left;

	memmove(data + r->body.at + r->body.len, data + r->at, here);
	r->body.len += (uint32_t)here;
	r->at += here;
	r->left -= here;
	r->line_at = r->at;
	if (r->left > 0)
		return NEED_MORE;
	r->phase = PHASE_CHUNK_END;
	return ST_OK;
}

static enum status
read_chunk_end(struct reader *r, const char *data, size_t len)
{
	size_t here = len - r->line_at;

	if ((here > 0 && data[r->line_at] != '\r') || (here > 1 && data[r->line_at + 1] != '\n'))
		return ST_MALFORMED;
	if (here < 2)
		return NEED_MORE;
	r->at = r->line_at += 2;
	r->phase = PHASE_CHUNK_SIZE;
	return ST_OK;
}

/* Trailers must be well-formed and are dropped. */
static enum status
read_trailer(struct reader *r, const char *data, size_t len)
{
	struct http_field field;
	size_t line_len;
	enum status st;

	st = next_line(r, data, len, r->line_at + r->limits->head_bytes - r->overhead, ST_HEAD_TOO_LARGE, &line_len);
	if (st != ST_OK)
		return st;
	if (line_len == 0) {
		r->phase = PHASE_COMPLETE;
		return ST_OK;
	}
	if (r->trailer_count++ == r->limits->header_count)
		return ST_HEAD_TOO_LARGE;
	st = split_field(data, r->line_at, line_len, &field);
	r->overhead += line_len + 2;
	r->line_at = r->at;
	return st;
}

static enum status
step(struct reader *r, char *data, size_t len)
{
	switch ((enum phase)r->phase) {
	case PHASE_START:
		return read_start(r, data, len);
	case PHASE_REQUEST_LINE:
		return read_request_line(r, data, len);
	case PHASE_FIELDS:
		return read_field(r, data, len);
	case PHASE_BODY:
		return read_body(r, len);
	case PHASE_CHUNK_SIZE:
		return read_chunk_size(r, data, len);
	case PHASE_CHUNK_DATA:
		return read_chunk_data(r, data, len);
	case PHASE_CHUNK_END:
		return read_chunk_end(r, data, len);
	case PHASE_TRAILERS:
		return read_trailer(r, data, len);
	case PHASE_COMPLETE:
	case PHASE_FAILED:
		break;
	}
	return ST_FAILED;
}

/* Close the gap that chunk framing left between the body and the line that is arriving. */
static void
close_gap(struct reader *r, char *data, size_t *len)
{
	size_t body_end = r->body.at + r->body.len, gap;

	if (r->phase < PHASE_CHUNK_SIZE)
		return;
	gap = r->line_at - body_end;
	memmove(data + body_end, data + r->line_at, *len - r->line_at);
	r->line_at -= gap;
	r->at -= gap;
	*len -= gap;
}

enum reader_result
reader_read(struct reader *r, char *data, size_t *len)
{
	enum status st = ST_OK;

	while (st == ST_OK && r->phase < PHASE_COMPLETE)
		st = step(r, data, *len);
	if (st == ST_OK && r->phase == PHASE_COMPLETE) {
		r->consumed = r->at;
		return READER_COMPLETE;
	}
	if (st == NEED_MORE) {
		close_gap(r, data, len);
		return READER_MORE;
	}
	if (r->phase != PHASE_FAILED)
		r->error = st;
	r->phase = PHASE_FAILED;
	return READER_FAILED;
}

struct slice
reader_field(const struct reader *r, const char *data, const char *name)
{
	struct slice wanted = slice_of(name), found = SLICE_EMPTY;

	for (uint32_t i = 0; i < r->field_count; i++) {
		const struct http_field *field = &r->fields[i];

		if (!ascii_equal(http_span_slice(data, field->name), wanted))
			continue;
		if (found.ptr != NULL)
			return SLICE_EMPTY;
		found = http_span_slice(data, field->value);
	}
	return found;
}

struct slice
reader_last_field(const struct reader *r, const char *data, const char *name)
{
	struct slice wanted = slice_of(name);

	for (uint32_t i = r->field_count; i-- > 0;)
		if (ascii_equal(http_span_slice(data, r->fields[i].name), wanted))
			return http_span_slice(data, r->fields[i].value);
	return SLICE_EMPTY;
}
