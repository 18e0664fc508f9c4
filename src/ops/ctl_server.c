/* SPDX-License-Identifier: MIT */
/* See ctl_server.h. */
#include "config.h"

#include "ctl_server.h"

#include <errno.h>
#include <event2/event.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "commands.h"
#include "keeper/keeper.h"
#include "log.h"
#include "sockets.h"

enum { CLIENTS_MAX = 8, LINE_MAX_BYTES = 4096, LIMIT_S = 2 };

/* A connection: reads its line, then belongs to the command's handler, then writes its answer. */
struct ctl_reply {
	struct ctl_server *server;      /* NULL in a free place */
	int                fd;
	struct event      *event;       /* reading or writing */
	struct event      *deadline;
	char               line[LINE_MAX_BYTES + 1];
	size_t             line_len;
	struct buf         out;
	size_t             sent;
	const struct ctl_command *command;
	const char        *args;        /* in line */
};

struct ctl_server {
	struct keeper    *keeper;
	bool              is_operator;
	struct event     *on_client;
	size_t            client_count;
	void            (*on_drained)(void *arg);   /* NULL unless it is to end */
	void             *arg;
	struct ctl_reply  clients[CLIENTS_MAX];
};

struct buf *
ctl_reply_out(struct ctl_reply *reply)
{
	return &reply->out;
}

struct keeper *
ctl_reply_keeper(struct ctl_reply *reply)
{
	return reply->server->keeper;
}

bool
ctl_reply_is_operator(const struct ctl_reply *reply)
{
	return reply->server->is_operator;
}

static void
close_client(struct ctl_reply *client)
{
	struct ctl_server *server = client->server;

	if (client->event != NULL)
		event_free(client->event);
	if (client->deadline != NULL)
		event_free(client->deadline);
	fd_close(&client->fd);
	buf_fini(&client->out);
	client->server = NULL;
	if (server->client_count-- == CLIENTS_MAX && server->on_drained == NULL)
		event_add(server->on_client, NULL);
	if (server->client_count == 0 && server->on_drained != NULL)
		server->on_drained(server->arg);
}

static void
on_deadline(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	close_client(arg);
}

/* The time limit is for all of a direction, not for each byte. */
static void
wait_for(struct ctl_reply *client, short what, event_callback_fn callback)
{
	struct event_base *base = client->server->keeper->loop.base;
	struct timeval limit = { .tv_sec = LIMIT_S };

	if (client->event != NULL)
		event_free(client->event);
	client->event = event_new(base, client->fd, what | EV_PERSIST, callback, client);
	if (client->deadline == NULL)
		client->deadline = evtimer_new(base, on_deadline, client);
	if (client->event == NULL || client->deadline == NULL || event_add(client->event, NULL) == -1 ||
	    event_add(client->deadline, &limit) == -1)
		close_client(client);
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct ctl_reply *client = arg;
	ssize_t n = send(fd, client->out.data + client->sent, client->out.len - client->sent, MSG_NOSIGNAL);

	(void)what;
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	client->sent += n > 0 ? (size_t)n : 0;
	if (n == -1 || client->sent == client->out.len)
		close_client(client);
}

void
ctl_reply_done(struct ctl_reply *reply)
{
	if (reply->out.has_failed) {
		buf_clear(&reply->out);
		buf_append_text(&reply->out, "error: out of memory\n");
	}
	wait_for(reply, EV_WRITE, on_writable);
}

void
ctl_reply_error(struct ctl_reply *reply, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	buf_clear(&reply->out);
	buf_printf(&reply->out, "error: %s\n", text);
	ctl_reply_done(reply);
}

static bool
is_permitted(const struct ctl_reply *client)
{
	struct ucred peer;
	socklen_t len = sizeof peer;

	if (!client->server->is_operator)
		return true;
	return getsockopt(client->fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 &&
	    (peer.uid == 0 || peer.uid == geteuid());
}

static void
run_command(void *arg)
{
	struct ctl_reply *client = arg;

	client->command->run(client, client->args);
}

static void
run_line(struct ctl_reply *client)
{
	char *line = client->line;
	size_t len;

	line += strspn(line, " \t");
	len = strcspn(line, "\r\n");
	while (len > 0 && line[len - 1] == ' ')
		len--;
	line[len] = '\0';
	event_del(client->event);
	event_del(client->deadline);   /* the handler has its own */
	if (!is_permitted(client)) {
		ctl_reply_error(client, "only the daemon's own user and root may use this socket");
		return;
	}
	client->command = ctl_command_find(line, client->server->is_operator, &client->args);
	if (client->command == NULL)
		ctl_reply_error(client, "unknown command; try help");
	else
		store_enter(client->server->keeper->messages.store, run_command, client);
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct ctl_reply *client = arg;
	ssize_t n = read(fd, client->line + client->line_len, LINE_MAX_BYTES - client->line_len);

	(void)what;
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		close_client(client);
		return;
	}
	client->line_len += (size_t)n;
	client->line[client->line_len] = '\0';
	if (memchr(client->line, '\n', client->line_len) != NULL)
		run_line(client);
	else if (client->line_len == LINE_MAX_BYTES)
		ctl_reply_error(client, "a command is one line of at most %d bytes", LINE_MAX_BYTES - 1);
}

static struct ctl_reply *
free_place(struct ctl_server *server)
{
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		if (server->clients[i].server == NULL)
			return &server->clients[i];
	return NULL;
}

static void
on_client(evutil_socket_t listener, short what, void *arg)
{
	struct ctl_server *server = arg;
	struct ctl_reply *client = free_place(server);
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)what;
	if (fd == -1 || client == NULL) {
		fd_close(&fd);
		return;
	}
	*client = (struct ctl_reply){ .server = server, .fd = fd, .out = BUF_INIT };
	if (++server->client_count == CLIENTS_MAX)
		event_del(server->on_client);
	wait_for(client, EV_READ, on_readable);
}

struct ctl_server *
ctl_server_new(struct keeper *keeper, int listener, bool is_operator)
{
	struct ctl_server *server = calloc(1, sizeof *server);

	if (server == NULL)
		return NULL;
	server->keeper = keeper;
	server->is_operator = is_operator;
	server->on_client = event_new(keeper->loop.base, listener, EV_READ | EV_PERSIST, on_client, server);
	if (server->on_client == NULL || event_add(server->on_client, NULL) == -1) {
		log_error("cannot watch the socket for commands");
		ctl_server_free(server);
		return NULL;
	}
	return server;
}

void
ctl_server_drain(struct ctl_server *server, void (*on_drained)(void *arg), void *arg)
{
	server->on_drained = on_drained;
	server->arg = arg;
	event_del(server->on_client);
	if (server->client_count == 0)
		on_drained(arg);
}

void
ctl_server_free(struct ctl_server *server)
{
	if (server == NULL)
		return;
	server->on_drained = NULL;
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		if (server->clients[i].server != NULL)
			close_client(&server->clients[i]);
	if (server->on_client != NULL)
		event_free(server->on_client);
	free(server);
}
