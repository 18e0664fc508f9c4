/* SPDX-License-Identifier: MIT */
/* See check_links.h. */
#include "config.h"

#include "check_links.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 64 };

static void
add(struct check_links *links, struct check_link_list *list, const struct ledger *alias, const struct ledger *owner)
{
	struct check_link *item;

	if (list->count == list->capacity) {
		size_t capacity = list->capacity > 0 ? 2 * list->capacity : FIRST_CAPACITY;
		struct check_link *items = realloc(list->items, capacity * sizeof *items);

		if (items == NULL) {
			links->has_failed = true;
			return;
		}
		list->items = items;
		list->capacity = capacity;
	}
	item = &list->items[list->count++];
	memcpy(item->alias, alias->key, sizeof item->alias);
	memcpy(item->owner, owner->key, sizeof item->owner);
	item->shard = alias->shard;
}

void
check_links_add_link(struct check_links *links, const struct ledger *alias, const struct ledger *owner)
{
	add(links, &links->links, alias, owner);
}

void
check_links_add_row(struct check_links *links, const struct ledger *alias, const struct ledger *owner)
{
	add(links, &links->rows, alias, owner);
}

void
check_links_fini(struct check_links *links)
{
	free(links->links.items);
	free(links->rows.items);
}

static int
compare(const void *a, const void *b)
{
	const struct check_link *first = a, *second = b;
	int order = memcmp(first->alias, second->alias, sizeof first->alias);

	return order != 0 ? order : memcmp(first->owner, second->owner, sizeof first->owner);
}

static void
sort(struct check_link_list *list)
{
	if (list->count > 0)
		qsort(list->items, list->count, sizeof *list->items, compare);
}

/* Both in order.  Leave of list those that are in other, or that are not. */
static size_t
keep(struct check_link_list *list, const struct check_link_list *other, bool is_there)
{
	size_t kept = 0, at = 0;

	for (size_t i = 0; i < list->count; i++) {
		while (at < other->count && compare(&other->items[at], &list->items[i]) < 0)
			at++;
		if ((at < other->count && compare(&other->items[at], &list->items[i]) == 0) == is_there)
			list->items[kept++] = list->items[i];
	}
	list->count = kept;
	return kept;
}

size_t
check_links_keep_lost(struct check_links *links)
{
	sort(&links->links);
	sort(&links->rows);
	return keep(&links->links, &links->rows, false);
}

size_t
check_links_keep_common(struct check_links *links, const struct check_links *other)
{
	return keep(&links->links, &other->links, true);
}
