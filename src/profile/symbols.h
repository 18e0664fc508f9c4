/* SPDX-License-Identifier: MIT */
/* The names of a program's or library's functions, from its file or from what a debugger would read beside it. */
#ifndef SYMBOLS_H
#define SYMBOLS_H

#include <stdint.h>

struct symbols;

/* build_id: as build_id_text writes it; a file with another one is not what runs.  NULL: there are no names to be had. */
struct symbols *symbols_open(const char *path, const char *build_id);
void symbols_close(struct symbols *symbols);

/* The function at this place of the file, as long as symbols are open; NULL: none is known.  symbols may be NULL. */
const char *symbols_find(const struct symbols *symbols, uint64_t place);

#endif
