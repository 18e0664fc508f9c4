/* SPDX-License-Identifier: MIT */
/*
 * Whether a store is what doc/STORE.md says: every record is whole, each
 * expense has its index rows and there are no others, totals and counts are
 * those of the expenses, every ledger lies where it belongs, and each link of
 * two identities is known to both.
 */
#ifndef CHECK_H
#define CHECK_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct options;

struct check_result {
	uint64_t rows, users, expenses;
	uint64_t problems;
	uint64_t lost_links;               /* no problem in a backup, whose parts are of different moments */
};

/*
 * Walk all of the store that the options name, which may be in use, each part
 * in one snapshot.  Problems, lost links, and with is_verbose a line for each part, go to
 * out.  false when there are problems, or after logging why it cannot be read.
 */
bool check_store(const struct options *options, bool is_verbose, FILE *out, struct check_result *result);

#endif
