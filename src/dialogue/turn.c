/* SPDX-License-Identifier: MIT */
/* See dialogue.h: the table of turns, and what all actions do it with. */
#include "config.h"

#include "turn.h"

#include "understand/text/language.h"

enum { ASKS_MAX = 6 };         /* texts of one turn that are understood */

enum { ASKED_ANY = ASKED_KINDS };

static const struct {
	uint8_t asked, said;
	enum outcome (*action)(struct turn *turn);
} turns[] = {
#define TURN(asked, said, action) { ASKED_##asked, SAID_##said, turn_##action },
#include "data/turns.def"
#undef TURN
};

bool
turn_act(struct turn *turn, unsigned said)
{
	unsigned asked = turn->state->asked;

	for (size_t i = 0; i < sizeof turns / sizeof turns[0]; i++)
		if (turns[i].said == said && (turns[i].asked == asked || turns[i].asked == ASKED_ANY) && turns[i].action(turn) == DONE)
			return true;
	return false;
}

/* --- answering and asking ------------------------------------------------------------------- */

/* The sign-up of a new user takes the language of the first message that has one. */
void
turn_speak(struct turn *turn, enum language language)
{
	turn->language = turn->is_language_fixed ? turn->at_home : language;
	if (turn->person == NULL && language != language_from_tag(turn->profile->locale))
		turn->profile->locale = slice_of(language_tag(language));
}

void
turn_say(struct turn *turn, enum text_name name, const struct slice *values)
{
	say(turn->reply, turn->language, name, values);
}

void
turn_say_with(struct turn *turn, enum text_name name, struct slice value)
{
	say_with(turn->reply, turn->language, name, value);
}

void
turn_new_line(struct turn *turn)
{
	buf_append_char(turn->reply, '\n');
}

void
turn_ask_rules(struct turn *turn, struct slice text, struct currency home, void (*next)(struct turn *turn))
{
	turn->ask = text;
	turn->ask_home = home;
	turn->next = next;
}

void
turn_close_question(struct turn *turn)
{
	struct state *state = turn->state;

	turn->has_state = turn->has_state || state->asked != ASKED_NOTHING;
	state->asked = ASKED_NOTHING;
	state->text = state->name = SLICE_EMPTY;
	state->choice_count = 0;
	state->edit = (struct edit){ .doing = DOING_DELETE };
}

struct state *
turn_open_question(struct turn *turn, enum asked asked)
{
	struct state *state = turn->state;

	turn_close_question(turn);
	turn->has_state = true;
	state->asked = asked;
	state->asked_until_ms = turn->received_ms + turn->options->dialogue_question_timeout_ms;
	state->asked_by = turn->message_id;
	state->language = turn->language;
	return state;
}

struct message_change *
turn_change(struct turn *turn, enum change_kind kind)
{
	struct message_change *change;

	if (turn->changes == NULL)
		turn->changes = arena_alloc(turn->arena, MESSAGE_CHANGES_MAX * sizeof *turn->changes);
	if (turn->changes == NULL || turn->change_count == MESSAGE_CHANGES_MAX) {
		turn->reply->has_failed = true;        /* nothing is recorded then */
		return NULL;
	}
	change = &turn->changes[turn->change_count++];
	change->kind = kind;
	return change;
}

/* --- a turn ------------------------------------------------------------------------------------ */

static unsigned
said_by_verdict(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_EXPENSES:
		return SAID_EXPENSES;
	case VERDICT_NO_THING:
		return SAID_AMOUNT;
	case VERDICT_NO_AMOUNT:
		return SAID_THING;
	case VERDICT_TOO_MANY:
		return SAID_TOO_MANY;
	case VERDICT_NOTHING:
		break;
	}
	return SAID_OTHER;
}

void
turn_act_on_verdict(struct turn *turn)
{
	turn_speak(turn, turn->result->language);
	turn_act(turn, said_by_verdict(turn->result->verdict));
}

static bool
is_choice(const struct turn *turn, struct slice text)
{
	return text.len == 1 && text.ptr[0] >= '1' && text.ptr[0] <= '9' && (size_t)(text.ptr[0] - '0') <= turn->state->choice_count;
}

static void
read_state(struct turn *turn)
{
	struct state *state = arena_alloc(turn->arena, sizeof *state);
	static struct state none;

	if (state == NULL) {
		turn->reply->has_failed = true;
		memset(&none, 0, sizeof none);
		turn->state = &none;
		return;
	}
	turn->state = state;
	if (turn->dialogue != NULL)
		state_unpack(turn->dialogue->state, turn->arena, state);
	if (state->asked != ASKED_NOTHING && state->asked_until_ms <= turn->received_ms)
		turn_close_question(turn);
}

