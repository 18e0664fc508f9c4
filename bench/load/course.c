/* SPDX-License-Identifier: MIT */
/* See course.h. */
#include "config.h"

#include "course.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <event2/event.h>

#include "clock.h"

enum { FILLERS = 10, FAULTS_SHOWN = 5 };

bool
answer_is_good(const struct http_answer *answer)
{
	return answer != NULL && answer->status >= 200 && answer->status < 300;
}

bool
course_run_crew(struct course *course, struct crew_plan plan)
{
	bool is_done;

	course->members = plan.members;
	plan.arg = course;
	course->crew = crew_start(course->load->base, &course->load->target, &plan);
	is_done = course->crew != NULL && crew_wait(course->crew);
	if (course->crew == NULL)
		outcome_fault(course->outcome, "no memory for %u connections", plan.members);
	crew_free(course->crew);
	course->crew = NULL;
	return is_done;
}

/* --- before: users, their category, what they have stored ------------------------- */

static bool
next_preparation(struct crew_member *member, void *arg, struct buf *out)
{
	struct course *course = arg;
	const struct user *user = &course->users[member->number / 2];

	if (member->number / 2 > course->user_count || course->outcome->faults.len > 0)
		return false;
	if (member->number % 2 == 0)
		request_sign_up(&course->load->api, user->id, out);
	else
		request_lookup(&course->load->api, user->id, "Food", out);
	return true;
}

static bool
take_category(struct user *user, struct slice body)
{
	static const char key[] = "\"id\":\"";
	const char *at = memmem(body.ptr, body.len, key, sizeof key - 1);

	if (at == NULL || (size_t)(body.ptr + body.len - at) < sizeof key - 1 + UUID_TEXT_LEN)
		return false;
	memcpy(user->category, at + sizeof key - 1, UUID_TEXT_LEN);
	return true;
}

static void
cannot_prepare(struct course *course, const struct http_answer *answer, const char *what)
{
	if (answer == NULL)
		outcome_fault(course->outcome, "%s failed: no answer", what);
	else
		outcome_fault(course->outcome, "%s failed: status %u%s", what, answer->status,
		    answer->status == 401 || answer->status == 403 ? " (is it a service token of this daemon?)" : "");
}

static void
prepared(struct crew_member *member, void *arg, const struct http_answer *answer, uint64_t latency_ns)
{
	struct course *course = arg;
	struct user *user = &course->users[member->number / 2];

	(void)latency_ns;
	if (!answer_is_good(answer))
		cannot_prepare(course, answer, member->number % 2 == 0 ? "signing a user up" : "finding a category");
	else if (member->number % 2 == 1 && !take_category(user, answer->body))
		outcome_fault(course->outcome, "a new user has no category Food");
}

static bool
next_filling(struct crew_member *member, void *arg, struct buf *out)
{
	struct course *course = arg;
	unsigned number = member->number * course->members + member->index, user;
	struct expense_text expense;

	if (number >= course->scenario->stored * course->user_count || course->outcome->faults.len > 0)
		return false;
	user = number / course->scenario->stored;
	scenario_expense(course->scenario, user, number, &expense);
	request_create(&course->load->api, course->users[user].id, course->users[user].category, &expense, out);
	return true;
}

static void
filled(struct crew_member *member, void *arg, const struct http_answer *answer, uint64_t latency_ns)
{
	struct course *course = arg;
	unsigned number = member->number * course->members + member->index, user = number / course->scenario->stored;

	(void)latency_ns;
	if (!answer_is_good(answer) || !records_acknowledge(&course->records, user, user, number, answer->body))
		cannot_prepare(course, answer, "storing an expense beforehand");
}

static bool
prepare(struct course *course)
{
	const struct scenario *s = course->scenario;

	course->user_count = s->users;
	for (unsigned i = 0; i < s->users; i++)
		snprintf(course->users[i].id, USER_ID_SIZE, "load:%s_%s_%u", course->load->tag, s->user, i);
	snprintf(course->users[s->users].id, USER_ID_SIZE, "load:%s_%s_probe", course->load->tag, s->user);
	return course_run_crew(course, (struct crew_plan){ .members = 1, .next = next_preparation, .answered = prepared }) &&
	    (s->stored == 0 ||
	    course_run_crew(course, (struct crew_plan){ .members = FILLERS, .next = next_filling, .answered = filled })) &&
	    course->outcome->faults.len == 0;
}

