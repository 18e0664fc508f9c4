/* SPDX-License-Identifier: MIT */
/*
 * Where options come from: the file, whose syntax is libconfuse's, and
 * "section.name=value" of the command line.  libconfuse sees texts only, so
 * that both ways convert alike.
 */
#include "config.h"

#include "options.h"

#include <confuse.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* libconfuse hands its callbacks no argument of ours; set while options_read_file runs. */
static struct reading {
	struct options *options;
	struct buf     *errors;
	size_t          error_count;
} *reading;

static void
add_error(const cfg_t *cfg, struct buf *why)
{
	buf_printf(reading->errors, "%s:%d: %.*s\n", cfg->filename, cfg->line, SLICE_ARGS(buf_slice(why)));
	reading->error_count++;
}

static void __attribute__((format(printf, 2, 0)))
on_syntax_error(cfg_t *cfg, const char *format, va_list args)
{
	struct buf why = BUF_INIT;
	char text[512];

	vsnprintf(text, sizeof text, format, args);
	buf_append_text(&why, text);
	add_error(cfg, &why);
	buf_fini(&why);
}

/* Called after each value, also of a list.  An error is noted and the rest of the file read. */
static int
on_value(cfg_t *cfg, cfg_opt_t *opt)
{
	const struct option_row *row = option_find(cfg_name(cfg), cfg_opt_name(opt));
	unsigned count = cfg_opt_size(opt);
	struct buf why = BUF_INIT;

	if (row == NULL || count == 0)
		return 0;
	if (count == 1 && row->type == OPTION_LIST)
		option_clear(row, reading->options);
	if (!option_add(row, reading->options, cfg_opt_getnstr(opt, count - 1), &why))
		add_error(cfg, &why);
	buf_fini(&why);
	return 0;
}

static cfg_opt_t
option_for(const struct option_row *row)
{
	cfg_opt_t opt = CFG_STR(NULL, NULL, CFGF_NONE);
	cfg_opt_t list = CFG_STR_LIST(NULL, NULL, CFGF_NONE);

	if (row->type == OPTION_LIST)
		opt = list;
	opt.name = row->name;
	opt.validcb = on_value;
	return opt;
}

/* The rows as libconfuse wants them: a list of sections, each with a list of its options. */
struct syntax {
	cfg_opt_t *sections;
	cfg_opt_t *options;
};

static bool
syntax_init(struct syntax *syntax)
{
	static const cfg_opt_t end = CFG_END();
	size_t at = 0, section = 0;

	/* As many sections as rows at most, and each list has its end. */
	syntax->sections = calloc(option_row_count + 1, sizeof *syntax->sections);
	syntax->options = calloc(2 * option_row_count + 1, sizeof *syntax->options);
	if (syntax->sections == NULL || syntax->options == NULL)
		return false;
	for (size_t i = 0; i < option_row_count; i++) {
		const struct option_row *row = &option_rows[i];

		if (i == 0 || strcmp(row->section, row[-1].section) != 0) {
			cfg_opt_t head = CFG_SEC(NULL, NULL, CFGF_NONE);

			if (i > 0)
				syntax->options[at++] = end;
			head.name = row->section;
			head.subopts = syntax->options + at;
			syntax->sections[section++] = head;
		}
		syntax->options[at++] = option_for(row);
	}
	syntax->options[at] = end;
	syntax->sections[section] = end;
	return true;
}

static void
syntax_fini(struct syntax *syntax)
{
	free(syntax->sections);
	free(syntax->options);
}

/* "{}" has no value for on_value to see. */
static void
check_empty_lists(cfg_t *cfg)
{
	for (size_t i = 0; i < option_row_count; i++) {
		const struct option_row *row = &option_rows[i];
		cfg_t *section = cfg_getsec(cfg, row->section);
		cfg_opt_t *opt = section != NULL ? cfg_getopt(section, row->name) : NULL;

		if (opt == NULL || row->type != OPTION_LIST || (opt->flags & CFGF_MODIFIED) == 0 ||
		    cfg_opt_size(opt) > 0)
			continue;
		if (row->min > 0) {
			buf_printf(reading->errors, "%s: %s.%s must not be empty\n", cfg->filename, row->section,
			    row->name);
			reading->error_count++;
		} else {
			option_clear(row, reading->options);
		}
	}
}

static void
read_with(struct syntax *syntax, const char *file)
{
	cfg_t *cfg = cfg_init(syntax->sections, CFGF_NONE);
	int result;

	cfg_set_error_function(cfg, on_syntax_error);
	result = cfg_parse(cfg, file);
	if (result == CFG_FILE_ERROR)
		buf_printf(reading->errors, "%s: %s\n", file, strerror(errno));
	else if (result == CFG_SUCCESS)
		check_empty_lists(cfg);
	if (result != CFG_SUCCESS && reading->error_count == 0)
		reading->error_count++;
	cfg_free(cfg);
}

bool
options_read_file(struct options *options, const char *file, struct buf *errors)
{
	struct reading here = { options, errors, 0 };
	struct syntax syntax;

	reading = &here;
	if (syntax_init(&syntax)) {
		read_with(&syntax, file);
	} else {
		buf_append_text(errors, "out of memory\n");
		here.error_count++;
	}
	syntax_fini(&syntax);
	reading = NULL;
	return here.error_count == 0;
}

bool
options_override(struct options *options, const char *assignment, struct buf *errors)
{
	const char *dot = strchr(assignment, '.'), *equals = strchr(assignment, '=');
	char section[64] = "", name[64] = "";
	const struct option_row *row;
	struct buf why = BUF_INIT;
	bool is_set;

	if (dot == NULL || equals == NULL || dot > equals) {
		buf_printf(errors, "-o %s: not of the form section.name=value\n", assignment);
		return false;
	}
	if ((size_t)(dot - assignment) < sizeof section && (size_t)(equals - dot) < sizeof name) {
		memcpy(section, assignment, (size_t)(dot - assignment));
		memcpy(name, dot + 1, (size_t)(equals - dot - 1));
	}
	row = option_find(section, name);
	if (row == NULL) {
		buf_printf(errors, "-o %s: no such option '%.*s'\n", assignment, (int)(equals - assignment), assignment);
		return false;
	}
	is_set = option_set(row, options, equals + 1, &why);
	if (!is_set)
		buf_printf(errors, "-o %s: %.*s\n", assignment, SLICE_ARGS(buf_slice(&why)));
	buf_fini(&why);
	return is_set;
}
