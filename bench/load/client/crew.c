/* SPDX-License-Identifier: MIT */
/* See crew.h. */
#include "config.h"

#include "crew.h"

#include <stdlib.h>

#include <event2/event.h>

#include "clock.h"

enum { LIMIT_TICK_MS = 250 };

enum state { STATE_GREETING, STATE_DUE, STATE_ASKING, STATE_DONE };

struct member {
	struct crew_member  public;
	enum state          state;
	struct http_client *client;
	struct event       *timer;               /* while DUE: to the intended start */
	int64_t             intended_ns, sent_ns;
};

struct crew {
	struct event_base        *base;
	const struct http_target *target;
	struct crew_plan          plan;
	struct member            *members;
	struct event             *tick;
	struct buf                request;
	unsigned                  greeting;      /* members whose connection is being opened */
	unsigned                  working;       /* members that are not done */
	int64_t                   started_ns;
	bool                      is_stopping;
};

static void begin_next(struct member *m);

static void
member_done(struct member *m)
{
	m->state = STATE_DONE;
	m->public.crew->working--;
}

static void
send_request(struct member *m)
{
	struct crew *crew = m->public.crew;

	buf_clear(&crew->request);
	if (crew->is_stopping || !crew->plan.next(&m->public, crew->plan.arg, &crew->request)) {
		member_done(m);
		return;
	}
	m->state = STATE_ASKING;
	m->sent_ns = clock_mono_ns();
	if (crew->plan.rate <= 0)
		m->intended_ns = m->sent_ns;
	http_client_send(m->client, buf_slice(&crew->request));
}

static int64_t
intended_start(const struct member *m)
{
	const struct crew *crew = m->public.crew;
	double turn = (double)m->public.number * crew->plan.members + m->public.index;

	return crew->started_ns + (int64_t)(turn * 1e9 / crew->plan.rate);
}

static void
wait_until(struct member *m, int64_t wait_ns)
{
	struct timeval wait = { .tv_sec = wait_ns / 1000000000, .tv_usec = wait_ns % 1000000000 / 1000 };

	m->state = STATE_DUE;
	event_base_update_cache_time(m->public.crew->base);     /* it is what the time is added to */
	event_add(m->timer, &wait);
}

static void
begin_next(struct member *m)
{
	const struct crew *crew = m->public.crew;
	int64_t now_ns = clock_mono_ns(), start_ns = now_ns;

	if (crew->plan.rate > 0)
		start_ns = m->intended_ns = intended_start(m);
	if (crew->is_stopping || (crew->plan.limit_ns > 0 && start_ns - crew->started_ns >= crew->plan.limit_ns))
		member_done(m);
	else if (start_ns > now_ns)
		wait_until(m, start_ns - now_ns);
	else
		send_request(m);
}

/* A timer may be early by a little; a request never is. */
static void
on_due(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	begin_next(arg);
}

static void
begin(struct crew *crew)
{
	crew->started_ns = clock_mono_ns();
	for (unsigned i = 0; i < crew->plan.members; i++)
		begin_next(&crew->members[i]);
}

static void
on_answer(const struct http_answer *answer, void *arg)
{
	struct member *m = arg;
	struct crew *crew = m->public.crew;

	if (m->state == STATE_GREETING) {
		m->state = STATE_DUE;
		if (--crew->greeting == 0)
			begin(crew);
		return;
	}
	crew->plan.answered(&m->public, crew->plan.arg, answer, (uint64_t)(clock_mono_ns() - m->intended_ns));
	m->public.number++;
	begin_next(m);
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct crew *crew = arg;
	int64_t limit_ns = clock_mono_ns() - (int64_t)CREW_ANSWER_LIMIT_MS * 1000000;

	(void)fd, (void)what;
	for (unsigned i = 0; i < crew->plan.members; i++) {
		struct member *m = &crew->members[i];

		if ((m->state == STATE_GREETING || m->state == STATE_ASKING) && m->sent_ns < limit_ns)
			http_client_give_up(m->client);
	}
}

static bool
greet(struct crew *crew, struct member *m, unsigned index)
{
	m->public = (struct crew_member){ .crew = crew, .index = index };
	m->client = http_client_new(crew->base, crew->target, on_answer, m);
	m->timer = evtimer_new(crew->base, on_due, m);
	if (m->client == NULL || m->timer == NULL)
		return false;
	m->sent_ns = clock_mono_ns();
	http_client_send(m->client, buf_slice(&crew->request));
	return true;
}

struct crew *
crew_start(struct event_base *base, const struct http_target *target, const struct crew_plan *plan)
{
	struct timeval tick = { .tv_usec = LIMIT_TICK_MS * 1000 };
	struct crew *crew = calloc(1, sizeof *crew);

	if (crew == NULL)
		return NULL;
	*crew = (struct crew){ .base = base, .target = target, .plan = *plan, .greeting = plan->members, .working = plan->members };
	crew->members = calloc(plan->members, sizeof *crew->members);
	crew->tick = event_new(base, -1, EV_PERSIST, on_tick, crew);
	buf_printf(&crew->request, "GET %s/healthz HTTP/1.1\r\nHost: %s\r\n\r\n", target->prefix, target->host);
	if (crew->members == NULL || crew->tick == NULL || event_add(crew->tick, &tick) == -1)
		goto fail;
	for (unsigned i = 0; i < plan->members; i++)
		if (!greet(crew, &crew->members[i], i))
			goto fail;
	return crew;
fail:
	crew_free(crew);
	return NULL;
}

void
crew_stop(struct crew *crew)
{
	crew->is_stopping = true;
	for (unsigned i = 0; i < crew->plan.members; i++) {
		struct member *m = &crew->members[i];

		if (m->state != STATE_DUE || crew->started_ns == 0)
			continue;
		event_del(m->timer);
		member_done(m);
	}
}

bool
crew_wait(struct crew *crew)
{
	while (crew->working > 0)
		if (event_base_loop(crew->base, EVLOOP_ONCE) != 0 || event_base_got_break(crew->base))
			return false;
	return true;
}

int64_t
crew_started_ns(const struct crew *crew)
{
	return crew->started_ns;
}

void
crew_free(struct crew *crew)
{
	if (crew == NULL)
		return;
	for (unsigned i = 0; crew->members != NULL && i < crew->plan.members; i++) {
		http_client_free(crew->members[i].client);
		if (crew->members[i].timer != NULL)
			event_free(crew->members[i].timer);
	}
	if (crew->tick != NULL)
		event_free(crew->tick);
	free(crew->members);
	buf_fini(&crew->request);
	free(crew);
}
