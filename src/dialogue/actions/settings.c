/* SPDX-License-Identifier: MIT */
/* Settings, help, exports, and deleting the user; see turn.h. */
#include "config.h"

#include "dialogue/turn.h"

#include "fold.h"
#include "message/message.h"
#include "zone.h"

struct name {
	const char *value;
	const char *names;             /* between bars, folded */
};

static const struct name languages[] = {
#define LANGUAGE_NAME(tag, names) { tag, names },
#include "dialogue/data/names.def"
};

static const struct name zones[] = {
#define ZONE_NAME(zone, names) { zone, names },
#include "dialogue/data/names.def"
};

/* NULL when there is none. */
static const char *
find_value(struct turn *turn, const struct name *rows, size_t count, struct slice name)
{
	struct slice folded = text_fold(turn->arena, name);

	for (size_t i = 0; i < count; i++)
		if (intent_is_listed(folded, rows[i].names))
			return rows[i].value;
	return NULL;
}

/* The user as it is, or as a new one will be. */
static struct user
settings_of(const struct turn *turn)
{
	if (turn->person != NULL)
		return turn->person->user;
	return (struct user){ .locale = turn->profile->locale, .zone = turn->profile->zone, .home = turn->profile->home };
}

static void
change_user(struct turn *turn, const struct user *user)
{
	struct message_change *change = turn_change(turn, CHANGE_USER);

	turn_close_question(turn);
	if (change != NULL)
		change->user = (struct user_change){ .user = *user, .if_version = turn->person != NULL ? user->version : 0,
			.now_ms = turn->now_ms };
}

/* Which Chinese is meant by somebody who does not say. */
static bool
is_simplified(const struct turn *turn)
{
	return turn->heard == LANGUAGE_ZH_HANS || (turn->heard != LANGUAGE_ZH_HANT && turn->at_home == LANGUAGE_ZH_HANS);
}

enum outcome
turn_set_language(struct turn *turn)
{
	const char *tag = find_value(turn, languages, sizeof languages / sizeof languages[0], turn->intent.values[0]);
	struct user user = settings_of(turn);

	if (tag == NULL)
		return PASS;
	if (strcmp(tag, "zh") == 0)
		tag = is_simplified(turn) ? "zh-CN" : "zh-TW";
	user.is_language_fixed = tag[0] != '\0';
	if (user.is_language_fixed) {
		user.locale = slice_of(tag);
		turn->language = language_from_tag(user.locale);
	}
	change_user(turn, &user);
	turn_say(turn, user.is_language_fixed ? TEXT_language_set : TEXT_language_free, NULL);
	return DONE;
}

static struct slice
find_zone(struct turn *turn, struct slice name)
{
	const char *zone = find_value(turn, zones, sizeof zones / sizeof zones[0], name);
	struct slice copy = arena_copy(turn->arena, name);

	if (zone != NULL)
		return slice_of(zone);
	return copy.len > 0 && copy.len <= ZONE_MAX && zone_exists(copy.ptr) ? copy : SLICE_EMPTY;
}

enum outcome
turn_set_zone(struct turn *turn)
{
	struct user user = settings_of(turn);
	struct slice zone = find_zone(turn, turn->intent.values[0]);

	if (zone.len == 0) {
		turn_say_with(turn, TEXT_no_zone, turn->intent.values[0]);
		return DONE;
	}
	user.zone = zone;
	change_user(turn, &user);
	turn_say_with(turn, TEXT_zone_set, zone);
	return DONE;
}

/* "I'm in Tokyo" */
enum outcome
turn_set_zone_of_place(struct turn *turn)
{
	return find_zone(turn, turn->intent.values[0]).len > 0 ? turn_set_zone(turn) : PASS;
}

static void
set_currency(struct turn *turn, struct currency currency)
{
	struct user user = settings_of(turn);

	user.home = currency;
	change_user(turn, &user);
	turn_say_with(turn, TEXT_currency_set, slice_of(user.home.code));
}

/* What an amount is in that names no currency: nobody's, so that it is told from those that are named. */
static const struct currency none = { "MRU" };

/* The name of a currency, read as that of an amount. */
static void
on_currency_understood(struct turn *turn)
{
	const struct understanding *result = turn->result;

	if (result->verdict == VERDICT_NO_THING && result->amount_count > 0 && strcmp(result->amounts[0].currency.code, none.code) != 0)
		set_currency(turn, result->amounts[0].currency);
	else if (turn->intent.kind == INTENT_USE)
		turn_go_on(turn);
	else
		turn_say_with(turn, TEXT_no_currency, turn->intent.values[0]);
}

enum outcome
turn_set_currency(struct turn *turn)
{
	struct slice name = turn->intent.values[0];
	struct currency currency;
	struct buf amount = BUF_INIT;

	if (currency_parse(name, &currency)) {
		set_currency(turn, currency);
		return DONE;
	}
	buf_append_literal(&amount, "100 ");
	buf_append_slice(&amount, name);
	turn_ask_rules(turn, arena_copy(turn->arena, buf_slice(&amount)), none, on_currency_understood);
	buf_fini(&amount);
	return DONE;
}

enum outcome
turn_set_account(struct turn *turn)
{
	struct user user = settings_of(turn);

	if (turn->intent.values[0].len > ACCOUNT_MAX)
		return PASS;
	user.default_account = turn->intent.values[0];
	change_user(turn, &user);
	turn_say_with(turn, TEXT_account_set, user.default_account);
	return DONE;
}

enum outcome
turn_show_settings(struct turn *turn)
{
	struct user user = settings_of(turn);
	struct slice values[VALUES_MAX] = {
		user.is_language_fixed ? user.locale : slice_of(say_text(turn->language, TEXT_language_of_message)), user.zone,
		slice_of(user.home.code), user.default_account.len > 0 ? user.default_account : message_default_account,
	};

	turn_say(turn, TEXT_settings, values);
	return DONE;
}

enum outcome
turn_help(struct turn *turn)
{
	turn_say(turn, TEXT_help, NULL);
	return DONE;
}

/* A question that is open stays so. */
enum outcome
turn_greet(struct turn *turn)
{
	turn->status = MESSAGE_NOTHING;
	turn_say(turn, TEXT_greeting, NULL);
	return DONE;
}

/* What was said as well when something was asked leaves that open. */
enum outcome
turn_acknowledge(struct turn *turn)
{
	turn->status = MESSAGE_NOTHING;
	turn_say(turn, TEXT_fine, NULL);
	return DONE;
}

enum outcome
turn_explain_export(struct turn *turn)
{
	turn_say(turn, TEXT_export, NULL);
	return DONE;
}

/* --- deleting the user --------------------------------------------------------------------------- */

enum outcome
turn_ask_delete_user(struct turn *turn)
{
	turn_open_question(turn, ASKED_DELETE_ME);
	turn->status = MESSAGE_QUESTION;
	turn_say_with(turn, TEXT_ask_delete_user, slice_of(say_text(turn->language, TEXT_word_delete_all)));
	turn_add_word(turn, TEXT_word_delete_all, "d");
	turn_add_word(turn, TEXT_word_no, "n");
	return DONE;
}

enum outcome
turn_delete_user(struct turn *turn)
{
	struct message_change *change;

	if (turn->person == NULL)
		return PASS;
	change = turn_change(turn, CHANGE_USER_DELETION);
	turn_close_question(turn);
	if (change != NULL)
		change->user_deletion = (struct deletion){ .user_id = turn->person->user.id,
			.created_ms = turn->person->user.created_ms, .now_ms = turn->now_ms };
	turn_say(turn, TEXT_user_deleted, NULL);
	return DONE;
}
