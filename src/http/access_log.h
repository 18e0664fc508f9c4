/* SPDX-License-Identifier: MIT */
/*
 * One line a request:
 *	2026-11-23T18:03:11.482Z id=9f2c41d07a-1f method=GET path=/api/v1/expenses/0198... status=200 bytes=512 us=83
 * or, as JSON, an object with the members time, id, method, path, status, bytes and us.
 * The path is without its query and a client's bytes are escaped; nothing else
 * of what a client sent is written.  Lines gather in memory and leave when
 * 16 KiB wait or 200 ms have passed; when the descriptor does not take
 * them at once they are dropped and counted, for a log may not hold up an answer.
 */
#ifndef HTTP_ACCESS_LOG_H
#define HTTP_ACCESS_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct access_log;
struct event_base;
struct request;

/* fd stays the caller's and should be non-blocking.  NULL without memory. */
struct access_log *access_log_new(struct event_base *base, int fd, bool is_json);

/* Writes what waits. */
void access_log_free(struct access_log *log);

void access_log_add(struct access_log *log, const struct request *req, unsigned http_status, size_t bytes,
    int64_t duration_ns);

void access_log_flush(struct access_log *log);

/* Go on with another descriptor, after the old one has been written to; for log rotation. */
void access_log_set_fd(struct access_log *log, int fd);

/* Lines lost so far. */
uint64_t access_log_dropped(const struct access_log *log);

#endif
