/* SPDX-License-Identifier: MIT */
/* See target.h. */
#include "config.h"

#include "target.h"

#include <stdint.h>
#include <unistr.h>

#include "ascii.h"

static bool
is_port(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!ascii_is_digit(s.ptr[i]))
			return false;
	return s.len <= 5;
}

/* The length of the IP literal "[...]" at the start, or 0. */
static size_t
literal_length(struct slice s)
{
	for (size_t i = 1; i < s.len; i++) {
		if (s.ptr[i] == ']')
			return i > 1 ? i + 1 : 0;
		if (!ascii_is_alnum(s.ptr[i]) && strchr(":.-_~", s.ptr[i]) == NULL)
			return 0;
	}
	return 0;
}

/* The length of the registered name at the start (RFC 3986, 3.2.2), or 0; no escapes and no user information. */
static size_t
name_length(struct slice s)
{
	size_t i = 0;

	while (i < s.len && s.ptr[i] != '\0' && (ascii_is_alnum(s.ptr[i]) || strchr("-._~!$&'()*+,;=", s.ptr[i]) != NULL))
		i++;
	return i;
}

bool
target_is_authority(struct slice s)
{
	size_t len = s.len > 0 && s.ptr[0] == '[' ? literal_length(s) : name_length(s);

	if (len == 0)
		return false;
	if (len == s.len)
		return true;
	return s.ptr[len] == ':' && is_port((struct slice){ s.ptr + len + 1, s.len - len - 1 });
}

static void
split_query(struct slice s, struct http_target *out)
{
	const char *mark = memchr(s.ptr, '?', s.len);

	out->path = s;
	if (mark == NULL)
		return;
	out->path.len = (size_t)(mark - s.ptr);
	out->query = (struct slice){ mark + 1, s.len - out->path.len - 1 };
}

static enum status
split_absolute(struct slice s, struct http_target *out)
{
	size_t skip, len = 0;

	if (s.len > 7 && strncasecmp(s.ptr, "http://", 7) == 0)
		skip = 7;
	else if (s.len > 8 && strncasecmp(s.ptr, "https://", 8) == 0)
		skip = 8;
	else
		return ST_MALFORMED;
	s = (struct slice){ s.ptr + skip, s.len - skip };
	while (len < s.len && s.ptr[len] != '/' && s.ptr[len] != '?')
		len++;
	out->authority = (struct slice){ s.ptr, len };
	if (!target_is_authority(out->authority))
		return ST_MALFORMED;
	split_query((struct slice){ s.ptr + len, s.len - len }, out);
	return ST_OK;
}

enum status
target_split(struct slice target, struct http_target *out)
{
	*out = (struct http_target){ 0 };
	if (target.len == 0)
		return ST_MALFORMED;
	for (size_t i = 0; i < target.len; i++)
		if (target.ptr[i] <= ' ' || target.ptr[i] > '~' || target.ptr[i] == '#' || target.ptr[i] == '\\')
			return ST_MALFORMED;
	if (target.ptr[0] == '/') {
		split_query(target, out);
		return ST_OK;
	}
	if (target.len == 1 && target.ptr[0] == '*') {
		out->path = target;
		return ST_OK;
	}
	return split_absolute(target, out);
}

/* Undo the escapes of s into p; false for a bad one or a control character. */
static bool
unescape(struct slice s, bool is_query, char *p, size_t *len)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++, n++) {
		char c = s.ptr[i];

		if (c == '+' && is_query)
			c = ' ';
		if (c == '%') {
			if (s.len - i < 3 || ascii_hex_value(s.ptr[i + 1]) < 0 || ascii_hex_value(s.ptr[i + 2]) < 0)
				return false;
			c = (char)(ascii_hex_value(s.ptr[i + 1]) << 4 | ascii_hex_value(s.ptr[i + 2]));
			if (c == '/' && !is_query)
				return false;
			i += 2;
		}
		if ((unsigned char)c < ' ' || c == 0x7f)
			return false;
		p[n] = c;
	}
	*len = n;
	return true;
}

