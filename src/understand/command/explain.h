/* SPDX-License-Identifier: MIT */
#ifndef EXPLAIN_H
#define EXPLAIN_H

#include <stdio.h>

/*
 * Understand a text and tell a person why: what each piece of it was taken as,
 * what was decided about it, and where each part of an expense comes from.
 * text may be a JSON object as parse_input.h describes it; otherwise the
 * language is that of the environment, and today is today.  Returns 0, or 1
 * when the text is too long or no UTF-8.
 */
int explain_run(const char *text, FILE *out);

#endif
