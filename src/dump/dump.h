/* SPDX-License-Identifier: MIT */
/* A store as one stream, by which it moves from one engine to another; see stream.h. */
#ifndef DUMP_H
#define DUMP_H

#include <stdbool.h>
#include <stdio.h>

struct options;

/* Write the store that the options name, which may be in use, and tell of progress.  false after logging: out is no dump. */
bool dump_write(const struct options *options, FILE *out, FILE *progress);

/* The same to a new file, which is there when it is whole. */
bool dump_write_file(const struct options *options, const char *path, FILE *progress);

/* Make the store that the options name, where none may be, from a dump.  false after logging: there is none. */
bool dump_load(const struct options *options, FILE *in, FILE *progress);

#endif
