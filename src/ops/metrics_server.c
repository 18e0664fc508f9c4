/* SPDX-License-Identifier: MIT */
/* See metrics_server.h. */
#include "config.h"

#include "metrics_server.h"

#include <stdlib.h>

#include "http/reply.h"
#include "http/server.h"
#include "keeper/keeper.h"
#include "log.h"
#include "stats_format.h"

/* A scraper or two, and somebody who looks. */
enum { CONNECTIONS_MAX = 16 };

struct metrics_server {
	struct route_table *routes;
	struct server      *server;
};

static enum status
get_metrics(struct request *req)
{
	const struct keeper *keeper = req->services;
	struct stats_view view = keeper_stats_view(keeper);

	stats_print_prometheus(&view,
	    reply_begin(req, ST_OK, "application/openmetrics-text; version=1.0.0; charset=utf-8"));
	reply_end(req);
	return ST_OK;
}

static const struct route routes[] = { { HTTP_GET, "/metrics", 0, get_metrics, false } };

static bool
start(struct metrics_server *metrics, struct keeper *keeper)
{
	struct server_options options = SERVER_OPTIONS_DEFAULT;

	metrics->routes = route_table_new(routes, 1);
	if (metrics->routes == NULL)
		return false;
	options.listeners = &keeper->in->metrics_listener;
	options.listener_count = 1;
	options.routes = metrics->routes;
	options.services = keeper;
	options.connections_max = CONNECTIONS_MAX;
	metrics->server = server_new(keeper->loop.base, &options);
	return metrics->server != NULL;
}

struct metrics_server *
metrics_server_new(struct keeper *keeper)
{
	struct metrics_server *metrics;

	if (keeper->in->metrics_listener == -1)
		return NULL;
	metrics = calloc(1, sizeof *metrics);
	if (metrics == NULL)
		return NULL;
	if (start(metrics, keeper))
		return metrics;
	log_error("out of memory: there is no GET /metrics");
	metrics_server_free(metrics);
	return NULL;
}

void
metrics_server_free(struct metrics_server *metrics)
{
	if (metrics == NULL)
		return;
	if (metrics->server != NULL)
		server_stop(metrics->server);
	if (metrics->routes != NULL)
		route_table_free(metrics->routes);
	free(metrics);
}
