/* SPDX-License-Identifier: MIT */
/*
 * The options of the daemon: a field for each row of options.def, filled from
 * the defaults, then the file, then the overrides of the command line.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "rate_limit.h"

struct option_list {
	char **items;
	size_t count;
};

/* The value stays NULL as long as no path is set. */
struct option_secret {
	char *path;
	char *value;
};

/* What a field of each type is in C.  A CHOICE is the place of the word in its list. */
typedef bool                 option_BOOL;
typedef unsigned             option_COUNT;
typedef int64_t              option_MSEC;
typedef uint64_t             option_BYTES;
typedef char                *option_TEXT;
typedef char                *option_PATH;
typedef struct option_list   option_LIST;
typedef struct option_secret option_SECRET_FILE;
typedef struct rate          option_RATE;
typedef unsigned             option_CHOICE;

enum option_type {
	OPTION_BOOL, OPTION_COUNT, OPTION_MSEC, OPTION_BYTES, OPTION_TEXT, OPTION_PATH, OPTION_LIST,
	OPTION_SECRET_FILE, OPTION_RATE, OPTION_CHOICE
};

enum option_when { OPTION_AT_START, OPTION_AT_RELOAD };

struct options {
	unsigned generation;         /* not an option: of the processes that have these, counted by the master */
#define OPTION(section, name, type, value, min, max, when, help) option_##type section##_##name;
#include "tables/options.def"
};

struct option_row {
	const char      *section, *name;
	enum option_type type;
	const char      *value;      /* the default, as it would stand in the file */
	int64_t          min, max;
	enum option_when when;
	const char      *help;
	size_t           offset;     /* of the field in struct options */
	const char      *choices;    /* CHOICE only: "one|of|these" */
};

extern const struct option_row option_rows[];
extern const size_t option_row_count;

/* Where the file is when nobody says otherwise. */
#define OPTIONS_FILE SYSCONFDIR "/aiexpense/aiexpense.conf"

/* Set every field to its default.  false when there is no memory. */
bool options_init(struct options *options);

void options_fini(struct options *options);

/*
 * Read the file over what is set already.  Each error is a line
 * "FILE:LINE: what is wrong" in errors; false when there was one.
 */
bool options_read_file(struct options *options, const char *file, struct buf *errors);

/* Set one option from "section.name=value"; in a LIST commas separate.  Errors as above, without a line number. */
bool options_override(struct options *options, const char *assignment, struct buf *errors);

/* Every option with its present value, in the form of the file; a secret shows its path only. */
void options_dump(const struct options *options, struct buf *out);

/*
 * Set the field that row describes in a struct of any kind.  When the row's
 * type does not take the text, false and in why what is wrong.
 */
bool option_set(const struct option_row *row, void *fields, const char *text, struct buf *why);

/* The same for a LIST whose items may have commas in them. */
bool option_set_list(const struct option_row *row, void *fields, const char *const *items, size_t count,
    struct buf *why);

/* The field's value as it would stand in the file. */
void option_write(const struct option_row *row, const void *fields, struct buf *out);

/* Give the field the value that it has in another such struct; false without memory. */
bool option_copy(const struct option_row *row, void *fields, const void *from);

/* Release what the field owns and make it empty. */
void option_clear(const struct option_row *row, void *fields);

/* A number as the row's type writes it: 1M for 1048576 of BYTES. */
void option_write_number(const struct option_row *row, int64_t n, struct buf *out);

/* The row, or NULL. */
const struct option_row *option_find(const char *section, const char *name);

#endif
