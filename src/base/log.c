/* SPDX-License-Identifier: MIT */
/* See log.h. */
#include "config.h"

#include "log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 1024 };

static char process_name[32] = "aiexpensed";
static enum log_level level_max = LOG_LEVEL_INFO;

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

static void
write_line(enum log_level level, const char *text)
{
	char line[LINE_MAX_BYTES + 128];
	struct timespec now;
	struct tm tm;
	size_t len;
	ssize_t written;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	len = strftime(line, sizeof line, "%Y-%m-%dT%H:%M:%S", &tm);
	len += (size_t)snprintf(line + len, sizeof line - len, ".%03ldZ %s[%d] %s: ", now.tv_nsec / 1000000,
	    process_name, (int)getpid(), level_names[level]);
	len += escape_controls(line + len, sizeof line - len - 1, text);
	line[len++] = '\n';
	written = write(STDERR_FILENO, line, len);
	(void)written;   /* nobody is left to be told */
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
