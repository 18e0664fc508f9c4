/* SPDX-License-Identifier: MIT */
/* Answers to questions about expenses, from the kept totals and the lists of the store; see turn.h. */
#include "config.h"

#include "dialogue/turn.h"

#include <stdlib.h>

#include "fold.h"

enum {
	GROUPS_MAX = 500,              /* categories by currencies */
	LINES_MAX = 20,                /* of a breakdown */
	ENTRIES = 10,                  /* of a list, when no number is said */
	ENTRIES_MAX = 30,
	LOOKED_AT = 500                /* expenses that are searched for a word */
};

/* What is told. */
struct telling {
	struct turn         *turn;
	day_t                from, to;
	const struct category *category;   /* NULL: of all */
	struct slice         word;         /* empty: any */
	unsigned             limit;        /* of the entries */
	enum status          st;
	size_t               total_count;
	struct summary_group *totals;      /* by currency */
	size_t               group_count;
	struct summary_group *groups;
	size_t               entry_count;
	struct expense       entries[ENTRIES_MAX];
	bool                 has_more;     /* of those with the word */
};

static int64_t
count_all(const struct telling *t)
{
	int64_t count = 0;

	for (size_t i = 0; i < t->total_count; i++)
		count += t->totals[i].count;
	return count;
}

/* --- finding out ----------------------------------------------------------------------------- */

static void
on_group(const struct summary_group *group, void *arg)
{
	struct telling *t = arg;

	if (t->group_count < GROUPS_MAX)
		t->groups[t->group_count++] = *group;
}

static void
on_summary(enum status st, const struct summary *summary, void *arg)
{
	struct telling *t = arg;

	t->st = st;
	if (st != ST_OK)
		return;
	t->totals = arena_alloc(t->turn->arena, (summary->total_count + 1) * sizeof *t->totals);
	if (t->totals == NULL)
		return;
	t->total_count = summary->total_count;
	if (t->total_count > 0)
		memcpy(t->totals, summary->totals, t->total_count * sizeof *t->totals);
}

/* Of one currency after the other, the largest sums first. */
static int
compare_groups(const void *a, const void *b)
{
	const struct summary_group *x = a, *y = b;
	int by_currency = strcmp(x->currency.code, y->currency.code);

	if (by_currency != 0)
		return by_currency;
	return x->sum_minor != y->sum_minor ? (x->sum_minor < y->sum_minor ? 1 : -1) : 0;
}

static void
find_sums(struct telling *t)
{
	static const struct summary_callbacks callbacks = { on_group, on_summary };
	struct summary_query query = { .from = t->from, .to = t->to, .by = SUMMARY_CATEGORY, .limit = GROUPS_MAX };

	if (t->category != NULL)
		query.category_id = t->category->id;
	t->groups = arena_alloc(t->turn->arena, GROUPS_MAX * sizeof *t->groups);
	if (t->groups == NULL)
		return;
	store_summarize(t->turn->store, t->turn->ledger, &query, &callbacks, t);
	qsort(t->groups, t->group_count, sizeof t->groups[0], compare_groups);
}

/* NULL: there is none. */
static struct summary_group *
total_of(const struct telling *t, struct currency currency)
{
	for (size_t i = 0; i < t->total_count; i++)
		if (strcmp(t->totals[i].currency.code, currency.code) == 0)
			return &t->totals[i];
	return NULL;
}

static void
add_to_totals(struct telling *t, const struct expense *expense)
{
	struct summary_group *total = total_of(t, expense->currency);

	if (total == NULL) {
		total = &t->totals[t->total_count++];
		*total = (struct summary_group){ .currency = expense->currency };
	}
	total->sum_minor += expense->amount_minor;             /* at most 500 of at most 10^15 */
	total->count++;
}

static void
take_entry(struct telling *t, const struct expense *expense)
{
	struct expense *entry = &t->entries[t->entry_count];

	if (t->entry_count == t->limit)
		return;
	*entry = *expense;
	entry->description = arena_copy(t->turn->arena, expense->description);
	t->entry_count += entry->description.ptr != NULL;
}

