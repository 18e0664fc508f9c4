/* SPDX-License-Identifier: MIT */
/*
 * See curl_loop.h.  curl says which sockets it waits for and when it wants to
 * be woken (on_socket_wanted, on_timer_wanted); we tell it what happened.
 */
#include "config.h"

#include "curl_loop.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include <event2/event.h>

#include "log.h"

struct transfer {
	LIST_ENTRY(transfer) entry;
	CURL                *easy;
	curl_done_fn        *fn;
	void                *arg;
};

enum { UNWATCHED_MAX = 16, WATCH_AGAIN_MS = 10 };

/* A socket that there was no memory to wait for. */
struct unwatched {
	curl_socket_t fd;
	int           wanted;            /* CURL_POLL_... */
};

struct curl_loop {
	struct event_base        *base;
	CURLM                    *multi;
	struct event             *timer, *watch_again;
	LIST_HEAD(, transfer)     transfers;
	unsigned                  unwatched_count;
	struct unwatched          unwatched[UNWATCHED_MAX];
};

/* Hand over what has ended.  A callback may start new transfers. */
static void
finish_ended(struct curl_loop *loop)
{
	struct transfer *transfer;
	CURLMsg *message;
	CURLcode result;
	CURL *easy;
	int left;

	while ((message = curl_multi_info_read(loop->multi, &left)) != NULL) {
		if (message->msg != CURLMSG_DONE)
			continue;
		easy = message->easy_handle;         /* the message goes with the handle */
		result = message->data.result;
		curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&transfer);
		curl_multi_remove_handle(loop->multi, easy);
		LIST_REMOVE(transfer, entry);
		transfer->fn(easy, result, transfer->arg);
		free(transfer);
	}
}

static void
on_socket_event(evutil_socket_t fd, short what, void *arg)
{
	struct curl_loop *loop = arg;
	int running, ready = 0;

	if (what & EV_READ)
		ready |= CURL_CSELECT_IN;
	if (what & EV_WRITE)
		ready |= CURL_CSELECT_OUT;
	curl_multi_socket_action(loop->multi, fd, ready, &running);
	finish_ended(loop);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct curl_loop *loop = arg;
	int running;

	(void)fd;
	(void)what;
	curl_multi_socket_action(loop->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	finish_ended(loop);
}

/* When there is no memory to wait, it is tried at once. */
static void
set_timer(struct event *timer, long timeout_ms)
{
	struct timeval timeout = { timeout_ms / 1000, timeout_ms % 1000 * 1000 };

	if (event_add(timer, &timeout) == -1)
		event_active(timer, EV_TIMEOUT, 0);
}

/* false: there is no memory for it.  A socket that curl does not know any more needs none. */
static bool
watch(struct curl_loop *loop, curl_socket_t fd, int wanted)
{
	short what = EV_PERSIST;
	struct event *ev;

	if (wanted != CURL_POLL_OUT)
		what |= EV_READ;
	if (wanted != CURL_POLL_IN)
		what |= EV_WRITE;
	ev = event_new(loop->base, fd, what, on_socket_event, loop);
	if (ev == NULL)
		return false;
	if (event_add(ev, NULL) == -1) {
		event_free(ev);
		return false;
	}
	if (curl_multi_assign(loop->multi, fd, ev) != CURLM_OK)
		event_free(ev);
	return true;
}

static void
forget_unwatched(struct curl_loop *loop, curl_socket_t fd)
{
	for (unsigned i = 0; i < loop->unwatched_count; i++)
		if (loop->unwatched[i].fd == fd) {
			loop->unwatched[i] = loop->unwatched[--loop->unwatched_count];
			return;
		}
}

/*
 * A socket that is not watched is told curl as a last resort only: from then on it
 * refuses new transfers until all that are under way have ended.
 */
static int
watch_or_remember(struct curl_loop *loop, curl_socket_t fd, int wanted)
{
	if (watch(loop, fd, wanted))
		return 0;
	if (loop->unwatched_count == UNWATCHED_MAX)
		return -1;
	loop->unwatched[loop->unwatched_count++] = (struct unwatched){ fd, wanted };
	set_timer(loop->watch_again, WATCH_AGAIN_MS);
	return 0;
}

static void
on_watch_again(evutil_socket_t fd, short what, void *arg)
{
	struct curl_loop *loop = arg;
	struct unwatched again[UNWATCHED_MAX];
	unsigned count = loop->unwatched_count;

	(void)fd;
	(void)what;
	memcpy(again, loop->unwatched, sizeof again);
	loop->unwatched_count = 0;
	for (unsigned i = 0; i < count; i++)
		watch_or_remember(loop, again[i].fd, again[i].wanted);
}

static int
on_socket_wanted(CURL *easy, curl_socket_t fd, int wanted, void *arg, void *socket_event)
{
	struct curl_loop *loop = arg;

	(void)easy;
	if (socket_event != NULL)
		event_free(socket_event);
	else
		forget_unwatched(loop, fd);
	curl_multi_assign(loop->multi, fd, NULL);
	return wanted == CURL_POLL_REMOVE ? 0 : watch_or_remember(loop, fd, wanted);
}

static int
on_timer_wanted(CURLM *multi, long timeout_ms, void *arg)
{
	struct curl_loop *loop = arg;

	(void)multi;
	if (timeout_ms < 0)
		event_del(loop->timer);
	else
		set_timer(loop->timer, timeout_ms);
	return 0;
}

bool
curl_loop_start(struct curl_loop *loop, CURL *easy, curl_done_fn *fn, void *arg)
{
	struct transfer *transfer = malloc(sizeof *transfer);

	if (transfer == NULL)
		return false;
	*transfer = (struct transfer){ .easy = easy, .fn = fn, .arg = arg };
	curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);    /* else whoever gives up waits for the thread that looks its name up */
	if (curl_multi_add_handle(loop->multi, easy) != CURLM_OK) {
		free(transfer);
		return false;
	}
	LIST_INSERT_HEAD(&loop->transfers, transfer, entry);
	return true;
}

