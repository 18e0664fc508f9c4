/* SPDX-License-Identifier: MIT */
/* What was acknowledged, looked up afterwards: see course.h. */
#include "config.h"

#include <stdlib.h>

#include "course.h"

enum { CHECKERS = 8, DEFAULT_CATEGORIES = 5 };

static size_t
occurrences(struct slice body, const char *text)
{
	size_t len = strlen(text), count = 0;
	const char *at = body.ptr, *end = body.ptr + body.len;

	while ((at = memmem(at, (size_t)(end - at), text, len)) != NULL) {
		at += len;
		count++;
	}
	return count;
}

/* --- sign-ups: each user is there, with the default categories once ------------------- */

static bool
next_user(struct crew_member *member, void *arg, struct buf *out)
{
	struct course *course = arg;
	unsigned requests = course->scenario->requests, all = course->scenario->stages[0] * requests;
	unsigned number = member->number * course->members + member->index;
	char id[USER_ID_SIZE];

	if (number >= all)
		return false;
	course_sign_up_id(course, number / requests, number % requests, id);
	request_categories(&course->load->api, id, out);
	return true;
}

static void
user_seen(struct crew_member *member, void *arg, const struct http_answer *answer, uint64_t latency_ns)
{
	struct course *course = arg;

	(void)latency_ns;
	if (!course->signed_up[member->number * course->members + member->index])
		return;
	course->outcome->checked++;
	if (!answer_is_good(answer) || occurrences(answer->body, "\"key\":\"") != DEFAULT_CATEGORIES)
		course->missing++;
}

/* --- expenses: page by page, then how many the category counts ------------------------- */

static bool
next_page(struct crew_member *member, void *arg, struct buf *out)
{
	struct course *course = arg;
	struct check *check = &course->checks[member->index];

	if (member->number == 0)
		check->user = member->index;
	if (check->user >= course->user_count)
		return false;
	if (check->asks_count)
		request_lookup(&course->load->api, course->users[check->user].id, "Food", out);
	else
		request_list(&course->load->api, course->users[check->user].id, check->cursor, out);
	return true;
}

static void
page_seen(struct course *course, struct check *check, struct slice body)
{
	int rows = records_see_page(&course->records, course->scenario, check->user, body, check->cursor, sizeof check->cursor);

	if (rows < 0)
		outcome_fault(course->outcome, "a list is none");
	else
		course->users[check->user].rows += (size_t)rows;
	check->asks_count = check->cursor[0] == '\0';
}

static void
count_seen(struct course *course, struct check *check, struct slice body)
{
	static const char key[] = "\"expense_count\":";
	const char *at = memmem(body.ptr, body.len, key, sizeof key - 1);
	size_t rows = course->users[check->user].rows, count = at != NULL ? strtoul(at + sizeof key - 1, NULL, 10) : 0;

	if (count != rows)
		outcome_fault(course->outcome, "a category counts %zu expenses, and %zu are listed", count, rows);
	*check = (struct check){ .user = check->user + course->members };
}

static void
seen(struct crew_member *member, void *arg, const struct http_answer *answer, uint64_t latency_ns)
{
	struct course *course = arg;
	struct check *check = &course->checks[member->index];

	(void)latency_ns;
	if (!answer_is_good(answer)) {
		outcome_fault(course->outcome, "what was acknowledged could not be looked up");
		crew_stop(member->crew);
	} else if (check->asks_count) {
		count_seen(course, check, answer->body);
	} else {
		page_seen(course, check, answer->body);
	}
}

bool
course_check(struct course *course)
{
	struct outcome *outcome = course->outcome;
	bool is_done;

	if (course->scenario->users > 0) {
		is_done = course_run_crew(course, (struct crew_plan){ .members = CHECKERS, .next = next_page, .answered = seen });
		if (is_done)
			records_judge(&course->records, outcome->series[KIND_CREATE].unanswered, outcome);
		return is_done;
	}
	is_done = course_run_crew(course, (struct crew_plan){ .members = CHECKERS, .next = next_user, .answered = user_seen });
	if (course->missing > 0)
		outcome_fault(outcome, "%llu of %llu acknowledged sign-ups are not there with their categories",
		    (unsigned long long)course->missing, (unsigned long long)outcome->checked);
	return is_done;
}
