/* SPDX-License-Identifier: MIT */
/* Stacks of functions and what each weighs, which is how often it was met, or bytes: as a table for people, and folded for flame graphs. */
#ifndef STACKS_H
#define STACKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct stacks {
	size_t count, capacity;
	struct stack {
		char    *folded;               /* "outermost;...;innermost" */
		uint64_t weight;
	} *items;
	bool   has_failed;                 /* without memory */
};

#define STACKS_INIT { 0, 0, NULL, false }

/* A copy of folded is kept. */
void stacks_add(struct stacks *stacks, const char *folded, uint64_t weight);
uint64_t stacks_weight(const struct stacks *stacks);
void stacks_fini(struct stacks *stacks);

/* Once all are added: the same ones become one, in the order of their text. */
void stacks_merge(struct stacks *stacks);

/* A line for each: the stack, a blank, its weight. */
void stacks_print_folded(const struct stacks *stacks, FILE *out);

/* The functions by the weight of the stacks that they were the innermost one of, and of those that they were in at all. */
void stacks_print_summary(struct stacks *stacks, FILE *out);

#endif