void
curl_loop_drop(struct curl_loop *loop, CURL *easy)
{
	struct transfer *transfer;

	curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&transfer);
	curl_multi_remove_handle(loop->multi, easy);
	LIST_REMOVE(transfer, entry);
	free(transfer);
}

struct curl_loop *
curl_loop_open(struct event_base *base)
{
	struct curl_loop *loop;

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
		goto fail;
	loop = calloc(1, sizeof *loop);
	if (loop == NULL)
		goto fail_global;
	loop->base = base;
	LIST_INIT(&loop->transfers);
	loop->multi = curl_multi_init();
	loop->timer = evtimer_new(base, on_timer, loop);
	loop->watch_again = evtimer_new(base, on_watch_again, loop);
	if (loop->multi == NULL || loop->timer == NULL || loop->watch_again == NULL) {
		curl_loop_close(loop);
		goto fail;
	}
	curl_multi_setopt(loop->multi, CURLMOPT_SOCKETFUNCTION, on_socket_wanted);
	curl_multi_setopt(loop->multi, CURLMOPT_SOCKETDATA, loop);
	curl_multi_setopt(loop->multi, CURLMOPT_TIMERFUNCTION, on_timer_wanted);
	curl_multi_setopt(loop->multi, CURLMOPT_TIMERDATA, loop);
	return loop;
fail_global:
	curl_global_cleanup();
fail:
	log_error("libcurl cannot start");
	return NULL;
}

void
curl_loop_close(struct curl_loop *loop)
{
	struct transfer *transfer;

	while ((transfer = LIST_FIRST(&loop->transfers)) != NULL) {
		LIST_REMOVE(transfer, entry);
		curl_multi_remove_handle(loop->multi, transfer->easy);
		curl_easy_cleanup(transfer->easy);
		free(transfer);
	}
	if (loop->multi != NULL)
		curl_multi_cleanup(loop->multi);
	if (loop->timer != NULL)
		event_free(loop->timer);
	if (loop->watch_again != NULL)
		event_free(loop->watch_again);
	free(loop);
	curl_global_cleanup();
}
