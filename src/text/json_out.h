/* SPDX-License-Identifier: MIT */
/*
 * Writing JSON by appending to a buffer: no tree, no allocation of its own.
 * Commas are put where they belong; that begins and ends match, and that an
 * object's values have keys, is the caller's business.
 *
 *	struct json_out out = json_out_to(buf);
 *	json_out_object_begin(&out);
 *	json_out_member_string(&out, "id", id);
 *	json_out_key(&out, "tags");
 *	json_out_array_begin(&out);
 *	...
 *	json_out_array_end(&out);
 *	json_out_object_end(&out);
 *
 * Running out of memory shows in the buffer's has_failed.
 */
#ifndef JSON_OUT_H
#define JSON_OUT_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "slice.h"

struct json_out {
	struct buf *buf;
	bool        needs_comma;   /* a value stands before this point in the same object or array */
};

static inline struct json_out
json_out_to(struct buf *buf)
{
	return (struct json_out){ buf, false };
}

void json_out_object_begin(struct json_out *out);
void json_out_object_end(struct json_out *out);
void json_out_array_begin(struct json_out *out);
void json_out_array_end(struct json_out *out);

/* The key is one of ours: plain ASCII, not escaped. */
void json_out_key(struct json_out *out, const char *key);

/*
 * Any bytes.  Escaped are '"', '\', controls, '<' (so that the text cannot end
 * a script element) and U+2028 and U+2029; ill-formed UTF-8 becomes U+FFFD.
 */
void json_out_string(struct json_out *out, struct slice text);
void json_out_text(struct json_out *out, const char *text);

void json_out_int(struct json_out *out, int64_t n);
void json_out_uint(struct json_out *out, uint64_t n);
void json_out_bool(struct json_out *out, bool is_true);
void json_out_null(struct json_out *out);

/* A value that is JSON already. */
void json_out_raw(struct json_out *out, struct slice json);

/* Key and value in one. */
void json_out_member_string(struct json_out *out, const char *key, struct slice text);
void json_out_member_text(struct json_out *out, const char *key, const char *text);
void json_out_member_int(struct json_out *out, const char *key, int64_t n);
void json_out_member_bool(struct json_out *out, const char *key, bool is_true);
void json_out_member_null(struct json_out *out, const char *key);

/* A string of ours that has nothing to escape and is not empty: an id, a day, an amount. */
void json_out_member_plain(struct json_out *out, const char *key, struct slice text);

/* Only what json_out_string writes between the quotes. */
void json_out_escape(struct buf *buf, struct slice text);

/*
 * A value that is written straight into memory, for objects that make up long
 * lists: room for max bytes, or NULL when there is none; then its end.
 *
 *	char *p = json_out_space(&out, 32 + JSON_ESCAPED_MAX * name.len);
 *	if (p == NULL)
 *		return;
 *	p = json_put_literal(p, "{\"name\":\"");
 *	p = json_put_escaped(p, name);
 *	p = json_put_literal(p, "\"}");
 *	json_out_written(&out, p);
 */
char *json_out_space(struct json_out *out, size_t max);
void json_out_written(struct json_out *out, const char *end);

enum { JSON_ESCAPED_MAX = 6 };     /* bytes that one byte of a text can become */

/* What json_out_escape writes, to out; returns the end. */
char *json_put_escaped(char *out, struct slice text);

static inline char *
json_put(char *out, const void *data, size_t size)
{
	memcpy(out, data, size);
	return out + size;
}

#define json_put_literal(out, text) json_put(out, text, sizeof(text) - 1)

#endif
