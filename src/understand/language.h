/* SPDX-License-Identifier: MIT */
#ifndef LANGUAGE_H
#define LANGUAGE_H

#include "chars.h"
#include "text.h"

/* The language of a text; the user's own where the characters do not tell. */
enum language language_of(const struct chars *chars, struct slice locale);

#endif
