/* SPDX-License-Identifier: MIT */
/* See daemon_figures.h. */
#include "config.h"

#include "daemon_figures.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>
#include <jansson.h>

#include "sockets.h"

/* --- asking -------------------------------------------------------------------- */

struct question {
	struct event *event;
	int           fd;
	struct buf    answer;
	figures_fn   *fn;
	void         *arg;
};

static uint64_t
number_of(const json_t *object, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(object, key));
}

static struct load_test_metrics
read_metrics(const json_t *operation)
{
	return (struct load_test_metrics){
		.total = number_of(operation, "total_requests"), .success = number_of(operation, "success_requests"),
		.failed = number_of(operation, "failed_requests"), .duration_ns = number_of(operation, "total_duration_ns"),
		.min_ns = number_of(operation, "min_duration_ns"), .max_ns = number_of(operation, "max_duration_ns"),
	};
}

static bool
read_figures(struct slice text, struct daemon_figures *figures)
{
	json_t *root = json_loadb(text.ptr, text.len, 0, NULL), *operations = json_object_get(root, "operations");
	const json_t *stall = json_object_get(json_object_get(root, "counters"), "loop_stall_ns_total");
	bool is_good = json_is_object(operations);

	for (size_t i = 0; i < OPERATIONS; i++)
		figures->operations[i] = read_metrics(json_object_get(operations, operation_rows[i].name));
	figures->stall_ns = json_is_integer(stall) ? json_integer_value(stall) : -1;
	json_decref(root);
	return is_good;
}

static void
end_question(struct question *q, bool is_answered)
{
	struct daemon_figures figures;

	is_answered = is_answered && read_figures(buf_slice(&q->answer), &figures);
	q->fn(is_answered ? &figures : NULL, q->arg);
	if (q->event != NULL)
		event_free(q->event);
	fd_close(&q->fd);
	buf_fini(&q->answer);
	free(q);
}

static void
on_answer(evutil_socket_t fd, short what, void *arg)
{
	struct question *q = arg;
	char *space = buf_space(&q->answer, 16384);
	ssize_t n = (what & EV_READ) != 0 && space != NULL ? read(fd, space, 16384) : -1;

	if (n > 0)
		buf_grew(&q->answer, (size_t)n);
	else if (n == 0 || (what & EV_READ) == 0 || (errno != EAGAIN && errno != EINTR))
		end_question(q, n == 0);
}

void
figures_ask(struct event_base *base, const char *socket_path, figures_fn *fn, void *arg)
{
	static const char line[] = "show stats json\n";
	struct timeval limit = { .tv_sec = 2 };
	struct question *q = calloc(1, sizeof *q);

	if (q == NULL) {
		fn(NULL, arg);
		return;
	}
	*q = (struct question){ .fn = fn, .arg = arg, .fd = unix_connect(socket_path) };
	if (q->fd != -1)
		q->event = event_new(base, q->fd, EV_READ | EV_PERSIST, on_answer, q);
	if (q->event == NULL || send(q->fd, line, sizeof line - 1, MSG_NOSIGNAL) != sizeof line - 1 ||
	    event_add(q->event, &limit) == -1)
		end_question(q, false);
}

struct waiter {
	struct daemon_figures *figures;
	bool                   is_done, is_answered;
};

static void
on_waited(const struct daemon_figures *figures, void *arg)
{
	struct waiter *waiter = arg;

	waiter->is_done = true;
	waiter->is_answered = figures != NULL;
	if (figures != NULL)
		*waiter->figures = *figures;
}

bool
figures_get(struct event_base *base, const char *socket_path, struct daemon_figures *figures)
{
	struct waiter waiter = { .figures = figures };

	figures_ask(base, socket_path, on_waited, &waiter);
	while (!waiter.is_done)
		event_base_loop(base, EVLOOP_ONCE);      /* two seconds at the most, so also after a break */
	return waiter.is_answered;
}

/* --- comparing -------------------------------------------------------------------- */

/* What the client's figures say about one operation of the daemon. */
struct expectation {
	uint64_t success, refused, unanswered, duration_ns, min_ns, max_ns;
};

