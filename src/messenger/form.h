/* SPDX-License-Identifier: MIT */
/* Fields of application/x-www-form-urlencoded bodies. */
#ifndef FORM_H
#define FORM_H

#include "arena.h"

/* The first field of that name, decoded in the arena; empty when there is none. */
struct slice form_field(struct slice body, const char *name, struct arena *arena);

#endif
