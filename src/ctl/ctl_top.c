/* SPDX-License-Identifier: MIT */
/* See ctl_top.h. */
#include "config.h"

#include "ctl_top.h"

#include <curses.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "ctl_ask.h"
#include "top_view.h"

/* Two samples that take turns, so that memory is kept. */
struct top {
	const char       *path;
	struct top_sample samples[2];
	int               newest;
};

static void
sample_fini(struct top_sample *sample)
{
	for (int i = 0; i < TOP_QUESTIONS; i++)
		buf_fini(&sample->answers[i]);
}

static void
top_fini(struct top *top)
{
	sample_fini(&top->samples[0]);
	sample_fini(&top->samples[1]);
}

/* 0, or the exit code after saying why to errors, which may be NULL; then the newest sample stays as it was. */
static int
take_sample(struct top *top, FILE *errors)
{
	struct top_sample *sample = &top->samples[1 - top->newest];
	struct buf line = BUF_INIT;
	int code = 0;

	for (int i = 0; i < TOP_QUESTIONS && code == 0; i++) {
		buf_clear(&line);
		buf_printf(&line, "%s\n", top_questions[i]);
		buf_clear(&sample->answers[i]);
		code = ctl_ask(top->path, &line, &sample->answers[i], errors);
	}
	buf_fini(&line);
	sample->at_seconds = (double)clock_mono_ns() / 1e9;
	if (code == 0)
		top->newest = 1 - top->newest;
	return code;
}

/* --- once ------------------------------------------------------------------------------ */

static void
print_text(const char *line, bool is_heading, void *arg)
{
	(void)is_heading, (void)arg;
	puts(line);
}

int
ctl_top_once(const char *path, double seconds)
{
	struct top top = { .path = path };
	struct timespec pause = { (time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9) };
	int code = take_sample(&top, stderr);

	if (code == 0) {
		nanosleep(&pause, NULL);
		code = take_sample(&top, stderr);
	}
	if (code == 0)
		top_print(&top.samples[1 - top.newest], &top.samples[top.newest], 1 << 20, print_text, NULL);
	top_fini(&top);
	return code;
}

/* --- the screen ------------------------------------------------------------------------ */

static void
draw_line(const char *line, bool is_heading, void *arg)
{
	int *row = arg;

	if (is_heading)
		attron(A_REVERSE);
	mvprintw((*row)++, 0, is_heading ? "%-*s" : "%.*s", TOP_WIDTH, line);
	attroff(A_REVERSE);
}

static void
draw(const struct top *top, bool is_away)
{
	int row = 0;

	erase();
	top_print(&top->samples[1 - top->newest], &top->samples[top->newest], LINES - is_away, draw_line, &row);
	if (is_away) {
		attron(A_BOLD);
		mvprintw(LINES - 1, 0, "no answer from %s; trying again", top->path);
		attroff(A_BOLD);
	}
	refresh();
}

/* Until q is pressed; any other key looks at once, and Ctrl-L draws all anew. */
static void
watch(struct top *top, double seconds)
{
	bool is_away = false;
	const int redraw = 'L' & 0x1f;
	int key;

	timeout((int)(seconds * 1000));
	do {
		draw(top, is_away);
		key = getch();
		if (key == redraw)
			clearok(curscr, TRUE);
		if (key != KEY_RESIZE)
			is_away = take_sample(top, NULL) != 0;
	} while (key != 'q' && key != 'Q');
}

int
ctl_top_run(const char *path, double seconds)
{
	struct top top = { .path = path };
	SCREEN *screen;
	int code;

	if (!isatty(STDOUT_FILENO) || !isatty(STDIN_FILENO)) {
		fprintf(stderr, "aiexpensectl: top needs a terminal; \"top --once\" prints one view\n");
		return EXIT_REFUSED;
	}
	code = take_sample(&top, stderr);
	screen = code == 0 ? newterm(NULL, stdout, stdin) : NULL;
	if (screen != NULL) {
		top.samples[1 - top.newest].at_seconds = top.samples[top.newest].at_seconds;
		cbreak();
		noecho();
		keypad(stdscr, TRUE);
		curs_set(0);
		watch(&top, seconds);
		endwin();
		delscreen(screen);
	} else if (code == 0) {
		fprintf(stderr, "aiexpensectl: this terminal is not known (TERM); \"top --once\" prints one view\n");
		code = EXIT_REFUSED;
	}
	top_fini(&top);
	return code;
}
