/* SPDX-License-Identifier: MIT */
/*
 * A linear model over hashed features, one weight a feature and category.
 * data/category_model.def holds it; train_categories.c makes that file.
 */
#ifndef MODEL_H
#define MODEL_H

#include <stdint.h>

#include "feature_hash.h"

enum {
	MODEL_ONE = 1 << 16,         /* a probability of one */
	MODEL_SCORE_ONE = 16,        /* a score so much higher is twice as likely */
	MODEL_WEIGHT_MAX = 44,
	MODEL_WEIGHT_ZERO = 80       /* the character code of no weight in category_model.def */
};

/* Turns scores into probabilities that add up to MODEL_ONE or a little less. */
void model_probabilities(const int32_t scores[CATEGORY_KINDS], uint32_t probabilities[CATEGORY_KINDS]);

/* The same for sums of learnt weights, which are surer than they are right. */
void model_tempered(int32_t scores[CATEGORY_KINDS], uint32_t probabilities[CATEGORY_KINDS]);

/* What the model makes of a description. */
void model_ask(const struct features *features, uint32_t probabilities[CATEGORY_KINDS]);

#endif