/* --- the requests that are measured ------------------------------------------------ */

void
course_sign_up_id(const struct course *course, unsigned worker, unsigned number, char id[USER_ID_SIZE])
{
	snprintf(id, USER_ID_SIZE, "load:%s_%s_%u_%u", course->load->tag, course->scenario->user, worker, number);
}

static bool
next_request(struct crew_member *member, void *arg, struct buf *out)
{
	struct course *course = arg;
	const struct scenario *s = course->scenario;
	const struct user *user = s->users > 0 ? &course->users[member->index % s->users] : NULL;
	struct expense_text expense;
	char id[USER_ID_SIZE];

	if (s->seconds == 0 && member->number >= s->requests)
		return false;
	switch (scenario_kind(s, member->number)) {
	case KIND_SIGN_UP:
		course_sign_up_id(course, member->index, member->number, id);
		request_sign_up(&course->load->api, id, out);
		break;
	case KIND_CREATE:
		scenario_expense(s, course->first_worker + member->index, member->number, &expense);
		request_create(&course->load->api, user->id, user->category, &expense, out);
		break;
	default:
		request_list(&course->load->api, user->id, "", out);
		break;
	}
	return true;
}

static bool
is_from_gateway(const struct http_answer *answer)
{
	return answer->status == 502 || answer->status == 504;   /* the daemon itself gives neither */
}

/* Count the answer; true when it is good. */
static bool
count_answer(struct outcome *outcome, enum kind kind, const struct http_answer *answer, uint64_t latency_ns)
{
	struct series *series = &outcome->series[kind];
	const char *fault;

	histogram_record(&series->latency, latency_ns);
	if (answer == NULL || is_from_gateway(answer)) {
		series->unanswered++;
		return false;
	}
	if (!answer_is_good(answer)) {
		if (series->refused++ < FAULTS_SHOWN)
			outcome_note(outcome, "a request (%s) was answered %u", kind_rows[kind].name, answer->status);
		return false;
	}
	fault = answer_fault(kind, answer->body);
	if (fault != NULL)
		outcome_fault(outcome, "%s", fault);
	series->success++;
	return true;
}

static struct span *
present_span(struct course *course)
{
	struct outcome *outcome = course->outcome;
	size_t second;

	if (course->scenario->seconds == 0)
		return course->span < outcome->span_count ? &outcome->spans[course->span] : NULL;
	second = (size_t)((clock_mono_ns() - crew_started_ns(course->crew)) / 1000000000);
	return &outcome->spans[second < outcome->span_count ? second : outcome->span_count - 1];
}

static void
answered(struct crew_member *member, void *arg, const struct http_answer *answer, uint64_t latency_ns)
{
	struct course *course = arg;
	const struct scenario *s = course->scenario;
	enum kind kind = scenario_kind(s, member->number);
	bool is_good = count_answer(course->outcome, kind, answer, latency_ns);
	struct span *span = present_span(course);

	course->done++;
	if (span != NULL) {
		histogram_record(&span->latency, latency_ns);
		span->failed += !is_good;
	}
	if (!is_good)
		return;
	if (kind == KIND_SIGN_UP)
		course->signed_up[member->index * s->requests + member->number] = 1;
	else if (kind == KIND_CREATE && !records_acknowledge(&course->records, member->index % s->users,
	    course->first_worker + member->index, member->number, answer->body))
		outcome_fault(course->outcome, "an acknowledgement has no id");
}

/* --- the probe ---------------------------------------------------------------------- */

static enum kind
probe_kind(const struct crew_member *member)
{
	return member->index == 0 ? KIND_PARSE : KIND_LOOKUP;
}

static bool
next_probe(struct crew_member *member, void *arg, struct buf *out)
{
	const struct course *course = arg;
	const char *user = course->users[course->user_count].id;

	if (probe_kind(member) == KIND_PARSE)
		request_parse(&course->load->api, user, out);
	else
		request_lookup(&course->load->api, user, "Food", out);
	return true;
}

