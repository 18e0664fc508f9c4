/* SPDX-License-Identifier: MIT */
/*
 * Lines for the operator, on standard error.  One event is one line; bytes
 * that a client could have chosen are escaped.  A line names the object and
 * what follows from the event, and never holds a text, an amount, a token or
 * a user id.
 */
#ifndef LOG_H
#define LOG_H

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* The name of this process at the start of each line ("http 1"); copied. */
void log_set_process(const char *name);

/* Lines above this level are dropped. */
void log_set_level(enum log_level level);

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
