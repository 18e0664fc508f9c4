/* SPDX-License-Identifier: MIT */
/* The commands of aiexpensectl that look after the store; they ask no daemon. */
#ifndef BACKUP_COMMAND_H
#define BACKUP_COMMAND_H

#include <stdbool.h>

struct options;

/*
 * backup [--keep N] DIR | restore BACKUP | check [DIR] | compact | dump [FILE] | load [FILE], as argv[0] says.
 * *is_usage_wrong: the arguments are not such; else whether it was done.
 */
bool backup_command_run(const struct options *options, int argc, char **argv, bool *is_usage_wrong);

#endif
