/* SPDX-License-Identifier: MIT */
/* See person.h. */
#include "config.h"

#include "person.h"

bool
person_copy(struct arena *arena, const struct person *person, struct person *copy)
{
	struct category *categories = arena_alloc(arena, (person->category_count + 1) * sizeof *categories);

	if (categories == NULL)
		return false;
	for (size_t i = 0; i < person->category_count; i++) {
		categories[i] = person->categories[i];
		categories[i].key = arena_copy(arena, person->categories[i].key);
		categories[i].name = arena_copy(arena, person->categories[i].name);
	}
	*copy = *person;
	copy->user.id = arena_copy(arena, person->user.id);
	copy->user.locale = arena_copy(arena, person->user.locale);
	copy->user.zone = arena_copy(arena, person->user.zone);
	copy->user.display_name = arena_copy(arena, person->user.display_name);
	copy->categories = categories;
	return copy->user.display_name.ptr != NULL;
}

const struct category *
person_default_category(const struct person *person, struct slice key)
{
	for (size_t i = 0; i < person->category_count; i++)
		if (slice_equal(person->categories[i].key, key))
			return &person->categories[i];
	return NULL;
}
