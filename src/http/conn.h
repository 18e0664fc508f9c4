/* SPDX-License-Identifier: MIT */
/*
 * What the files of the HTTP server share and nobody else sees.
 *
 * A connection that is idle is a struct conn and nothing more.  With the first
 * byte of a request it is lent an exchange, which holds the bytes read, the
 * reader and the request; with the first byte of an answer it is lent an
 * output buffer.  Both go back when they are empty.
 */
#ifndef HTTP_CONN_H
#define HTTP_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <event2/event.h>
#include <event2/event_struct.h>

#include "buf.h"
#include "reader.h"
#include "reply.h"
#include "request.h"
#include "server.h"

/*
 * Fields of every answer, in one piece: none of them is a document for a browser to render, to frame, to guess the type
 * of, or to load into a page of another origin.  Reading with CORS is not touched by the last one.
 */
#define HTTP_COMMON_FIELDS "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n" \
	"Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n" \
	"Cross-Origin-Resource-Policy: same-origin\r\n"

enum {
	DATE_LEN = 29,                 /* "Mon, 23 Nov 2026 18:27:12 GMT" */
	ID_PREFIX_LEN = 10
};

/* What a connection waits for.  Each has a list; those from WAIT_IDLE on are in the order of deadlines. */
enum wait { WAIT_UNLISTED, WAIT_WORK, WAIT_IDLE, WAIT_REQUEST, WAIT_SEND, WAIT_LINGER, WAIT_KINDS };

struct conn {
	struct server   *server;
	struct exchange *exchange;     /* NULL while idle */
	struct buf       out;          /* what is not sent begins at out.data + sent */
	size_t           sent;
	struct event     readable, writable;
	struct conn     *prev, *next;  /* in the list of what it waits for */
	int64_t          deadline_ms;
	enum wait        wait;
	struct address   peer;
	int              fd;
	bool             is_reading;   /* readable is in the loop */
	bool             is_in_work;   /* its request's handler has been called and has not answered */
	bool             is_processing;   /* conn_process is on the stack */
	bool             must_close;   /* when all is sent */
	bool             must_linger;  /* the client may still be sending: a plain close could destroy our answer */
	bool             is_refused;   /* it is one too many */
	bool             is_broken;    /* its answer will not be whole: close it so that the client notices, and drop what it has not taken */
};

/*
 * A body that needs a place among the large ones: whether whoever sends it may is found out from the head, before there is
 * a place or memory for it.
 */
enum admission { ADMISSION_OPEN, ADMISSION_ASKED, ADMISSION_GRANTED };

enum answer { ANSWER_NONE, ANSWER_BEGUN, ANSWER_STREAMS, ANSWER_ENDED };

/* One request and its answer. */
struct exchange {
	struct request   req;
	struct server   *server;
	struct conn     *conn;         /* NULL: the client is gone */
	struct exchange *next;         /* in the server's pool */
	struct buf       in;
	size_t           start;        /* where the request begins in it */
	bool             is_begun;     /* the reader is at work on it */
	enum admission   admission;
	bool             is_large;     /* counted in the server's large */
	bool             is_told;      /* HTTP_REQUEST_BEGUN has been */
	bool             is_continued; /* "100 Continue" was sent */
	bool             is_head;      /* the answer goes without its body */
	bool             is_serving;   /* its handler is on the stack: it lives until that has returned */
	char             id[REQUEST_ID_MAX];

	enum answer      answer;
	unsigned         http_status;
	const char      *content_type;
	struct buf      *out;          /* where the answer is made ... */
	size_t           out_at;       /* ... and from where on, with room for the head before body_at */
	size_t           body_at;
	struct buf       fields;       /* header fields set by the handler */
	bool             has_retry_after, has_cache_control;
	const char      *cors_origin;  /* whose page may read the answer; NULL: nobody's */

	struct reply_stream stream;    /* with ANSWER_STREAMS */
	struct buf       piece;        /* the next one of the stream */
	bool             is_making;    /* it is being made, perhaps by what waits */
	size_t           streamed;     /* bytes of it made so far */

	struct reader    reader;       /* large: last */
};

struct conn_list {
	struct conn *first, *last;
};

struct server {
	struct event_base    *base;
	struct server_options options;
	struct event         *listeners;       /* one for each descriptor */
	struct event         *tick;            /* in the loop while there is a connection */
	struct event         *rest;            /* ends a pause in accepting */
	struct event         *drained;
	struct conn_list      waiting[WAIT_KINDS];
	unsigned              timeout_ms[WAIT_KINDS];
	int64_t               now_ns;          /* when the loop called us */
	size_t                connections, refused, in_flight;
	size_t                large;           /* exchanges whose body is beyond the common limit */
	struct exchange      *pool;
	size_t                pool_count;
	struct buf            spare_out;       /* lent to a connection that has something to send */
	struct buf            head;            /* scratch for the head of an answer */
	struct buf            discard;         /* takes the answers for clients that are gone */
	void                (*on_drained)(void *arg);
	void                 *drained_arg;
	bool                  is_draining, is_stopped, is_accepting;
	char                  id_prefix[ID_PREFIX_LEN];
	uint64_t              id_count;
	int64_t               date_second;
	char                  date[DATE_LEN + 1];
};

/* server.c */
void server_tell(struct server *server, enum http_event event);
void server_forget_conn(struct server *server, struct conn *c);   /* it is closed; frees nothing */
void server_set_wait(struct conn *c, enum wait wait);             /* the deadline counts from now */
void server_unref(struct server *server);                         /* a request in work has been answered */
void server_enter(struct server *server, void (*fn)(void *arg), void *arg);   /* call what may wait: it may return later */

/* conn.c */
void conn_open(struct server *server, int fd, const struct address *peer);
void conn_refuse(struct server *server, int fd);      /* too many: 503 and close */
void conn_close(struct conn *c);                      /* at once; a request in work is left without its client */
void conn_time_out(struct conn *c);
void conn_admitted(struct conn *c);                   /* the body may come that its head was looked at for */
void conn_answered(struct conn *c);                   /* the answer, or the head of a stream, is in c->out; c may be gone afterwards */
struct buf *conn_out(struct conn *c);

/* stream.c */
void stream_piece(struct exchange *x);                /* all before it has left: make the next one; may end the answer */
void stream_drop(struct exchange *x);                 /* the client is gone or does not take it; no piece is being made */

/* reply.c */
struct buf *reply_head(struct exchange *x, const size_t *body_size);   /* made in server->head; without a size it is a stream */
void reply_tell_answered(struct exchange *x, size_t bytes);

/* exchange.c */
struct exchange *exchange_take(struct server *server, struct conn *c);   /* NULL without memory */
void exchange_begin(struct exchange *x);              /* the next request, at start */
void exchange_give(struct exchange *x);
void exchange_free(struct exchange *x);
void exchange_ask(struct exchange *x);                /* whether its large body may come; then conn_admitted, or it is answered */
void exchange_dispatch(struct exchange *x);           /* the request is complete */
void exchange_refuse(struct exchange *x, enum status st);   /* it will not be; the connection closes */
void exchange_answered(struct exchange *x);           /* the answer is complete, or a stream has begun; x may be gone afterwards */

static inline bool
conn_is_streaming(const struct conn *c)
{
	return c->is_in_work && c->exchange->answer == ANSWER_STREAMS && !c->exchange->is_making;
}

static inline struct exchange *
exchange_of(const struct request *req)
{
	return (struct exchange *)((char *)(uintptr_t)req - offsetof(struct exchange, req));
}

#endif