static void
probed(struct crew_member *member, void *arg, const struct http_answer *answer, uint64_t latency_ns)
{
	struct course *course = arg;

	count_answer(course->outcome, probe_kind(member), answer, latency_ns);
}

static struct crew *
start_probe(struct course *course)
{
	struct crew_plan plan = { .members = 2, .rate = 2 * PROBE_RATE, .next = next_probe, .answered = probed, .arg = course };

	course->outcome->is_probe[KIND_PARSE] = course->outcome->is_probe[KIND_LOOKUP] = true;
	return crew_start(course->load->base, &course->load->target, &plan);
}

/* --- each second -------------------------------------------------------------------- */

static void
on_second_read(const struct daemon_figures *figures, void *arg)
{
	struct course *course = arg;
	struct span *span = &course->outcome->spans[course->asked_span];

	course->questions--;
	if (figures == NULL || figures->stall_ns < 0 || course->stall_ns < 0)
		return;
	span->stall_ns = figures->stall_ns - course->stall_ns;
	course->stall_ns = figures->stall_ns;
}

static void
on_second(evutil_socket_t fd, short what, void *arg)
{
	struct course *course = arg;

	(void)fd, (void)what;
	if (course->span == course->outcome->span_count)
		return;
	if (course->load->master != 0)
		course->outcome->spans[course->span].memory_bytes = daemon_memory_bytes(course->load->master);
	if (course->load->stats_socket != NULL && course->questions == 0) {
		course->questions++;
		course->asked_span = course->span;
		figures_ask(course->load->base, course->load->stats_socket, on_second_read, course);
	}
	course->span++;
}

/* Two seconds at the most. */
static void
wait_for_figures(const struct course *course)
{
	while (course->questions > 0)
		event_base_loop(course->load->base, EVLOOP_ONCE);
}

/* A scenario that is bounded by time: its crew, and a look at the daemon at the end of each second. */
static bool
run_seconds(struct course *course, const struct crew_plan *plan)
{
	struct event *tick = event_new(course->load->base, -1, EV_PERSIST, on_second, course);
	struct timeval second = { .tv_sec = 1 };
	bool is_done = tick != NULL && event_add(tick, &second) == 0 && course_run_crew(course, *plan);

	if (tick != NULL)
		event_free(tick);
	wait_for_figures(course);
	while (is_done && course->span < course->outcome->span_count)
		on_second(-1, 0, course);
	wait_for_figures(course);
	return is_done;
}

/* --- all of it ------------------------------------------------------------------------ */

static void
on_progress(evutil_socket_t fd, short what, void *arg)
{
	const struct course *course = arg;
	unsigned long all = scenario_requests(course->scenario);

	(void)fd, (void)what;
	if (all > 0)
		fprintf(stderr, "\r%s: %llu of %lu requests ", course->scenario->name, (unsigned long long)course->done, all);
	else
		fprintf(stderr, "\r%s: second %zu of %u, %llu requests ", course->scenario->name, course->span + 1,
		    course->scenario->seconds, (unsigned long long)course->done);
}

static bool
run_stages(struct course *course)
{
	const struct scenario *s = course->scenario;
	bool is_staged = s->stages[1] > 0, is_done = true;

	for (unsigned i = 0; is_done && i < STAGES_MAX && s->stages[i] > 0; i++) {
		struct crew_plan plan = { .members = s->stages[i], .rate = course->load->rate,
			.limit_ns = (int64_t)s->seconds * 1000000000, .next = next_request, .answered = answered };
		int64_t start_ns = clock_mono_ns();

		is_done = s->seconds > 0 ? run_seconds(course, &plan) : course_run_crew(course, plan);
		course->first_worker += s->stages[i];
		if (is_staged) {
			course->outcome->spans[i].workers = s->stages[i];
			course->outcome->spans[i].seconds = (double)(clock_mono_ns() - start_ns) / 1e9;
			course->span++;
		}
	}
	return is_done;
}