/* What cannot be decoded stays as it was sent. */
static enum status
decode(struct arena *arena, struct slice s, bool is_query, enum status bad, struct slice *out)
{
	size_t len;
	char *p;

	*out = s;
	if (s.len == 0 || (memchr(s.ptr, '%', s.len) == NULL && (!is_query || memchr(s.ptr, '+', s.len) == NULL)))
		return ST_OK;
	p = arena_alloc(arena, s.len);
	if (p == NULL)
		return ST_OVERLOADED;
	if (!unescape(s, is_query, p, &len) || u8_check((const uint8_t *)p, len) != NULL)
		return bad;
	*out = (struct slice){ p, len };
	return ST_OK;
}

/* Whether a segment is empty, "." or "..", but for an empty last one. */
static bool
has_odd_segment(struct slice path)
{
	size_t start = 1;

	for (size_t i = 1; i <= path.len; i++) {
		size_t len = i - start;

		if (i < path.len && path.ptr[i] != '/')
			continue;
		if (len == 0 && i < path.len)
			return true;
		if ((len == 1 || len == 2) && memcmp(path.ptr + start, "..", len) == 0)
			return true;
		start = i + 1;
	}
	return false;
}

enum status
target_decode_path(struct arena *arena, struct slice path, struct slice *out)
{
	enum status st;

	if (path.len == 0) {
		*out = SLICE_LITERAL("/");
		return ST_OK;
	}
	st = decode(arena, path, false, ST_MALFORMED, out);
	if (st != ST_OK)
		return st;
	return out->ptr[0] == '/' && has_odd_segment(*out) ? ST_MALFORMED : ST_OK;
}

static enum status
decode_pair(struct arena *arena, struct slice pair, struct http_parameter *out)
{
	const char *equals = memchr(pair.ptr, '=', pair.len);
	struct slice name = pair, value = { pair.ptr + pair.len, 0 };
	enum status st;

	if (equals != NULL) {
		name.len = (size_t)(equals - pair.ptr);
		value = (struct slice){ equals + 1, pair.len - name.len - 1 };
	}
	if (name.len == 0)
		return ST_BAD_PARAMETER;
	st = decode(arena, name, true, ST_BAD_PARAMETER, &out->name);
	return st == ST_OK ? decode(arena, value, true, ST_BAD_PARAMETER, &out->value) : st;
}

static size_t
count_pairs(struct slice query)
{
	size_t n = 1;

	for (size_t i = 0; i < query.len; i++)
		n += query.ptr[i] == '&';
	return n;
}

static void
find_repeated(struct http_query *query)
{
	for (size_t i = 1; i < query->count; i++)
		for (size_t k = 0; k < i; k++)
			if (slice_equal(query->list[i].name, query->list[k].name)) {
				query->repeated = query->list[i].name;
				return;
			}
}

enum status
target_decode_query(struct arena *arena, struct slice query, struct http_query *out)
{
	size_t pairs = count_pairs(query);

	*out = (struct http_query){ 0 };
	if (query.len == 0)
		return ST_OK;
	if (pairs > HTTP_QUERY_MAX)
		return ST_BAD_PARAMETER;
	out->list = arena_alloc(arena, pairs * sizeof out->list[0]);
	if (out->list == NULL)
		return ST_OVERLOADED;
	while (query.ptr != NULL) {
		const char *end = memchr(query.ptr, '&', query.len);
		struct slice pair = { query.ptr, end != NULL ? (size_t)(end - query.ptr) : query.len };
		enum status st = decode_pair(arena, pair, &out->list[out->count]);

		if (st != ST_OK)
			return st;
		out->count++;
		query = end != NULL ? (struct slice){ end + 1, query.len - pair.len - 1 } : SLICE_EMPTY;
	}
	find_repeated(out);
	return ST_OK;
}

bool
http_query_find(const struct http_query *query, const char *name, struct slice *value)
{
	for (size_t i = 0; i < query->count; i++)
		if (slice_equal(query->list[i].name, slice_of(name))) {
			*value = query->list[i].value;
			return true;
		}
	return false;
}
