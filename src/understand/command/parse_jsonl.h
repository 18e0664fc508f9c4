/* SPDX-License-Identifier: MIT */
#ifndef PARSE_JSONL_H
#define PARSE_JSONL_H

#include <stdio.h>

/*
 * Understand each line of in, a JSON object as parse_input.h describes it;
 * write one object a line, flushed.  A line that is not such an object is
 * answered with {"error":"..."}.  Returns 0, or 1 when writing failed.
 */
int parse_jsonl_run(FILE *in, FILE *out);

#endif
