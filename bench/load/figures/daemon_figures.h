/* SPDX-License-Identifier: MIT */
/* What the daemon says of itself on its stats socket, and what /proc says of it. */
#ifndef DAEMON_FIGURES_H
#define DAEMON_FIGURES_H

#include <sys/types.h>

#include "outcome.h"

struct event_base;

/* The original's LoadTestMetrics. */
struct load_test_metrics {
	uint64_t total, success, failed, duration_ns, min_ns, max_ns;
};

struct daemon_figures {
	struct load_test_metrics operations[OPERATIONS];
	int64_t                  stall_ns;       /* -1: a daemon that does not count it */
};

/*
 * Ask "show stats json" without holding up the loop; fn is called once, with
 * NULL when there was no answer within two seconds.
 */
typedef void figures_fn(const struct daemon_figures *figures, void *arg);
void figures_ask(struct event_base *base, const char *socket_path, figures_fn *fn, void *arg);

/* The same, running the loop until the answer is there; false when there is none. */
bool figures_get(struct event_base *base, const char *socket_path, struct daemon_figures *figures);

/*
 * Hold what the client has counted against what the daemon has counted in the
 * same time.  Exact but for requests that had no answer; times as far as the
 * daemon's part of a request lies within the client's.
 */
void figures_compare(const struct daemon_figures *before, const struct daemon_figures *after, struct outcome *outcome);

/*
 * Memory of the process and its children without the map of the store
 * (Pss_Anon: what they share since the fork counts once); -1: not known.
 */
int64_t daemon_memory_bytes(pid_t master);

#endif
