/* SPDX-License-Identifier: MIT */
/* Reading what a platform sent: JSON, events, texts. */
#include "config.h"

#include "parts.h"

#include <stdio.h>
#include <string.h>

#include <unistr.h>

#include "access/auth.h"
#include "json_memory.h"
#include "mp.h"
#include "records.h"
#include "text.h"

/* --- JSON ----------------------------------------------------------------------------------- */

json_t *
json_in(struct slice body)
{
	json_t *root = json_memory_load(body, JSON_ALLOW_NUL, NULL);

	if (json_is_object(root))
		return root;
	json_decref(root);
	return NULL;
}

json_t *
json_at(const json_t *object, const char *path)
{
	const json_t *at = object;

	while (*path != '\0' && at != NULL) {
		size_t len = strcspn(path, ".");
		char name[32];

		if (len >= sizeof name)
			return NULL;
		memcpy(name, path, len);
		name[len] = '\0';
		at = json_object_get(at, name);
		path += len + (path[len] == '.');
	}
	return (json_t *)(uintptr_t)at;
}

struct slice
json_text_at(const json_t *object, const char *path)
{
	const json_t *at = json_at(object, path);

	return json_is_string(at) ? (struct slice){ json_string_value(at), json_string_length(at) } : SLICE_EMPTY;
}

bool
json_is_text_at(const json_t *object, const char *path, const char *text)
{
	return slice_equal(json_text_at(object, path), slice_of(text));
}

int64_t
json_int_at(const json_t *object, const char *path, int64_t otherwise)
{
	const json_t *at = json_at(object, path);

	return json_is_integer(at) ? json_integer_value(at) : otherwise;
}

bool
json_is_true_at(const json_t *object, const char *path)
{
	return json_is_true(json_at(object, path));
}

/* --- texts ---------------------------------------------------------------------------------- */

struct slice
text_join(struct arena *arena, const struct slice *parts, size_t count)
{
	size_t len = 0;
	char *text, *end;

	for (size_t i = 0; i < count; i++)
		len += parts[i].len + (i > 0);
	text = end = arena_alloc(arena, len + 1);
	if (text == NULL)
		return SLICE_EMPTY;
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			*end++ = ':';
		if (parts[i].len > 0)
			memcpy(end, parts[i].ptr, parts[i].len);
		end += parts[i].len;
	}
	return (struct slice){ text, len };
}

struct slice
text_of_int(struct arena *arena, int64_t n)
{
	char text[24];
	int len = snprintf(text, sizeof text, "%lld", (long long)n);

	return arena_copy(arena, (struct slice){ text, (size_t)len });
}

bool
text_is_url(struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] <= ' ' || text.ptr[i] > '~')
			return false;
	return text.len > 0;
}

struct slice
text_trim(struct slice text)
{
	for (; text.len > 0 && (unsigned char)text.ptr[0] <= ' '; text.len--)
		text.ptr++;
	while (text.len > 0 && (unsigned char)text.ptr[text.len - 1] <= ' ')
		text.len--;
	return text;
}

/* How many bytes the first units UTF-16 units take; all when there are fewer. */
static size_t
utf16_bytes(struct slice text, int64_t units)
{
	size_t at = 0;
	ucs4_t c;

	while (units > 0 && at < text.len) {
		int len = u8_mbtoucr(&c, (const uint8_t *)text.ptr + at, text.len - at);

		if (len <= 0)
			break;
		units -= c >= 0x10000 ? 2 : 1;
		at += (size_t)len;
	}
	return at;
}

struct slice
text_part_utf16(struct slice text, int64_t at, int64_t length)
{
	size_t start = at >= 0 ? utf16_bytes(text, at) : text.len;
	struct slice rest = { text.ptr + start, text.len - start };

	return (struct slice){ rest.ptr, utf16_bytes(rest, length) };
}

struct slice
text_cut_utf16(struct arena *arena, struct slice text, int64_t at, int64_t length)
{
	struct slice part = text_part_utf16(text, at, length);
	size_t before = (size_t)(part.ptr - text.ptr), after = text.len - before - part.len;
	char *left = part.len > 0 ? arena_alloc(arena, before + after + 1) : NULL;

	if (left == NULL)
		return text_trim(text);
	memcpy(left, text.ptr, before);
	memcpy(left + before, part.ptr + part.len, after);
	return text_trim((struct slice){ left, before + after });
}

/* --- events --------------------------------------------------------------------------------- */

