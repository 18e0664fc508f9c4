/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "explain.h"

#include <stdlib.h>
#include <string.h>

#include "parse_input.h"
#include "understand/amounts/money_words.h"
#include "understand/categories/categories.h"
#include "understand/categories/model.h"
#include "understand/workings.h"

/* What a word of the tables is; those without a text here say nothing alone. */
static const char *const kind_texts[WORD_BRAND + 1] = {
	[WORD_DAY] = "day", [WORD_WEEKDAY] = "weekday", [WORD_WEEK] = "week", [WORD_MONTHS] = "month", [WORD_YEARS] = "year",
	[WORD_MONTH] = "name of a month", [WORD_LAST] = "last, this or next", [WORD_PERIOD] = "period", [WORD_AGO] = "ago",
	[WORD_PART_OF_DAY] = "part of the day", [WORD_CURRENCY] = "currency", [WORD_MAGNITUDE] = "magnitude", [WORD_NUMBER] = "number word",
	[WORD_PERCENT] = "per cent", [WORD_NATION] = "nation of a currency", [WORD_TOTAL] = "total", [WORD_EACH] = "price of one",
	[WORD_TIP] = "tip", [WORD_PAY] = "verb of paying", [WORD_BUY] = "verb of buying", [WORD_BUY_WEAK] = "verb of buying",
	[WORD_BE] = "form of to be", [WORD_PRONOUN] = "pronoun", [WORD_FILLER] = "filler", [WORD_PREPOSITION] = "preposition",
	[WORD_PARTICLE] = "particle", [WORD_TAIL] = "comment", [WORD_JOIN] = "and", [WORD_REFUND] = "refund", [WORD_REFUNDED] = "refund",
	[WORD_INSTEAD] = "correction", [WORD_SPLIT] = "split",
	[WORD_UNIT] = "unit of a count", [WORD_SERIES] = "its number belongs to it", [WORD_TIMES] = "times", [WORD_QUESTION] = "question word",
	[WORD_ORDER] = "order to the bot", [WORD_TOPIC] = "about money, nothing that one buys", [WORD_GUARD] = "no expense is reported so",
	[WORD_ACCOUNT] = "account", [WORD_BANK] = "bank", [WORD_CARD] = "card", [WORD_WITH] = "leads to an account", [WORD_THING] = "thing",
};

static void
print_slice(FILE *out, struct slice s)
{
	fwrite(s.ptr, 1, s.len, out);
}

static void
print_word(FILE *out, const struct token *t)
{
	const char *before = "";

	fputs("word: ", out);
	for (uint16_t i = t->sense; i != 0; i = words_sense(i)->next) {
		const struct sense *s = words_sense(i);

		if (kind_texts[s->kind] == NULL)
			continue;
		fprintf(out, "%s%s", before, kind_texts[s->kind]);
		if (s->kind == WORD_THING)
			fprintf(out, " (%s)", category_kind_key((enum category_kind)s->value));
		before = ", ";
	}
	if (*before == '\0')
		fputs("grammar", out);
}

static void
print_amount(FILE *out, const struct token *t)
{
	int64_t power = 1;

	for (int i = 0; i < t->decimals; i++)
		power *= 10;
	fprintf(out, "amount %s%lld", t->is_negative ? "-" : "", (long long)(t->value / power));
	if (t->decimals > 0)
		fprintf(out, ".%0*lld", t->decimals, (long long)(t->value % power));
	if (t->currency == NO_CURRENCY)
		fputs(", no currency", out);
	else if (money_words[t->currency].family[0] != '\0' || money_words[t->currency].code[0] == '?')
		fputs(", a sign or word of several currencies", out);
	else
		fprintf(out, " %s", money_words[t->currency].code);
	if (t->is_text)
		fputs(": part of a name, since another amount of the clause says more", out);
}

static void
print_day(FILE *out, day_t day)
{
	char text[DAY_TEXT_LEN];

	day_format(day, text);
	fwrite(text, 1, sizeof text, out);
}

static void
print_kind(FILE *out, const struct token *t)
{
	switch ((enum token_kind)t->kind) {
	case TOKEN_TEXT:    fputs("unknown: part of a thing's name", out); break;
	case TOKEN_WORD:    print_word(out, t); break;
	case TOKEN_NUMBER:  fputs("number, no money", out); break;
	case TOKEN_PUNCT:   fputs("mark", out); break;
	case TOKEN_PAUSE:   fputs("ends a clause", out); break;
	case TOKEN_BREAK:   fputs(t->is_question ? "ends a question" : "ends a sentence", out); break;
	case TOKEN_DAY:     fputs("day ", out), print_day(out, (day_t)t->value); break;
	case TOKEN_TIME:    fputs("time, or a day that does not exist: left away", out); break;
	case TOKEN_AMOUNT:  print_amount(out, t); break;
	case TOKEN_COUNT:   fputs(t->is_countable ? "count of things bought" : "number with a unit, no money", out); break;
	case TOKEN_ACCOUNT: fputs(t->value > 0 ? "account of your own" : "account", out); break;
	case TOKEN_GONE:    fputs("belongs to what follows", out); break;
	}
}

