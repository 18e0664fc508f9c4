/* SPDX-License-Identifier: MIT */
/* What "aiexpensectl top" shows: a page of lines from two samples of what the daemon says of itself. */
#ifndef TOP_VIEW_H
#define TOP_VIEW_H

#include <stdbool.h>

#include "buf.h"

enum top_question { TOP_INFO, TOP_WORKERS, TOP_STATS, TOP_SHARDS, TOP_QUESTIONS };

/* The commands of the stats socket. */
extern const char *const top_questions[TOP_QUESTIONS];

struct top_sample {
	struct buf answers[TOP_QUESTIONS];     /* each ended by a NUL */
	double     at_seconds;                 /* of a clock that does not jump */
};

/* A name in a text of lines "name value ..."; 0 when it is not there. */
double top_number(const char *text, const char *name);

enum { TOP_WIDTH = 80, TOP_HEIGHT = 24 };

/*
 * Give the lines, at most TOP_WIDTH characters each and as many as fit into
 * height, to fn.  Rates are those between the samples; of a daemon that began
 * anew meanwhile those since then.
 */
void top_print(const struct top_sample *before, const struct top_sample *now, int height,
    void (*fn)(const char *line, bool is_heading, void *arg), void *arg);

#endif
