/* SPDX-License-Identifier: MIT */
/*
 * What understands a message inside an AI worker.  The rules answer at once;
 * an engine that asks an outside service answers from the worker's curl loop.
 */
#ifndef ENGINE_H
#define ENGINE_H

#include "status.h"
#include "understand.h"

struct engine_task;      /* one job in work; the worker's */

struct engine {
	const char *name;
	/* Begin; engine_finish is called exactly once, before the return or later. */
	void (*start)(struct engine_task *task, const struct understand_input *input);
};

/* The answer of an engine; result may be NULL unless st is ST_OK, and is used before the return. */
void engine_finish(struct engine_task *task, enum status st, const struct understanding *result);

extern const struct engine engine_rules;

#endif
