/* SPDX-License-Identifier: MIT */
/* See log.h. */
#include "config.h"

#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "json_out.h"
#include "syslog_line.h"

enum { LINE_MAX_BYTES = 1024, TIME_SIZE = 32, FILE_MODE = 0640 };

static char process_name[32] = "aiexpensed";
static enum log_level level_max = LOG_LEVEL_INFO;
static enum log_format line_format = LOG_FORMAT_TEXT;
static char file_path[PATH_MAX];          /* "": what standard error was at the start */

static const char *const level_names[] = { "error", "warning", "info", "debug" };

void
log_set_process(const char *name)
{
	snprintf(process_name, sizeof process_name, "%s", name);
}

void
log_set_level(enum log_level level)
{
	level_max = level;
}

void
log_set_format(enum log_format format)
{
	line_format = format;
}

int
log_open_file(const char *path)
{
	return open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, FILE_MODE);
}

/* At no moment is there no standard error. */
static bool
become_standard_error(const char *path)
{
	int fd = log_open_file(path);
	bool is_done = fd != -1 && dup2(fd, STDERR_FILENO) != -1;
	int saved = errno;

	if (fd != -1)
		close(fd);
	errno = saved;
	return is_done;
}

bool
log_to_file(const char *path)
{
	if (strlen(path) >= sizeof file_path) {
		errno = ENAMETOOLONG;
		return false;
	}
	if (!become_standard_error(path))
		return false;
	strcpy(file_path, path);
	return true;
}

bool
log_to_syslog(const char *path)
{
	return syslog_open(path);
}

bool
log_gathered(const char *lines, size_t len)
{
	const char *end;

	if (!syslog_is_open())
		return false;
	for (; len > 0 && (end = memchr(lines, '\n', len)) != NULL; lines = end + 1) {
		syslog_send(LOG_INFO, lines, (size_t)(end - lines));
		len -= (size_t)(end - lines) + 1;
	}
	return true;
}

void
log_reopen(void)
{
	if (file_path[0] != '\0' && !become_standard_error(file_path))
		log_errno("cannot open %s anew, going on with the old file", file_path);
}

/* Control characters would let a client's bytes start a line of their own. */
static size_t
escape_controls(char *out, size_t size, const char *text)
{
	size_t len = 0;

	for (; *text != '\0' && len + 5 < size; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < 0x20 || c == 0x7f)
			len += (size_t)sprintf(out + len, "\\x%02x", c);
		else
			out[len++] = *text;
	}
	return len;
}

/* line has an end, which a datagram needs not. */
static void
write_all(enum log_level level, const char *line, size_t len)
{
	static const int severities[] = { LOG_ERR, LOG_WARNING, LOG_INFO, LOG_DEBUG };
	ssize_t written;

	if (syslog_is_open()) {
		syslog_send(severities[level], line, len - 1);
		return;
	}
	written = write(STDERR_FILENO, line, len);
	(void)written;   /* nobody is left to be told */
}

/* "2026-11-23T18:03:11.482Z" */
static void
time_text(char text[TIME_SIZE])
{
	struct timespec now;
	struct tm tm;
	size_t len;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	len = strftime(text, TIME_SIZE, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + len, TIME_SIZE - len, ".%03ldZ", now.tv_nsec / 1000000);
}

/* Needs no memory, so that its lack can be told. */
static void
write_text(const char *time, enum log_level level, const char *text)
{
	char line[LINE_MAX_BYTES + 128];
	size_t len;

	if (syslog_is_open())      /* which has its own place for the rest */
		len = (size_t)snprintf(line, sizeof line, "%s: ", process_name);
	else
		len = (size_t)snprintf(line, sizeof line, "%s %s[%d] %s: ", time, process_name, (int)getpid(), level_names[level]);
	len += escape_controls(line + len, sizeof line - len - 1, text);
	line[len++] = '\n';
	write_all(level, line, len);
}

/* false when there is no memory for it. */
static bool
write_json(const char *time, enum log_level level, const char *text)
{
	struct buf line = BUF_INIT;
	struct json_out out = json_out_to(&line);
	bool is_whole;

	json_out_object_begin(&out);
	json_out_member_text(&out, "time", time);
	json_out_member_text(&out, "level", level_names[level]);
	json_out_member_text(&out, "process", process_name);
	json_out_member_int(&out, "pid", getpid());
	json_out_member_text(&out, "message", text);
	json_out_object_end(&out);
	buf_append_char(&line, '\n');
	is_whole = !line.has_failed;
	if (is_whole)
		write_all(level, line.data, line.len);
	buf_fini(&line);
	return is_whole;
}

static void
write_line(enum log_level level, const char *text)
{
	char time[TIME_SIZE];

	time_text(time);
	if (line_format != LOG_FORMAT_JSON || !write_json(time, level, text))
		write_text(time, level, text);
}

void
log_line(enum log_level level, const char *format, ...)
{
	char text[LINE_MAX_BYTES];
	int saved = errno;
	va_list args;

	if (level > level_max)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	write_line(level, text);
	errno = saved;
}

void
log_errno(const char *format, ...)
{
	char text[LINE_MAX_BYTES];
	int saved = errno;
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(text, sizeof text, format, args);
	va_end(args);
	if (len >= 0 && (size_t)len < sizeof text)
		snprintf(text + len, sizeof text - (size_t)len, ": %s", strerror(saved));
	write_line(LOG_LEVEL_ERROR, text);
	errno = saved;
}

void
fatal(int code, const char *format, ...)
{
	char text[LINE_MAX_BYTES];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	write_line(LOG_LEVEL_ERROR, text);
	exit(code);
}
