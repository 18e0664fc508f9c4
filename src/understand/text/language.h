/* SPDX-License-Identifier: MIT */
#ifndef LANGUAGE_H
#define LANGUAGE_H

#include "chars.h"
#include "text.h"

/* The language of a text; the user's own where the characters do not tell. */
enum language language_of(const struct chars *chars, struct slice locale);

/* Whose own words count in it, of data/languages.def: the script tells, and where several share it the user's tag. */
uint8_t language_words_of(const struct chars *chars, struct slice locale);

#endif
