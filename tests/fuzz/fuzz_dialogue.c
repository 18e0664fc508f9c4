/* SPDX-License-Identifier: MIT */
/*
 * What people ask of the bot under libFuzzer.  The first byte says in whose
 * language, the rest is the text.
 *
 *	make fuzz_dialogue && ./fuzz_dialogue -max_total_time=60 ../tests/fuzz/corpus/dialogue
 */
#include "config.h"

#include "dialogue/reading/intent.h"
#include "dialogue/reading/question.h"
#include "fuzz.h"

enum { TODAY = 20780, READINGS_MAX = 1000 };

static void
check_intents(struct slice text, enum language at_home)
{
	struct intent intent;
	unsigned readings = 0;

	for (intent_read(&intent, text, at_home); intent.kind != INTENT_NONE; intent_read_on(&intent, text, at_home)) {
		CHECK(intent.kind < INTENTS && intent.value_count <= INTENT_VALUES_MAX && ++readings < READINGS_MAX);
		for (size_t i = 0; i < intent.value_count; i++)
			CHECK(fuzz_is_within(intent.values[i], text) && text_is_utf8(intent.values[i]));
	}
}

static void
check_question(struct slice text, enum language at_home)
{
	struct question question;
	day_t day;

	question_read(&question, text, TODAY, at_home);
	if (question.kind != QUESTION_NONE) {
		CHECK(fuzz_is_within(question.name, text) && text_is_utf8(question.name));
		CHECK(!question.has_period || (question.from <= question.to && question.from >= DAY_MIN && question.to <= DAY_MAX));
		CHECK(question.kind != QUESTION_COMPARE || question.other_from <= question.other_to);
	}
	if (question_read_day(text, TODAY, &day))
		CHECK(day >= DAY_MIN && day <= DAY_MAX);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = { (const char *)data + 1, size - 1 };

	if (size == 0 || !text_is_utf8(text))
		return 0;
	check_intents(text, data[0] % LANGUAGES);
	check_question(text, data[0] % LANGUAGES);
	CHECK(fuzz_is_within(intent_trim(text), text));
	return 0;
}
