/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "tokens.h"

#include "understand/amounts/number_words.h"
#include "understand/amounts/numbers.h"
#include "understand/days/days.h"

struct lexer {
	struct reading     *r;
	const struct chars *chars;
	size_t              at;
	bool                is_spaced;
	bool                reads_pictures;      /* as things, since nothing else is one */
};

static struct token *
push(struct lexer *lx, enum token_kind kind, size_t end)
{
	struct tokens *tokens = lx->r->tokens;
	struct token *t = &tokens->at[tokens->count++];

	*t = (struct token){ .begin = (uint16_t)lx->at, .end = (uint16_t)end, .kind = (uint8_t)kind, .currency = NO_CURRENCY,
		.is_spaced = lx->is_spaced };
	lx->at = end;
	lx->is_spaced = false;
	return t;
}

static uint16_t
peek(const struct lexer *lx, size_t ahead)
{
	return lx->at + ahead < lx->chars->count ? lx->chars->folded[lx->at + ahead] : 0;
}

static bool
is_blank_or_end(const struct lexer *lx, size_t at)
{
	enum char_class class = at < lx->chars->count ? char_class(lx->chars->folded[at]) : CHAR_SPACE;

	return class == CHAR_SPACE || class == CHAR_NEWLINE;
}

static size_t
skip_class(const struct lexer *lx, size_t at, enum char_class class)
{
	while (at < lx->chars->count && char_class(lx->chars->folded[at]) == class)
		at++;
	return at;
}

static size_t
skip_to_blank(const struct lexer *lx, size_t at)
{
	while (!is_blank_or_end(lx, at))
		at++;
	return at;
}

/* Letters, with apostrophes and hyphens between them. */
static size_t
letters_end(const struct lexer *lx, size_t at)
{
	const uint16_t *c = lx->chars->folded;

	while (char_class(c[at]) == CHAR_LETTER ||
	    ((c[at] == '\'' || c[at] == '-') && char_class(c[at - 1]) == CHAR_LETTER && char_class(c[at + 1]) == CHAR_LETTER))
		at++;
	return at;
}

/* "https://...", "www.": one piece of text, whatever is in it. */
static bool
is_link(const struct lexer *lx, size_t end)
{
	const uint16_t *c = lx->chars->folded;

	return c[end] == ':' && c[end + 1] == '/' && c[end + 2] == '/';
}

static struct token *
push_number(struct lexer *lx, const struct number *n)
{
	struct token *t = push(lx, TOKEN_NUMBER, n->end);

	t->value = n->value;
	t->decimals = n->decimals;
	t->is_in_words = n->is_in_words;
	t->is_scaled = n->is_scaled;
	return t;
}

static void
read_letters(struct lexer *lx, uint16_t sense, size_t sense_end)
{
	size_t end = sense != 0 ? sense_end : letters_end(lx, lx->at);
	struct number n;
	bool is_nth;

	if (is_link(lx, end))
		push(lx, TOKEN_TEXT, skip_to_blank(lx, end));
	else if (sense == 0 && number_words_split(lx->chars, lx->at, end, &n, &is_nth))
		push_number(lx, &n)->is_nth = is_nth;
	else
		push(lx, sense != 0 ? TOKEN_WORD : TOKEN_TEXT, end)->sense = sense;
}

/* One character at a time, added to the run before it. */
static void
read_unknown_cjk(struct lexer *lx)
{
	struct tokens *tokens = lx->r->tokens;
	struct token *last = tokens->count > 0 ? &tokens->at[tokens->count - 1] : NULL;

	if (last != NULL && last->kind == TOKEN_TEXT && !lx->is_spaced && !token_is_letters(tokens, last))
		last->end = (uint16_t)++lx->at;
	else
		push(lx, TOKEN_TEXT, lx->at + 1);
}

