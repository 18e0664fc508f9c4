/* SPDX-License-Identifier: MIT */
/*
 * The prices that "aiexpensectl price set" and "import" keep: a file in a directory
 * of its own in that of the store, of which AI workers may read nothing else.  It is
 * read anew when it has changed, so that a price counts at once.  One line each, "#" begins a comment:
 *
 *	openai/gpt-5-mini 2026-11-01 USD 0.25 2.00
 *
 * provider and model, then as in price.h.
 */
#ifndef PRICE_TABLE_H
#define PRICE_TABLE_H

#include <stdio.h>

#include "price.h"

struct options;
struct price_table;
struct provider;

/* NULL: no memory.  A file that is not there is an empty one. */
struct price_table *price_table_open(const struct options *options);
void price_table_close(struct price_table *table);

/* What counts on this day: the newest of this table and the provider's own prices; of the same day this table's.  false: none does. */
bool price_table_on(struct price_table *table, const struct provider *provider, day_t day, struct price *price);

/* Each of the file's lines, in its order: what it is for, and the price behind it. */
void price_table_each(struct price_table *table, void (*fn)(const char *model, const char *price, void *arg), void *arg);

/*
 * Take lines over, each in place of one for the same model and day; all of them
 * or, where one is wrong, none.  false after saying why; *count: how many.
 */
bool price_table_add(struct price_table *table, const char *lines, size_t *count, FILE *errors);

/* The file in the directory of one store to that of another, which has none, on disk; nothing when there is no file.  false after logging. */
bool price_table_copy(const char *from_store, const char *to_store);

#endif
