/* SPDX-License-Identifier: MIT */
/*
 * What the rows of the messengers share: reading the JSON of a platform,
 * collecting events, packing where an answer goes, writing requests.
 */
#ifndef MESSENGER_PARTS_H
#define MESSENGER_PARTS_H

#include <jansson.h>

#include "json_out.h"
#include "messenger.h"

/* --- reading JSON that others made --------------------------------------------------------- */

/* To be given back by json_decref; NULL when it is no JSON object. */
json_t *json_in(struct slice body);

/* What stands at a path ("source.userId"), or NULL. */
json_t *json_at(const json_t *object, const char *path);

/* The text there, a view into object; empty when there is none. */
struct slice json_text_at(const json_t *object, const char *path);
bool json_is_text_at(const json_t *object, const char *path, const char *text);

/* The whole number there, or otherwise. */
int64_t json_int_at(const json_t *object, const char *path, int64_t otherwise);

bool json_is_true_at(const json_t *object, const char *path);

/* --- events -------------------------------------------------------------------------------- */

/*
 * Add a copy of the event.  One that cannot be handled is counted as ignored: an
 * id with blanks in it or too long, no text where there must be one, too much of it.
 */
void decoded_add(struct decoded *out, const struct event *event);

void decoded_ignore(struct decoded *out);

/* "a:b:c" in the arena. */
struct slice text_join(struct arena *arena, const struct slice *parts, size_t count);

#define TEXT_JOIN(arena, ...) \
	text_join(arena, (const struct slice[]){ __VA_ARGS__ }, sizeof((const struct slice[]){ __VA_ARGS__ }) / sizeof(struct slice))

/* A decimal number in the arena. */
struct slice text_of_int(struct arena *arena, int64_t n);

/* The text without length UTF-16 units at at, and without the blanks around what is left. */
struct slice text_cut_utf16(struct arena *arena, struct slice text, int64_t at, int64_t length);

/* The length UTF-16 units at at; empty when they are not there. */
struct slice text_part_utf16(struct slice text, int64_t at, int64_t length);

struct slice text_trim(struct slice text);

/* Whether a request may be sent there, as far as its characters go: visible ASCII alone (RFC 3986). */
bool text_is_url(struct slice text);

/* --- where an answer goes ------------------------------------------------------------------ */

/* deliver_to of fields; the first is the messenger's name, the second the chat.  Empty when it would be too long. */
struct slice destination_pack(struct arena *arena, const struct slice *fields, size_t count);

#define DESTINATION(arena, ...) \
	destination_pack(arena, (const struct slice[]){ __VA_ARGS__ }, sizeof((const struct slice[]){ __VA_ARGS__ }) / sizeof(struct slice))

/* Exactly count fields. */
bool destination_unpack(struct slice deliver_to, struct slice *fields, size_t count);

/* --- requests ------------------------------------------------------------------------------ */

/* The part of a text that goes into message number step when each takes max units, and whether more follow. */
struct text_part {
	struct slice text;
	bool         is_last;
};

/* Units of a platform's limits. */
enum text_unit { UNIT_CHARACTER, UNIT_UTF16, UNIT_BYTE };

/*
 * Texts are cut behind a line, else behind a blank, else between characters,
 * so that the parts together are the text but for the blank of the cuts.  The
 * part behind the last one is empty and the last.
 */
struct text_part text_split(struct slice text, unsigned step, size_t max, enum text_unit unit);

/* The buttons of a reply belong under its last part. */
static inline bool
has_buttons(const struct outgoing *outgoing, const struct text_part *part)
{
	return part->is_last && outgoing->button_count > 0;
}

/* What is in buf as a slice of the arena; empties buf.  false: no memory. */
bool arena_take(struct arena *arena, struct buf *buf, struct slice *out);

/* "base" without a slash at its end, and the path behind it. */
void url_append(struct buf *url, const char *base, const char *path);

/* Percent-encoded but for letters, digits, "-", ".", "_" and "~". */
void url_append_encoded(struct buf *url, struct slice text);

/* POST of JSON, with an Authorization header unless scheme is NULL ("Bearer ").  Empties url and body. */
bool request_json(struct arena *arena, struct send_request *request, struct buf *url, struct buf *body, const char *scheme,
    struct slice token);

/* Adds "name: value". */
bool request_header_add(struct arena *arena, struct send_request *request, const char *name, struct slice value);

/* The first line of a secret; empty: there is none. */
struct slice secret_first(const char *secret);

/* --- judging ------------------------------------------------------------------------------- */

/* What every platform means by a status that is not a success: 429 and 5xx and none at all are worth another try. */
void judge_status(const struct outgoing *outgoing, const struct send_response *response, struct send_outcome *outcome);

/* Whether a success is the platform's: root is its body's object, NULL for what is none, such as the page of a proxy. */
bool is_answer(const struct send_response *response, const json_t *root);

/* A part was taken: on with the next, or done.  ref is copied. */
void judge_sent(const struct outgoing *outgoing, struct slice ref, bool is_last, struct arena *arena, struct send_outcome *outcome);

#endif