static void
read_digits(struct lexer *lx)
{
	struct number n;
	size_t end;
	day_t day;
	uint16_t sense = words_find(lx->chars, lx->at, &end);

	if (sense != 0 && !(char_is_digit(lx->chars->folded[end]) && char_is_digit(lx->chars->folded[end - 1]))) {
		push(lx, TOKEN_WORD, end)->sense = sense;
	} else if (days_read_numeric(lx->r, lx->chars, lx->at, &end, &day)) {
		push(lx, TOKEN_DAY, end)->value = day;
	} else if (days_skip_impossible(lx->chars, lx->at, &end)) {
		push(lx, TOKEN_TIME, end);
	} else if (days_read_clock(lx->chars, lx->at, &end)) {
		push(lx, TOKEN_TIME, end);
	} else if (numbers_read_digits(lx->chars, lx->at, lx->r->locale, &n)) {
		push_number(lx, &n);
	} else {
		push(lx, TOKEN_TEXT, skip_class(lx, lx->at, CHAR_DIGIT));
	}
}

static size_t
skip_blanks(const struct lexer *lx, size_t at)
{
	return skip_class(lx, at, CHAR_SPACE);
}

/* The 百萬 of "3百萬" and the 万 of "7 万 円", which alone would be a number. */
static bool
is_magnitude_here(const struct lexer *lx, uint16_t sense, size_t end)
{
	const struct tokens *tokens = lx->r->tokens;
	const struct token *before = tokens->count == 0 ? NULL : &tokens->at[tokens->count - 1];
	size_t next_end;

	if (sense == 0 || words_sense_of(sense, WORD_MAGNITUDE) == NULL || before == NULL)
		return false;
	if (before->kind != TOKEN_NUMBER && !(token_is(before, WORD_MAGNITUDE) && before->end == lx->at))
		return false;
	return !lx->is_spaced || char_class(peek(lx, end - lx->at)) != CHAR_CJK ||
	    words_sense_of(words_find(lx->chars, end, &next_end), WORD_CURRENCY) != NULL;
}

/* Korean digits are syllables of any word too: only before what can be counted by them. */
static bool
read_hangul(const struct lexer *lx, struct number *n)
{
	size_t end;
	uint16_t sense;

	if (peek(lx, 0) < 0xAC00 || peek(lx, 0) > 0xD7A3 || !number_words_read_hangul(lx->chars, lx->at, n))
		return false;
	sense = words_find(lx->chars, skip_blanks(lx, n->end), &end);
	return words_sense_of(sense, WORD_CURRENCY) != NULL || words_sense_of(sense, WORD_MONTH_MARK) != NULL ||
	    (words_sense_of(sense, WORD_PERIOD) != NULL && n->end == skip_blanks(lx, n->end));
}

static void
read_cjk(struct lexer *lx)
{
	size_t end = lx->at;
	struct number n;
	uint16_t sense = words_find(lx->chars, lx->at, &end);

	if ((numbers_read_han(lx->chars, lx->at, &n) || read_hangul(lx, &n)) && n.end >= end && !is_magnitude_here(lx, sense, end))
		push_number(lx, &n);
	else if (sense != 0)
		push(lx, TOKEN_WORD, end)->sense = sense;
	else
		read_unknown_cjk(lx);
}

/* "@name", "#tag", "<@U0LAN0Z89>": nothing of the message; false when it is something else. */
static bool
skip_mention(struct lexer *lx)
{
	uint16_t c = peek(lx, 0), next = peek(lx, 1);
	size_t end = lx->at + 1;

	if (c == '<' && (next == '@' || next == '#' || next == '!')) {
		while (end < lx->chars->count && lx->chars->folded[end] != '>' && !is_blank_or_end(lx, end))
			end++;
		lx->at = end < lx->chars->count && lx->chars->folded[end] == '>' ? end + 1 : end;
	} else if ((c == '@' || c == '#') && (char_class(next) == CHAR_LETTER || char_class(next) == CHAR_CJK)) {
		lx->at = skip_to_blank(lx, end);
	} else {
		return false;
	}
	lx->is_spaced = true;
	return true;
}

/* "-", "…", "/" between blanks set two things apart. */
static bool
is_pause_mark(const struct lexer *lx)
{
	uint16_t c = peek(lx, 0);

	if (c == '.' && peek(lx, 1) == '.')
		return true;
	return (c == '/' || c == '-' || c == '~') && lx->is_spaced && is_blank_or_end(lx, lx->at + 1);
}

static bool
is_full_stop(const struct lexer *lx)
{
	return peek(lx, 0) == '.' && peek(lx, 1) != '.' && (is_blank_or_end(lx, lx->at + 1) || char_class(peek(lx, 1)) == CHAR_CJK);
}

