/* SPDX-License-Identifier: MIT */
/* "token ..." on the control socket: the operator makes, lists and revokes bearer tokens. */
#include "config.h"

#include "commands.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "hex.h"
#include "access/auth.h"
#include "contract/scope.h"
#include "keeper/keeper.h"
#include "store.h"

enum { KEY_ID_TEXT = 2 * TOKEN_KEY_SIZE, PAGE = 500, MS_PER_DAY = 86400000 };

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

static bool
read_kind(const char *word, enum token_kind *kind)
{
	for (int i = TOKEN_ADMIN; i <= TOKEN_USER; i++)
		if (strcmp(word, token_kind_text((enum token_kind)i)) == 0) {
			*kind = (enum token_kind)i;
			return true;
		}
	return false;
}

/* "read,write" */
static bool
read_scopes(char *words, uint32_t *set)
{
	enum scope scope;
	char *word;

	*set = 0;
	while ((word = strsep(&words, ",")) != NULL) {
		if (!scope_find(slice_of(word), &scope))
			return false;
		*set |= scope_bit(scope);
	}
	return true;
}

/* A number of days from now, or the day at whose beginning in UTC it ends. */
static bool
read_expiry(const char *word, int64_t now_ms, int64_t *expires_ms)
{
	size_t digits = strspn(word, "0123456789");
	day_t day;

	if (digits > 0 && digits <= 4 && word[digits] == '\0')
		*expires_ms = now_ms + atoi(word) * (int64_t)MS_PER_DAY;
	else if (day_parse(slice_of(word), &day))
		*expires_ms = day * (int64_t)MS_PER_DAY;
	else
		return false;
	return *expires_ms > now_ms;
}

/* Splits the line in place; the token points into it.  NULL: fine; else what is wrong with it. */
static const char *
read_words(char *line, struct token *token)
{
	char *rest = line, *word;

	if (!read_kind(strsep(&rest, " "), &token->kind))
		return "the kind of token must be admin, service or user";
	token->scopes = scopes_of_kind(token->kind);
	while (rest != NULL) {
		word = strsep(&rest, " ");
		if (strcmp(word, "--user") == 0 && rest != NULL) {
			token->user_id = slice_of(strsep(&rest, " "));
		} else if (strcmp(word, "--scopes") == 0 && rest != NULL) {
			if (!read_scopes(strsep(&rest, " "), &token->scopes))
				return "--scopes takes names with commas between them: read, write, messages, account, metrics, tokens, policies";
		} else if (strcmp(word, "--expires") == 0 && rest != NULL) {
			if (!read_expiry(strsep(&rest, " "), token->created_ms, &token->expires_ms))
				return "--expires takes a number of days, or a day to come as YYYY-MM-DD";
		} else if (strcmp(word, "--label") == 0 && rest != NULL) {
			token->label = slice_of(strsep(&rest, ""));        /* the rest of the line */
		} else if (*word != '\0') {
			return "known are --user PLATFORM:ID, --scopes NAME,..., --expires DAYS|YYYY-MM-DD and, last, --label TEXT";
		}
	}
	return NULL;
}

static const char *
check_token(const struct token *token)
{
	if (token->kind == TOKEN_USER && !auth_is_user_id(token->user_id))
		return "a user token needs --user PLATFORM:ID";
	if (token->kind != TOKEN_USER && token->user_id.len > 0)
		return "only a user token has a user";
	if ((token->scopes & ~scopes_allowed(token->kind)) != 0)
		return "a token of this kind cannot have all of these scopes";
	return token->label.len > LABEL_MAX ? "the label is too long" : NULL;
}

static void
run_add(struct ctl_reply *reply, const char *args)
{
	struct token token = { .created_ms = clock_wall_ms() };
	struct added *added = calloc(1, sizeof *added);
	char *line = strdup(args);
	const char *wrong = added != NULL && line != NULL ? read_words(line, &token) : "there is no memory";

	if (wrong == NULL)
		wrong = check_token(&token);
	if (wrong != NULL) {
		ctl_reply_error(reply, "%s", wrong);
		free(added);
	} else {
		added->reply = reply;
		auth_make_token(&token, &added->text);
		store_put_token(store_of(reply), &token, on_added, added);
	}
	free(line);
}