static void
print_tokens(FILE *out, const struct workings *w, const struct notes *notes)
{
	for (size_t i = 0; i < w->tokens.count; i++) {
		const struct token *t = &w->tokens.at[i];

		if (t->is_line)
			continue;
		fputs("  \"", out);
		print_slice(out, chars_slice(&w->chars, t->begin, t->end));
		fputs("\"  ", out);
		print_kind(out, t);
		for (size_t k = 0; k < notes->count; k++)
			if (notes->at[k].begin == t->begin)
				fprintf(out, "; %s", notes->at[k].why);
		fputc('\n', out);
	}
}

static void
print_category(FILE *out, const struct understood_expense *e, const struct parse_input *input)
{
	static struct chars chars;
	struct listed listed;
	uint32_t p[CATEGORY_KINDS];
	struct category_guess guess;

	chars_read(&chars, e->description);
	guess = categories_weigh(&chars, 0, chars.count, &listed, p);
	if (e->own_category > 0)
		fprintf(out, "  category  %s, one of your own; else\n", input->categories[e->own_category - 1]);
	fprintf(out, "  category  %s, right in %u of 100 such cases: ", category_kind_key(guess.kind), guess.confidence);
	if (listed.is_known && !listed.is_head) {
		fputs("the tables have \"", out);
		print_slice(out, chars_slice(&chars, listed.begin, listed.end));
		fprintf(out, "\" under %s; ", category_kind_key(listed.kind));
	} else if (listed.is_head) {
		fprintf(out, "it ends like words of %s; ", category_kind_key(listed.kind));
	}
	fputs("the model gives", out);
	for (int c = 0; c < CATEGORY_KINDS; c++)
		fprintf(out, " %s %u", category_kind_key((enum category_kind)c), p[c] * 100 / MODEL_ONE);
	fputc('\n', out);
}

static void
print_expense(FILE *out, const struct understood_expense *e, bool is_named, const struct parse_input *input)
{
	char amount[MONEY_TEXT_MAX];

	money_format(e->amount_minor, e->currency, amount);
	fputs("expense: ", out);
	print_slice(out, e->description);
	fprintf(out, "\n  amount    %s %s%s\n  day       ", amount, e->currency.code, !e->is_currency_guessed ? "" :
	    is_named ? ", a guess: the sign or word is of several currencies" : ", a guess: none is named, so it is yours");
	print_day(out, e->day);
	fputs(e->is_day_stated ? "\n" : ", since none is named\n", out);
	print_category(out, e, input);
	if (e->account.len > 0) {
		fputs("  account   ", out);
		print_slice(out, e->account);
		fputs(e->own_account > 0 ? ", one of your own\n" : "\n", out);
	}
}

static void
print_verdict(FILE *out, const struct understanding *u)
{
	static const char *const texts[] = {
		[VERDICT_EXPENSES] = "", [VERDICT_NO_THING] = "no expense: an amount, and nothing that was bought; to be asked about\n",
		[VERDICT_NO_AMOUNT] = "no expense: something bought, and no amount; to be asked about\n",
		[VERDICT_NOTHING] = "no expense is meant\n", [VERDICT_TOO_MANY] = "too many expenses for one message\n" };

	fputs(texts[u->verdict], out);
}

/* The text of a plain argument, as an object; the language is "zh-TW" where the environment says zh_TW.UTF-8. */
static json_t *
object_of(const char *text)
{
	const char *name = getenv("LC_ALL");
	char tag[16] = "";
	json_t *object = json_loads(text, 0, NULL);

	if (json_is_object(object))
		return object;
	json_decref(object);
	if (name == NULL || *name == '\0')
		name = getenv("LANG");
	if (name != NULL && strlen(name) >= 2)
		memcpy(tag, name, strcspn(name, ".@") < sizeof tag ? strcspn(name, ".@") : 2);
	for (char *p = tag; *p != '\0'; p++)
		*p = *p == '_' ? '-' : *p;
	return json_pack("{s:s, s:s}", "text", text, "lang", tag);
}

int
explain_run(const char *text, FILE *out)
{
	static struct parse_input input;
	static struct workings workings;
	static struct notes notes;
	static struct understanding u;
	json_t *object = object_of(text);
	bool is_sound = parse_input_read(object, &input) && input.understand.text.len <= UNDERSTAND_TEXT_MAX;

	if (is_sound) {
		notes.count = 0;
		understand_noting(&input.understand, &workings, &notes, &u);
		print_tokens(out, &workings, &notes);
		for (size_t i = 0; i < u.expense_count; i++)
			print_expense(out, &u.expenses[i], u.named_currencies >> i & 1, &input);
		print_verdict(out, &u);
	}
	json_decref(object);
	return is_sound ? 0 : 1;
}
