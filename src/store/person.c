/* SPDX-License-Identifier: MIT */
/* See person.h. */
#include "config.h"

#include "person.h"

static void
copy_keywords(struct arena *arena, const struct person *person, struct person *copy)
{
	size_t count = person->keyword_count;
	struct keyword *keywords = count > 0 ? arena_alloc(arena, count * sizeof *keywords) : NULL;

	copy->keywords = keywords;
	for (size_t i = 0; keywords != NULL && i < count; i++) {
		keywords[i] = person->keywords[i];
		keywords[i].text = arena_copy(arena, person->keywords[i].text);
		keywords[i].folded = arena_copy(arena, person->keywords[i].folded);
	}
}

bool
person_copy(struct arena *arena, const struct person *person, struct person *copy)
{
	size_t count = person->category_count + person->leaving_count;
	struct category *categories = arena_alloc(arena, (count + 1) * sizeof *categories);

	*copy = *person;
	if (categories == NULL)
		return false;
	copy_keywords(arena, person, copy);
	for (size_t i = 0; i < count; i++) {
		categories[i] = person->categories[i];
		categories[i].key = arena_copy(arena, person->categories[i].key);
		categories[i].name = arena_copy(arena, person->categories[i].name);
		categories[i].folded = arena_copy(arena, person->categories[i].folded);
	}
	copy->user.id = arena_copy(arena, person->user.id);
	copy->user.locale = arena_copy(arena, person->user.locale);
	copy->user.zone = arena_copy(arena, person->user.zone);
	copy->user.display_name = arena_copy(arena, person->user.display_name);
	copy->user.default_account = arena_copy(arena, person->user.default_account);
	copy->user.linked_to = arena_copy(arena, person->user.linked_to);
	copy->categories = categories;
	return !arena->has_failed;
}

bool
expense_copy(struct arena *arena, const struct expense *expense, struct expense *copy)
{
	*copy = *expense;
	copy->description = arena_copy(arena, expense->description);
	copy->account = arena_copy(arena, expense->account);
	copy->zone = arena_copy(arena, expense->zone);
	return !arena->has_failed;
}

const struct category *
person_category(const struct person *person, const struct uuid *id)
{
	for (size_t i = 0; i < person->category_count; i++)
		if (uuid_equal(&person->categories[i].id, id))
			return &person->categories[i];
	return NULL;
}

const struct category *
person_default_category(const struct person *person, struct slice key)
{
	for (size_t i = 0; i < person->category_count; i++)
		if (slice_equal(person->categories[i].key, key))
			return &person->categories[i];
	return NULL;
}