static bool
is_of(const struct expense *expense, struct currency currency)
{
	return strcmp(expense->currency.code, currency.code) == 0;
}

/* The entries are those of one currency after the other, the largest first; as many of each as are asked for. */
static void
take_if_largest(struct telling *t, const struct expense *expense)
{
	size_t wanted = t->turn->question.limit > 0 ? t->limit : 1, first = 0, end, at;

	while (first < t->entry_count && !is_of(&t->entries[first], expense->currency))
		first++;
	for (end = first; end < t->entry_count && is_of(&t->entries[end], expense->currency);)
		end++;
	for (at = first; at < end && t->entries[at].amount_minor >= expense->amount_minor;)
		at++;
	if (at - first == wanted || (end - first < wanted && t->entry_count == ENTRIES_MAX))
		return;
	if (end - first == wanted)
		end--;                                 /* the smallest goes */
	else
		memmove(&t->entries[end + 1], &t->entries[end], (t->entry_count++ - end) * sizeof t->entries[0]);
	memmove(&t->entries[at + 1], &t->entries[at], (end - at) * sizeof t->entries[0]);
	t->entries[at] = *expense;
	t->entries[at].description = arena_copy(t->turn->arena, expense->description);
	if (t->entries[at].description.ptr == NULL)
		t->turn->reply->has_failed = true;
}

static void
on_entry(const struct expense *expense, void *arg)
{
	struct telling *t = arg;

	if (t->word.len > 0)
		add_to_totals(t, expense);
	if (t->turn->question.kind == QUESTION_LARGEST)
		take_if_largest(t, expense);
	else
		take_entry(t, expense);
}

static void
on_entries_end(enum status st, bool has_more, void *arg)
{
	struct telling *t = arg;

	t->st = t->st == ST_OK ? st : t->st;
	t->has_more = has_more;
}

/* The newest; of those with a word there are no kept totals, so they are added up here. */
static void
find_entries(struct telling *t)
{
	static const struct expense_list_callbacks callbacks = { on_entry, on_entries_end };
	bool is_search = t->word.len > 0 || t->turn->question.kind == QUESTION_LARGEST;
	struct expense_query query = { .from = t->from, .to = t->to, .limit = is_search ? LOOKED_AT : t->limit,
		.is_newest_first = true, .word_count = t->word.len > 0, .words = &t->word };

	if (t->category != NULL)
		query.category_id = t->category->id;
	if (t->word.len > 0)
		t->totals = arena_alloc(t->turn->arena, LOOKED_AT * sizeof *t->totals);
	if (t->word.len == 0 || t->totals != NULL)
		store_list_expenses(t->turn->store, t->turn->ledger, &query, &callbacks, t);
}

/* --- telling ------------------------------------------------------------------------------------- */

static void
say_days(struct buf *out, const struct telling *t)
{
	enum language language = t->turn->language;
	struct buf from = BUF_INIT, to = BUF_INIT;
	struct slice values[VALUES_MAX];

	say_day(&from, language, t->from, t->turn->today);
	say_day(&to, language, t->to, t->turn->today);
	values[0] = buf_slice(&from);
	values[1] = buf_slice(&to);
	if (t->from == DAY_MIN)
		say(out, language, TEXT_days_ever, NULL);
	else if (t->from == t->to && t->from == t->turn->today)
		say(out, language, TEXT_days_today, NULL);
	else if (t->from == t->to)
		buf_append_slice(out, values[0]);
	else
		say(out, language, TEXT_days_range, values);
	buf_fini(&from);
	buf_fini(&to);
}

static void
say_totals(struct buf *out, const struct telling *t)
{
	for (size_t i = 0; i < t->total_count; i++) {
		if (i > 0)
			buf_append_literal(out, " + ");
		say_amount(out, t->turn->language, t->totals[i].sum_minor, t->totals[i].currency);
	}
}