static struct expectation
expect(const struct series *series, enum operation operation)
{
	struct expectation e = { .min_ns = UINT64_MAX };

	for (int kind = 0; kind < KINDS; kind++) {
		unsigned count = kind_rows[kind].counts[operation];
		const struct series *s = &series[kind];

		if (count == 0 || s->latency.count == 0)
			continue;
		e.success += count * s->success;
		e.refused += count * s->refused;
		e.unanswered += count * s->unanswered;
		e.duration_ns += count * s->latency.sum_ns;
		e.min_ns = s->latency.min_ns < e.min_ns ? s->latency.min_ns : e.min_ns;
		e.max_ns = s->latency.max_ns > e.max_ns ? s->latency.max_ns : e.max_ns;
	}
	return e;
}

static void
hold_against(struct outcome *outcome, const char *operation, const char *figure, uint64_t theirs, uint64_t least, uint64_t most)
{
	if (theirs < least || theirs > most)
		outcome_fault(outcome, "the daemon's %s.%s is %llu, and the client saw %llu%s", operation, figure,
		    (unsigned long long)theirs, (unsigned long long)(theirs < least ? least : most), least < most ? " at the most" : "");
}

static void
compare_operation(enum operation operation, const struct load_test_metrics *before, const struct load_test_metrics *after,
    struct outcome *outcome)
{
	struct expectation e = expect(outcome->series, operation);
	const char *name = operation_rows[operation].name;
	uint64_t total = after->total - before->total, refused_least = operation == OPERATION_total ? e.refused : 0;

	hold_against(outcome, name, "success_requests", after->success - before->success, e.success, e.success + e.unanswered);
	hold_against(outcome, name, "failed_requests", after->failed - before->failed, refused_least, e.refused + e.unanswered);
	hold_against(outcome, name, "total_requests", total, e.success + refused_least, e.success + e.refused + e.unanswered);
	if (e.unanswered > 0 || e.refused > 0 || total == 0)
		return;
	/* The daemon begins to time a request after it was sent, and ends before it is answered. */
	hold_against(outcome, name, "total_duration_ns", after->duration_ns - before->duration_ns, 1, e.duration_ns);
	hold_against(outcome, name, "min_duration_ns", after->min_ns, 1, e.min_ns);
	if (after->max_ns > before->max_ns)
		hold_against(outcome, name, "max_duration_ns", after->max_ns, 1, e.max_ns);
}

void
figures_compare(const struct daemon_figures *before, const struct daemon_figures *after, struct outcome *outcome)
{
	for (int operation = 0; operation < OPERATIONS; operation++)
		compare_operation((enum operation)operation, &before->operations[operation], &after->operations[operation], outcome);
	outcome->is_compared = true;
}

/* --- memory -------------------------------------------------------------------- */

static int64_t
memory_of_process(const char *pid)
{
	char path[64], line[256];
	long long kib = -1;
	FILE *file;

	snprintf(path, sizeof path, "/proc/%s/smaps_rollup", pid);
	file = fopen(path, "re");
	if (file == NULL)
		return -1;
	while (kib < 0 && fgets(line, sizeof line, file) != NULL)
		sscanf(line, "Pss_Anon: %lld", &kib);
	fclose(file);
	return kib < 0 ? -1 : kib * 1024;
}

int64_t
daemon_memory_bytes(pid_t master)
{
	char path[64], pid[16], text[4096];
	char *rest = text, *word;
	int64_t sum, more;
	FILE *file;

	snprintf(pid, sizeof pid, "%d", (int)master);
	sum = memory_of_process(pid);
	snprintf(path, sizeof path, "/proc/%s/task/%s/children", pid, pid);
	file = sum >= 0 ? fopen(path, "re") : NULL;
	if (file == NULL)
		return sum;
	if (fgets(text, sizeof text, file) == NULL)
		text[0] = '\0';
	fclose(file);
	while ((word = strsep(&rest, " ")) != NULL) {
		more = word[0] != '\0' ? memory_of_process(word) : 0;
		sum += more > 0 ? more : 0;
	}
	return sum;
}