void
decoded_ignore(struct decoded *out)
{
	out->ignored++;
}

/* A copy in which controls that no text needs are blanks. */
static struct slice
copy_text(struct arena *arena, struct slice text)
{
	struct slice copy = arena_copy(arena, text);
	char *p = (char *)(uintptr_t)copy.ptr;

	for (size_t i = 0; i < copy.len; i++)
		if ((unsigned char)p[i] < ' ' && p[i] != '\n' && p[i] != '\t')
			p[i] = ' ';
	return copy;
}

static bool
is_reference(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] < ' ')
			return false;
	return s.len <= REFERENCE_MAX;
}

static bool
is_sound(const struct event *event)
{
	const struct incoming *incoming = &event->incoming;
	bool needs_text = incoming->kind == INCOMING_TEXT || incoming->kind == INCOMING_BUTTON;

	return auth_is_user_id(event->user_id) && event->text.len <= MESSAGE_TEXT_MAX && text_is_utf8(event->text) &&
	    (!needs_text || event->text.len > 0) && event->key.len > 0 && event->key.len <= IDEMPOTENCY_KEY_MAX &&
	    event->deliver_to.len > 0 && event->deliver_to.len <= DELIVER_TO_MAX && is_reference(incoming->conversation) &&
	    is_reference(incoming->ref) && is_reference(incoming->reply_to_ref) && incoming->media.len <= MEDIA_MAX && incoming->locale_hint.len <= LOCALE_MAX;
}

static bool
grow(struct decoded *out)
{
	size_t capacity = out->capacity > 0 ? 2 * out->capacity : 4;
	struct event *events = arena_alloc(out->arena, capacity * sizeof *events);

	if (events == NULL)
		return false;
	if (out->count > 0)
		memcpy(events, out->events, out->count * sizeof *events);
	out->events = events;
	out->capacity = capacity;
	return true;
}

void
decoded_add(struct decoded *out, const struct event *event)
{
	const struct incoming *incoming = &event->incoming;

	if (!is_sound(event) || (out->count == out->capacity && !grow(out))) {
		decoded_ignore(out);
		return;
	}
	out->events[out->count++] = (struct event){
		.user_id = arena_copy(out->arena, event->user_id),
		.text = copy_text(out->arena, event->text),
		.incoming = {
			.kind = incoming->kind,
			.conversation = arena_copy(out->arena, incoming->conversation),
			.ref = arena_copy(out->arena, incoming->ref),
			.reply_to_ref = arena_copy(out->arena, incoming->reply_to_ref),
			.media = arena_copy(out->arena, incoming->media),
			.locale_hint = arena_copy(out->arena, incoming->locale_hint),
		},
		.deliver_to = arena_copy(out->arena, event->deliver_to),
		.key = arena_copy(out->arena, event->key),
	};
}

/* --- where an answer goes -------------------------------------------------------------------- */

struct slice
destination_pack(struct arena *arena, const struct slice *fields, size_t count)
{
	struct buf packed = BUF_INIT;
	msgpack_packer pk = mp_packer(&packed);
	struct slice out;

	msgpack_pack_array(&pk, count);
	for (size_t i = 0; i < count; i++)
		mp_put_str(&pk, fields[i]);
	if (packed.len > DELIVER_TO_MAX)
		buf_clear(&packed);
	return arena_take(arena, &packed, &out) ? out : SLICE_EMPTY;
}

bool
destination_unpack(struct slice deliver_to, struct slice *fields, size_t count)
{
	struct mp mp = mp_of(deliver_to);

	if (deliver_to.len == 0 || mp_array(&mp) != count)
		return false;
	for (size_t i = 0; i < count; i++)
		fields[i] = mp_str(&mp);
	return mp_end(&mp);
}

static struct slice
destination_field(struct slice deliver_to, unsigned n)
{
	struct mp mp = mp_of(deliver_to);
	struct slice field = SLICE_EMPTY;

	if (deliver_to.len == 0 || mp_array(&mp) <= n)
		return SLICE_EMPTY;
	for (unsigned i = 0; i <= n; i++)
		field = mp_str(&mp);
	return mp.is_bad ? SLICE_EMPTY : field;
}

struct slice
messenger_chat(struct slice deliver_to)
{
	return destination_field(deliver_to, 1);
}

const struct messenger *
messenger_of(struct slice deliver_to)
{
	return messenger_find(destination_field(deliver_to, 0));
}
