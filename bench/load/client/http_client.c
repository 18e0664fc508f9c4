/* SPDX-License-Identifier: MIT */
/* See http_client.h. */
#include "config.h"

#include "http_client.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include <event2/event.h>
#include <event2/event_struct.h>

#include "sockets.h"

enum { READ_SIZE = 65536 };

struct http_client {
	struct event_base        *base;
	const struct http_target *target;
	http_client_fn           *fn;
	void                     *arg;
	int                       fd;            /* -1: closed */
	struct event              readable, writable, failed;
	struct buf                out;           /* what the socket has not taken */
	struct buf                in;
	bool                      is_waiting;    /* for an answer */
};

/* --- where to ----------------------------------------------------------------- */

static bool
resolve(const char *host, const char *port, struct http_target *target, const char **error)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *found;
	int code = getaddrinfo(host, port, &hints, &found);

	if (code != 0) {
		*error = gai_strerror(code);
		return false;
	}
	memcpy(&target->address, found->ai_addr, found->ai_addrlen);
	target->address_len = found->ai_addrlen;
	freeaddrinfo(found);
	return true;
}

/* "host", "host:port", "[::1]:port". */
static bool
parse_authority(struct slice text, struct http_target *target, const char **error)
{
	char host[256], port[8] = "80";
	const char *colon = memrchr(text.ptr, ':', text.len), *bracket = memrchr(text.ptr, ']', text.len);
	size_t host_len = colon != NULL && (bracket == NULL || colon > bracket) ? (size_t)(colon - text.ptr) : text.len;
	struct slice name = { text.ptr, host_len };

	*error = "it has no host, or one that is too long";
	if (host_len == 0 || text.len >= sizeof host)
		return false;
	if (host_len < text.len && text.len - host_len - 1 < sizeof port)
		snprintf(port, sizeof port, "%.*s", (int)(text.len - host_len - 1), text.ptr + host_len + 1);
	if (bracket != NULL && text.ptr[0] == '[')
		name = (struct slice){ text.ptr + 1, (size_t)(bracket - text.ptr) - 1 };
	snprintf(host, sizeof host, "%.*s", SLICE_ARGS(name));
	snprintf(target->host, sizeof target->host, "%.*s", SLICE_ARGS(text));
	return resolve(host, port, target, error);
}

static bool
parse_unix(const char *path, struct http_target *target, const char **error)
{
	struct sockaddr_un address;

	*error = "the path of the socket is too long";
	if (!unix_address(&address, path))
		return false;
	memcpy(&target->address, &address, sizeof address);
	target->address_len = sizeof address;
	snprintf(target->host, sizeof target->host, "localhost");
	return true;
}

bool
http_target_parse(const char *url, struct http_target *target, const char **error)
{
	static const char scheme[] = "http://", unix_scheme[] = "unix:";
	const char *rest = url + sizeof scheme - 1, *slash;
	size_t len;

	*target = (struct http_target){ 0 };
	if (strncmp(url, unix_scheme, sizeof unix_scheme - 1) == 0)
		return parse_unix(url + sizeof unix_scheme - 1, target, error);
	*error = "it must begin with http:// or unix:";
	if (strncmp(url, scheme, sizeof scheme - 1) != 0)
		return false;
	slash = strchrnul(rest, '/');
	len = strlen(slash);
	while (len > 0 && slash[len - 1] == '/')
		len--;
	*error = "its path is too long";
	if (len >= sizeof target->prefix)
		return false;
	snprintf(target->prefix, sizeof target->prefix, "%.*s", (int)len, slash);
	return parse_authority((struct slice){ rest, (size_t)(slash - rest) }, target, error);
}

/* --- a connection ---------------------------------------------------------------- */

static void
close_connection(struct http_client *client)
{
	if (client->fd == -1)
		return;
	event_del(&client->readable);
	event_del(&client->writable);
	fd_close(&client->fd);
	buf_clear(&client->in);
	buf_clear(&client->out);
}

static void
finish(struct http_client *client, const struct http_answer *answer)
{
	client->is_waiting = false;
	client->fn(answer, client->arg);
}

