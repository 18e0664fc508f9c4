/* SPDX-License-Identifier: MIT */
/*
 * Which pages of other origins may use the server from a browser (the Fetch
 * standard, "CORS protocol").  Without configured origins nothing of this is
 * sent.  Tokens go in Authorization, so no answer allows credentials.
 */
#ifndef HTTP_CORS_H
#define HTTP_CORS_H

#include <stdbool.h>

#include "slice.h"

struct buf;
struct exchange;

/* Whether the text is an origin: scheme://host or scheme://host:port, in lower case, without a path. */
bool cors_origin_is_valid(const char *origin);

/* See whether the request comes from a page that may read its answer. */
void cors_begin(struct exchange *x);

/* Whether it is the question of such a page what it may send (a preflight). */
bool cors_is_preflight(const struct exchange *x);

/* Answer that question; methods: "GET, HEAD, POST". */
void cors_answer_preflight(struct exchange *x, const char *methods);

/* The fields that the answer has for it. */
void cors_append_fields(const struct exchange *x, struct buf *head);

#endif
