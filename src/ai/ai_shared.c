/* SPDX-License-Identifier: MIT */
/* See ai_shared.h. */
#include "config.h"

#include "ai_shared.h"

#include <stdlib.h>

#include "ai/provider/provider.h"
#include "ai/answer/answer_cache.h"
#include "ai/worker/breaker.h"
#include "budget.h"
#include "log.h"
#include "options.h"
#include "understand/keywords/keyword_map.h"

static bool
create(struct ai_shared *shared, const struct options *options)
{
	shared->breakers = breakers_create(PROVIDERS_MAX);
	shared->budget = budget_create();
	shared->keywords = keyword_map_create();
	if (shared->breakers == NULL || shared->budget == NULL || shared->keywords == NULL)
		return false;
	if (options->ai_cache_bytes == 0)
		return true;
	shared->answers = answer_cache_create((size_t)options->ai_cache_bytes);
	return shared->answers != NULL;
}

struct ai_shared *
ai_shared_create(const struct options *options)
{
	struct ai_shared *shared = calloc(1, sizeof *shared);

	if (shared != NULL && create(shared, options))
		return shared;
	log_error("no memory for what the AI workers share");
	ai_shared_destroy(shared);
	return NULL;
}

void
ai_shared_destroy(struct ai_shared *shared)
{
	if (shared == NULL)
		return;
	breakers_destroy(shared->breakers, PROVIDERS_MAX);
	answer_cache_destroy(shared->answers);
	budget_destroy(shared->budget);
	keyword_map_destroy(shared->keywords);
	free(shared);
}
