/* SPDX-License-Identifier: MIT */
/* See json_out.h. */
#include "config.h"

#include "json_out.h"

#define REPLACEMENT "\xef\xbf\xbd"

/* What a byte means inside a string: 0 stands for itself, 1 is escaped, the rest begin a character of that many bytes. */
static const unsigned char byte_class[256] = {
	[0 ... 0x1f] = 1, ['"'] = 1, ['\\'] = 1, ['<'] = 1, [0x7f] = 1,
	[0x80 ... 0xc1] = 9, [0xc2 ... 0xdf] = 2, [0xe0 ... 0xef] = 3, [0xf0 ... 0xf4] = 4, [0xf5 ... 0xff] = 9,
};

static bool
is_tail(unsigned char c)
{
	return (c & 0xc0) == 0x80;
}

/* The length of the well-formed character at p, or 0; class says how long its first byte claims to be. */
static size_t
character_length(const unsigned char *p, size_t left, unsigned class)
{
	if (class > 4 || class > left || !is_tail(p[1]))
		return 0;
	if (class == 2)
		return 2;
	if (!is_tail(p[2]))
		return 0;
	if (class == 3)
		return (p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ? 0 : 3;
	if (!is_tail(p[3]) || (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return 4;
}

static bool
is_line_separator(const unsigned char *p)
{
	return p[0] == 0xe2 && p[1] == 0x80 && (p[2] == 0xa8 || p[2] == 0xa9);
}

static char *
put_escape(char *out, unsigned c)
{
	static const char hex[] = "0123456789abcdef";
	static const char letters[128] = { ['"'] = '"', ['\\'] = '\\', ['\n'] = 'n', ['\t'] = 't', ['\r'] = 'r' };

	*out++ = '\\';
	if (c < 128 && letters[c] != '\0') {
		*out++ = letters[c];
		return out;
	}
	*out++ = 'u';
	for (int shift = 12; shift >= 0; shift -= 4)
		*out++ = hex[(c >> shift) & 15];
	return out;
}

/* Write the one character at *p that cannot be copied, and step over it. */
static char *
put_special(char *out, const unsigned char **p, size_t left)
{
	const unsigned char *at = *p;

	if (at[0] < 0x80) {
		*p += 1;
		return put_escape(out, at[0]);
	}
	if (left >= 3 && is_line_separator(at)) {
		*p += 3;
		return put_escape(out, at[2] == 0xa8 ? 0x2028 : 0x2029);
	}
	*p += 1;
	return json_put_literal(out, REPLACEMENT);
}

#define EACH_BYTE(n) (UINT64_C(0x0101010101010101) * (n))

/* Of the eight bytes at p: whether all are ASCII that needs no escape.  A zero among bytes is found by borrowing from it. */
static bool
is_plain_word(const unsigned char *p)
{
	uint64_t word, quote, backslash, less, delete, control;

	memcpy(&word, p, sizeof word);
	quote = word ^ EACH_BYTE('"');
	backslash = word ^ EACH_BYTE('\\');
	less = word ^ EACH_BYTE('<');
	delete = word ^ EACH_BYTE(0x7f);
	control = word - EACH_BYTE(0x20);
	return ((word | control | (quote - EACH_BYTE(1)) | (backslash - EACH_BYTE(1)) | (less - EACH_BYTE(1))
	    | (delete - EACH_BYTE(1))) & EACH_BYTE(0x80)) == 0;
}

/* How many bytes from p on are copied as they are. */
static size_t
plain_length(const unsigned char *p, size_t len)
{
	size_t at = 0, n;

	while (at < len) {
		unsigned class = byte_class[p[at]];

		if (class == 0) {
			if (len - at >= 8 && is_plain_word(p + at))
				at += 8;
			else
				while (++at < len && byte_class[p[at]] == 0)
					;
			continue;
		}
		if (class == 1)
			break;
		n = character_length(p + at, len - at, class);
		if (n == 0 || (n == 3 && is_line_separator(p + at)))
			break;
		at += n;
	}
	return at;
}

/* Whether all is plain ASCII: in words, of which the last may overlap the one before. */
static bool
is_plain(const unsigned char *p, size_t len)
{
	unsigned char few[8] = "        ";

	if (len < 8) {
		memcpy(few, p, len);
		return is_plain_word(few);
	}
	for (size_t at = 0; at + 8 < len; at += 8)
		if (!is_plain_word(p + at))
			return false;
	return is_plain_word(p + len - 8);
}

char *
json_put_escaped(char *out, struct slice text)
{
	const unsigned char *p = (const unsigned char *)text.ptr, *end = p + text.len;

	if (text.len > 0 && is_plain(p, text.len))
		return json_put(out, p, text.len);
	while (p < end) {
		size_t n = plain_length(p, (size_t)(end - p));

		out = json_put(out, p, n);
		p += n;
		if (p < end)
			out = put_special(out, &p, (size_t)(end - p));
	}
	return out;
}

void
json_out_escape(struct buf *buf, struct slice text)
{
	const unsigned char *p = (const unsigned char *)text.ptr, *end = p + text.len;
	char special[JSON_ESCAPED_MAX];

	while (p < end) {
		size_t n = plain_length(p, (size_t)(end - p));

		buf_append(buf, p, n);
		p += n;
		if (p < end)
			buf_append(buf, special, (size_t)(put_special(special, &p, (size_t)(end - p)) - special));
	}
}

static void
begin_value(struct json_out *out)
{
	if (out->needs_comma)
		buf_append_char(out->buf, ',');
	out->needs_comma = true;
}

static void
begin_group(struct json_out *out, char c)
{
	begin_value(out);
	buf_append_char(out->buf, c);
	out->needs_comma = false;
}

static void
end_group(struct json_out *out, char c)
{
	buf_append_char(out->buf, c);
	out->needs_comma = true;
}

void
json_out_object_begin(struct json_out *out)
{
	begin_group(out, '{');
}

void
json_out_object_end(struct json_out *out)
{
	end_group(out, '}');
}

void
json_out_array_begin(struct json_out *out)
{
	begin_group(out, '[');
}

void
json_out_array_end(struct json_out *out)
{
	end_group(out, ']');
}

void
json_out_key(struct json_out *out, const char *key)
{
	size_t len = strlen(key);
	char *p = buf_space(out->buf, len + 4);

	if (p == NULL)
		return;
	if (out->needs_comma)
		*p++ = ',';
	*p++ = '"';
	memcpy(p, key, len);
	memcpy(p + len, "\":", 2);
	buf_grew(out->buf, len + 3 + out->needs_comma);
	out->needs_comma = false;
}

void
json_out_string(struct json_out *out, struct slice text)
{
	begin_value(out);
	buf_append_char(out->buf, '"');
	json_out_escape(out->buf, text);
	buf_append_char(out->buf, '"');
}

void
json_out_text(struct json_out *out, const char *text)
{
	json_out_string(out, slice_of(text));
}

void
json_out_int(struct json_out *out, int64_t n)
{
	begin_value(out);
	buf_append_int(out->buf, n);
}

void
json_out_uint(struct json_out *out, uint64_t n)
{
	begin_value(out);
	buf_append_uint(out->buf, n);
}

void
json_out_bool(struct json_out *out, bool is_true)
{
	json_out_raw(out, is_true ? SLICE_LITERAL("true") : SLICE_LITERAL("false"));
}

void
json_out_null(struct json_out *out)
{
	json_out_raw(out, SLICE_LITERAL("null"));
}

void
json_out_raw(struct json_out *out, struct slice json)
{
	begin_value(out);
	buf_append_slice(out->buf, json);
}

void
json_out_member_plain(struct json_out *out, const char *key, struct slice text)
{
	char *p;

	json_out_key(out, key);
	begin_value(out);
	p = buf_space(out->buf, text.len + 2);
	if (p == NULL)
		return;
	p[0] = '"';
	memcpy(p + 1, text.ptr, text.len);
	p[text.len + 1] = '"';
	buf_grew(out->buf, text.len + 2);
}

void
json_out_member_string(struct json_out *out, const char *key, struct slice text)
{
	json_out_key(out, key);
	json_out_string(out, text);
}

void
json_out_member_text(struct json_out *out, const char *key, const char *text)
{
	json_out_key(out, key);
	json_out_text(out, text);
}

void
json_out_member_int(struct json_out *out, const char *key, int64_t n)
{
	json_out_key(out, key);
	json_out_int(out, n);
}

void
json_out_member_bool(struct json_out *out, const char *key, bool is_true)
{
	json_out_key(out, key);
	json_out_bool(out, is_true);
}

void
json_out_member_null(struct json_out *out, const char *key)
{
	json_out_key(out, key);
	json_out_null(out);
}

char *
json_out_space(struct json_out *out, size_t max)
{
	char *p = buf_space(out->buf, max + 1);

	if (p != NULL && out->needs_comma)
		*p++ = ',';
	return p;
}

void
json_out_written(struct json_out *out, const char *end)
{
	out->buf->len = (size_t)(end - out->buf->data);
	out->needs_comma = true;
}