static void
read_mark(struct lexer *lx)
{
	size_t end = lx->at + 1;
	uint16_t sense;

	sense = words_find(lx->chars, lx->at, &end);
	if (sense != 0) {
		push(lx, TOKEN_WORD, end)->sense = sense;
	} else if (skip_mention(lx)) {
		return;
	} else if (is_full_stop(lx)) {
		push(lx, TOKEN_BREAK, lx->at + 1);
	} else if (is_pause_mark(lx)) {
		while (peek(lx, end - lx->at) == '.')
			end++;
		push(lx, TOKEN_PAUSE, end);
	} else {
		push(lx, TOKEN_PUNCT, lx->at + 1);
	}
}

static void
read_break(struct lexer *lx, enum char_class class)
{
	uint16_t c = peek(lx, 0);
	struct token *t = push(lx, TOKEN_BREAK, lx->at + 1);

	t->is_question = c == '?';
	t->is_line = class == CHAR_NEWLINE;
}

static void
read_emoji(struct lexer *lx)
{
	size_t end = lx->at;
	uint16_t sense = lx->reads_pictures ? words_find(lx->chars, lx->at, &end) : 0;

	if (sense == 0) {
		lx->at++;
		lx->is_spaced = true;
		return;
	}
	while (peek(lx, end - lx->at) >= 0xFE00 && peek(lx, end - lx->at) <= 0xFE0F)       /* variation selectors */
		end++;
	push(lx, TOKEN_WORD, end)->sense = sense;
}

static void
read_one(struct lexer *lx)
{
	enum char_class class = char_class(peek(lx, 0));
	size_t end = lx->at;
	uint16_t sense;

	switch (class) {
	case CHAR_SPACE:
		lx->at++;
		lx->is_spaced = true;
		break;
	case CHAR_EMOJI:
		read_emoji(lx);
		break;
	case CHAR_NEWLINE:
	case CHAR_BREAK:
		read_break(lx, class);
		break;
	case CHAR_PAUSE:
		push(lx, TOKEN_PAUSE, lx->at + 1);
		break;
	case CHAR_DIGIT:
		read_digits(lx);
		break;
	case CHAR_LETTER:
		sense = words_find(lx->chars, lx->at, &end);
		read_letters(lx, sense, end);
		break;
	case CHAR_CJK:
		read_cjk(lx);
		break;
	default:
		read_mark(lx);
		break;
	}
}

static bool
is_led_to(const struct lexer *lx)
{
	const struct tokens *tokens = lx->r->tokens;

	return tokens->count > 0 && token_is(&tokens->at[tokens->count - 1], WORD_WITH);
}

/* One of the user's own.  "Coffee" is an account only where one is led to: it is a thing as well. */
static bool
read_own_account(struct lexer *lx)
{
	size_t end = lx->at, word_end = lx->at;
	uint16_t owner;

	if (lx->r->own == NULL)
		return false;
	owner = own_account_at(lx->r->own, lx->chars, lx->at, &end);
	if (owner == 0)
		return false;
	if (words_sense_of(words_find(lx->chars, lx->at, &word_end), WORD_THING) != NULL && word_end >= end && !is_led_to(lx))
		return false;
	push(lx, TOKEN_ACCOUNT, end)->value = owner;
	return true;
}

static void
read_all(struct reading *r, const struct chars *chars, bool reads_pictures)
{
	struct lexer lx = { r, chars, 0, true, reads_pictures };

	r->tokens->chars = chars;
	r->tokens->count = 0;
	while (lx.at < chars->count && r->tokens->count < TOKENS_MAX)
		if (!read_own_account(&lx))
			read_one(&lx);
}

static bool
names_something(const struct tokens *tokens)
{
	for (size_t i = 0; i < tokens->count; i++)
		if (tokens->at[i].kind == TOKEN_TEXT || token_is(&tokens->at[i], WORD_THING))
			return true;
	return false;
}

static bool
has_picture(const struct chars *chars)
{
	for (size_t i = 0; i < chars->count; i++)
		if (char_class(chars->folded[i]) == CHAR_EMOJI)
			return true;
	return false;
}

void
tokens_read(struct reading *r, const struct chars *chars)
{
	read_all(r, chars, false);
	if (!names_something(r->tokens) && has_picture(chars))
		read_all(r, chars, true);
}