static double
cpu_seconds(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	    (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* The requests, and beside them the probe. */
static bool
measure(struct course *course)
{
	struct event *progress = event_new(course->load->base, -1, EV_PERSIST, on_progress, course);
	struct timeval often = { .tv_usec = 200000 };
	struct crew *probe = start_probe(course);
	double cpu = cpu_seconds();
	int64_t start_ns = clock_mono_ns();
	bool is_done = probe != NULL;

	if (progress != NULL && course->load->shows_progress)
		event_add(progress, &often);
	is_done = is_done && run_stages(course);
	course->outcome->seconds = (double)(clock_mono_ns() - start_ns) / 1e9;
	course->outcome->client_cpu = (cpu_seconds() - cpu) / course->outcome->seconds;
	if (progress != NULL)
		event_free(progress);
	if (course->load->shows_progress)
		fputs("\r\033[K", stderr);
	if (is_done) {
		crew_stop(probe);
		is_done = crew_wait(probe);
	}
	crew_free(probe);
	return is_done;
}

static void
judge_success(struct outcome *outcome)
{
	uint64_t sent = 0, success = 0;

	for (int kind = 0; kind < KINDS; kind++) {
		sent += outcome->is_probe[kind] ? 0 : series_sent(&outcome->series[kind]);
		success += outcome->is_probe[kind] ? 0 : outcome->series[kind].success;
	}
	if ((double)success < outcome->scenario.least_success * (double)sent)
		outcome_fault(outcome, "%llu of %llu requests succeeded; at least %.0f %% must", (unsigned long long)success,
		    (unsigned long long)sent, outcome->scenario.least_success * 100);
}

static bool
compare_and_check(struct course *course, const struct daemon_figures *before)
{
	const struct load *load = course->load;
	struct daemon_figures after;

	judge_success(course->outcome);
	spans_judge(course->outcome);
	if (load->stats_socket == NULL)
		outcome_note(course->outcome, "not compared with the daemon's own figures: no stats socket was given");
	else if (figures_get(load->base, load->stats_socket, &after))
		figures_compare(before, &after, course->outcome);
	else
		outcome_fault(course->outcome, "the stats socket does not answer");
	return course_check(course);
}

static bool
make_room(struct course *course)
{
	const struct scenario *s = course->scenario;
	struct outcome *outcome = course->outcome;
	size_t spans = s->seconds;

	for (unsigned i = 0; s->stages[1] > 0 && i < STAGES_MAX; i++)
		spans += s->stages[i] > 0;
	outcome->spans = calloc(spans > 0 ? spans : 1, sizeof *outcome->spans);
	outcome->span_count = spans;
	course->signed_up = calloc(s->users == 0 ? (size_t)s->stages[0] * s->requests : 1, 1);
	for (size_t i = 0; outcome->spans != NULL && i < spans; i++)
		outcome->spans[i] = (struct span){ .workers = s->stages[0], .seconds = 1, .memory_bytes = -1, .stall_ns = -1 };
	return outcome->spans != NULL && course->signed_up != NULL;
}

bool
course_run(const struct load *load, const struct scenario *scenario, struct outcome *outcome)
{
	struct course *course = calloc(1, sizeof *course);
	struct daemon_figures before = { .stall_ns = -1 };

	*outcome = (struct outcome){ .scenario = *scenario, .rate = load->rate };
	if (course == NULL)
		return false;
	*course = (struct course){ .load = load, .scenario = &outcome->scenario, .outcome = outcome };
	if (!make_room(course)) {
		outcome_fault(outcome, "no memory");
	} else if (prepare(course)) {
		if (load->stats_socket != NULL && !figures_get(load->base, load->stats_socket, &before))
			outcome_fault(outcome, "the stats socket does not answer");
		course->stall_ns = before.stall_ns;
		outcome->is_complete = measure(course) && compare_and_check(course, &before);
	}
	records_fini(&course->records);
	free(course->signed_up);
	free(course);
	return outcome->is_complete;
}

void
outcome_fini(struct outcome *outcome)
{
	free(outcome->spans);
	buf_fini(&outcome->faults);
	buf_fini(&outcome->notes);
}
