/* SPDX-License-Identifier: MIT */
/* See own_topics.h. */
#include "config.h"

#include "own_topics.h"

#include "fold.h"
#include "store/person.h"

struct topic {
	const char *names, *words;
};

static const struct topic topics[] = {
#define TOPIC(names, words) { names, words },
#include "own_topics.def"
#undef TOPIC
};

/* The next of a list whose words stand between bars; false behind the last one. */
static bool
next_word(const char **list, struct slice *word)
{
	*word = (struct slice){ *list, strcspn(*list, "|") };
	*list += word->len + ((*list)[word->len] == '|');
	return word->len > 0;
}

static bool
has_name(const char *list, struct slice folded)
{
	struct slice word;

	while (next_word(&list, &word))
		if (slice_equal(word, folded))
			return true;
	return false;
}

static bool
has_word_of(const char *list, struct slice folded)
{
	struct slice word;

	while (next_word(&list, &word))
		if (text_has_word(folded, word))
			return true;
	return false;
}

static const struct category *
find_named(const struct person *person, const char *names)
{
	for (size_t i = 0; i < person->category_count; i++)
		if (person->categories[i].folded.len > 0 && has_name(names, person->categories[i].folded))
			return person_category(person, &person->categories[i].id);
	return NULL;
}

const struct category *
own_topic_find(const struct person *person, struct slice folded)
{
	for (size_t i = 0; i < sizeof topics / sizeof topics[0]; i++) {
		const struct category *category = find_named(person, topics[i].names);

		if (category != NULL && has_word_of(topics[i].words, folded))
			return category;
	}
	return NULL;
}
