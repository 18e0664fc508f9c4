/* SPDX-License-Identifier: MIT */
/*
 * Copies of the store that can be relied on.  A copy is made under a name that
 * says it is not finished, put on disk, read to its end, and only then gets its
 * name.  It is a store like any other: doc/STORE.md tells how to read it.
 */
#ifndef BACKUP_H
#define BACKUP_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct options;

/*
 * Copy the store, which may be in use, to a new directory below `into`, named
 * aiexpense- and the time; each part is one snapshot.  Then remove the oldest
 * copies there until `keep` are left (0: none is removed).  What happens is
 * told to out.  false after logging; then there is no new copy and none was removed.
 */
bool backup_make(const struct options *options, const char *into, unsigned keep, FILE *out);

/* When the newest backup below `into` was made, as its name says; 0 when there is none. */
int64_t backup_newest_ms(const char *into);

/*
 * Make the store in options->store_path, where none may be, from a backup,
 * which is read to its end before and after.  false after logging; then there is none.
 */
bool backup_restore(const struct options *options, const char *from, FILE *out);

/* Give the store's free pages back to the file system; no daemon may have it.  false after logging; it is whole all the same. */
bool backup_compact(const struct options *options, FILE *out);

#endif
