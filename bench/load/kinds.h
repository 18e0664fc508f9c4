/* SPDX-License-Identifier: MIT */
/* The kinds of requests that are timed, each with the target of the performance report. */
#ifndef KINDS_H
#define KINDS_H

#include "buf.h"
#include "counters.h"
#include "client/http_client.h"

enum kind { KIND_SIGN_UP, KIND_PARSE, KIND_CREATE, KIND_LIST, KIND_LOOKUP, KINDS };

struct kind_row {
	const char *name;
	unsigned    target_ms;                   /* for the 99th percentile */
	unsigned    counts[OPERATIONS];          /* what one that succeeds adds to the daemon's own figures */
};

extern const struct kind_row kind_rows[KINDS];

/* What every request to the API begins with. */
struct api {
	const struct http_target *target;
	const char               *token;
};

/* Whole requests, appended to out.  Ids and descriptions are our own and need no escaping. */
void request_sign_up(const struct api *api, const char *user, struct buf *out);
void request_parse(const struct api *api, const char *user, struct buf *out);
void request_lookup(const struct api *api, const char *user, const char *name, struct buf *out);
void request_categories(const struct api *api, const char *user, struct buf *out);

/* cursor: of the page before; "" for the first page. */
void request_list(const struct api *api, const char *user, const char *cursor, struct buf *out);

struct expense_text {
	char description[48];
	char amount[16];                         /* "20.00" */
};

void request_create(const struct api *api, const char *user, const char *category_id, const struct expense_text *expense,
    struct buf *out);

/* NULL, or what is wrong with the body of an answer whose status says that all is well. */
const char *answer_fault(enum kind kind, struct slice body);

#endif
