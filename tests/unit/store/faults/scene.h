/* SPDX-License-Identifier: MIT */
/* How a scene is written: one call of the store of a world w, which ends the function with what it told. */
#ifndef SCENE_H
#define SCENE_H

#include "world.h"

#define STORE w->suite.store
#define CALL(function, ...) do { enum status st_ = ST_FAILED; function(STORE, __VA_ARGS__, &st_); return st_; } while (0)

/* A row of a table of scenes. */
#define SCENE(name) { #name, name, .prepare = NULL }

static inline struct uuid
fresh_id(void)
{
	return uuid7_next(suite_now_ms());
}

#endif
