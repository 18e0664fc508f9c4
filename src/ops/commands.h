/* SPDX-License-Identifier: MIT */
/*
 * The commands of the stats and control sockets, as tables.  A command is one
 * line; its answer is text that ends when the connection is closed.  An answer
 * that begins with "error: " is a refusal.
 */
#ifndef COMMANDS_H
#define COMMANDS_H

#include <stdbool.h>

#include "buf.h"

struct keeper;

/*
 * One command being answered; the handler's until it calls ctl_reply_done or
 * ctl_reply_error, exactly once, now or later.  It must come to that in any
 * case: until then the reply takes one of the socket's few places.
 */
struct ctl_reply;

struct ctl_command {
	const char *name;             /* "show stats" */
	const char *args;             /* for the help: "[json|prometheus]"; NULL when it takes none */
	bool        is_operator_only; /* refused on the stats socket */
	/* args is what follows the name, without blanks at its ends; gone after the handler has returned. */
	void      (*run)(struct ctl_reply *reply, const char *args);
	const char *help;
};

/* The tables, each ended by a row without a name; a module with commands adds its table to the list in commands.c. */
extern const struct ctl_command *const ctl_command_tables[];

/* stats.c, show.c, show_ai.c, keyword_commands.c, token_commands.c, say_command.c, queue_commands.c, reload_command.c, alert_commands.c, profile/profile_command.c */
extern const struct ctl_command stats_commands[];
extern const struct ctl_command show_commands[];
extern const struct ctl_command show_ai_commands[];
extern const struct ctl_command keyword_commands[];
extern const struct ctl_command token_commands[];
extern const struct ctl_command say_commands[];
extern const struct ctl_command queue_commands[];
extern const struct ctl_command reload_commands[];
extern const struct ctl_command alert_commands[];
extern const struct ctl_command profile_commands[];

/* The command of this line that the socket allows, and its arguments; NULL when there is none. */
const struct ctl_command *ctl_command_find(const char *line, bool is_operator, const char **args);

struct buf *ctl_reply_out(struct ctl_reply *reply);
struct keeper *ctl_reply_keeper(struct ctl_reply *reply);
bool ctl_reply_is_operator(const struct ctl_reply *reply);

/* Send what is in out and close. */
void ctl_reply_done(struct ctl_reply *reply);

/* Send "error: ..." in place of what is in out, and close. */
void ctl_reply_error(struct ctl_reply *reply, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
