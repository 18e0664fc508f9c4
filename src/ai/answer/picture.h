/* SPDX-License-Identifier: MIT */
/* A picture of a receipt: what it is, what a provider is asked about it, and what is taken of the answer. */
#ifndef PICTURE_H
#define PICTURE_H

#include <jansson.h>

#include "prompt.h"

/* The media types of pictures that are read. */
enum { PICTURE_TYPES = 4 };
extern const char *const picture_types[PICTURE_TYPES];

/* "image/jpeg", png, webp or gif, by its first bytes and whatever it is said to be; NULL: none of these. */
const char *picture_type(struct slice file);

/* Whoever asks keeps the picture until the question is built into a request.  false: no memory.  prompt_fini in any case. */
bool picture_prompt_build(const struct understand_input *input, struct slice picture, const char *type, struct prompt *prompt);

/* Whether the answer has the form that was asked for. */
bool picture_has_form(const json_t *answer);

/*
 * Make the items expenses, which point into the answer.  Untrusted: nothing but
 * expenses can come of it, their texts are plain and lead nowhere, and the items
 * must add up to the total.  false: it is no receipt, or that does not hold.
 */
bool picture_take(const struct understand_input *input, const json_t *answer, struct understanding *result);

#endif
