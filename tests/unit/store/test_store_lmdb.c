/* SPDX-License-Identifier: MIT */
/* The store in LMDB, with real writers. */
#include "config.h"

#include "suite/store_suite.h"

#include <event2/event.h>

#include "writers.h"

static struct writers *writers;
static struct event_base *base;

static struct store *
open_store(struct event_base **out)
{
	writers = writers_start(3, 64 << 20);
	*out = base = event_base_new();
	return store_open(&writers->options, base, &writers->segment->slots[WRITERS_MAX].counters);
}

static void
close_store(struct store *store)
{
	store_close(store);
	event_base_free(base);
	assert_true(writers_stop(writers));
}

static const struct suite_engine engine = { open_store, close_store };

int
main(void)
{
	suite_engine = &engine;
	return suite_run("LMDB");
}
