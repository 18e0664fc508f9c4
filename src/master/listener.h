/* SPDX-License-Identifier: MIT */
/* The sockets of http.listen: "host:port", "[address]:port", "*:port" or "unix:path". */
#ifndef LISTENER_H
#define LISTENER_H

#include <stdbool.h>

/* Whether the text has one of the forms. */
bool listener_is_valid(const char *where);

/* A listening, non-blocking socket; -1 after logging why. */
int listener_open(const char *where);

/* Remove what it left in the file system. */
void listener_unlink(const char *where);

#endif
