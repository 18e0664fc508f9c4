/* SPDX-License-Identifier: MIT */
/* What is counted for each AI provider, in the formats of stats_format.h.  A provider is known by the name that its section has now. */
#ifndef PROVIDER_STATS_H
#define PROVIDER_STATS_H

#include "stats_format.h"

/* Lines "ai_provider.name.count value". */
void provider_stats_print_text(const struct stats_view *view, struct buf *out);

/* An object with an object for each name. */
void provider_stats_print_json(const struct stats_view *view, struct buf *out);

/* aiexpense_ai_provider_calls_total{provider="...",result="..."}, and a family for each sum. */
void provider_stats_print_prometheus(const struct stats_view *view, struct buf *out);

/* A table for people: a line for each name, and below it what is not 0. */
void provider_stats_print_table(const struct stats_view *view, struct buf *out);

#endif
