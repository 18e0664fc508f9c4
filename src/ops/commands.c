/* SPDX-License-Identifier: MIT */
/* The list of command tables, "help", and finding a command. */
#include "config.h"

#include "commands.h"

#include <string.h>

static void
help(struct ctl_reply *reply, const char *args)
{
	(void)args;
	for (const struct ctl_command *const *table = ctl_command_tables; *table != NULL; table++) {
		for (const struct ctl_command *command = *table; command->name != NULL; command++) {
			if (command->is_operator_only && !ctl_reply_is_operator(reply))
				continue;
			buf_printf(ctl_reply_out(reply), "%s%s%s\n    %s\n", command->name,
			    command->args != NULL ? " " : "", command->args != NULL ? command->args : "",
			    command->help);
		}
	}
	ctl_reply_done(reply);
}

static const struct ctl_command help_commands[] = {
	{ "help", NULL, false, help, "List the commands of this socket." },
	{ NULL, NULL, false, NULL, NULL }
};

const struct ctl_command *const ctl_command_tables[] = { help_commands, stats_commands, show_commands, show_ai_commands, keyword_commands, token_commands, say_commands,
	queue_commands, reload_commands, alert_commands, profile_commands, NULL };

/* What follows the name, or NULL when the line does not start with it. */
static const char *
after_name(const char *line, const char *name)
{
	size_t len = strlen(name);

	if (strncmp(line, name, len) != 0 || (line[len] != '\0' && line[len] != ' '))
		return NULL;
	return line + len + strspn(line + len, " ");
}

/* The longest name wins: "show stats json" before "show stats". */
const struct ctl_command *
ctl_command_find(const char *line, bool is_operator, const char **args)
{
	const struct ctl_command *found = NULL;

	for (const struct ctl_command *const *table = ctl_command_tables; *table != NULL; table++) {
		for (const struct ctl_command *command = *table; command->name != NULL; command++) {
			const char *rest = after_name(line, command->name);

			if (rest == NULL || (command->is_operator_only && !is_operator) ||
			    (found != NULL && strlen(found->name) > strlen(command->name)))
				continue;
			found = command;
			*args = rest;
		}
	}
	return found != NULL && found->args == NULL && **args != '\0' ? NULL : found;
}
