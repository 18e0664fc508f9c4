/* SPDX-License-Identifier: MIT */
/* Talking to PostgreSQL where it may take its time: a command, or a daemon that starts. */
#ifndef PG_PLAIN_H
#define PG_PLAIN_H

#include <libpq-fe.h>
#include <stdbool.h>

/* NULL after logging.  The caller's to PQfinish. */
PGconn *pg_plain_connect(const char *url);

/* Carry a statement out.  false after logging. */
bool pg_plain_run(PGconn *pg, const char *text);

/* Log what the connection's last error was.  Always false. */
bool pg_plain_complain(PGconn *pg);

#endif
