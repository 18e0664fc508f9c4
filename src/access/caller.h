/* SPDX-License-Identifier: MIT */
/* Whose ledger a request is about: what nearly every handler begins with. */
#ifndef CALLER_H
#define CALLER_H

#include "counters.h"
#include "http/request.h"
#include "message/message.h"

struct caller {
	struct request               *req;
	const struct message_service *service;     /* with the store */
	struct slice                  user_id;     /* of an alias: whose ledger it has */
	struct ledger                 ledger;
	bool                          is_known;    /* the user is signed up ... */
	struct person                 person;      /* ... as this, in the request's arena */
	enum status                   st;          /* of looking the user up */
	int64_t                       started_ns;
};

/* Find out who is meant.  A user who is not there is no problem.  false: the problem has been answered. */
bool caller_find(struct request *req, struct caller *caller);

/* The same for a user who must be there. */
bool caller_begin(struct request *req, struct caller *caller);

/*
 * The same with what else the handler keeps: size bytes of the request's arena, as arena_alloc gives them, which begin with
 * its struct caller.  NULL: the problem has been answered.
 */
void *caller_new(struct request *req, size_t size);

/* The user, or NULL when there is none. */
static inline const struct person *
caller_person(const struct caller *caller)
{
	return caller->is_known ? &caller->person : NULL;
}

/* Read the user again, after a write.  false after answering. */
bool caller_read_again(struct caller *caller);

/* Count the request as one of these operations. */
void caller_record(const struct caller *caller, enum operation operation, bool is_success);

/* The id at this place of the route; false after answering that there is nothing. */
bool caller_read_id(struct request *req, unsigned param, struct uuid *id);

#endif
