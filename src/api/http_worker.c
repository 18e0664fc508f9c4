/* SPDX-License-Identifier: MIT */
/*
 * The http worker: the server, the store it reads, and the links to those it
 * asks.  Nothing in it waits.
 */
#include "config.h"

#include <fcntl.h>
#include <unistd.h>

#include <event2/event.h>

#include "ai/ai_shared.h"
#include "ai/pool/ai_pool.h"
#include "contract/endpoints.h"
#include "delivery/delivery.h"
#include "http/access_log.h"
#include "http/server.h"
#include "log.h"
#include "master/child.h"
#include "master/child_loop.h"
#include "contract/openapi.h"
#include "redis/shared.h"
#include "services.h"
#include "sockets.h"
#include "store.h"
#include "webhooks.h"

struct worker {
	struct child_loop   loop;
	struct services     services;
	struct route_table *routes;
	struct route        hook_routes[WEBHOOK_ROUTES_MAX];
	struct delivery    *delivery;
	struct inbox       *inbox;
	struct access_log  *access_log;
	int                 access_fd;           /* -1: standard error itself is used */
	struct server      *server;
	bool                is_drained;          /* no request is in work any more */
};

static void
on_event(void *arg, enum http_event event)
{
	const struct worker *worker = arg;
	struct counters *counters = worker->services.messages.counters;

	switch (event) {
	case HTTP_CONNECTION_OPENED:
		counter_add(&counters->http_accepted, 1);
		counter_add(&counters->http_connections, 1);
		break;
	case HTTP_CONNECTION_CLOSED:
		counter_sub(&counters->http_connections, 1);
		break;
	case HTTP_CONNECTION_REFUSED:
		counter_add(&counters->http_refused_overload, 1);
		break;
	case HTTP_REQUEST_BEGUN:
		counter_add(&counters->http_in_flight, 1);
		break;
	default:
		break;
	}
}

static void
on_answered(void *arg, const struct request *req, unsigned http_status, int64_t duration_ns, size_t bytes)
{
	const struct worker *worker = arg;
	struct counters *counters = worker->services.messages.counters;

	if (worker->access_log != NULL)
		counter_set(&counters->access_log_dropped, access_log_dropped(worker->access_log));
	counter_add(&counters->http_requests, 1);
	counter_add(&counters->http_bytes_out, bytes);
	counter_add(http_status < 400 ? &counters->http_2xx : http_status < 500 ? &counters->http_4xx : &counters->http_5xx, 1);
	if (http_status == 503)
		counter_add(&counters->http_refused_overload, 1);
	if (req->method == HTTP_OTHER && req->path.len == 0) {
		counter_add(&counters->http_bad_requests, 1);
		return;
	}
	counter_sub(&counters->http_in_flight, 1);
	if (req->route != NULL && req->route->permission != PERMIT_ANYONE)
		operation_record(counters, OPERATION_total, (uint64_t)duration_ns, http_status < 400);
}

/* A handler that reads from a server waits in a fiber, if the store says so. */
static void
enter(void *arg, void (*fn)(void *arg), void *fn_arg)
{
	struct services *services = arg;

	store_enter(services->messages.store, fn, fn_arg);
}

static struct server *
start_server(struct worker *worker, const struct inherited *in)
{
	const struct options *options = in->options;
	struct server_options so = SERVER_OPTIONS_DEFAULT;

	so.listeners = in->http_listeners;
	so.listener_count = in->http_listener_count;
	so.routes = worker->routes;
	so.authorize = auth_authorize;
	so.services = &worker->services;
	so.enter = enter;
	so.limits.body_bytes = (uint32_t)options->http_max_body_bytes;
	so.limits.image_bytes = (uint32_t)options->ai_image_bytes;
	so.connections_max = options->http_max_connections;
	so.request_timeout_ms = (unsigned)options->http_request_timeout_ms;
	so.idle_timeout_ms = (unsigned)options->http_idle_timeout_ms;
	so.send_timeout_ms = (unsigned)options->http_send_timeout_ms;
	so.access_log = worker->access_log;
	so.cors_origins = options->http_cors_origins.items;
	so.cors_origin_count = options->http_cors_origins.count;
	so.observer = (struct http_observer){ on_event, on_answered, worker };
	return server_new(worker->loop.base, &so);
}

/*
 * The file for requests, or a way to standard error of this process' own, so
 * that a reader who does not take the lines cannot hold it up.  A socket cannot
 * be opened anew.
 */
static int
open_access_file(const struct options *options)
{
	int fd;

	if (options->http_access_log_file[0] == '\0')
		return open("/proc/self/fd/2", O_WRONLY | O_APPEND | O_NONBLOCK | O_CLOEXEC);
	fd = log_open_file(options->http_access_log_file);
	if (fd == -1)
		log_errno("cannot open %s, requests are logged where they were", options->http_access_log_file);
	return fd;
}

