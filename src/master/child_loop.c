/* SPDX-License-Identifier: MIT */
/* See child_loop.h. */
#include "config.h"

#include "child_loop.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <unistd.h>

#include "clock.h"
#include "log.h"
#include "profile/profile.h"

enum { HEARTBEAT_MS = 500, FAST_STOP_MS = 5000, STALL_NS = 5000000 };

static struct timeval
timeval_of_ms(int64_t ms)
{
	return (struct timeval){ .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };
}

static void
stop(struct child_loop *loop, enum child_stop how, int64_t limit_ms)
{
	struct timeval limit = timeval_of_ms(limit_ms);

	loop->is_stopping = true;
	event_add(loop->deadline, &limit);
	if (loop->on_stop != NULL)
		loop->on_stop(how, loop->arg);
	else
		child_loop_end(loop, CHILD_EXIT_OK);
}

static void
on_term(evutil_socket_t sig, short what, void *arg)
{
	(void)sig, (void)what;
	stop(arg, STOP_FAST, FAST_STOP_MS);
}

static void
on_quit(evutil_socket_t sig, short what, void *arg)
{
	struct child_loop *loop = arg;

	(void)what;
	if (!loop->is_stopping)
		stop(loop, sig == SIGQUIT ? STOP_GRACEFUL : STOP_REPLACED, loop->in->options->run_shutdown_timeout_ms);
}

static void
on_usr1(evutil_socket_t sig, short what, void *arg)
{
	struct child_loop *loop = arg;

	(void)sig, (void)what;
	log_reopen();
	if (loop->on_reopen != NULL)
		loop->on_reopen(loop->arg);
}

/* Nothing is ever written to the life pipe, so it becomes readable only when the master is gone. */
static void
on_master_gone(evutil_socket_t fd, short what, void *arg)
{
	struct child_loop *loop = arg;

	(void)fd, (void)what;
	log_warn("the master is gone, ending");
	event_del(loop->on_life);
	stop(loop, STOP_GRACEFUL, FAST_STOP_MS);
}

static void
on_deadline(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	log_warn("not done within the time for stopping, ending anyway");
	child_loop_end(arg, CHILD_EXIT_OK);
}

static void
stamp(const struct child_loop *loop)
{
	atomic_store_explicit(&loop->in->slot->heartbeat_ms, clock_mono_ms(), memory_order_relaxed);
}

static void
on_heartbeat(evutil_socket_t fd, short what, void *arg)
{
	struct child_loop *loop = arg;

	(void)fd, (void)what;
	stamp(loop);
	profile_beat(loop->in->profile);
}

static struct event *
urgent_event(struct child_loop *loop, evutil_socket_t fd, short what, event_callback_fn callback)
{
	struct event *event = event_new(loop->base, fd, what, callback, loop);

	if (event != NULL)
		event_priority_set(event, PRIORITY_URGENT);
	return event;
}

static bool
make_events(struct child_loop *loop)
{
	struct timeval beat = timeval_of_ms(HEARTBEAT_MS);

	loop->on_term = urgent_event(loop, SIGTERM, EV_SIGNAL | EV_PERSIST, on_term);
	loop->on_quit = urgent_event(loop, SIGQUIT, EV_SIGNAL | EV_PERSIST, on_quit);
	loop->on_usr2 = urgent_event(loop, SIGUSR2, EV_SIGNAL | EV_PERSIST, on_quit);
	loop->on_usr1 = urgent_event(loop, SIGUSR1, EV_SIGNAL | EV_PERSIST, on_usr1);
	loop->on_life = urgent_event(loop, loop->in->life_fd, EV_READ | EV_PERSIST, on_master_gone);
	loop->heartbeat = urgent_event(loop, -1, EV_PERSIST, on_heartbeat);
	loop->deadline = urgent_event(loop, -1, 0, on_deadline);
	return loop->on_term != NULL && loop->on_quit != NULL && loop->on_usr2 != NULL && loop->on_usr1 != NULL &&
	    loop->on_life != NULL && loop->heartbeat != NULL && loop->deadline != NULL && event_add(loop->on_term, NULL) == 0 &&
	    event_add(loop->on_quit, NULL) == 0 && event_add(loop->on_usr2, NULL) == 0 && event_add(loop->on_usr1, NULL) == 0 && event_add(loop->on_life, NULL) == 0 && event_add(loop->heartbeat, &beat) == 0;
}

bool
child_loop_init(struct child_loop *loop, const struct inherited *in, child_stop_fn *on_stop, void *arg)
{
	sigset_t none;

	*loop = (struct child_loop){ .in = in, .on_stop = on_stop, .arg = arg };
	loop->base = event_base_new();
	if (loop->base == NULL || event_base_priority_init(loop->base, PRIORITIES) == -1 || !make_events(loop)) {
		log_error("cannot make the event loop");
		child_loop_fini(loop);
		return false;
	}
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);   /* they were blocked by the master until here */
	return true;
}

void
child_loop_ready(struct child_loop *loop)
{
	stamp(loop);
	if (write(loop->in->status_fd, "R", 1) == -1 && errno != EPIPE)
		log_errno("tell the master of being ready");
}

static void
count_turn(const struct child_loop *loop)
{
	struct counters *counters = &loop->in->slot->counters;
	uint64_t took_ns = (uint64_t)clock_turn_ns();

	if (loop->waits_for_disk)
		return;
	counter_peak(&counters->loop_turn_peak_us, took_ns / 1000);
	distribution_record(counters, DISTRIBUTION_loop_turn_ns, took_ns);
	if (took_ns > STALL_NS)
		counter_add(&counters->loop_stall_ns_total, took_ns);
}

int
child_loop_run(struct child_loop *loop)
{
	int result;

	clock_turn_ns();
	do {
		result = event_base_loop(loop->base, EVLOOP_ONCE);
		count_turn(loop);
	} while (result == 0 && !event_base_got_break(loop->base));
	if (result == -1) {
		log_error("the event loop failed");
		return CHILD_EXIT_ASSERT;
	}
	return loop->exit_code;
}

void
child_loop_end(struct child_loop *loop, int exit_code)
{
	loop->exit_code = exit_code;
	event_base_loopbreak(loop->base);
}

static void
free_event(struct event **event)
{
	if (*event != NULL)
		event_free(*event);
	*event = NULL;
}

void
child_loop_fini(struct child_loop *loop)
{
	free_event(&loop->on_term);
	free_event(&loop->on_quit);
	free_event(&loop->on_usr2);
	free_event(&loop->on_usr1);
	free_event(&loop->on_life);
	free_event(&loop->heartbeat);
	free_event(&loop->deadline);
	if (loop->base != NULL)
		event_base_free(loop->base);
	loop->base = NULL;
}
