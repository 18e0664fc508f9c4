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

static const char prompt[] = "> ";

enum { HISTORY_LINES = 500, LINE_MAX_BYTES = 4000 /* of a command of the socket */ };

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

static bool
say(const char *name, const char *text, ctl_chat_ask_fn *ask, void *arg)
{
	struct buf line = BUF_INIT, answer = BUF_INIT;
	bool is_answered;

	buf_printf(&line, "say terminal:%s %s\n", name, text);
	if (line.len > LINE_MAX_BYTES) {
		fprintf(stderr, "aiexpensectl: a message has at most %d bytes\n", LINE_MAX_BYTES - 100);
		buf_fini(&line);
		return false;
	}
	is_answered = !line.has_failed && ask(&line, &answer, arg);
	if (is_answered) {
		fputs(answer.data, stdout);
		fflush(stdout);
	}
	buf_fini(&line);
	buf_fini(&answer);
	return is_answered;
}

int
ctl_chat_run(const char *name, ctl_chat_ask_fn *ask, void *arg)
{
	bool is_terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO), is_well = true;
	char *line;

	if (is_terminal) {
		if (setlocale(LC_CTYPE, "") == NULL || strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
			setlocale(LC_CTYPE, "C.UTF-8");           /* texts are UTF-8 whatever the terminal's settings */
		using_history();
		stifle_history(HISTORY_LINES);
		puts("Say what you spent, or \"help\". Ctrl-D ends.");
	}
	while ((line = read_line(is_terminal)) != NULL) {
		if (line[strspn(line, " \t")] != '\0') {
			if (is_terminal)
				add_history(line);
			is_well &= say(name, line, ask, arg);
		}
		free(line);
	}
	if (is_terminal)
		putchar('\n');
	return is_well ? 0 : 1;
}
