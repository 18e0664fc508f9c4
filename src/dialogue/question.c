/* SPDX-License-Identifier: MIT */
/* See question.h. */
#include "config.h"

#include "question.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "understand/text/chars.h"

enum word_kind {
	TOTAL, LIST, BREAKDOWN, TOP, REPORT, NOUN, PERIOD, PAST, WEEKDAY, UNIT, MONTH, YEAR_MARK, MONTH_MARK, DAY_MARK, IN, TO, SINCE, FILLER
};

static const struct {
	enum word_kind kind;
	int            value;
	const char    *words[LANGUAGES];
} rows[] = {
#define QUESTION_WORD(kind, value, en, zh_hant, zh_hans, ja) { kind, value, { en, zh_hant, zh_hans, ja } },
#include "data/question_words.def"
#undef QUESTION_WORD
};

enum {
	WORDS_MAX = 2048,
	CHARS_MAX = 16384,
	QUESTION_TEXT_MAX = 300,       /* bytes */
	QUESTION_NAME_MAX = 120
};

struct word {
	uint16_t at, len;                  /* in folded[] */
	uint8_t  kind, languages;          /* a bit for each */
	int16_t  value;
};

static struct word words[WORDS_MAX];       /* in the order of their characters */
static size_t word_count;
static uint16_t folded[CHARS_MAX];
static size_t folded_count;

/* --- the table -------------------------------------------------------------------------- */

static int
compare_texts(const struct word *a, const struct word *b)
{
	for (size_t i = 0; i < a->len && i < b->len; i++)
		if (folded[a->at + i] != folded[b->at + i])
			return folded[a->at + i] < folded[b->at + i] ? -1 : 1;
	return (int)a->len - (int)b->len;
}

static int
compare(const void *a, const void *b)
{
	const struct word *x = a, *y = b;
	int by_text = compare_texts(x, y);

	return by_text != 0 ? by_text : (int)x->kind - (int)y->kind;
}

static void
add_word(size_t row, int language, struct slice text)
{
	struct word *word = &words[word_count++];

	assert(word_count < WORDS_MAX);
	*word = (struct word){ (uint16_t)folded_count, 0, (uint8_t)rows[row].kind, (uint8_t)(1U << language), (int16_t)rows[row].value };
	word->len = (uint16_t)chars_fold(text, folded + folded_count, CHARS_MAX - folded_count);
	assert(word->len > 0);                   /* else the table has outgrown its room */
	folded_count += word->len;
}

/* A word of several languages is one; a word of several kinds stays several, next to one another. */
static void
join_languages(void)
{
	size_t kept = 0;

	for (size_t i = 0; i < word_count; i++)
		if (kept > 0 && compare(&words[kept - 1], &words[i]) == 0 && words[kept - 1].value == words[i].value)
			words[kept - 1].languages |= words[i].languages;
		else
			words[kept++] = words[i];
	word_count = kept;
}

static void
fill_table(void)
{
	for (size_t row = 0; row < sizeof rows / sizeof rows[0]; row++)
		for (int language = 0; language < LANGUAGES; language++)
			for (const char *p = rows[row].words[language]; p != NULL && *p != '\0';) {
				size_t len = strcspn(p, "|");

				add_word(row, language, (struct slice){ p, len });
				p = p[len] == '|' ? p + len + 1 : NULL;
			}
	qsort(words, word_count, sizeof words[0], compare);
	join_languages();
}

/* --- reading ------------------------------------------------------------------------------ */

struct reader {
	struct chars *chars;
	size_t        at, end;
	day_t         today;
	unsigned      asked;               /* a bit for each of the kinds up to NOUN */
	unsigned      languages;           /* of the words that say something; all bits as long as there is none */
	unsigned      range_count;         /* periods and dates read */
	day_t         from, to;
	bool          is_year_next;        /* a bare number of four digits is a year */
	bool          is_since;            /* up to today */
	bool          is_behind_particle;  /* of one kana */
	unsigned      limit;
	bool          is_bad;
	size_t        name_begin, name_end;    /* equal: there is none */
	bool          is_name_over;        /* something was said behind it */
};

