/* SPDX-License-Identifier: MIT */
/* From characters to tokens to phrases to expenses. */
#include "config.h"

#include "understand.h"

#include "understand/expenses/assemble.h"
#include "understand/expenses/named.h"
#include "understand/expenses/phrases.h"
#include "understand/text/language.h"
#include "workings.h"

void
understand_init(void)
{
	words_init();
}

void
understand_noting(const struct understand_input *input, struct workings *w, struct notes *notes, struct understanding *out)
{
	struct reading reading = { .tokens = &w->tokens, .locale = input->locale, .today = input->today, .keywords = input->keywords,
		.notes = notes };

	if (input->category_word_count + input->account_count > 0) {
		own_read(&w->own, input);
		reading.own = &w->own;
	}
	chars_read(&w->chars, input->text);
	w->chars.language = language_words_of(&w->chars, input->locale);
	reading.language = language_of(&w->chars, input->locale);
	tokens_read(&reading, &w->chars);
	phrases_reduce(&reading);
	named_categories_read(&reading);
	assemble(&reading, input->home, out);
}

void
understand(const struct understand_input *input, struct understanding *out)
{
	struct workings workings;

	understand_noting(input, &workings, NULL, out);
}
