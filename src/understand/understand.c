/* SPDX-License-Identifier: MIT */
/* From characters to tokens to phrases to expenses. */
#include "config.h"

#include "understand.h"

#include "assemble.h"
#include "language.h"
#include "phrases.h"
#include "tokens.h"
#include "words.h"

void
understand(const struct understand_input *input, struct understanding *out)
{
	struct chars chars;
	struct tokens tokens;
	struct reading reading = { .tokens = &tokens, .locale = input->locale, .today = input->today };

	chars_read(&chars, input->text);
	chars.language = language_words_of(&chars, input->locale);
	reading.language = language_of(&chars, input->locale);
	tokens_read(&reading, &chars);
	phrases_reduce(&reading);
	assemble(&reading, input->home, out);
}

void
understand_prepare(void)
{
	words_count();
}
