/* SPDX-License-Identifier: MIT */
/*
 * "say ..." on the control socket: one chat message of a user of the terminal,
 * answered as a messenger would.  aiexpensectl chat sends it.
 */
#include "config.h"

#include "commands.h"

#include <stdlib.h>
#include <string.h>

#include "access/auth.h"
#include "clock.h"
#include "keeper/keeper.h"
#include "text.h"

static void
on_said(enum status st, const struct message_result *result, void *arg)
{
	struct ctl_reply *reply = arg;

	if (st != ST_OK) {
		ctl_reply_error(reply, "the message was not taken: %s", status_title(st));
		return;
	}
	buf_append_slice(ctl_reply_out(reply), result->reply);
	buf_append_char(ctl_reply_out(reply), '\n');
	ctl_reply_done(reply);
}

static void
run_say(struct ctl_reply *reply, const char *args)
{
	size_t user_len = strcspn(args, " ");
	struct message_input input = {
		.user_id = { args, user_len }, .text = slice_of(args + user_len + strspn(args + user_len, " ")),
		.received_ms = clock_wall_ms(), .priority = PRIORITY_HIGH,
	};

	if (!auth_is_user_id(input.user_id))
		ctl_reply_error(reply, "a user is PLATFORM:ID");
	else if (input.text.len == 0)
		ctl_reply_error(reply, "there is nothing said");
	else if (input.text.len > UNDERSTAND_TEXT_MAX || !text_is_utf8(input.text))
		ctl_reply_error(reply, "a message is UTF-8 of at most %d bytes", UNDERSTAND_TEXT_MAX);
	else
		message_drive(&ctl_reply_keeper(reply)->messages, &input, on_said, reply);
}

const struct ctl_command say_commands[] = {
	{ "say", "user text", true, run_say, "Take a chat message of a user, PLATFORM:ID, as a messenger would, and print what is answered." },
	{ NULL, NULL, false, NULL, NULL }
};
