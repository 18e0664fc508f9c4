/* SPDX-License-Identifier: MIT */
/* See question.h. */
#include "config.h"

#include "question_parts.h"

enum {
	QUESTION_TEXT_MAX = 300,       /* bytes */
	QUESTION_NAME_MAX = 120,
	RANKED_MAX = 20                /* largest ones that are asked for: "top 25" is a piece of clothing */
};

/* A particle stands behind something: the は of はさみ is no such. */
static bool
is_particle(const struct reader *r, size_t behind)
{
	return behind == r->at + 1 && r->chars->folded[r->at] >= u'ぁ' && r->chars->folded[r->at] <= u'ん';
}

/* 比 compares between two periods or behind one at the end, and is part of a name elsewhere (比薩). */
static bool
joins_periods(const struct reader *r, size_t behind)
{
	size_t end;

	return r->range_count > 0 && (behind == r->end || char_is_digit(r->chars->folded[behind])
	    || question_word_of_kind(r, behind, PERIOD, &end) != NULL || question_word_of_kind(r, behind, WEEKDAY, &end) != NULL);
}

/* false: what stands here is no word of a question. */
static bool
take_word(struct reader *r)
{
	size_t behind = 0;
	const struct word *word = question_word_at(r, r->at, &behind);
	bool is_in = false, was_behind_particle = r->is_behind_particle;
	day_t from, to;

	r->is_behind_particle = word != NULL && is_particle(r, behind);
	if (word == NULL || (r->is_behind_particle && (was_behind_particle || r->at == 0)))
		return false;
	if (word->kind == COMPARE && word->value == 1 && !joins_periods(r, behind))
		return false;
	if (word->kind == MONTH)
		return question_read_month(r, word->value, behind);
	if (word->kind == PAST)
		return question_read_past(r, behind, word->value == 1);
	if (word->kind == WEEKDAY) {
		question_add_weekday(r, word->value);
		r->at = behind;
		return true;
	}
	if (word->kind == UNIT || (word->kind >= YEAR_MARK && word->kind <= DAY_MARK))
		return false;
	for (const struct word *w = word; w != NULL; w = question_word_sense(w)) {
		is_in |= w->kind == IN || w->kind == TO || w->kind == SINCE;
		r->is_since |= w->kind == SINCE;
		if (w->kind <= NOUN) {
			r->asked |= 1U << w->kind;
			r->languages &= w->languages;
		} else if (w->kind == PERIOD) {
			r->is_ever |= w->value == PERIOD_EVER;
			question_period((enum period_name)w->value, r->today, &from, &to);
			if (w->value != PERIOD_EVER)
				question_add_range(r, from, to);
			r->last = w->value;
		}
	}
	r->is_year_next = is_in;
	r->at = behind;
	r->word_count++;
	if (word->kind <= NOUN)
		r->is_name_over = r->name_end > r->name_begin;
	return true;
}

/* A character, or the rest of a word of letters, that belongs to the name. */
static void
take_name(struct reader *r)
{
	if (r->is_name_over || char_is_digit(r->chars->folded[r->at]))
		r->is_bad = true;
	if (r->name_end == r->name_begin)
		r->name_begin = r->at;
	do
		r->at++;
	while (r->at < r->end && chars_is_inside_word(r->chars, r->at));
	r->name_end = r->at;
}

/* The 3 of "top 3 expenses", "3 largest expenses" and 最貴的3筆. */
static bool
take_limit(struct reader *r)
{
	static const unsigned ranking = 1U << TOP | 1U << LARGEST;
	int number;
	size_t at = r->at, behind;
	bool is_ranked = (r->asked & ranking) != 0;

	if (r->limit > 0 || r->name_end > r->name_begin || !question_read_number(r, &at, &number) || number == 0 || number > RANKED_MAX
	    || !(is_ranked || question_word_of_kind(r, at, TOP, &behind) != NULL || question_word_of_kind(r, at, LARGEST, &behind) != NULL)
	    || chars_is_inside_word(r->chars, at) || (at < r->end && r->chars->folded[at] == '.'))
		return false;
	r->limit = (unsigned)number;
	r->at = at;
	return true;
}

/* false: it does not stand here, and nothing was passed over. */
static bool
takes(bool (*take)(struct reader *r), struct reader *r)
{
	size_t at = r->at;
	bool is_taken = take(r);

	if (!is_taken)
		r->at = at;
	return is_taken;
}

static void
read_all(struct reader *r)
{
	while (r->at < r->end && !r->is_bad) {
		enum char_class class = char_class(r->chars->folded[r->at]);

		r->has_mark |= r->chars->folded[r->at] == '?';
		if (class == CHAR_DIGIT && (takes(question_read_date, r) || takes(take_limit, r)))
			continue;
		if (takes(take_word, r))
			continue;
		if (class == CHAR_CJK && (takes(question_read_date, r) || takes(take_limit, r)))
			continue;
		if (class == CHAR_SPACE || class == CHAR_BREAK || class == CHAR_PAUSE || r->chars->folded[r->at] == '~')
			r->at++;
		else
			take_name(r);
	}
}

