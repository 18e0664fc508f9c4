/* SPDX-License-Identifier: MIT */
/* What "aiexpensectl parse" understands, as a JSON object. */
#ifndef PARSE_INPUT_H
#define PARSE_INPUT_H

#include <stdbool.h>

#include <jansson.h>

#include "understand.h"

struct parse_input {
	struct understand_input  understand;             /* points into the object, and into what follows */
	struct understand_word   words[UNDERSTAND_CATEGORY_WORDS_MAX];
	const char              *categories[UNDERSTAND_CATEGORY_WORDS_MAX];   /* names, by understand_word.category */
	struct slice             accounts[UNDERSTAND_ACCOUNTS_MAX];
};

/*
 * Members: "text", and optionally "lang" (BCP 47), "reference" (the user's day,
 * the first ten characters count), "home" (ISO 4217), "categories" (an object
 * of the user's own, each with its keywords as an array of strings) and
 * "accounts" (an array of names).  false: it is no object with a text.
 */
bool parse_input_read(const json_t *object, struct parse_input *input);

#endif
