/* SPDX-License-Identifier: MIT */
/*
 * The course of a scenario: its users are made, the requests are sent while a
 * probe asks for other things, the daemon's figures are held against ours, and
 * what was acknowledged is looked up.
 */
#ifndef COURSE_H
#define COURSE_H

#include <sys/types.h>

#include "client/crew.h"
#include "figures/daemon_figures.h"
#include "figures/outcome.h"
#include "records.h"

enum { USERS_MAX = 16, USER_ID_SIZE = 96, PROBE_RATE = 20 };

/* What all scenarios of a run share. */
struct load {
	struct event_base *base;
	struct http_target target;
	struct api         api;
	char               tag[9];             /* makes the users of this run its own */
	const char        *stats_socket;       /* NULL: the daemon's figures are out of reach */
	pid_t              master;             /* 0: its memory is out of reach */
	double             rate;               /* requests a second of an open loop; 0: closed loop */
	bool               shows_progress;
};

struct user {
	char   id[USER_ID_SIZE];
	char   category[UUID_TEXT_LEN + 1];    /* food */
	size_t rows;                           /* expenses that were listed at the end */
};

/* What a member of the checking crew is at. */
struct check {
	unsigned user;
	char     cursor[256];
	bool     asks_count;
};

struct course {
	const struct load     *load;
	const struct scenario *scenario;
	struct outcome        *outcome;
	struct user            users[USERS_MAX + 1];   /* the last is the probe's */
	unsigned               user_count;             /* without it */
	struct records         records;
	uint8_t               *signed_up;              /* by request: acknowledged */
	unsigned               members;                /* of the crew at work */
	unsigned               first_worker;           /* of the stage, counted over all stages */
	size_t                 span;                   /* the present one */
	struct crew           *crew;
	uint64_t               done;                   /* for the progress */

	int64_t                stall_ns;               /* as last read */
	size_t                 asked_span;
	unsigned               questions;              /* to the stats socket, on their way */

	struct check           checks[USERS_MAX];
	uint64_t               missing;                /* sign-ups that are not there afterwards */
};

/* false when the loop was broken off; the outcome then tells how far it came. */
bool course_run(const struct load *load, const struct scenario *scenario, struct outcome *outcome);

/* Run one crew to its end; false when the loop was broken off. */
bool course_run_crew(struct course *course, struct crew_plan plan);

/* Whether the answer has a 2xx status. */
bool answer_is_good(const struct http_answer *answer);

void course_sign_up_id(const struct course *course, unsigned worker, unsigned number, char id[USER_ID_SIZE]);

/* course_check.c: look up all that was acknowledged, each expense exactly once.  false when the loop was broken off. */
bool course_check(struct course *course);

/* spans.c: the first stage whose p99 doubles; the drift of the last second against the first. */
void spans_judge(struct outcome *outcome);

#endif
