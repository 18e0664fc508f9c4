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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

enum { FILE_MAX_BYTES = 1 << 20 };

/* libconfuse hands its callbacks no argument of ours; set while options_read_file runs. */
static struct reading {
	const char     *file;
	struct options *options;
	struct buf     *errors;
	size_t          error_count;
} *reading;

static void
add_error(const cfg_t *cfg, struct buf *why)
{
	buf_printf(reading->errors, "%s:%d: %.*s\n", reading->file, cfg->line, SLICE_ARGS(buf_slice(why)));
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

/* Called after each value.  An error is noted and the rest of the file read.  Lists are taken when they are complete. */
static int
on_value(cfg_t *cfg, cfg_opt_t *opt)
{
	const struct option_row *row = option_find(cfg_name(cfg), cfg_opt_name(opt));
	struct buf why = BUF_INIT;

	if (row == NULL || row->type == OPTION_LIST || cfg_opt_size(opt) == 0)
		return 0;
	if (!option_set(row, reading->options, cfg_opt_getnstr(opt, 0), &why))
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

static void
take_list(const struct option_row *row, cfg_opt_t *opt)
{
	const char **items = calloc(cfg_opt_size(opt) + 1, sizeof *items);
	struct buf why = BUF_INIT;

	for (unsigned i = 0; items != NULL && i < cfg_opt_size(opt); i++)
		items[i] = cfg_opt_getnstr(opt, i);
	if (!option_set_list(row, reading->options, items, cfg_opt_size(opt), &why)) {
		buf_printf(reading->errors, "%s: %s.%.*s\n", reading->file, row->section, SLICE_ARGS(buf_slice(&why)));
		reading->error_count++;
	}
	buf_fini(&why);
	free(items);
}

static void
take_lists(cfg_t *cfg)
{
	for (size_t i = 0; i < option_row_count; i++) {
		cfg_t *section = cfg_getsec(cfg, option_rows[i].section);
		cfg_opt_t *opt = section != NULL ? cfg_getopt(section, option_rows[i].name) : NULL;

		if (opt != NULL && option_rows[i].type == OPTION_LIST && (opt->flags & CFGF_MODIFIED) != 0)
			take_list(&option_rows[i], opt);
	}
}

/* Where a comment that lasts to the end of the line begins. */
static bool
is_line_comment(const char *text, const char *at)
{
	return *at == '#' || (at[0] == '/' && at[1] == '/' && (at == text || strchr(" \t\n;{}", at[-1]) != NULL));
}

/* The quote that ends a quoted text, or the end of everything. */
static char *
quote_end(char *at)
{
	char quote = *at++;

	while (*at != '\0' && *at != quote)
		at += at[0] == '\\' && at[1] != '\0' ? 2 : 1;
	return at;
}

/* Lines stay lines. */
static char *
blank(char *at, char *end)
{
	for (; at < end; at++)
		if (*at != '\n')
			*at = ' ';
	return end;
}

/*
 * libconfuse 3.3 counts the end of a commented line three times, so it gets to
 * see none, and takes the end of the file for the end of a section: returns
 * how many are open there.
 */
static int
blank_comments(char *text)
{
	char *at = text;
	int depth = 0;

	while (*at != '\0') {
		if (*at == '"' || *at == '\'') {
			at = quote_end(at);
			at += *at != '\0';
		} else if (at[0] == '/' && at[1] == '*') {
			char *end = strstr(at + 2, "*/");

			at = blank(at, end != NULL ? end + 2 : at + strlen(at));
		} else if (is_line_comment(text, at)) {
			at = blank(at, at + strcspn(at, "\n"));
		} else {
			depth += (*at == '{') - (*at == '}');
			at++;
		}
	}
	return depth;
}

/* The whole file with a NUL behind it; false with errno. */
static bool
read_text(const char *file, struct buf *text)
{
	FILE *in = fopen(file, "re");
	size_t n = 0;
	bool is_read;

	if (in == NULL)
		return false;
	do {
		buf_grew(text, n);
		n = text->len < FILE_MAX_BYTES && buf_reserve(text, 4096) ?
		    fread(text->data + text->len, 1, 4096, in) : 0;
	} while (n > 0);
	is_read = feof(in) && !ferror(in);
	if (!is_read && !ferror(in))
		errno = EFBIG;
	fclose(in);
	buf_append_char(text, '\0');
	return is_read && !text->has_failed;
}

/* Something is wrong with all of it. */
static void
refuse_file(const char *why)
{
	buf_printf(reading->errors, "%s: %s\n", reading->file, why);
	reading->error_count++;
}

static bool
refuse_line(unsigned line, const char *why)
{
	buf_printf(reading->errors, "%s:%u: %s\n", reading->file, line, why);
	reading->error_count++;
	return false;
}

/* libconfuse ends at a NUL, and without a word at some bytes that are no text. */
static bool
is_text(struct slice text)
{
	unsigned line = 1;

	for (size_t begin = 0, end; begin < text.len; begin = end + 1, line++) {
		for (end = begin; end < text.len && text.ptr[end] != '\n'; end++)
			;
		if (!text_is_utf8((struct slice){ text.ptr + begin, end - begin }) || memchr(text.ptr + begin, '\0', end - begin) != NULL)
			return refuse_line(line, "is no text in UTF-8");
	}
	return true;
}

/* libconfuse 3.3 writes a backslash outside of quotes, or at the end of all, to standard output.  The text has no comments. */
static bool
has_sound_quotes(char *text)
{
	unsigned line = 1;

	for (char *at = text, *end; *at != '\0'; at = end + 1) {
		if (*at == '\\')
			return refuse_line(line, "a \\ stands in quotes only");
		end = *at == '"' || *at == '\'' ? quote_end(at) : at;
		if (*end == '\0')
			return refuse_line(line, "a quote is not closed");
		for (const char *c = at; c <= end; c++)
			line += *c == '\n';
	}
	return true;
}

static void
parse(struct syntax *syntax, const char *text)
{
	cfg_t *cfg = cfg_init(syntax->sections, CFGF_NONE);

	if (cfg == NULL) {
		refuse_file(strerror(ENOMEM));
		return;
	}
	cfg_set_error_function(cfg, on_syntax_error);
	if (cfg_parse_buf(cfg, text) == CFG_SUCCESS)
		take_lists(cfg);
	else if (reading->error_count == 0)
		refuse_file("is no configuration");
	cfg_free(cfg);
}

bool
options_read_file(struct options *options, const char *file, struct buf *errors)
{
	struct reading here = { file, options, errors, 0 };
	struct syntax syntax;
	struct buf text = BUF_INIT;

	reading = &here;
	if (!syntax_init(&syntax) || !read_text(file, &text)) {
		refuse_file(strerror(errno));
	} else if (is_text((struct slice){ text.data, text.len - 1 })) {
		int depth = blank_comments(text.data);

		if (has_sound_quotes(text.data)) {
			if (depth > 0)
				refuse_file("a { is not closed");
			parse(&syntax, text.data);
		}
	}
	syntax_fini(&syntax);
	buf_fini(&text);
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
