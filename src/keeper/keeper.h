/* SPDX-License-Identifier: MIT */
/* The keeper: one process for what is done by the clock, and for the stats and control sockets. */
#ifndef KEEPER_H
#define KEEPER_H

#include "master/child_loop.h"
#include "message/message.h"

struct alerts;
struct ctl_server;
struct deletions;
struct history;
struct metrics_server;
struct category_moves;
struct job_timer;
struct keyword_refresh;
struct delivery;
struct inbox;
struct jobs;
struct redrive;
struct retention;
struct schedule;

struct keeper {
	const struct inherited *in;
	struct child_loop       loop;
	struct message_service  messages;      /* the store and the AI pool, for messages left behind and for commands */
	struct delivery        *delivery;
	struct inbox           *inbox;
	struct jobs            *jobs;
	struct redrive         *redrive;
	struct deletions       *deletions;
	struct retention       *retention;
	struct keyword_refresh *keywords;
	struct category_moves  *category_moves;
	struct schedule        *backups;
	struct alerts          *alerts;
	struct ctl_server      *stats, *control;
	struct metrics_server  *metrics;       /* NULL without metrics.listen */
	struct history         *history;       /* of the counters */
	struct job_timer       *timers;
	struct event           *wake;          /* another instance has left work */
	unsigned                draining;      /* of the two sockets, while the keeper ends */
	int64_t                 latest_id_kept_ms;
	bool                    is_disk_low;   /* the operator was told */
};

/* What its counters say now, for stats_format.h. */
struct stats_view keeper_stats_view(const struct keeper *keeper);

#endif