/* The first of the words in [low, high) whose character at depth is at least c. */
static size_t
lower(size_t low, size_t high, size_t depth, uint32_t c)
{
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct word *word = &words[middle];

		if (word->len <= depth || folded[word->at + depth] < c)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
is_inside_word(const struct chars *chars, size_t at)
{
	return at > 0 && char_class(chars->folded[at - 1]) == CHAR_LETTER && char_class(chars->folded[at]) == CHAR_LETTER;
}

/* The longest word at a place, and what follows it; NULL when there is none.  Words of the same text follow one another. */
static const struct word *
find_word(const struct reader *r, size_t at, size_t *behind)
{
	const struct word *found = NULL;
	size_t low = 0, high = word_count;

	if (is_inside_word(r->chars, at))
		return NULL;
	for (size_t depth = 0; at + depth < r->end && low < high; depth++) {
		uint16_t c = r->chars->folded[at + depth];

		low = lower(low, high, depth, c);
		high = lower(low, high, depth, (uint32_t)c + 1);
		if (low < high && words[low].len == depth + 1 && !is_inside_word(r->chars, at + depth + 1)) {
			found = &words[low];
			*behind = at + depth + 1;
		}
	}
	return found;
}

/* The word of a kind at a place, past blanks. */
static const struct word *
find_kind(const struct reader *r, size_t at, enum word_kind kind, size_t *behind)
{
	const struct word *word;

	while (at < r->end && r->chars->folded[at] == ' ')
		at++;
	word = find_word(r, at, behind);
	for (const struct word *w = word; w != NULL && w < words + word_count && compare_texts(w, word) == 0; w++)
		if (w->kind == kind)
			return w;
	return NULL;
}

/* 0 to 9, or -1. */
static int
han_digit(uint16_t c)
{
	static const uint16_t digits[] = u"〇一二三四五六七八九";

	if (c == u'兩' || c == u'两')
		return 2;
	for (int i = 0; i < 10; i++)
		if (digits[i] == c)
			return i;
	return -1;
}

/* 三, 十二, 三十, 二十八: up to 99. */
static bool
read_han_number(const struct reader *r, size_t *at, int *number)
{
	size_t i = *at;
	int digit = i < r->end ? han_digit(r->chars->folded[i]) : -1;
	bool has_tens;

	*number = digit < 0 ? 0 : digit;
	i += digit >= 0;
	has_tens = i < r->end && r->chars->folded[i] == u'十';
	if (has_tens) {
		*number = digit < 0 ? 10 : digit * 10;
		digit = ++i < r->end ? han_digit(r->chars->folded[i]) : -1;
		*number += digit < 0 ? 0 : digit;
		i += digit >= 0;
	}
	has_tens = i > *at;
	*at = i;
	return has_tens;
}

static bool
read_number(const struct reader *r, size_t *at, int *number)
{
	size_t i = *at;

	while (i < r->end && r->chars->folded[i] == ' ')
		i++;
	*at = i;
	if (i < r->end && !char_is_digit(r->chars->folded[i]))
		return read_han_number(r, at, number);
	*number = 0;
	while (i < r->end && char_is_digit(r->chars->folded[i]) && i - *at < 4)
		*number = *number * 10 + r->chars->folded[i++] - '0';
	if (i == *at || (i < r->end && char_is_digit(r->chars->folded[i])))
		return false;
	*at = i;
	return true;
}

static void
add_range(struct reader *r, day_t from, day_t to)
{
	if (r->range_count == 0)
		r->from = from;
	r->to = to;
	r->range_count++;
	if (r->range_count > 2 || r->to < r->from)
		r->is_bad = true;
	r->is_name_over = r->name_end > r->name_begin;
}

/* A whole year, month or day; month and day may be 0. */
static bool
add_date(struct reader *r, int year, int month, int mday)
{
	day_t from, to;
	bool is_sound;

	if (mday > 0) {
		is_sound = day_from_civil(year, month, mday, &from);
		to = from;
	} else if (month > 0) {
		is_sound = day_from_civil(year, month, 1, &from);
		to = is_sound ? from + day_month_length(year, month) - 1 : 0;
	} else {
		is_sound = day_from_civil(year, 1, 1, &from) && day_from_civil(year, 12, 31, &to);
	}
	if (is_sound)
		add_range(r, from, to);
	return is_sound;
}

/* Without a year it is the last one that there was. */
static bool
add_date_of_late(struct reader *r, int month, int mday)
{
	int year, this_month, this_mday;
	bool is_to_come;

	day_to_civil(r->today, &year, &this_month, &this_mday);
	is_to_come = month > this_month || (month == this_month && mday > this_mday);
	return add_date(r, is_to_come ? year - 1 : year, month, mday);
}

static bool
is_separator(const struct reader *r, size_t at)
{
	uint16_t c = at < r->end ? r->chars->folded[at] : 0;

	return c == '-' || c == '/' || c == '.';
}

/* 2026-11-03, 2026/11, 11/3. */
static bool
read_separated(struct reader *r, size_t at, int first)
{
	int second, third = 0;
	bool has_third;

	at++;
	if (!read_number(r, &at, &second))
		return false;
	has_third = is_separator(r, at) && read_number(r, &(size_t){ at + 1 }, &third);
	if (has_third) {
		at++;
		read_number(r, &at, &third);
	}
	r->at = at;
	if (first >= 1000)
		return add_date(r, first, second, third);
	return !has_third && add_date_of_late(r, first, second);
}

/* The 15日 of 11月1日到15日. */
static bool
add_day_of_month(struct reader *r, int mday)
{
	int year, month, unused;

	day_to_civil(r->from, &year, &month, &unused);
	return add_date(r, year, month, mday);
}

/* 2026年, 2026年11月, 11月3日: from the number that was read. */
static bool
read_marked(struct reader *r, size_t at, int number)
{
	int year = 0, month, mday = 0;
	size_t behind, next;

	if (find_kind(r, at, YEAR_MARK, &behind) != NULL) {
		year = number;
		r->at = next = behind;
		if (!read_number(r, &next, &number) || find_kind(r, next, MONTH_MARK, &behind) == NULL)
			return add_date(r, year, 0, 0);
		at = next;
	}
	if (r->range_count == 1 && r->from == r->to && find_kind(r, at, DAY_MARK, &behind) != NULL) {
		r->at = behind;
		return add_day_of_month(r, number);
	}
	if (find_kind(r, at, MONTH_MARK, &behind) == NULL)
		return false;
	month = number;
	r->at = next = behind;
	if (read_number(r, &next, &number) && find_kind(r, next, DAY_MARK, &behind) != NULL) {
		mday = number;
		r->at = behind;
	}
	return year > 0 ? add_date(r, year, month, mday) : add_date_of_late(r, month, mday);
}

static bool
read_date(struct reader *r)
{
	size_t at = r->at;
	int number;

	if (!read_number(r, &at, &number))
		return false;
	if (is_separator(r, at))
		return read_separated(r, at, number);
	if (read_marked(r, at, number))
		return true;
	if (!r->is_year_next || number < 1900)
		return false;
	r->at = at;
	return add_date(r, number, 0, 0);
}

/* "March", "March 5", "March 2026". */
static bool
read_month(struct reader *r, int month, size_t behind)
{
	size_t next = behind;
	int number;

	r->at = behind;
	if (!read_number(r, &next, &number))
		return add_date_of_late(r, month, 0);
	r->at = next;
	return number >= 1900 ? add_date(r, number, month, 0) : add_date_of_late(r, month, number);
}

/* "last 7 days", of which today is the last; "last 5 expenses"; "recent expenses". */
static bool
read_past(struct reader *r, size_t behind, bool may_stand_alone)
{
	const struct word *unit;
	size_t at = behind;
	int number;
	bool has_number = read_number(r, &at, &number) && number > 0;

	r->at = has_number ? at : behind;
	unit = find_kind(r, r->at, UNIT, &at);
	if (unit != NULL) {
		r->at = at;
		add_range(r, r->today - (has_number ? number : 1) * unit->value + 1, r->today);
		return true;
	}
	r->asked |= 1U << NOUN;
	if (has_number)
		r->limit = (unsigned)number;
	return has_number || may_stand_alone;
}

/* The value says which one: 0 to 6 the last Monday to Sunday that there was, from 7 on that of last week, from 14 on before today. */
static void
add_weekday(struct reader *r, int value)
{
	day_t monday = r->today - day_weekday(r->today), day = monday + value % 7;

	if (value >= 14)
		day -= day >= r->today ? 7 : 0;
	else if (value >= 7 || day > r->today)
		day -= 7;
	add_range(r, day, day);
}

void
question_period(enum period_name name, day_t today, day_t *from, day_t *to)
{
	int year, month, mday;
	day_t monday = today - day_weekday(today);

	day_to_civil(today, &year, &month, &mday);
	*from = *to = today;
	switch (name) {
	case PERIOD_TODAY:
		break;
	case PERIOD_YESTERDAY:
		*from = *to = today - 1;
		break;
	case PERIOD_BEFORE_YESTERDAY:
		*from = *to = today - 2;
		break;
	case PERIOD_THIS_WEEK:
		*from = monday;
		*to = monday + 6;
		break;
	case PERIOD_LAST_WEEK:
		*from = monday - 7;
		*to = monday - 1;
		break;
	case PERIOD_LAST_MONTH:
		*to = today - mday;
		*from = *to - (month == 1 ? day_month_length(year - 1, 12) : day_month_length(year, month - 1)) + 1;
		break;
	case PERIOD_THIS_MONTH:
		*from = today - mday + 1;
		*to = *from + day_month_length(year, month) - 1;
		break;
	case PERIOD_THIS_YEAR:
	case PERIOD_LAST_YEAR:
		year -= name == PERIOD_LAST_YEAR;
		day_from_civil(year, 1, 1, from);
		day_from_civil(year, 12, 31, to);
		break;
	case PERIOD_EVER:
		*from = DAY_MIN;
		*to = DAY_MAX;
		break;
	}
}

/* A particle stands behind something: the は of はさみ is no such. */
static bool
is_particle(const struct reader *r, size_t behind)
{
	return behind == r->at + 1 && r->chars->folded[r->at] >= u'ぁ' && r->chars->folded[r->at] <= u'ん';
}

/* false: what stands here is no word of a question. */
static bool
take_word(struct reader *r)
{
	size_t behind = 0;
	const struct word *word = find_word(r, r->at, &behind);
	bool is_in = false, was_behind_particle = r->is_behind_particle;
	day_t from, to;

	r->is_behind_particle = word != NULL && is_particle(r, behind);
	if (word == NULL || (r->is_behind_particle && (was_behind_particle || r->at == 0)))
		return false;
	if (word->kind == MONTH)
		return read_month(r, word->value, behind);
	if (word->kind == PAST)
		return read_past(r, behind, word->value == 1);
	if (word->kind == WEEKDAY) {
		add_weekday(r, word->value);
		r->at = behind;
		return true;
	}
	if (word->kind == UNIT || (word->kind >= YEAR_MARK && word->kind <= DAY_MARK))
		return false;
	for (const struct word *w = word; w < words + word_count && compare_texts(w, word) == 0; w++) {
		is_in |= w->kind == IN || w->kind == TO || w->kind == SINCE;
		r->is_since |= w->kind == SINCE;
		if (w->kind <= NOUN) {
			r->asked |= 1U << w->kind;
			r->languages &= w->languages;
		} else if (w->kind == PERIOD) {
			question_period((enum period_name)w->value, r->today, &from, &to);
			if (w->value != PERIOD_EVER || r->range_count == 0)
				add_range(r, from, to);
		}
	}
	r->is_year_next = is_in;
	r->at = behind;
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
	while (r->at < r->end && is_inside_word(r->chars, r->at));
	r->name_end = r->at;
}

static void
read_all(struct reader *r)
{
	while (r->at < r->end && !r->is_bad) {
		enum char_class class = char_class(r->chars->folded[r->at]);

		if (class == CHAR_DIGIT && read_date(r))
			continue;
		if (take_word(r))
			continue;
		if (class == CHAR_CJK && read_date(r))
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

static enum question_kind
kind_of(const struct reader *r)
{
	static const struct {
		enum word_kind     word;
		enum question_kind kind;
	} order[] = {
		{ TOP, QUESTION_TOP }, { BREAKDOWN, QUESTION_BREAKDOWN }, { REPORT, QUESTION_REPORT }, { TOTAL, QUESTION_TOTAL },
		{ LIST, QUESTION_LIST }, { NOUN, QUESTION_LIST },
	};

	for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
		if ((r->asked & 1U << order[i].word) != 0)
			return order[i].kind;
	if (r->range_count > 0 && r->to > r->from)             /* "this month?", "food last week" */
		return r->name_end > r->name_begin ? QUESTION_TOTAL : QUESTION_REPORT;
	return QUESTION_NONE;
}

static void
read_text(struct reader *r, struct slice text, day_t today)
{
	static struct chars chars;                 /* large, and used up before the return */

	if (word_count == 0)
		fill_table();
	chars_read(&chars, text);
	*r = (struct reader){ .chars = &chars, .end = chars.count, .today = today, .languages = (1U << LANGUAGES) - 1 };
	if (r->end > 0 && chars.folded[0] == '/')
		r->at = 1;
	read_all(r);
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
	if (r.is_bad)
		return;
	question->kind = kind_of(&r);
	question->limit = r.limit;
	question->language = language_of(r.languages, at_home);
	question->has_period = r.range_count > 0;
	question->from = r.from;
	question->to = r.to;
	question->name = chars_slice(r.chars, r.name_begin, r.name_end);
	question->is_asked = (r.asked & (1U << TOTAL | 1U << LIST)) != 0;
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
