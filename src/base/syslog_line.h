/* SPDX-License-Identifier: MIT */
/*
 * Lines as datagrams to a syslog daemon, or to systemd's journal, on a socket of
 * this machine.  The socket takes the place of standard error.  Nothing waits: a line that the
 * daemon does not take is dropped, and the next one that it takes tells how many were.
 */
#ifndef SYSLOG_LINE_H
#define SYSLOG_LINE_H

#include <stdbool.h>
#include <stddef.h>

/* false with errno, and everything stays as it was.  path is copied; a fork goes on with it. */
bool syslog_open(const char *path);
bool syslog_is_open(void);

/* severity as syslog(3) has it; text without an end of line.  One that has gone away is connected to anew. */
void syslog_send(int severity, const char *text, size_t len);

#endif
