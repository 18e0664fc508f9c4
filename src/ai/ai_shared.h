/* SPDX-License-Identifier: MIT */
/* What all AI workers have in common, and some of it others too, in shared memory that the master makes before it forks. */
#ifndef AI_SHARED_H
#define AI_SHARED_H

struct answer_cache;
struct budget;
struct breaker;
struct keyword_map;
struct options;

struct ai_shared {
	struct breaker      *breakers;         /* of the providers, in their order */
	struct answer_cache *answers;          /* NULL: none are kept */
	struct budget       *budget;
	struct keyword_map  *keywords;         /* put by the keeper, read by http workers too */
};

/* NULL after logging. */
struct ai_shared *ai_shared_create(const struct options *options);
void ai_shared_destroy(struct ai_shared *shared);

#endif
