/* SPDX-License-Identifier: MIT */
/*
 * What a category that somebody made is likely to be for, by its name: 醫療
 * takes 看醫生.  The names and words are data in own_topics.def.
 */
#ifndef OWN_TOPICS_H
#define OWN_TOPICS_H

#include "store.h"

/* The person's own category whose topic has a word in the folded description; NULL when there is none. */
const struct category *own_topic_find(const struct person *person, struct slice folded);

#endif
