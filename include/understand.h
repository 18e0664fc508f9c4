/* SPDX-License-Identifier: MIT */
/*
 * What a chat message says, understood by rules alone: the expenses in it with
 * their day, amount, currency, account and kind, or why there is none.  Pure
 * functions of their input: no clock, no network, no state between calls.
 */
#ifndef UNDERSTAND_H
#define UNDERSTAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "day.h"
#include "money.h"
#include "slice.h"
#include "text.h"

enum {
	UNDERSTAND_EXPENSES_MAX = 20,      /* in one message; more is VERDICT_TOO_MANY */
	UNDERSTAND_AMOUNTS_MAX = 64,
	UNDERSTAND_TEXT_MAX = 16384,       /* bytes of a text; 4,000 characters fit */
	UNDERSTAND_ACCOUNT_MAX = 64,       /* bytes of an account's name */
	UNDERSTAND_THING_MAX = 200,        /* characters of a description; the rest is left out */
	UNDERSTAND_CATEGORY_WORDS_MAX = 256,   /* of the user's own; more are left out */
	UNDERSTAND_ACCOUNTS_MAX = 64
};

/* The five categories that every user begins with, by the key that the store keeps. */
enum category_kind { CATEGORY_FOOD, CATEGORY_TRANSPORT, CATEGORY_SHOPPING, CATEGORY_ENTERTAINMENT, CATEGORY_OTHER, CATEGORY_KINDS };

/* "food", "transport", ... as stored and sent. */
const char *category_kind_key(enum category_kind kind);

/* false: no default category has this key. */
bool category_kind_from_key(struct slice key, enum category_kind *kind);

enum verdict {
	VERDICT_EXPENSES,          /* expenses[] has at least one */
	VERDICT_NO_THING,          /* an amount, and nothing said of what it was spent on: ask */
	VERDICT_NO_AMOUNT,         /* something bought, and no amount: ask.  subject names it */
	VERDICT_NOTHING,           /* no expense is meant */
	VERDICT_TOO_MANY           /* more than UNDERSTAND_EXPENSES_MAX, of which none is told */
};

/* The name or a keyword of one of the user's own categories. */
struct understand_word {
	struct slice text;
	uint16_t     category;             /* what the caller knows it by */
	bool         is_name;              /* and no keyword */
};

struct keyword_map;

struct understand_input {
	struct slice    text;              /* valid UTF-8, at most UNDERSTAND_TEXT_MAX bytes */
	struct slice    locale;            /* the user's BCP 47 tag, or empty; breaks ties (5/3, 1.234, a bare $) */
	struct currency home;              /* for amounts that name no currency, or only a sign */
	day_t           today;             /* the user's own day */
	/* optional: */
	const struct understand_word *category_words;
	size_t                        category_word_count;
	const struct slice           *accounts;        /* names of the user's own accounts */
	size_t                        account_count;
	const struct keyword_map     *keywords;        /* of words that many users share; NULL: none */
	/* for the AI workers, not looked at by understand(): */
	bool                          may_ask;         /* an AI provider as well */
	bool                          must_ask;        /* one, however sure the rules are */
	struct slice                  media;           /* of a picture to be read, see incoming.h; empty: none */
	struct slice                  picture;         /* such a file itself: it goes beside the job, which holds its size only; empty: none */
	uint64_t                      whose;           /* a number that tells users apart, and not who they are */
};

struct understood_expense {
	struct slice       description;    /* the thing bought, as written; never empty; into the result's memory */
	int64_t            amount_minor;   /* what was paid in all; negative for a refund */
	struct currency    currency;
	bool               is_currency_guessed;   /* the text names none or only an ambiguous sign */
	day_t              day;
	bool               is_day_stated;
	enum category_kind category;
	struct slice       account;        /* as written ("visa", "悠遊卡"); empty when none is named */
	unsigned           own_category;   /* 1 + the category that is named, or whose word is in the description; 0 for none */
	unsigned           own_account;    /* 1 + the index of the account in the input; 0: another one, or none */
	unsigned           category_confidence;   /* 0 to 100: how often such a category is right */
};

struct understood_amount {
	int64_t         minor;
	int64_t         value;                 /* as written, so many decimals behind the point: 1.0753 and 0.125 */
	uint8_t         decimals;
	struct currency currency;
	bool            is_currency_guessed;   /* as in an expense */
	bool            is_currency_named;     /* by a word or sign, if only by an ambiguous one */
	bool            is_in_expense;
};

/* A call to an AI provider, whether or not anything came of it. */
struct understand_call {
	struct slice provider, model;
	int64_t      input_tokens, output_tokens;      /* 0: not told */
	bool         has_cost;                         /* its price is known, and its tokens are */
	struct currency currency;                      /* of the cost */
	int64_t      cost_micros;
	const char  *result;                           /* how it ended: a result of tables/provider_counts.def, valid for good */
	bool         is_failed;                        /* no answer came that says what was used: no tokens, no cost, and not unpriced */
};

enum { UNDERSTAND_CALLS_MAX = 6 };                 /* each provider, and each once more */

/* What became of a picture. */
enum picture { PICTURE_NONE, PICTURE_READ, PICTURE_UNCLEAR, PICTURE_OF_NO_TYPE, PICTURE_NOT_READ, PICTURES };

struct understanding {
	enum verdict              verdict;
	enum language             language;        /* of the text: for the reply */
	unsigned                  confidence;      /* 0 to 100: how sure the rules are */
	size_t                    expense_count;
	struct understood_expense expenses[UNDERSTAND_EXPENSES_MAX];
	uint32_t                  named_currencies;   /* bit i: expenses[i] names one, if only by an ambiguous sign */
	size_t                    amount_count;    /* every amount of money read, also of incomplete expenses */
	struct understood_amount  amounts[UNDERSTAND_AMOUNTS_MAX];
	bool                      has_lone_amount; /* beside the expenses, for which nothing is named ... */
	struct understood_amount  lone_amount;     /* ... this, the last */
	bool                      has_day;         /* a day is named somewhere in the text ... */
	day_t                     day;             /* ... this, the first */
	unsigned                  keyword_hits, keyword_misses;       /* expenses about which the map of keywords was asked */
	struct slice              subject;         /* with VERDICT_NO_AMOUNT: the thing */
	struct slice              answered_by;     /* the provider that spoke; empty: the rules alone.  understand() leaves ... */
	enum picture              picture;         /* PICTURE_NONE by understand() */
	struct slice              file;            /* the picture itself, where whoever asks has not got it and it is to be kept; empty by understand() */
	bool                      has_answer;      /* a provider's answer was looked at, whatever was taken of it */
	size_t                    call_count;      /* ... these at none */
	struct understand_call    calls[UNDERSTAND_CALLS_MAX];
	/* descriptions and accounts point in here */
	size_t                    memory_used;
	char                      memory[2 * UNDERSTAND_TEXT_MAX];
};

/*
 * Build the tables, some 4 MB in some 10 ms.  A process that forks others
 * calls it before, and they share the pages; without it the first message pays.
 */
void understand_init(void);

/*
 * Understand one message.  The map of keywords is asked where the rules' own
 * tables have no word of a description and what is left is doubtful.  out is some 35 KB: callers keep one and use it
 * again; its slices are valid until then.  Always sets all of out but the
 * unused part of its arrays and memory.
 */
void understand(const struct understand_input *input, struct understanding *out);

/* The kind of a description alone, as for an expense that came without a category; keywords as in the input. */
enum category_kind understand_category(struct slice description, const struct keyword_map *keywords);

#endif
