/* SPDX-License-Identifier: MIT */
/*
 * Whether the two rows of each link of identities are there (store_link.h),
 * which may lie in two shards.  An alias whose user row names a ledger that has
 * no row for it is not listed there, and nobody in that ledger can end the link.
 */
#ifndef CHECK_LINKS_H
#define CHECK_LINKS_H

#include <stdbool.h>
#include <stddef.h>

#include "store.h"

struct check_link {
	uint8_t  alias[16], owner[16];      /* keys of their ledgers */
	unsigned shard;                    /* of the alias */
};

struct check_link_list {
	struct check_link *items;
	size_t             count, capacity;
};

/* All zero at first. */
struct check_links {
	struct check_link_list links;      /* those that user rows say */
	struct check_link_list rows;       /* those that ledgers know */
	bool                   has_failed; /* without memory */
};

void check_links_fini(struct check_links *links);

/* A row that was read: an alias' own, or the ledger's. */
void check_links_add_link(struct check_links *links, const struct ledger *alias, const struct ledger *owner);
void check_links_add_row(struct check_links *links, const struct ledger *alias, const struct ledger *owner);

/* When all were read: leave in links->links those that no row is there for.  Returns their number. */
size_t check_links_keep_lost(struct check_links *links);

/* Leave in links->links those that are in other->links as well, which was kept the same way. */
size_t check_links_keep_common(struct check_links *links, const struct check_links *other);

#endif
