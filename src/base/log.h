/* SPDX-License-Identifier: MIT */
/*
 * Lines for the operator, on standard error, or in a file or at a syslog daemon
 * that take its place (log_to_file, log_to_syslog), so that what libraries print there is not lost.  One event is
 * one line; bytes that a client could have chosen are escaped.  A line names the object and
 * what follows from the event, and never holds a text, an amount, a token or
 * a user id.
 */
#ifndef LOG_H
#define LOG_H

#include <stdbool.h>
#include <stddef.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* The name of this process at the start of each line ("http 1"); copied. */
void log_set_process(const char *name);

/* Lines above this level are dropped. */
void log_set_level(enum log_level level);

/* In the order of the words of log.format. */
enum log_format { LOG_FORMAT_TEXT, LOG_FORMAT_JSON };

void log_set_format(enum log_format format);

/*
 * Append to this file from now on, which is made when it is not there.  false with errno, and everything stays as it was.
 * path is copied; processes that are forked go on with it.
 */
bool log_to_file(const char *path);

/* The same for the socket of a syslog daemon.  Each line is a datagram, which has its time in front. */
bool log_to_syslog(const char *path);

/* Lines that were gathered, each with its end, for where the lines of LOG_LEVEL_INFO go when that is a syslog daemon; false when it is not. */
bool log_gathered(const char *lines, size_t len);

/* Open the file anew, after it was renamed.  When that fails, a line in the old file says so and it stays in use. */
void log_reopen(void);

/* The descriptor of a file that lines are appended to.  -1 with errno. */
int log_open_file(const char *path);

/* Write one line.  errno stays as it was. */
void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same with ": " and the text of errno behind it. */
void log_errno(const char *format, ...) __attribute__((format(printf, 1, 2)));

#define log_error(...) log_line(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warn(...)  log_line(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_info(...)  log_line(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_line(LOG_LEVEL_DEBUG, __VA_ARGS__)

/* Only for main and the first lines of a child: log_error, then exit with the code. */
void fatal(int code, const char *format, ...) __attribute__((format(printf, 2, 3), noreturn));

#endif
