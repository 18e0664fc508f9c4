/* SPDX-License-Identifier: MIT */
/* See access_log.h. */
#include "config.h"

#include "access_log.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>

#include "buf.h"
#include "clock.h"
#include "log.h"
#include "request.h"

enum {
	FLUSH_BYTES = 16384,
	PATH_LOGGED_MAX = 256,
	SECOND_LEN = 19            /* "2026-11-23T18:03:11" */
};

static const struct timeval flush_after = { 0, 200000 };

/* What stands before each value of a line, and behind the last. */
struct form {
	const char *time, *id, *method, *path, *status, *bytes, *us, *end;
	const char *escape;                    /* of a byte, before its two digits */
};

static const struct form text_form = { "", " id=", " method=", " path=", " status=", " bytes=", " us=", "\n", "\\x" };
static const struct form json_form = { "{\"time\":\"", "\",\"id\":\"", "\",\"method\":\"", "\",\"path\":\"", "\",\"status\":",
	",\"bytes\":", ",\"us\":", "}\n", "\\\\x" };

struct access_log {
	const struct form *form;
	struct event *timer;
	bool          is_timed;                /* the timer runs */
	int           fd;
	struct buf    lines;
	size_t        begun;                   /* bytes at their start that end a line written in part */
	uint64_t      dropped;
	int64_t       second;                  /* that second_text is of */
	char          second_text[SECOND_LEN + 1];
};

static void
on_flush_time(evutil_socket_t fd, short what, void *arg)
{
	struct access_log *log = arg;

	(void)fd;
	(void)what;
	log->is_timed = false;
	access_log_flush(log);
}

struct access_log *
access_log_new(struct event_base *base, int fd, bool is_json)
{
	struct access_log *log = calloc(1, sizeof *log);

	if (log == NULL)
		return NULL;
	log->form = is_json ? &json_form : &text_form;
	log->fd = fd;
	log->second = -1;
	log->timer = evtimer_new(base, on_flush_time, log);
	if (log->timer == NULL) {
		free(log);
		return NULL;
	}
	return log;
}

void
access_log_free(struct access_log *log)
{
	if (log == NULL)
		return;
	access_log_flush(log);
	event_free(log->timer);
	buf_fini(&log->lines);
	free(log);
}

static uint64_t
count_lines(const char *p, size_t len)
{
	uint64_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += p[i] == '\n';
	return n;
}

/* How much of what waits must stay when so much was written: the rest of a line that went out in part. */
static size_t
begun_line_end(const struct access_log *log, size_t sent)
{
	const char *end;

	if (sent < log->begun)
		return log->begun;
	if (sent == 0)
		return 0;
	end = memchr(log->lines.data + sent - 1, '\n', log->lines.len - sent + 1);
	return (size_t)(end - log->lines.data) + 1;
}

/* One write and no second try. */
void
access_log_flush(struct access_log *log)
{
	ssize_t n;
	size_t sent, end;

	if (log->lines.len == 0)
		return;
	if (log->fd == STDERR_FILENO && log_gathered(log->lines.data, log->lines.len)) {
		buf_clear(&log->lines);
		return;
	}
	n = write(log->fd, log->lines.data, log->lines.len);
	sent = n > 0 ? (size_t)n : 0;
	end = begun_line_end(log, sent);
	log->dropped += count_lines(log->lines.data + end, log->lines.len - end);
	log->begun = end - sent;
	log->lines.len = end;
	buf_consume(&log->lines, sent);
	buf_trim(&log->lines, 2 * FLUSH_BYTES);
}

void
access_log_set_fd(struct access_log *log, int fd)
{
	access_log_flush(log);
	log->dropped += log->begun > 0;
	log->begun = 0;
	buf_clear(&log->lines);
	log->fd = fd;
}

uint64_t
access_log_dropped(const struct access_log *log)
{
	return log->dropped;
}

static void
append_time(struct access_log *log)
{
	int64_t now = clock_wall_ms(), second = now / 1000;
	unsigned ms = (unsigned)(now % 1000);
	char rest[5] = { '.', (char)('0' + ms / 100), (char)('0' + ms / 10 % 10), (char)('0' + ms % 10), 'Z' };

	if (second != log->second) {
		time_t t = (time_t)second;
		struct tm tm;

		gmtime_r(&t, &tm);
		strftime(log->second_text, sizeof log->second_text, "%Y-%m-%dT%H:%M:%S", &tm);
		log->second = second;
	}
	buf_append(&log->lines, log->second_text, SECOND_LEN);
	buf_append(&log->lines, rest, sizeof rest);
}

/* What could end the value or the line, or be taken for an escape, becomes \xHH. */
static void
append_escaped(struct buf *b, struct slice s, const char *escape)
{
	static const char hex[] = "0123456789abcdef";
	size_t len = s.len < PATH_LOGGED_MAX ? s.len : PATH_LOGGED_MAX;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		if (c > ' ' && c < 0x7f && c != '\\' && c != '"') {
			buf_append_char(b, (char)c);
		} else {
			buf_append_text(b, escape);
			buf_append_char(b, hex[c >> 4]);
			buf_append_char(b, hex[c & 15]);
		}
	}
	if (len < s.len)
		buf_append_literal(b, "...");
}

void
access_log_add(struct access_log *log, const struct request *req, unsigned http_status, size_t bytes,
    int64_t duration_ns)
{
	const struct form *form = log->form;
	struct buf *b = &log->lines;

	if (!log->is_timed)
		log->is_timed = evtimer_add(log->timer, &flush_after) == 0;
	buf_append_text(b, form->time);
	append_time(log);
	buf_append_text(b, form->id);
	buf_append_slice(b, req->id);
	buf_append_text(b, form->method);
	buf_append_text(b, http_method_name(req->method));
	buf_append_text(b, form->path);
	append_escaped(b, req->path.len > 0 ? req->path : SLICE_LITERAL("-"), form->escape);
	buf_append_text(b, form->status);
	buf_append_uint(b, http_status);
	buf_append_text(b, form->bytes);
	buf_append_uint(b, bytes);
	buf_append_text(b, form->us);
	buf_append_uint(b, (uint64_t)(duration_ns / 1000));
	buf_append_text(b, form->end);
	if (b->has_failed) {
		log->dropped += count_lines(b->data, b->len) + 1;
		log->begun = 0;
		buf_clear(b);
	} else if (b->len >= FLUSH_BYTES) {
		access_log_flush(log);
	}
}
