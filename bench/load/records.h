/* SPDX-License-Identifier: MIT */
/* The expenses that the daemon has acknowledged, held against those it lists afterwards. */
#ifndef RECORDS_H
#define RECORDS_H

#include <stddef.h>

#include "figures/outcome.h"
#include "uuid.h"

struct record {
	struct uuid id;
	unsigned    user;
	unsigned    worker, number;      /* what scenario_expense wants */
	unsigned    seen;
};

struct records {
	struct record *items;
	size_t         count, capacity;
	bool           is_sorted;
	bool           has_failed;       /* no memory: what is counted cannot be trusted */
	size_t         strangers;        /* were listed and never acknowledged */
	size_t         changed;          /* were listed with another user, text or amount */
};

void records_fini(struct records *records);

/* The answer to a create, with the expense in its body; false when it is none. */
bool records_acknowledge(struct records *records, unsigned user, unsigned worker, unsigned number, struct slice body);

/*
 * A page of a user's list.  The cursor of the next page goes to cursor, "" when
 * this is the last one.  The number of its rows, or -1 when it is no list.
 */
int records_see_page(struct records *records, const struct scenario *scenario, unsigned user, struct slice body,
    char *cursor, size_t cursor_size);

/* Say what is wrong.  As many as had no answer may be there without having been acknowledged. */
void records_judge(const struct records *records, uint64_t unanswered, struct outcome *outcome);

#endif