static bool
act_in(struct turn *turn, enum language language, unsigned said)
{
	turn_speak(turn, language);
	return turn_act(turn, said);
}

/* From the present intent on: one that turns out not to be meant hands on, at last to something that was bought. */
static bool
act_on_intents(struct turn *turn)
{
	while (turn->intent.kind != INTENT_NONE) {
		if (act_in(turn, turn->intent.language, turn->intent.kind))
			return true;
		intent_read_on(&turn->intent, turn->text, turn->heard);
	}
	return turn->question.kind != QUESTION_NONE && act_in(turn, turn->question.language, SAID_QUESTION);
}

/* false: rules about expenses have to tell what is said. */
static bool
act_at_once(struct turn *turn)
{
	struct slice text = intent_trim(turn->text);
	enum language asked_in = turn->state->asked != ASKED_NOTHING ? turn->state->language : turn->heard;
	/* "category report" is no order to change a category */
	bool is_question_alone = turn->question.kind != QUESTION_NONE && turn->question.name.len == 0 && turn->intent.value_count > 0;

	turn->named = look_category(turn, text);
	turn->choice = text.len > 0 ? (size_t)(text.ptr[0] - '1') : 0;
	return (is_choice(turn, text) && act_in(turn, asked_in, SAID_CHOICE))
	    || (is_question_alone && act_in(turn, turn->question.language, SAID_QUESTION))
	    || act_on_intents(turn)
	    || (turn->named != NULL && act_in(turn, asked_in, SAID_NAME));
}

/* What was tried before says nothing about the language. */
static void
understand_whole(struct turn *turn)
{
	turn->profile->locale = turn->locale;
	turn_ask_rules(turn, turn->text, turn->profile->home, turn_act_on_verdict);
}

void
turn_go_on(struct turn *turn)
{
	intent_read_on(&turn->intent, turn->text, turn->heard);
	if (!act_on_intents(turn))
		understand_whole(turn);
}

/* What a picture could not tell may stand beside it. */
static void
on_picture(struct turn *turn)
{
	if (turn->result->verdict == VERDICT_EXPENSES) {
		turn_act_on_verdict(turn);
		return;
	}
	turn->status = MESSAGE_NOTHING;
	reply_picture(turn->reply, turn->language, turn->result->picture);
}

static enum language
language_heard(const struct turn *turn)
{
	static struct chars chars;         /* large, and used up before the return */

	chars_read(&chars, turn->text);
	return chars.folded[0] == '/' ? turn->at_home : language_of(&chars, turn->profile->locale);
}

void
dialogue_begin(struct turn *turn)
{
	const struct user *user = turn->person != NULL ? &turn->person->user : NULL;

	turn->status = MESSAGE_ANSWER;
	turn->at_home = language_from_tag(turn->profile->locale);
	turn->is_language_fixed = user != NULL && user->is_language_fixed;
	turn->locale = turn->profile->locale;
	turn->heard = language_heard(turn);
	turn->language = turn->at_home;
	read_state(turn);
	if (turn_follow(turn) || turn_press(turn))
		return;
	if (turn->asks_picture) {
		turn_ask_rules(turn, turn->text, turn->profile->home, on_picture);
		return;
	}
	intent_read(&turn->intent, turn->text, turn->heard);
	question_read(&turn->question, turn->text, turn->today, turn->heard);
	if (!act_at_once(turn))
		understand_whole(turn);
}

void
dialogue_understood(struct turn *turn, enum status st, const struct understanding *result)
{
	turn->ask = SLICE_EMPTY;
	turn->asks_picture = false;
	turn->result = result;
	if (st == ST_OK && ++turn->asks <= ASKS_MAX) {
		turn->next(turn);
		return;
	}
	turn->status = MESSAGE_FAILED;
	reply_failed(turn->reply, turn->language);
}

bool
dialogue_entry(const struct turn *turn, struct dialogue_entry *entry)
{
	static const int64_t kept_ms = INT64_C(86400000) * KEPT_DAYS;
	struct buf packed = BUF_INIT;

	state_pack(&packed, turn->state);
	entry->if_version = turn->dialogue != NULL ? turn->dialogue->version : 0;
	entry->keep_until_ms = turn->state->never_count > 0 ? INT64_MAX : turn->now_ms + kept_ms;
	entry->state = packed.has_failed ? SLICE_EMPTY : arena_copy(turn->arena, buf_slice(&packed));
	buf_fini(&packed);
	return entry->state.ptr != NULL;
}
