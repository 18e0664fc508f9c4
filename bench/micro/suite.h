/* SPDX-License-Identifier: MIT */
/* The sixteen benchmarks: eight of use cases, eight of the store. */
#ifndef SUITE_H
#define SUITE_H

#include "go_bench.h"

enum { SUITE_EACH = 8 };

extern const struct benchmark suite_use_cases[SUITE_EACH];
extern const struct benchmark suite_repositories[SUITE_EACH];

#endif
