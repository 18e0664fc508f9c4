/* SPDX-License-Identifier: MIT */
/* Stacks of functions and how often each was met: as a table for people, and folded for flame graphs. */
#ifndef STACKS_H
#define STACKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct stacks {
	size_t count, capacity;
	struct stack {
		char    *folded;               /* "outermost;...;innermost" */
		unsigned times;
	} *items;
	bool   has_failed;                 /* without memory */
};

#define STACKS_INIT { 0, 0, NULL, false }

/* A copy is kept. */
void stacks_add(struct stacks *stacks, const char *folded);
void stacks_fini(struct stacks *stacks);

/* Once all are added: the same ones become one, in the order of their text. */
void stacks_merge(struct stacks *stacks);

/* A line for each: the stack, a blank, how often. */
void stacks_print_folded(const struct stacks *stacks, FILE *out);

/* The functions by how often they were the innermost one, and by how often they were in a stack at all. */
void stacks_print_summary(struct stacks *stacks, FILE *out);

#endif
