/* SPDX-License-Identifier: MIT */
/* See http_answer.h. */
#include "config.h"

#include "http_answer.h"

#include <string.h>
#include <strings.h>

enum { HEAD_MAX = 65536 };

enum framing { FRAMING_NONE, FRAMING_LENGTH, FRAMING_CHUNKS };

struct head {
	size_t       size;              /* with the empty line */
	enum framing framing;
	size_t       length;
};

/* The line without its CR LF, taken off rest; false when its end is not there. */
static bool
next_line(struct slice *rest, struct slice *line)
{
	const char *end = rest->len > 0 ? memmem(rest->ptr, rest->len, "\r\n", 2) : NULL;

	if (end == NULL)
		return false;
	*line = (struct slice){ rest->ptr, (size_t)(end - rest->ptr) };
	*rest = (struct slice){ end + 2, rest->len - line->len - 2 };
	return true;
}

static bool
read_number(struct slice text, unsigned base, size_t *number)
{
	*number = 0;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		unsigned digit = c >= '0' && c <= '9' ? (unsigned)(c - '0') : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 :
		    c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10 : base;

		if (digit >= base || *number > HTTP_ANSWER_MAX)
			return false;
		*number = *number * base + digit;
	}
	return text.len > 0;
}

static bool
read_status(struct slice line, unsigned *status)
{
	size_t number;

	if (line.len < 12 || memcmp(line.ptr, "HTTP/1.1 ", 9) != 0 || !read_number((struct slice){ line.ptr + 9, 3 }, 10, &number))
		return false;
	*status = (unsigned)number;
	return number >= 100;
}

/* The value, when the line is the field of this name. */
static bool
is_field(struct slice line, const char *name, struct slice *value)
{
	size_t len = strlen(name);

	if (line.len <= len || line.ptr[len] != ':' || strncasecmp(line.ptr, name, len) != 0)
		return false;
	*value = (struct slice){ line.ptr + len + 1, line.len - len - 1 };
	while (value->len > 0 && value->ptr[0] == ' ')
		*value = (struct slice){ value->ptr + 1, value->len - 1 };
	return true;
}

static bool
is_word(struct slice value, const char *word)
{
	return value.len == strlen(word) && strncasecmp(value.ptr, word, value.len) == 0;
}

static bool
read_field(struct slice line, struct head *head, struct http_answer *answer)
{
	struct slice value;

	if (is_field(line, "Content-Length", &value)) {
		head->framing = FRAMING_LENGTH;
		return read_number(value, 10, &head->length) && head->length <= HTTP_ANSWER_MAX;
	}
	if (is_field(line, "Transfer-Encoding", &value)) {
		head->framing = FRAMING_CHUNKS;
		return is_word(value, "chunked");
	}
	if (is_field(line, "Connection", &value) && is_word(value, "close"))
		answer->must_close = true;
	return true;
}

static enum http_answer_state
read_head(struct slice in, struct head *head, struct http_answer *answer)
{
	struct slice rest = in, line;

	*head = (struct head){ 0 };
	*answer = (struct http_answer){ 0 };
	if (!next_line(&rest, &line))
		return in.len < HEAD_MAX ? HTTP_ANSWER_MORE : HTTP_ANSWER_BROKEN;
	if (!read_status(line, &answer->status))
		return HTTP_ANSWER_BROKEN;
	while (next_line(&rest, &line)) {
		if (line.len == 0) {
			head->size = in.len - rest.len;
			return HTTP_ANSWER_COMPLETE;
		}
		if (!read_field(line, head, answer))
			return HTTP_ANSWER_BROKEN;
	}
	return in.len < HEAD_MAX ? HTTP_ANSWER_MORE : HTTP_ANSWER_BROKEN;
}

/* One chunk taken off rest; the last one is empty. */
static enum http_answer_state
next_chunk(struct slice *rest, struct slice *chunk)
{
	struct slice line;
	const char *end;

	if (!next_line(rest, &line))
		return HTTP_ANSWER_MORE;
	end = memchr(line.ptr, ';', line.len);
	if (!read_number((struct slice){ line.ptr, end != NULL ? (size_t)(end - line.ptr) : line.len }, 16, &chunk->len))
		return HTTP_ANSWER_BROKEN;
	if (rest->len < chunk->len + 2)
		return HTTP_ANSWER_MORE;
	chunk->ptr = rest->ptr;
	if (memcmp(chunk->ptr + chunk->len, "\r\n", 2) != 0)     /* so there are no trailer fields */
		return HTTP_ANSWER_BROKEN;
	*rest = (struct slice){ chunk->ptr + chunk->len + 2, rest->len - chunk->len - 2 };
	return HTTP_ANSWER_COMPLETE;
}

static enum http_answer_state
join_chunks(struct buf *in, size_t at, struct slice *body)
{
	struct slice rest = { in->data + at, in->len - at }, chunk;
	enum http_answer_state state;
	char *to = in->data + at;

	while ((state = next_chunk(&rest, &chunk)) == HTTP_ANSWER_COMPLETE && chunk.len > 0)
		continue;
	if (state != HTTP_ANSWER_COMPLETE)
		return state;
	if (rest.len > 0)
		return HTTP_ANSWER_BROKEN;
	rest = (struct slice){ in->data + at, in->len - at };
	while (next_chunk(&rest, &chunk) == HTTP_ANSWER_COMPLETE && chunk.len > 0) {
		memmove(to, chunk.ptr, chunk.len);
		to += chunk.len;
	}
	*body = (struct slice){ in->data + at, (size_t)(to - in->data) - at };
	return HTTP_ANSWER_COMPLETE;
}

static enum http_answer_state
read_body(struct buf *in, const struct head *head, struct http_answer *answer)
{
	size_t available = in->len - head->size;

	if (head->framing == FRAMING_CHUNKS)
		return join_chunks(in, head->size, &answer->body);
	if (head->framing == FRAMING_NONE && answer->status != 204 && answer->status != 304)
		return HTTP_ANSWER_BROKEN;
	if (available > head->length)
		return HTTP_ANSWER_BROKEN;
	answer->body = (struct slice){ in->data + head->size, head->length };
	return available == head->length ? HTTP_ANSWER_COMPLETE : HTTP_ANSWER_MORE;
}

enum http_answer_state
http_answer_read(struct buf *in, struct http_answer *answer)
{
	enum http_answer_state state;
	struct head head;

	if (in->has_failed || in->len > HTTP_ANSWER_MAX + HEAD_MAX)
		return HTTP_ANSWER_BROKEN;
	for (;;) {
		state = read_head(buf_slice(in), &head, answer);
		if (state != HTTP_ANSWER_COMPLETE)
			return state;
		if (answer->status >= 200)
			return read_body(in, &head, answer);
		buf_consume(in, head.size);
	}
}
