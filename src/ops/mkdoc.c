/* SPDX-License-Identifier: MIT */
/*
 * Build time: what the tables say of themselves.
 *
 *	mkdoc conf SYSCONFDIR LOCALSTATEDIR RUNSTATEDIR              the commented configuration
 *	mkdoc man SYSCONFDIR LOCALSTATEDIR RUNSTATEDIR TEMPLATE      a manual page
 *
 * In a template the lines @OPTIONS@, @COUNTERS@ and @COMMANDS@ become lists,
 * and the directories of the arguments stand for @sysconfdir@ and so on.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "commands.h"
#include "options.h"
#include "stats_format.h"

enum { COMMENT_WIDTH = 76 };

/* A directory as configure set it for this build, and as it is to be printed. */
struct directory {
	const char *mark, *built, *shown;
};
enum { DIRECTORIES = 3 };

static struct directory directories[DIRECTORIES] = {
	{ "@sysconfdir@", SYSCONFDIR, NULL },
	{ "@localstatedir@", LOCALSTATEDIR, NULL },
	{ "@runstatedir@", RUNSTATEDIR, NULL },
};

/* The longest directory that the text begins with wins: with a prefix of its own one may lie in the other. */
static const struct directory *
directory_of(const char *text)
{
	const struct directory *found = NULL;

	for (size_t i = 0; i < DIRECTORIES; i++)
		if (strncmp(text, directories[i].built, strlen(directories[i].built)) == 0 &&
		    (found == NULL || strlen(directories[i].built) > strlen(found->built)))
			found = &directories[i];
	return found;
}

static void
print_default(const struct option_row *row, const struct options *options, struct buf *out)
{
	const struct directory *directory = row->type == OPTION_PATH ? directory_of(row->value) : NULL;

	if (directory != NULL)
		buf_printf(out, "\"%s%s\"", directory->shown, row->value + strlen(directory->built));
	else
		option_write(row, options, out);
}

static void
print_comment(struct buf *out, const char *text)
{
	size_t column = 9;

	buf_append_text(out, "\t#");
	while (*text != '\0') {
		size_t word = strcspn(text, " ");

		if (column + 1 + word > COMMENT_WIDTH) {
			buf_append_text(out, "\n\t#");
			column = 9;
		}
		buf_append_char(out, ' ');
		buf_append(out, text, word);
		column += 1 + word;
		text += word + strspn(text + word, " ");
	}
	buf_append_char(out, '\n');
}

/* mdoc wants each sentence on a line of its own. */
static void
print_sentences(struct buf *out, const char *text)
{
	const char *end;

	while ((end = strstr(text, ". ")) != NULL) {
		buf_append(out, text, (size_t)(end - text) + 1);
		buf_append_char(out, '\n');
		text = end + 1 + strspn(end + 1, " ");
	}
	buf_append_text(out, text);
}

static void
print_conf(const struct options *options, struct buf *out)
{
	buf_append_text(out, "# Configuration of aiexpensed; aiexpense.conf(5) tells more.\n"
	                     "# Each option stands here with its default.\n");
	for (size_t i = 0; i < option_row_count; i++) {
		const struct option_row *row = &option_rows[i];
		bool is_first = i == 0 || strcmp(row->section, row[-1].section) != 0;

		if (is_first)
			buf_printf(out, "%s\n%s {\n", i > 0 ? "}\n" : "", row->section);
		else
			buf_append_char(out, '\n');
		print_comment(out, row->help);
		buf_printf(out, "\t# %s = ", row->name);
		print_default(row, options, out);
		buf_append_char(out, '\n');
	}
	buf_append_text(out, "}\n");
}

/* A quote at the beginning of a macro's argument would be taken for syntax. */
static void
print_man_default(const struct option_row *row, const struct options *options, struct buf *out)
{
	struct buf value = BUF_INIT;

	print_default(row, options, &value);
	for (size_t i = 0; i < value.len; i++) {
		if (value.data[i] == '"')
			buf_append_text(out, "\\(dq");
		else
			buf_append_char(out, value.data[i]);
	}
	buf_fini(&value);
}

