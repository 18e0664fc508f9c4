/* SPDX-License-Identifier: MIT */
/* The store in memory. */
#include "config.h"

#include "suite/store_suite.h"

static struct store *
open_store(struct event_base **base)
{
	*base = NULL;
	return store_open_memory(4);
}

static const struct suite_engine engine = { open_store, store_close };

int
main(void)
{
	suite_engine = &engine;
	return suite_run("memory");
}
