/* SPDX-License-Identifier: MIT */
/* The whole configuration: defaults, file, overrides, and whether it can work. */
#ifndef CONFIG_READ_H
#define CONFIG_READ_H

#include "options.h"

/*
 * Fills options, which the caller frees with options_fini also after an error.
 * false when something is wrong; errors then has a line for each.
 */
bool config_read(struct options *options, const char *file, const char *const *overrides, size_t override_count,
    struct buf *errors);

#endif