static const char *
type_text(enum option_type type)
{
	static const char *const texts[] = {
		[OPTION_BOOL] = "true or false", [OPTION_COUNT] = "number", [OPTION_MSEC] = "milliseconds",
		[OPTION_BYTES] = "bytes", [OPTION_TEXT] = "text", [OPTION_PATH] = "path",
		[OPTION_LIST] = "list of texts", [OPTION_SECRET_FILE] = "path of a file with the value",
		[OPTION_RATE] = "number/time, or 0", [OPTION_CHOICE] = "one word",
	};

	return texts[type];
}

static void
print_range(const struct option_row *row, struct buf *out)
{
	if (row->type == OPTION_CHOICE)
		buf_printf(out, ": %s", row->choices);
	if (row->type != OPTION_COUNT && row->type != OPTION_MSEC && row->type != OPTION_BYTES)
		return;
	buf_append_text(out, ", ");
	option_write_number(row, row->min, out);
	buf_append_text(out, " to ");
	option_write_number(row, row->max, out);
}

static void
print_options(const struct options *options, struct buf *out)
{
	for (size_t i = 0; i < option_row_count; i++) {
		const struct option_row *row = &option_rows[i];

		if (i == 0 || strcmp(row->section, row[-1].section) != 0)
			buf_printf(out, "%s.Ss Section %s\n.Bl -tag -width Ds\n", i > 0 ? ".El\n" : "", row->section);
		buf_printf(out, ".It Ic %s No (%s", row->name, type_text(row->type));
		print_range(row, out);
		buf_append_text(out, ")\n");
		print_sentences(out, row->help);
		buf_append_text(out, "\nDefault:\n.Li ");
		print_man_default(row, options, out);
		buf_printf(out, " .\n%s", row->when == OPTION_AT_START ? "Needs a restart.\n" : "");
	}
	buf_append_text(out, ".El\n");
}

static void
print_commands(struct buf *out)
{
	buf_append_text(out, ".Bl -tag -width Ds\n");
	for (const struct ctl_command *const *table = ctl_command_tables; *table != NULL; table++)
		for (const struct ctl_command *command = *table; command->name != NULL; command++)
			buf_printf(out, ".It Ic %s%s%s\n%s%s\n", command->name, command->args != NULL ? " Ar " : "",
			    command->args != NULL ? command->args : "", command->help,
			    command->is_operator_only ? "\nOnly on the control socket." : "");
	buf_append_text(out, ".El\n");
}

static void
print_template_line(const char *line, struct buf *out)
{
	while (*line != '\0') {
		size_t len = strcspn(line, "@");

		buf_append(out, line, len);
		line += len;
		for (size_t i = 0; *line == '@' && i < DIRECTORIES; i++) {
			size_t mark = strlen(directories[i].mark);

			if (strncmp(line, directories[i].mark, mark) == 0) {
				buf_append_text(out, directories[i].shown);
				line += mark;
			}
		}
		if (*line == '@')
			buf_append_char(out, *line++);
	}
}

static bool
print_template(const char *file, const struct options *options, struct buf *out)
{
	FILE *in = fopen(file, "re");
	char line[1024];

	if (in == NULL) {
		perror(file);
		return false;
	}
	while (fgets(line, sizeof line, in) != NULL) {
		if (strcmp(line, "@OPTIONS@\n") == 0)
			print_options(options, out);
		else if (strcmp(line, "@COUNTERS@\n") == 0)
			stats_print_man(out);
		else if (strcmp(line, "@COMMANDS@\n") == 0)
			print_commands(out);
		else
			print_template_line(line, out);
	}
	fclose(in);
	return true;
}

int
main(int argc, char **argv)
{
	struct options options;
	struct buf out = BUF_INIT;
	bool is_man = argc == 6 && strcmp(argv[1], "man") == 0;

	if (!is_man && (argc != 5 || strcmp(argv[1], "conf") != 0)) {
		fputs("usage: mkdoc conf|man SYSCONFDIR LOCALSTATEDIR RUNSTATEDIR [TEMPLATE]\n", stderr);
		return 2;
	}
	for (int i = 0; i < DIRECTORIES; i++)
		directories[i].shown = argv[2 + i];
	if (!options_init(&options))
		return 1;
	if (!is_man)
		print_conf(&options, &out);
	else if (!print_template(argv[5], &options, &out))
		return 1;
	fwrite(out.data, 1, out.len, stdout);
	buf_fini(&out);
	options_fini(&options);
	return ferror(stdout) || fflush(stdout) != 0 ? 1 : 0;
}