static struct access_log *
open_access_log(struct worker *worker)
{
	const struct options *options = worker->loop.in->options;

	worker->access_fd = open_access_file(options);
	return access_log_new(worker->loop.base, worker->access_fd != -1 ? worker->access_fd : STDERR_FILENO,
	    options->log_format == LOG_FORMAT_JSON);
}

/* The file may have been renamed: what waits goes there, and all that follows into the new one. */
static void
on_reopen(void *arg)
{
	struct worker *worker = arg;
	int fd = worker->access_log != NULL ? open_access_file(worker->loop.in->options) : -1;

	if (fd == -1)
		return;
	access_log_set_fd(worker->access_log, fd);
	fd_close(&worker->access_fd);
	worker->access_fd = fd;
}

/* What webhooks brought is worked on and answered behind their requests. */
static void
end_when_idle(void *arg)
{
	struct worker *worker = arg;

	if (worker->is_drained && inbox_under_way(worker->inbox) == 0 && delivery_is_idle(worker->delivery))
		child_loop_end(&worker->loop, CHILD_EXIT_OK);
}

static bool
open_webhooks(struct worker *worker)
{
	struct message_service *messages = &worker->services.messages;

	worker->delivery = delivery_open(messages);
	if (worker->delivery != NULL)
		worker->inbox = inbox_open(messages, worker->delivery, 0);
	if (worker->inbox == NULL)
		return false;
	inbox_on_idle(worker->inbox, end_when_idle, worker);
	delivery_on_idle(worker->delivery, end_when_idle, worker);
	worker->services.webhooks = webhooks_open(messages, worker->inbox);
	return worker->services.webhooks != NULL &&
	    route_table_add(worker->routes, worker->hook_routes, webhooks_routes(messages->options, worker->hook_routes));
}

static bool
start(struct worker *worker, const struct inherited *in)
{
	struct message_service *messages = &worker->services.messages;

	worker->services.segment = in->segment;
	messages->options = in->options;
	messages->counters = &in->slot->counters;
	messages->keywords = in->options->keywords_share ? in->ai->keywords : NULL;
	messages->store = store_open(in->options, worker->loop.base, messages->counters);
	messages->shared = shared_open(worker->loop.base, in->options, messages->counters);
	worker->services.openapi = openapi_new();
	worker->routes = route_table_new(routes, ROUTES);
	if (in->options->http_access_log)
		worker->access_log = open_access_log(worker);
	if (!limits_init(&worker->services.limits, in->options, in->rates, messages->counters))
		return false;
	worker->services.limits.shared = messages->shared;
	if (messages->store == NULL || !message_open_pool(messages, worker->loop.base, in->segment) || worker->routes == NULL ||
	    worker->services.openapi == NULL || !open_webhooks(worker))
		return false;
	worker->server = start_server(worker, in);
	return worker->server != NULL;
}

static void
on_drained(void *arg)
{
	struct worker *worker = arg;

	worker->is_drained = true;
	end_when_idle(worker);
}

/*
 * Whether asked to hurry or not, what was begun is answered; the loop's
 * deadlines differ.  With others there to take over, a client whose request is
 * on its way need not find its connection closed.
 */
static void
on_stop(enum child_stop how, void *arg)
{
	struct worker *worker = arg;
	int64_t idle_ms = how == STOP_REPLACED ? worker->loop.in->options->run_shutdown_timeout_ms / 2 : 0;

	server_drain(worker->server, (unsigned)idle_ms, on_drained, worker);
}

static void
stop(struct worker *worker)
{
	if (worker->server != NULL)
		server_stop(worker->server);
	if (worker->services.messages.pool != NULL)
		ai_pool_close(worker->services.messages.pool);
	if (worker->services.messages.store != NULL)
		store_close(worker->services.messages.store);
	if (worker->services.webhooks != NULL)
		webhooks_close(worker->services.webhooks);
	if (worker->inbox != NULL)
		inbox_close(worker->inbox);
	if (worker->delivery != NULL)
		delivery_close(worker->delivery);
	if (worker->routes != NULL)
		route_table_free(worker->routes);
	shared_close(worker->services.messages.shared);
	limits_fini(&worker->services.limits);
	openapi_free(worker->services.openapi);
	if (worker->access_log != NULL)
		access_log_free(worker->access_log);
	fd_close(&worker->access_fd);
}

int
http_worker_run(const struct inherited *in, unsigned index)
{
	struct worker worker = { .access_fd = -1 };
	int code = CHILD_EXIT_FATAL;

	if (!child_loop_init(&worker.loop, in, on_stop, &worker))
		return CHILD_EXIT_FATAL;
	worker.loop.on_reopen = on_reopen;
	if (start(&worker, in)) {
		child_loop_ready(&worker.loop);
		code = child_loop_run(&worker.loop);
	} else {
		log_error("http worker %u cannot start", index);
	}
	stop(&worker);
	child_loop_fini(&worker.loop);
	return code;
}