/* What it is of, if not all. */
static struct slice
subject_of(const struct telling *t)
{
	return t->category != NULL ? turn_category_name(t->turn, &t->category->id) : t->turn->question.name;
}

static void
tell_total(const struct telling *t)
{
	struct buf days = BUF_INIT, totals = BUF_INIT, count = BUF_INIT;
	bool is_part = t->category != NULL || t->word.len > 0;
	struct slice values[VALUES_MAX];

	say_days(&days, t);
	say_totals(&totals, t);
	buf_append_int(&count, count_all(t));
	values[0] = buf_slice(&days);
	values[1] = buf_slice(&totals);
	values[2] = buf_slice(&count);
	values[3] = subject_of(t);
	if (count_all(t) > 0)
		turn_say(t->turn, is_part ? TEXT_total_of : TEXT_total, values);
	else
		turn_say(t->turn, is_part ? TEXT_none_of : TEXT_none, values);
	buf_fini(&days);
	buf_fini(&totals);
	buf_fini(&count);
}

static void
tell_rest(const struct telling *t, enum text_name text, int64_t count)
{
	struct buf number = BUF_INIT;
	struct slice values[VALUES_MAX] = { SLICE_EMPTY };

	buf_append_int(&number, count);
	values[1] = buf_slice(&number);
	turn_new_line(t->turn);
	turn_say(t->turn, text, values);
	buf_fini(&number);
}

static void
tell_group(const struct telling *t, const struct summary_group *group)
{
	struct buf sum = BUF_INIT, count = BUF_INIT;
	struct slice values[VALUES_MAX] = { turn_category_name(t->turn, &group->category_id) };

	say_amount(&sum, t->turn->language, group->sum_minor, group->currency);
	buf_append_int(&count, group->count);
	values[1] = buf_slice(&sum);
	values[2] = buf_slice(&count);
	turn_new_line(t->turn);
	turn_say(t->turn, TEXT_group_line, values);
	buf_fini(&sum);
	buf_fini(&count);
}

static void
tell_groups(const struct telling *t)
{
	if (t->group_count == 0)
		return;
	turn_new_line(t->turn);
	turn_say(t->turn, TEXT_by_category, NULL);
	for (size_t i = 0; i < t->group_count && i < LINES_MAX; i++)
		tell_group(t, &t->groups[i]);
	if (t->group_count > LINES_MAX)
		tell_rest(t, TEXT_more_lines, (int64_t)(t->group_count - LINES_MAX));
}

/* The largest of each currency. */
static void
tell_top(const struct telling *t)
{
	struct buf days = BUF_INIT, names = BUF_INIT;
	struct slice values[VALUES_MAX];

	for (size_t i = 0; i < t->group_count; i++) {
		if (i > 0 && strcmp(t->groups[i].currency.code, t->groups[i - 1].currency.code) == 0)
			continue;
		if (i > 0)
			buf_append_literal(&names, ", ");
		buf_append_slice(&names, turn_category_name(t->turn, &t->groups[i].category_id));
		buf_append_char(&names, ' ');
		say_amount(&names, t->turn->language, t->groups[i].sum_minor, t->groups[i].currency);
	}
	say_days(&days, t);
	values[0] = buf_slice(&days);
	values[1] = buf_slice(&names);
	turn_say(t->turn, t->group_count > 0 ? TEXT_top : TEXT_none, values);
	buf_fini(&days);
	buf_fini(&names);
}

static void
tell_entries(const struct telling *t)
{
	int64_t count = count_all(t);

	for (size_t i = 0; i < t->entry_count; i++) {
		turn_new_line(t->turn);
		turn_say_expense(t->turn, TEXT_recorded_line, &t->entries[i]);
	}
	if (count > (int64_t)t->entry_count && t->turn->question.limit == 0)
		tell_rest(t, TEXT_more_entries, count - (int64_t)t->entry_count);
}

