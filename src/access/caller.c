/* SPDX-License-Identifier: MIT */
/* See caller.h. */
#include "config.h"

#include "caller.h"

#include "clock.h"
#include "api/handlers.h"
#include "http/reply.h"
#include "api/services.h"
#include "store/person.h"

static void
keep_person(enum status st, const struct person *person, void *arg)
{
	struct caller *caller = arg;

	caller->st = st;
	if (st != ST_OK)
		return;
	caller->is_known = person_copy(&caller->req->arena, person, &caller->person);
	if (!caller->is_known)
		caller->st = ST_OVERLOADED;
}

static void
read_person(struct caller *caller)
{
	store_get_person(caller->service->store, &caller->ledger, keep_person, caller);
}

/* An alias stands for the user whose ledger it has, whatever is asked for. */
static void
go_to_main(struct caller *caller)
{
	caller->user_id = caller->person.user.linked_to;
	caller->ledger = store_ledger(caller->service->store, caller->user_id);
	caller->is_known = false;
	read_person(caller);
}

bool
caller_read_again(struct caller *caller)
{
	read_person(caller);
	if (caller->st != ST_OK)
		return handler_refuse(caller->req, caller->st, NULL, NULL);
	return true;
}

bool
caller_find(struct request *req, struct caller *caller)
{
	const struct services *services = req->services;

	*caller = (struct caller){ .req = req, .service = &services->messages, .started_ns = clock_mono_ns() };
	if (!handler_user(req, &caller->user_id))
		return false;
	caller->ledger = store_ledger(caller->service->store, caller->user_id);
	counters_user_seen(caller->service->counters, caller->ledger.key, clock_mono_ms());
	read_person(caller);
	if (caller->st == ST_OK && caller->person.user.linked_to.len > 0)
		go_to_main(caller);
	if (caller->st == ST_OK || caller->st == ST_NO_USER)
		return true;
	reply_problem(req, caller->st, NULL, NULL);
	return false;
}

bool
caller_begin(struct request *req, struct caller *caller)
{
	if (!caller_find(req, caller))
		return false;
	if (caller->st == ST_OK)
		return true;
	reply_problem(req, caller->st, "user", NULL);
	return false;
}

void *
caller_new(struct request *req, size_t size)
{
	void *work = arena_alloc(&req->arena, size);

	if (work == NULL) {
		reply_problem(req, ST_OVERLOADED, NULL, NULL);
		return NULL;
	}
	return caller_begin(req, work) ? work : NULL;
}

void
caller_record(const struct caller *caller, enum operation operation, bool is_success)
{
	operation_record(caller->service->counters, operation, (uint64_t)(clock_mono_ns() - caller->started_ns), is_success);
}

bool
caller_read_id(struct request *req, unsigned param, struct uuid *id)
{
	if (uuid_parse(req->params[param], id))
		return true;
	reply_problem(req, ST_NOT_FOUND, NULL, NULL);
	return false;
}