static enum language
language_of(unsigned languages, enum language at_home)
{
	int language = LANGUAGE_EN;

	if ((languages & 1U << at_home) != 0)
		return at_home;
	while (language + 1 < LANGUAGES && (languages & 1U << language) == 0)
		language++;
	return (enum language)language;
}

/* Also "this week and last week", which is no range of days. */
static bool
compares(const struct reader *r)
{
	bool is_of_days = r->from == r->to && r->other_from == r->other_to;

	return r->range_count == 2 && ((r->asked & 1U << COMPARE) != 0 || (!is_of_days && r->other_to < r->from));
}

/* 先月と比べて: this month with it. */
static void
add_present(struct reader *r)
{
	static const struct {
		enum period_name past, present;
	} pairs[] = {
		{ PERIOD_YESTERDAY, PERIOD_TODAY }, { PERIOD_LAST_WEEK, PERIOD_THIS_WEEK }, { PERIOD_LAST_MONTH, PERIOD_THIS_MONTH },
		{ PERIOD_LAST_YEAR, PERIOD_THIS_YEAR },
	};
	day_t from, to;

	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
		if (r->last == (int)pairs[i].past) {
			question_period(pairs[i].present, r->today, &from, &to);
			question_add_range(r, from, to);
			return;
		}
}

static enum question_kind
kind_of(const struct reader *r)
{
	static const struct {
		enum word_kind     word;
		enum question_kind kind;
	} order[] = {
		{ LARGEST, QUESTION_LARGEST }, { AVERAGE, QUESTION_AVERAGE }, { LEFT, QUESTION_LEFT }, { TOP, QUESTION_TOP },
		{ BREAKDOWN, QUESTION_BREAKDOWN }, { REPORT, QUESTION_REPORT }, { TOTAL, QUESTION_TOTAL },
		{ LIST, QUESTION_LIST }, { NOUN, QUESTION_LIST },
	};

	if (compares(r))
		return QUESTION_COMPARE;
	if (r->limit > 0 && (r->asked & 1U << TOP) != 0)
		return (r->asked & 1U << NOUN) != 0 ? QUESTION_LARGEST : QUESTION_BREAKDOWN;       /* "top 3 expenses", "top 3 categories" */
	for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
		if ((r->asked & 1U << order[i].word) != 0)
			return order[i].kind;
	if (r->range_count > 0 && r->to > r->from)             /* "this month?", "food last week" */
		return r->name_end > r->name_begin ? QUESTION_TOTAL : QUESTION_REPORT;
	if (r->last != -1 && r->word_count == 1 && r->name_end == r->name_begin)       /* "yesterday?" */
		return QUESTION_REPORT;
	if (r->has_mark && r->asked == 0 && r->range_count == 0 && r->name_end > r->name_begin)          /* "food?", 食費は？ */
		return QUESTION_TOTAL;
	return QUESTION_NONE;
}

static void
read_text(struct reader *r, struct slice text, day_t today)
{
	static struct chars chars;                 /* large, and used up before the return */

	chars_read(&chars, text);
	*r = (struct reader){ .chars = &chars, .end = chars.count, .today = today, .last = -1, .languages = (1U << LANGUAGES) - 1 };
	if (r->end > 0 && chars.folded[0] == '/')
		r->at = 1;
	read_all(r);
	if (r->is_ever && r->range_count == 0)
		question_add_range(r, DAY_MIN, DAY_MAX);
}

void
question_read(struct question *question, struct slice text, day_t today, enum language at_home)
{
	struct reader r;

	*question = (struct question){ .kind = QUESTION_NONE, .language = at_home };
	if (text.len == 0 || text.len > QUESTION_TEXT_MAX)
		return;
	read_text(&r, text, today);
	if (r.is_since && r.range_count == 1)
		r.to = today > r.from ? today : r.from;
	if (r.range_count == 1 && (r.asked & 1U << COMPARE) != 0)
		add_present(&r);
	if (r.range_count == 2 && !compares(&r)) {
		r.to = r.other_to;                     /* "from ... to ..." */
		r.is_bad |= r.to < r.from;
	}
	if (r.is_bad)
		return;
	question->kind = kind_of(&r);
	question->limit = r.limit;
	question->language = language_of(r.languages, at_home);
	question->has_period = r.range_count > 0;
	question->from = r.from;
	question->to = r.to;
	question->other_from = r.other_from;
	question->other_to = r.other_to;
	question->name = chars_slice(r.chars, r.name_begin, r.name_end);
	question->is_asked = (r.asked & (1U << TOTAL | 1U << LIST)) != 0 || question->kind == QUESTION_COMPARE;
	if (question->name.len > QUESTION_NAME_MAX)
		question->kind = QUESTION_NONE;
}

bool
question_read_day(struct slice text, day_t today, day_t *day)
{
	struct reader r;

	if (text.len == 0 || text.len > QUESTION_TEXT_MAX)
		return false;
	read_text(&r, text, today);
	*day = r.from;
	return !r.is_bad && r.range_count == 1 && r.from == r.to && r.asked == 0 && r.name_end == r.name_begin;
}