/* Of each currency. */
static void
tell_largest(const struct telling *t)
{
	struct buf days = BUF_INIT;

	say_days(&days, t);
	turn_say_with(t->turn, TEXT_largest, buf_slice(&days));
	for (size_t i = 0; i < t->entry_count; i++) {
		turn_new_line(t->turn);
		turn_say_expense(t->turn, TEXT_recorded_line, &t->entries[i]);
	}
	if (t->has_more)
		tell_rest(t, TEXT_at_least, LOOKED_AT);
	buf_fini(&days);
}

/* The days to come do not count. */
static void
tell_average(const struct telling *t)
{
	day_t to = t->to > t->turn->today && t->from <= t->turn->today ? t->turn->today : t->to;
	int64_t days = (int64_t)to - t->from + 1;
	struct telling a_day = *t;
	struct buf when = BUF_INIT, average = BUF_INIT, totals = BUF_INIT;
	struct slice values[VALUES_MAX];

	a_day.totals = arena_alloc(t->turn->arena, (t->total_count + 1) * sizeof *a_day.totals);
	if (a_day.totals == NULL)
		return;
	for (size_t i = 0; i < t->total_count; i++) {
		a_day.totals[i] = t->totals[i];
		a_day.totals[i].sum_minor = (t->totals[i].sum_minor + days / 2) / days;
	}
	a_day.to = to;
	say_days(&when, &a_day);
	say_totals(&average, &a_day);
	say_totals(&totals, t);
	values[0] = buf_slice(&when);
	values[1] = buf_slice(&average);
	values[2] = buf_slice(&totals);
	turn_say(t->turn, TEXT_average, values);
	buf_fini(&when);
	buf_fini(&average);
	buf_fini(&totals);
}

static void
tell(struct telling *t, enum question_kind kind)
{
	if (t->st != ST_OK) {
		turn_say(t->turn, TEXT_too_broad, NULL);
		return;
	}
	if (kind == QUESTION_TOP) {
		tell_top(t);
		return;
	}
	if (kind == QUESTION_LARGEST && t->entry_count > 0) {
		tell_largest(t);
		return;
	}
	if (kind == QUESTION_AVERAGE && count_all(t) > 0) {
		tell_average(t);
		return;
	}
	if (kind == QUESTION_LEFT) {
		turn_say(t->turn, TEXT_no_budget, NULL);
		turn_new_line(t->turn);
	}
	tell_total(t);
	if (kind == QUESTION_REPORT || kind == QUESTION_BREAKDOWN)
		tell_groups(t);
	else if (kind == QUESTION_LIST)
		tell_entries(t);
	if (t->word.len > 0 && t->has_more)
		tell_rest(t, TEXT_at_least, LOOKED_AT);
}

/* The coffees that were booked as "coffee". */
static bool
is_plural(struct slice word)
{
	return word.len > 3 && word.ptr[word.len - 1] == 's' && word.ptr[word.len - 2] != 's';
}

/* Of days that are named, or else the usual ones; false: nothing is called so. */
static bool
find(struct telling *t, bool has_period, day_t from, day_t to)
{
	const struct question *question = &t->turn->question;
	bool is_of_sums = question->kind != QUESTION_TOTAL && question->kind != QUESTION_LIST && question->kind != QUESTION_COMPARE;

	t->limit = question->limit == 0 ? ENTRIES : question->limit < ENTRIES_MAX ? question->limit : ENTRIES_MAX;
	t->category = look_category_called(t->turn, question->name);
	if (question->name.len > 0 && t->category == NULL) {
		if (!look_is_default_name(t->turn, question->name) && (!question->is_asked || is_of_sums))
			return false;
		t->word = text_fold(t->turn->arena, question->name);
	}
	t->from = from;
	t->to = to;
	if (!has_period)
		question_period(question->kind == QUESTION_LIST ? PERIOD_EVER : PERIOD_THIS_MONTH, t->turn->today, &t->from, &t->to);
	if (question->kind == QUESTION_AVERAGE && t->from == DAY_MIN)
		question_period(PERIOD_THIS_YEAR, t->turn->today, &t->from, &t->to);
	if (t->word.len == 0)
		find_sums(t);
	if (t->word.len > 0 || question->kind == QUESTION_LIST || question->kind == QUESTION_LARGEST)
		find_entries(t);
	if (t->entry_count == 0 && is_plural(t->word)) {
		t->word.len--;
		find_entries(t);
	}
	return true;
}

