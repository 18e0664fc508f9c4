/* SPDX-License-Identifier: MIT */
/*
 * Reading JSON when memory may run out.  jansson breaks an assertion then, or
 * takes the text for a bad one; so what it asks for in vain comes from a
 * reserve, and the caller learns that nobody but the daemon is to blame.  Of
 * the process, not for threads.
 */
#ifndef JSON_MEMORY_H
#define JSON_MEMORY_H

#include <stdbool.h>

#include <jansson.h>

#include "slice.h"

/* json_loadb; NULL without memory too. */
json_t *json_memory_load(struct slice text, size_t flags, json_error_t *error);

/* Whether that was so in any call since json_memory_watch. */
void json_memory_watch(void);
bool json_memory_ran_out(void);

#endif
