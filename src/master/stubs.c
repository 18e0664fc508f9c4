/* SPDX-License-Identifier: MIT */
/* Roles that only live and die, until the real ones take their place. */
#include "config.h"

#include "child_loop.h"

static int
run_loop(const struct inherited *in)
{
	struct child_loop loop;
	int code;

	if (!child_loop_init(&loop, in, NULL, NULL))
		return CHILD_EXIT_FATAL;
	child_loop_ready(&loop);
	code = child_loop_run(&loop);
	child_loop_fini(&loop);
	return code;
}

int
http_worker_run(const struct inherited *in, unsigned index)
{
	(void)index;
	return run_loop(in);
}

int
ai_worker_run(const struct inherited *in, unsigned index)
{
	(void)index;
	return run_loop(in);
}

int
keeper_run(const struct inherited *in, unsigned index)
{
	(void)index;
	return run_loop(in);
}
