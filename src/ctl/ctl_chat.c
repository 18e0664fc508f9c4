/* SPDX-License-Identifier: MIT */
/* See ctl_chat.h. */
#include "config.h"

#include "ctl_chat.h"

#include <editline/readline.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "incoming.h"
#include "records.h"

static const char prompt[] = "> ";

enum {
	HISTORY_LINES = 500,
	LINE_MAX_BYTES = 4000,             /* of a command of the socket */
	NAME_MAX_BYTES = USER_ID_MAX - 9   /* behind "terminal:" */
};

/* The caller frees it; NULL at the end.  Without a terminal there is nothing to edit. */
static char *
read_line(bool is_terminal)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	if (is_terminal)
		return readline(prompt);
	len = getline(&line, &size, stdin);
	if (len == -1) {
		free(line);
		return NULL;
	}
	line[strcspn(line, "\r\n")] = '\0';
	return line;
}

/* The buttons under the last answer; pressing one is saying what it carries. */
struct buttons {
	size_t count;
	char   data[REPLY_BUTTONS_MAX][BUTTON_DATA_MAX + 1];
};

/* The next line of the answer, without its end; NULL behind the last one. */
static char *
next_line(char **answer)
{
	char *line = *answer, *end = strchr(line, '\n');

	if (end == NULL)
		return NULL;
	*end = '\0';
	*answer = end + 1;
	return line;
}

/* One from its line, with its label; false: it is none. */
static bool
read_button(char *line, char *data, const char **label)
{
	size_t len = line != NULL ? strcspn(line, " ") : 0;

	if (len == 0 || len > BUTTON_DATA_MAX || line[len] == '\0')
		return false;
	memcpy(data, line, len);
	data[len] = '\0';
	*label = line + len + 1;
	return true;
}

/* The answer begins with its buttons (src/ops/say_command.c); they are shown below it. */
static void
show(char *answer, struct buttons *buttons)
{
	const char *count = next_line(&answer), *labels[REPLY_BUTTONS_MAX];
	size_t wanted = count != NULL ? strtoul(count, NULL, 10) : 0;

	buttons->count = 0;
	while (buttons->count < wanted && buttons->count < REPLY_BUTTONS_MAX
	    && read_button(next_line(&answer), buttons->data[buttons->count], &labels[buttons->count]))
		buttons->count++;
	fputs(answer, stdout);
	for (size_t i = 0; i < buttons->count; i++)
		printf("%s[/%zu %s]%s", i > 0 ? " " : "", i + 1, labels[i], i + 1 == buttons->count ? "\n" : "");
	fflush(stdout);
}

/* "/2" presses the second button; NULL: there is none. */
static const char *
pressed(const char *text, const struct buttons *buttons)
{
	size_t at = (size_t)(text[1] - '1');

	if (text[0] != '/' || text[1] < '1' || text[1] > '9' || text[2] != '\0')
		return text;
	return at < buttons->count ? buttons->data[at] : NULL;
}

static bool
say(const char *name, const char *text, struct buttons *buttons, ctl_chat_ask_fn *ask, void *arg)
{
	struct buf line = BUF_INIT, answer = BUF_INIT;
	const char *said = pressed(text, buttons);
	bool is_answered;

	if (said == NULL) {
		fprintf(stderr, "aiexpensectl: there is no button %s\n", text);
		return false;
	}
	buf_printf(&line, "chat terminal:%s %s\n", name, said);
	if (line.len > LINE_MAX_BYTES) {
		fprintf(stderr, "aiexpensectl: a message has at most %d bytes\n", LINE_MAX_BYTES - 100);
		buf_fini(&line);
		return false;
	}
	is_answered = !line.has_failed && ask(&line, &answer, arg);
	if (is_answered)
		show(answer.data, buttons);
	buf_fini(&line);
	buf_fini(&answer);
	return is_answered;
}

int
ctl_chat_run(const char *name, ctl_chat_ask_fn *ask, void *arg)
{
	bool is_terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO), is_well = true;
	struct buttons buttons = { .count = 0 };
	char *line;

	if (strlen(name) > NAME_MAX_BYTES) {
		fprintf(stderr, "aiexpensectl: a name has at most %d bytes\n", NAME_MAX_BYTES);
		return 1;
	}
	if (is_terminal) {
		if (setlocale(LC_CTYPE, "") == NULL || strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
			setlocale(LC_CTYPE, "C.UTF-8");           /* texts are UTF-8 whatever the terminal's settings */
		using_history();
		stifle_history(HISTORY_LINES);
		puts("Say what you spent, or \"help\"; /1 presses the first button. Ctrl-D ends.");
	}
	while ((line = read_line(is_terminal)) != NULL) {
		if (line[strspn(line, " \t")] != '\0') {
			if (is_terminal)
				add_history(line);
			is_well &= say(name, line, &buttons, ask, arg);
		}
		free(line);
	}
	if (is_terminal)
		putchar('\n');
	return is_well || is_terminal ? 0 : 1;
}
