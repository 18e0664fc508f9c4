/* SPDX-License-Identifier: MIT */
/* "token ..." on the control socket: the operator makes, lists and revokes bearer tokens. */
#include "config.h"

#include "commands.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "hex.h"
#include "api/auth.h"
#include "api/expense_json.h"
#include "keeper.h"
#include "store.h"

enum { KEY_ID_TEXT = 16 };

static const char *const kind_names[] = { [TOKEN_ADMIN] = "admin", [TOKEN_SERVICE] = "service", [TOKEN_USER] = "user" };

static struct store *
store_of(struct ctl_reply *reply)
{
	return ctl_reply_keeper(reply)->messages.store;
}

/* --- add ------------------------------------------------------------------------ */

/* A command on its way; text is the token, shown once it is on disk. */
struct added {
	struct ctl_reply *reply;
	struct buf        text;
};

static void
on_added(enum status st, void *arg)
{
	struct added *added = arg;

	if (st == ST_OK) {
		buf_append_slice(ctl_reply_out(added->reply), buf_slice(&added->text));
		buf_append_char(ctl_reply_out(added->reply), '\n');
		ctl_reply_done(added->reply);
	} else {
		ctl_reply_error(added->reply, "the token was not stored: %s", status_title(st));
	}
	buf_fini(&added->text);
	free(added);
}

struct add_arguments {
	enum token_kind kind;
	struct slice    user_id, label;
};

static bool
read_kind(const char *word, enum token_kind *kind)
{
	for (size_t i = 0; i < sizeof kind_names / sizeof kind_names[0]; i++)
		if (word != NULL && strcmp(word, kind_names[i]) == 0) {
			*kind = (enum token_kind)i;
			return true;
		}
	return false;
}

/* Splits line in place.  NULL: fine; else what is wrong with it. */
static const char *
read_add_arguments(char *line, struct add_arguments *out)
{
	char *rest = line, *word;

	*out = (struct add_arguments){ 0 };
	if (!read_kind(strsep(&rest, " "), &out->kind))
		return "the kind of token must be admin, service or user";
	while (rest != NULL && (word = strsep(&rest, " ")) != NULL) {
		if (strcmp(word, "--user") == 0 && rest != NULL)
			out->user_id = slice_of(strsep(&rest, " "));
		else if (strcmp(word, "--label") == 0 && rest != NULL)
			out->label = slice_of(strsep(&rest, ""));          /* the rest of the line */
		else if (*word != '\0')
			return "known are --user PLATFORM:ID and, last, --label TEXT";
	}
	if (out->kind == TOKEN_USER && !auth_is_user_id(out->user_id))
		return "a user token needs --user PLATFORM:ID";
	if (out->kind != TOKEN_USER && out->user_id.len > 0)
		return "only a user token has a user";
	return out->label.len > 200 ? "the label is too long" : NULL;
}

static void
run_add(struct ctl_reply *reply, const char *args)
{
	struct add_arguments arguments;
	struct added *added = calloc(1, sizeof *added);
	char *line = strdup(args);
	const char *wrong = line != NULL ? read_add_arguments(line, &arguments) : "there is no memory";
	struct token token;

	if (added == NULL || wrong != NULL) {
		ctl_reply_error(reply, "%s", wrong != NULL ? wrong : "there is no memory");
		free(added);
	} else {
		added->reply = reply;
		auth_make_token(arguments.kind, arguments.user_id, arguments.label, clock_wall_ms(), &token, &added->text);
		store_put_token(store_of(reply), &token, on_added, added);
	}
	free(line);
}

/* --- list ----------------------------------------------------------------------- */

static void
on_listed(const struct token *token, void *arg)
{
	struct buf *out = ctl_reply_out(arg);
	char key_id[KEY_ID_TEXT], created[TIME_TEXT_LEN];

	hex_encode(token->key_id, sizeof token->key_id, key_id);
	time_format(token->created_ms, created);
	buf_append(out, key_id, sizeof key_id);
	buf_printf(out, "  %-7s  ", kind_names[token->kind]);
	buf_append(out, created, sizeof created);
	buf_append_text(out, token->is_revoked ? "  revoked" : "  valid  ");
	if (token->user_id.len > 0)
		buf_printf(out, "  %.*s", SLICE_ARGS(token->user_id));
	if (token->label.len > 0)
		buf_printf(out, "  %.*s", SLICE_ARGS(token->label));
	buf_append_char(out, '\n');
}

static void
on_list_end(enum status st, void *arg)
{
	if (st == ST_OK)
		ctl_reply_done(arg);
	else
		ctl_reply_error(arg, "%s", status_title(st));
}

static void
run_list(struct ctl_reply *reply, const char *args)
{
	static const struct token_list_callbacks callbacks = { on_listed, on_list_end };

	(void)args;
	store_list_tokens(store_of(reply), &callbacks, reply);
}

/* --- revoke ---------------------------------------------------------------------- */

static void
on_revoked(enum status st, void *arg)
{
	if (st == ST_OK) {
		buf_append_literal(ctl_reply_out(arg), "revoked\n");
		ctl_reply_done(arg);
	} else {
		ctl_reply_error(arg, "the token was not revoked: %s", status_title(st));
	}
}

static void
on_found(enum status st, const struct token *token, void *arg)
{
	struct token revoked;

	if (st != ST_OK) {
		ctl_reply_error(arg, st == ST_NOT_FOUND ? "there is no such token" : "the token cannot be read");
		return;
	}
	revoked = *token;
	revoked.is_revoked = true;
	store_put_token(store_of(arg), &revoked, on_revoked, arg);
}

static void
run_revoke(struct ctl_reply *reply, const char *args)
{
	uint8_t key_id[KEY_ID_TEXT / 2];

	if (strlen(args) != KEY_ID_TEXT || !hex_decode(args, sizeof key_id, key_id)) {
		ctl_reply_error(reply, "a key id is wanted: the 16 characters that token list shows");
		return;
	}
	store_get_token(store_of(reply), key_id, on_found, reply);
}

const struct ctl_command token_commands[] = {
	{ "token add", "admin|service|user [--user PLATFORM:ID] [--label TEXT]", true, run_add,
	  "Make a bearer token and show it, this once." },
	{ "token list", NULL, true, run_list, "Show all tokens without their secrets." },
	{ "token revoke", "KEYID", true, run_revoke, "Make a token invalid at once, everywhere." },
	{ NULL, NULL, false, NULL, NULL }
};