/* --- list ----------------------------------------------------------------------- */

/* "-" for 0. */
static void
append_day(struct buf *out, const char *name, int64_t day)
{
	char text[DAY_TEXT_LEN] = "-";

	if (day != 0)
		day_format((day_t)day, text);
	buf_printf(out, "  %s %-10.*s", name, day != 0 ? DAY_TEXT_LEN : 1, text);
}

static void
on_listed(const struct token *token, void *arg)
{
	struct buf *out = ctl_reply_out(arg);
	char key_id[KEY_ID_TEXT];

	hex_encode(token->key_id, sizeof token->key_id, key_id);
	buf_append(out, key_id, sizeof key_id);
	buf_printf(out, "  %-7s  %-7s", token_kind_text(token->kind), token_state_text(token, clock_wall_ms()));
	append_day(out, "made", token->created_ms / MS_PER_DAY);
	append_day(out, "used", token->last_used);
	append_day(out, "ends", token->expires_ms / MS_PER_DAY);
	buf_append_text(out, "  ");
	scopes_write(scopes_of_token(token), ",", out);
	if (token->user_id.len > 0)
		buf_printf(out, "  %.*s", SLICE_ARGS(token->user_id));
	if (token->label.len > 0)
		buf_printf(out, "  %.*s", SLICE_ARGS(token->label));
	buf_append_char(out, '\n');
}

static void list_page(struct ctl_reply *reply, const uint8_t *after);

static void
on_page_end(enum status st, const uint8_t *next, void *arg)
{
	if (st != ST_OK)
		ctl_reply_error(arg, "%s", status_title(st));
	else if (next != NULL)
		list_page(arg, next);
	else
		ctl_reply_done(arg);
}

static void
list_page(struct ctl_reply *reply, const uint8_t *after)
{
	static const struct token_list_callbacks callbacks = { on_listed, on_page_end };
	struct token_query query = { .limit = PAGE, .has_after = after != NULL };

	if (after != NULL)
		memcpy(query.after, after, sizeof query.after);
	store_list_tokens(store_of(reply), &query, &callbacks, reply);
}

static void
run_list(struct ctl_reply *reply, const char *args)
{
	(void)args;
	list_page(reply, NULL);
}

/* --- revoke ---------------------------------------------------------------------- */

static void
on_revoked(enum status st, void *arg)
{
	if (st == ST_OK) {
		buf_append_literal(ctl_reply_out(arg), "revoked\n");
		ctl_reply_done(arg);
	} else if (st == ST_NOT_FOUND) {
		ctl_reply_error(arg, "there is no such token");
	} else {
		ctl_reply_error(arg, "the token was not revoked: %s", status_title(st));
	}
}

static void
run_revoke(struct ctl_reply *reply, const char *args)
{
	uint8_t key_id[TOKEN_KEY_SIZE];

	if (strlen(args) != KEY_ID_TEXT || !hex_decode(args, sizeof key_id, key_id)) {
		ctl_reply_error(reply, "a key id is wanted: the 16 characters that token list shows");
		return;
	}
	store_revoke_token(store_of(reply), key_id, on_revoked, reply);
}

const struct ctl_command token_commands[] = {
	{ "token add", "admin|service|user [--user PLATFORM:ID] [--scopes NAME,...] [--expires DAYS|YYYY-MM-DD] [--label TEXT]", true, run_add,
	  "Make a bearer token, with all that its kind may do and without an end unless told otherwise, and show it, this once." },
	{ "token list", NULL, true, run_list, "Show all tokens without their secrets: kind, state, when made, last used and ending, scopes, user, label." },
	{ "token revoke", "KEYID", true, run_revoke, "Make a token invalid at once, everywhere." },
	{ NULL, NULL, false, NULL, NULL }
};
