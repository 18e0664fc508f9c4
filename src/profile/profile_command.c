/* SPDX-License-Identifier: MIT */
/* "profile ..." on the control socket: asks a process and answers when it has answered.  aiexpensectl makes names of the places. */
#include "config.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "heap.h"
#include "keeper/keeper.h"
#include "ops/commands.h"
#include "ops/stats_format.h"
#include "options.h"
#include "profile.h"
#include "profile_text.h"

enum { LOOKS_EVERY_MS = 50, PATIENCE_MS = 3000 };

struct looking {
	struct ctl_reply *reply;
	struct keeper    *keeper;
	struct event     *timer;
	struct process_slot *slot;
	enum profile_kind kind;
	int32_t           pid;
	uint32_t          seconds;
	int64_t           until_ms;        /* by then it has answered */
	char              who[32];         /* "http 0" */
};

/* The process of a role that serves now, or NULL. */
static struct process_slot *
find_process(const struct stats_view *view, const char *role, unsigned index)
{
	struct process_slot *found = NULL;

	for (size_t i = 0; i < view->count; i++) {
		const struct process_slot *slot = &view->slots[i];

		if (atomic_load(&slot->pid) == 0 || strcmp(role_name(atomic_load(&slot->role)), role) != 0 ||
		    atomic_load(&slot->index) != index)
			continue;
		if (atomic_load(&slot->role) == ROLE_MASTER && atomic_load(&slot->pid) != getppid())
			continue;        /* one that is being replaced, or replaces it */
		if (found == NULL || atomic_load(&slot->generation) > atomic_load(&found->generation))
			found = (struct process_slot *)slot;
	}
	return found;
}

static void
answer(struct looking *l, const struct profile *profile)
{
	struct buf *out = ctl_reply_out(l->reply);

	buf_printf(out, "profile %s pid %d seconds %u", l->who, (int)l->pid, l->seconds);
	if (l->kind == PROFILE_HEAP) {
		buf_printf(out, " heap seen %d interval %d samples %llu lost %llu\n", profile->is_heap_seen, HEAP_INTERVAL,
		    (unsigned long long)profile->heap_samples, (unsigned long long)profile->heap_lost);
		buf_append(out, profile->heap, profile->heap_len < PROFILE_HEAP_MAX ? profile->heap_len : PROFILE_HEAP_MAX);
		buf_append_char(out, '\n');
	} else {
		buf_printf(out, " cpu_ms %llu samples %u hz %d\n", (unsigned long long)(profile->cpu_ns / 1000000),
		    atomic_load(&profile->count), PROFILE_HZ);
	}
	profile_put_samples(out, profile);
	ctl_reply_done(l->reply);
}

static void
end(struct looking *l)
{
	profile_end(l->keeper->in->profile);
	event_free(l->timer);
	free(l);
}

static void
refuse(struct looking *l, const char *text)
{
	ctl_reply_error(l->reply, "%s %s", l->who, text);
	end(l);
}

static void
look(evutil_socket_t fd, short what, void *arg)
{
	struct looking *l = arg;
	struct profile *profile = l->keeper->in->profile;

	(void)fd, (void)what;
	if (profile_state(profile) == PROFILE_DONE) {
		answer(l, profile);
		end(l);
	} else if (atomic_load(&l->slot->pid) != l->pid) {
		refuse(l, "ended while it was looked at");
	} else if (l->keeper->loop.is_stopping) {
		refuse(l, "is not looked at any more: the keeper ends");
	} else if (clock_mono_ms() > l->until_ms) {
		refuse(l, "did not answer: it may be stuck, and the log tells what becomes of it");
	}
}

static bool
watch(struct looking *l)
{
	struct timeval often = { .tv_usec = LOOKS_EVERY_MS * 1000 };

	l->timer = event_new(l->keeper->loop.base, -1, EV_PERSIST, look, l);
	if (l->timer != NULL && event_add(l->timer, &often) == 0)
		return true;
	if (l->timer != NULL)
		event_free(l->timer);
	return false;
}

static void
begin(struct ctl_reply *reply, struct looking *asked, const char *role, unsigned index)
{
	struct stats_view view = keeper_stats_view(asked->keeper);
	struct profile *profile = asked->keeper->in->profile;
	struct looking *l;

	if (profile_is_busy(profile)) {
		ctl_reply_error(reply, "another process is being looked at");
		return;
	}
	asked->slot = find_process(&view, role, index);
	if (asked->slot == NULL) {
		ctl_reply_error(reply, "there is no process %s; show workers lists them", asked->who);
		return;
	}
	asked->pid = atomic_load(&asked->slot->pid);
	asked->until_ms = clock_mono_ms() + (int64_t)asked->seconds * 1000 + PATIENCE_MS;
	l = malloc(sizeof *l);
	if (l == NULL) {
		ctl_reply_error(reply, "out of memory");
		return;
	}
	*l = *asked;
	if (!profile_ask(profile, l->kind, l->pid, l->seconds)) {
		ctl_reply_error(reply, "another process is being looked at");
		free(l);
	} else if (!watch(l)) {
		ctl_reply_error(reply, "out of memory");
		profile_end(profile);
		free(l);
	}
}

static void
run_profile(struct ctl_reply *reply, const char *args)
{
	struct looking asked = { .reply = reply, .keeper = ctl_reply_keeper(reply) };
	char role[12], kind[5], rest;
	unsigned index;

	if (asked.keeper->in->profile == NULL) {
		ctl_reply_error(reply, "processes cannot be looked into: run.profiling is false");
		return;
	}
	if (sscanf(args, "%11s %u %u %4s %c", role, &index, &asked.seconds, kind, &rest) != 4 || asked.seconds < 1 ||
	    asked.seconds > PROFILE_SECONDS_MAX || (strcmp(kind, "cpu") != 0 && strcmp(kind, "heap") != 0)) {
		ctl_reply_error(reply, "profile takes a role, its number, 1 to %d seconds, and cpu or heap", PROFILE_SECONDS_MAX);
		return;
	}
	asked.kind = strcmp(kind, "heap") == 0 ? PROFILE_HEAP : PROFILE_CPU;
	snprintf(asked.who, sizeof asked.who, "%s %u", role, index);
	begin(reply, &asked, role, index);
}

const struct ctl_command profile_commands[] = {
	{ "profile", "role number seconds cpu|heap", true, run_profile,
		"Where a process spends its time, or where it allocated what it holds, as places in its program; aiexpensectl makes names of the places." },
	{ NULL, NULL, false, NULL, NULL }
};