static bool
find_named(struct telling *t)
{
	return find(t, t->turn->question.has_period, t->turn->question.from, t->turn->question.to);
}

/* "total five dollars coffee" asks for nothing. */
static void
on_perhaps_expenses(struct turn *turn)
{
	struct telling *t = arena_alloc(turn->arena, sizeof *t);

	if (turn->result->verdict == VERDICT_EXPENSES || t == NULL) {
		turn_act_on_verdict(turn);
		return;
	}
	t->turn = turn;
	find_named(t);
	tell(t, turn->question.kind);
}

static int64_t
sum_in(const struct telling *t, struct currency currency)
{
	const struct summary_group *total = total_of(t, currency);

	return total != NULL ? total->sum_minor : 0;
}

static void
tell_change(const struct telling *later, struct currency currency, int64_t change)
{
	struct buf amount = BUF_INIT;

	say_amount(&amount, later->turn->language, change < 0 ? -change : change, currency);
	turn_new_line(later->turn);
	turn_say_with(later->turn, change > 0 ? TEXT_more_than_before : change < 0 ? TEXT_less_than_before : TEXT_as_before, buf_slice(&amount));
	buf_fini(&amount);
}

/* Of each currency that one of the two has. */
static void
tell_comparison(struct telling *earlier, struct telling *later)
{
	struct turn *turn = later->turn;

	if (earlier->st != ST_OK || later->st != ST_OK) {
		turn_say(turn, TEXT_too_broad, NULL);
		return;
	}
	tell_total(earlier);
	turn_new_line(turn);
	tell_total(later);
	for (size_t i = 0; i < later->total_count; i++)
		tell_change(later, later->totals[i].currency, later->totals[i].sum_minor - sum_in(earlier, later->totals[i].currency));
	for (size_t i = 0; i < earlier->total_count; i++)
		if (total_of(later, earlier->totals[i].currency) == NULL)
			tell_change(later, earlier->totals[i].currency, -earlier->totals[i].sum_minor);
}

static enum outcome
compare(struct turn *turn)
{
	const struct question *question = &turn->question;
	struct telling *first = arena_alloc(turn->arena, sizeof *first), *second = arena_alloc(turn->arena, sizeof *second);

	if (first == NULL || second == NULL)
		return PASS;
	first->turn = second->turn = turn;
	if (!find(first, true, question->from, question->to) || !find(second, true, question->other_from, question->other_to))
		return PASS;
	if (first->from < second->from)
		tell_comparison(first, second);
	else
		tell_comparison(second, first);
	return DONE;
}

enum outcome
turn_answer_question(struct turn *turn)
{
	struct telling *t = arena_alloc(turn->arena, sizeof *t);

	if (turn->question.kind == QUESTION_COMPARE)
		return compare(turn);
	if (t == NULL)
		return PASS;
	t->turn = turn;
	if (!find_named(t))
		return PASS;
	if (t->word.len > 0 && t->st == ST_OK && count_all(t) == 0)
		turn_ask_rules(turn, turn->text, turn->profile->home, on_perhaps_expenses);
	else
		tell(t, turn->question.kind);
	return DONE;
}

/* What would be spent against it is told instead. */
enum outcome
turn_tell_no_budget(struct turn *turn)
{
	turn->question = (struct question){ .kind = QUESTION_LEFT };
	return turn_answer_question(turn);
}

/* A category's name alone asks for what is in it. */
enum outcome
turn_list_named(struct turn *turn)
{
	turn->question = (struct question){ .kind = QUESTION_LIST, .name = intent_trim(turn->text), .has_period = true };
	question_period(PERIOD_THIS_MONTH, turn->today, &turn->question.from, &turn->question.to);
	return turn_answer_question(turn);
}
