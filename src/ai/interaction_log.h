/* SPDX-License-Identifier: MIT */
/*
 * What was asked of providers and what they answered, for whoever works on
 * prompts: off unless ai.log_days is set, since it holds what people write.
 * One file a UTC day in a directory of its own in that of the store, one JSON
 * object a line.  A day's file is full at ai.log_bytes, and goes after ai.log_days.
 * Neither keys nor pictures are in it.
 */
#ifndef INTERACTION_LOG_H
#define INTERACTION_LOG_H

#include <stdint.h>

#include "slice.h"

struct options;

struct interaction {
	uint64_t     whose;            /* as in struct understand_input */
	const char  *provider, *model;
	const char  *key;              /* that was sent, NULL: none; a text that has it is not written */
	struct slice request;          /* its body; empty when the question was a picture */
	unsigned     http_status;      /* 0: there was no answer */
	struct slice answer;
	const char  *why;              /* it is no good; NULL: it is */
	int64_t      took_ms;
	int64_t      now_ms;
};

/* Where it is, made when the log is on; false: the path is too long. */
bool interaction_log_directory(const struct options *options, char path[], size_t size);

/* By AI workers, at the same time.  What does not fit is left out. */
void interaction_log_add(const struct options *options, const struct interaction *interaction);

/* By the keeper: remove the files of days that are kept no longer; all when the log is off. */
void interaction_log_expire(const struct options *options, int64_t now_ms);

/* By the keeper: blank the lines about one person. */
void interaction_log_forget(const struct options *options, uint64_t whose);

#endif
