/* SPDX-License-Identifier: MIT */
/*
 * How many requests an address, a token and a user may make, all http workers
 * together (rate_limit.h).  A refusal has been counted, and its answer's
 * fields set, when a function here returns ST_TOO_MANY.
 */
#ifndef LIMITS_H
#define LIMITS_H

#include "address.h"
#include "rate_limit.h"
#include "status.h"

struct counters;
struct options;
struct principal;
struct request;
struct shared;

struct limits {
	struct rate_table    *table;
	struct shared        *shared;          /* with other instances; set by whoever has it */
	const struct options *options;
	struct counters      *counters;
	size_t                proxy_count;
	struct address_range *proxies;         /* those that are believed; ours */
};

/* false without memory. */
bool limits_init(struct limits *limits, const struct options *options, struct rate_table *table, struct counters *counters);
void limits_fini(struct limits *limits);

/* Where a request comes from, as far as its address is limited. */
struct visitor {
	bool    is_limited;
	uint8_t network[16];
};

/* Before the token is looked at.  Counts nothing: whose request it is decides about that. */
enum status limits_enter(const struct limits *limits, struct request *req, struct visitor *visitor);

/* A request for which no token is needed. */
enum status limits_count_anyone(const struct limits *limits, struct request *req, const struct visitor *visitor);

/* A request without a valid token, to be answered with st: what to answer. */
enum status limits_count_failure(const struct limits *limits, struct request *req, const struct visitor *visitor,
    enum status st);

/* A request with a valid token. */
enum status limits_count_token(const struct limits *limits, struct request *req, const struct visitor *visitor,
    const struct principal *principal);

/* A text of a user that is to be understood. */
enum status limits_count_message(const struct limits *limits, struct request *req, struct slice user_id);

/* The client's address: the peer's, or what a trusted proxy says of it.  ADDRESS_NONE: a trusted proxy that names nobody. */
struct address limits_client(const struct limits *limits, const struct address *peer, struct slice forwarded_for,
    struct slice real_ip);

#endif
