/* SPDX-License-Identifier: MIT */
/* What concerns the configured AI providers and needs no daemon: "ai test", what people get with each of them. */
#ifndef CTL_AI_H
#define CTL_AI_H

#include <stdbool.h>
#include <stdio.h>

struct options;

/* Ask each provider about each sentence; without a daemon.  false: there is none, or one did not answer. */
bool ctl_ai_test(const struct options *options, FILE *out);

#endif
