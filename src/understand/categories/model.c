/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "model.h"

enum { SCORE_LEAST = -15 * MODEL_SCORE_ONE, TEMPER_PERCENT = 70 };

/* A printable character a weight: its code less MODEL_WEIGHT_ZERO. */
static const char weights[] =
#include "understand/data/category_model.def"
;

_Static_assert(sizeof weights == FEATURE_BUCKETS * CATEGORY_KINDS + 1, "the model is of another size");

/* Two to the power of a score that is not above zero, so that zero gives MODEL_ONE. */
static uint32_t
power(int32_t score)
{
	static const uint32_t steps[MODEL_SCORE_ONE] = { 65536, 62757, 60097, 57549, 55109, 52772, 50535, 48393, 46341, 44376, 42495,
		40693, 38968, 37316, 35734, 34219 };
	uint32_t below;

	if (score < SCORE_LEAST)
		return 0;
	below = (uint32_t)-score;
	return steps[below % MODEL_SCORE_ONE] >> (below / MODEL_SCORE_ONE);
}

void
model_probabilities(const int32_t scores[CATEGORY_KINDS], uint32_t probabilities[CATEGORY_KINDS])
{
	int32_t best = scores[0];
	uint64_t sum = 0;

	for (int c = 1; c < CATEGORY_KINDS; c++)
		best = scores[c] > best ? scores[c] : best;
	for (int c = 0; c < CATEGORY_KINDS; c++)
		sum += probabilities[c] = power(scores[c] - best);
	for (int c = 0; c < CATEGORY_KINDS; c++)
		probabilities[c] = (uint32_t)((uint64_t)probabilities[c] * MODEL_ONE / sum);
}

void
model_tempered(int32_t scores[CATEGORY_KINDS], uint32_t probabilities[CATEGORY_KINDS])
{
	for (int c = 0; c < CATEGORY_KINDS; c++)
		scores[c] = scores[c] * TEMPER_PERCENT / 100;
	model_probabilities(scores, probabilities);
}

void
model_ask(const struct features *features, uint32_t probabilities[CATEGORY_KINDS])
{
	int32_t scores[CATEGORY_KINDS] = { 0 };

	for (size_t i = 0; i < features->count; i++)
		for (int c = 0; c < CATEGORY_KINDS; c++)
			scores[c] += weights[features->at[i] * CATEGORY_KINDS + c] - MODEL_WEIGHT_ZERO;
	model_tempered(scores, probabilities);
}
