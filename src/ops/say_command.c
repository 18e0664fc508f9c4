/* SPDX-License-Identifier: MIT */
/*
 * "say ..." and "chat ..." on the control socket: one chat message of a user,
 * answered as in a messenger.  aiexpensectl chat sends the latter, whose answer
 * begins with a line for each button.
 */
#include "config.h"

#include "commands.h"

#include <stdlib.h>
#include <string.h>

#include "access/auth.h"
#include "clock.h"
#include "keeper/keeper.h"
#include "text.h"

/* How many buttons there are, and a line for each: what it carries, a blank, and its label. */
static void
put_buttons(struct buf *out, const struct message_result *result)
{
	buf_append_uint(out, result->button_count);
	buf_append_char(out, '\n');
	for (size_t i = 0; i < result->button_count; i++) {
		buf_append_slice(out, result->buttons[i].data);
		buf_append_char(out, ' ');
		buf_append_slice(out, result->buttons[i].label);
		buf_append_char(out, '\n');
	}
}

static void
put_reply(enum status st, const struct message_result *result, struct ctl_reply *reply, bool has_buttons)
{
	if (st != ST_OK) {
		ctl_reply_error(reply, "the message was not taken: %s", status_title(st));
		return;
	}
	if (has_buttons)
		put_buttons(ctl_reply_out(reply), result);
	buf_append_slice(ctl_reply_out(reply), result->reply);
	buf_append_char(ctl_reply_out(reply), '\n');
	ctl_reply_done(reply);
}

static void
on_said(enum status st, const struct message_result *result, void *arg)
{
	put_reply(st, result, arg, false);
}

static void
on_chatted(enum status st, const struct message_result *result, void *arg)
{
	put_reply(st, result, arg, true);
}

static void
take(struct ctl_reply *reply, const char *args, message_done_fn *fn)
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
		message_drive(&ctl_reply_keeper(reply)->messages, &input, fn, reply);
}

static void
run_say(struct ctl_reply *reply, const char *args)
{
	take(reply, args, on_said);
}

static void
run_chat(struct ctl_reply *reply, const char *args)
{
	take(reply, args, on_chatted);
}

const struct ctl_command say_commands[] = {
	{ "say", "user text", true, run_say, "Take a chat message of a user, PLATFORM:ID, as a messenger would, and print what is answered." },
	{ "chat", "user text", true, run_chat, "As say, but the answer begins with the number of its buttons and a line for each: what it carries, a blank, its label." },
	{ NULL, NULL, false, NULL, NULL }
};
