/* SPDX-License-Identifier: MIT */
/* GET /metrics on a listener of its own, in the keeper, for Prometheus. */
#ifndef METRICS_SERVER_H
#define METRICS_SERVER_H

struct keeper;
struct metrics_server;

/* NULL when there is no listener for it, and after logging when it cannot be: the rest of the keeper goes on. */
struct metrics_server *metrics_server_new(struct keeper *keeper);
void metrics_server_free(struct metrics_server *server);

#endif