/* The caller of http_client_send is not called back from within it. */
static void
on_failed(evutil_socket_t fd, short what, void *arg)
{
	struct http_client *client = arg;

	(void)fd, (void)what;
	if (client->is_waiting)
		finish(client, NULL);
}

static void
fail(struct http_client *client)
{
	close_connection(client);
	if (client->is_waiting)
		event_active(&client->failed, EV_TIMEOUT, 0);
}

static void
take_answer(struct http_client *client)
{
	struct http_answer answer;

	switch (client->is_waiting ? http_answer_read(&client->in, &answer) : HTTP_ANSWER_BROKEN) {
	case HTTP_ANSWER_MORE:
		return;
	case HTTP_ANSWER_BROKEN:
		fail(client);
		return;
	case HTTP_ANSWER_COMPLETE:
		break;
	}
	if (answer.must_close) {
		struct buf in = client->in;         /* the answer lies in it */

		client->in = (struct buf)BUF_INIT;
		close_connection(client);
		finish(client, &answer);
		buf_fini(&in);
	} else {
		finish(client, &answer);
	}
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct http_client *client = arg;
	char *space = buf_space(&client->in, READ_SIZE);
	ssize_t n = space != NULL ? read(fd, space, READ_SIZE) : 0;

	(void)what;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		fail(client);
		return;
	}
	buf_grew(&client->in, (size_t)n);
	take_answer(client);
}

/* Send what there is; what is left waits in out. */
static void
send_out(struct http_client *client, struct slice bytes)
{
	ssize_t n = send(client->fd, bytes.ptr, bytes.len, MSG_NOSIGNAL);

	if (n < 0 && errno != EAGAIN && errno != EINTR) {
		fail(client);
		return;
	}
	n = n > 0 ? n : 0;
	if ((size_t)n == bytes.len) {
		buf_clear(&client->out);
		return;
	}
	if (client->out.len > 0)
		buf_consume(&client->out, (size_t)n);
	else
		buf_append(&client->out, bytes.ptr + n, bytes.len - (size_t)n);
	event_add(&client->writable, NULL);
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct http_client *client = arg;
	socklen_t size = sizeof(int);
	int error = 0;

	(void)what;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == -1 || error != 0)
		fail(client);
	else if (client->out.len > 0)
		send_out(client, buf_slice(&client->out));
}

/* false when it failed at once. */
static bool
open_connection(struct http_client *client)
{
	const struct http_target *target = client->target;
	int on = 1;

	client->fd = socket(target->address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (client->fd == -1)
		return false;
	if (connect(client->fd, (const struct sockaddr *)&target->address, target->address_len) == -1 && errno != EINPROGRESS) {
		fd_close(&client->fd);
		return false;
	}
	setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);   /* fails on AF_UNIX, which needs none */
	event_assign(&client->readable, client->base, client->fd, EV_READ | EV_PERSIST, on_readable, client);
	event_assign(&client->writable, client->base, client->fd, EV_WRITE, on_writable, client);
	event_add(&client->readable, NULL);
	return true;
}

struct http_client *
http_client_new(struct event_base *base, const struct http_target *target, http_client_fn *fn, void *arg)
{
	struct http_client *client = calloc(1, sizeof *client);

	if (client == NULL)
		return NULL;
	*client = (struct http_client){ .base = base, .target = target, .fn = fn, .arg = arg, .fd = -1 };
	event_assign(&client->failed, base, -1, 0, on_failed, client);
	return client;
}

void
http_client_free(struct http_client *client)
{
	if (client == NULL)
		return;
	close_connection(client);
	event_del(&client->failed);
	buf_fini(&client->in);
	buf_fini(&client->out);
	free(client);
}

void
http_client_send(struct http_client *client, struct slice request)
{
	client->is_waiting = true;
	buf_clear(&client->in);
	if (client->fd == -1 && !open_connection(client)) {
		fail(client);
		return;
	}
	send_out(client, request);          /* EAGAIN while it is being connected */
}

void
http_client_give_up(struct http_client *client)
{
	close_connection(client);
	event_del(&client->failed);
	if (client->is_waiting)
		finish(client, NULL);
}
