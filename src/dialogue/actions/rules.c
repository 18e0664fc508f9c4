/* SPDX-License-Identifier: MIT */
/* Rules: words that say where an expense is filed, learned only when the user says so; see turn.h. */
#include "config.h"

#include "dialogue/turn.h"

#include "fold.h"
#include "message/message.h"
#include "store/person.h"

enum { LINES_MAX = 30 };

static const struct keyword *
find_rule(struct turn *turn, struct slice word)
{
	struct slice folded = text_fold(turn->arena, word);

	for (size_t i = 0; turn->person != NULL && i < turn->person->keyword_count; i++)
		if (slice_equal(turn->person->keywords[i].folded, folded))
			return &turn->person->keywords[i];
	return NULL;
}

static bool
is_never_learned(struct turn *turn, struct slice word)
{
	struct slice folded = text_fold(turn->arena, word);

	for (size_t i = 0; i < turn->state->never_count; i++)
		if (slice_equal(turn->state->never[i], folded))
			return true;
	return false;
}

static void
say_rule(struct turn *turn, enum text_name text, struct slice word, const struct uuid *category_id)
{
	struct slice values[VALUES_MAX] = { word, turn_category_name(turn, category_id) };

	turn_say(turn, text, values);
}

/* --- learning ----------------------------------------------------------------------------------- */

void
turn_propose_rule(struct turn *turn, const struct expense *expense, const struct uuid *category_id)
{
	const struct keyword *present = find_rule(turn, expense->description);
	struct state *state;

	if (expense->description.len == 0 || expense->description.len > KEYWORD_MAX || is_never_learned(turn, expense->description)
	    || (present != NULL && uuid_equal(&present->category_id, category_id)))
		return;
	state = turn_open_question(turn, ASKED_RULE);
	state->name = expense->description;
	state->category = *category_id;
	turn_new_line(turn);
	say_rule(turn, TEXT_propose_rule, expense->description, category_id);
	turn_add_word(turn, TEXT_word_always, "a");
	turn_add_word(turn, TEXT_word_only_this, "o");
	turn_add_word(turn, TEXT_word_never, "x");
}

static void
remove_rule(struct turn *turn, const struct keyword *keyword)
{
	struct message_change *change = turn_change(turn, CHANGE_KEYWORD);

	if (change != NULL)
		change->keyword = (struct keyword_change){ .action = KEYWORD_REMOVED, .id = keyword->id,
			.category_id = keyword->category_id, .now_ms = turn->now_ms };
}

/* A rule for the same word goes. */
void
turn_set_rule(struct turn *turn, struct slice word, const struct uuid *category_id)
{
	const struct keyword *present = find_rule(turn, word);
	struct message_change *change;

	if (present == NULL && turn->person != NULL && turn->person->keyword_count >= KEYWORDS_MAX) {
		turn_say(turn, TEXT_too_many_rules, NULL);
		return;
	}
	if (present != NULL)
		remove_rule(turn, present);
	change = turn_change(turn, CHANGE_KEYWORD);
	if (change != NULL)
		change->keyword = (struct keyword_change){ .action = KEYWORD_ADDED, .id = uuid7_next(turn->now_ms),
			.category_id = *category_id, .text = word, .now_ms = turn->now_ms };
	say_rule(turn, TEXT_rule_learned, word, category_id);
}

enum outcome
turn_learn(struct turn *turn)
{
	struct uuid category_id = turn->state->category;
	struct slice word = turn->state->name;

	turn_close_question(turn);
	if (turn->person != NULL && person_category(turn->person, &category_id) != NULL)
		turn_set_rule(turn, word, &category_id);
	else
		turn_say(turn, TEXT_gone, NULL);
	return DONE;
}

enum outcome
turn_do_not_learn(struct turn *turn)
{
	turn_close_question(turn);
	turn_say(turn, TEXT_not_learned, NULL);
	return DONE;
}

enum outcome
turn_never_learn(struct turn *turn)
{
	struct state *state = turn->state;
	struct slice word = state->name;

	turn_close_question(turn);
	if (state->never_count == NEVER_MAX)
		memmove(state->never, state->never + 1, --state->never_count * sizeof state->never[0]);
	state->never[state->never_count++] = text_fold(turn->arena, word);
	turn_say_with(turn, TEXT_never_learned, word);
	return DONE;
}

/* --- on request ------------------------------------------------------------------------------------ */

enum outcome
turn_add_rule(struct turn *turn)
{
	const struct category *category = look_category_called(turn, turn->intent.values[1]);
	struct slice word = turn->intent.values[0];

	if (word.len > KEYWORD_MAX)
		return PASS;
	if (category == NULL)
		return turn->intent.kind == INTENT_ADD_RULE && turn_offer_to_make(turn, turn->intent.values[1], NULL, word) ? DONE : PASS;
	turn_close_question(turn);
	turn_set_rule(turn, word, &category->id);
	return DONE;
}

enum outcome
turn_delete_rule(struct turn *turn)
{
	const struct keyword *keyword = find_rule(turn, turn->intent.values[0]);

	turn_close_question(turn);
	if (keyword != NULL)
		remove_rule(turn, keyword);
	turn_say_with(turn, keyword != NULL ? TEXT_rule_deleted : TEXT_no_rule, turn->intent.values[0]);
	return DONE;
}

enum outcome
turn_list_rules(struct turn *turn)
{
	size_t count = turn->person != NULL ? turn->person->keyword_count : 0;

	turn_say(turn, count > 0 ? TEXT_rules : TEXT_no_rules, NULL);
	for (size_t i = 0; i < count && i < LINES_MAX; i++) {
		turn_new_line(turn);
		say_rule(turn, TEXT_rule_line, turn->person->keywords[i].text, &turn->person->keywords[i].category_id);
	}
	if (count > LINES_MAX) {
		struct buf number = BUF_INIT;
		struct slice values[VALUES_MAX] = { SLICE_EMPTY };

		buf_append_uint(&number, count - LINES_MAX);
		values[1] = buf_slice(&number);
		turn_new_line(turn);
		turn_say(turn, TEXT_more_lines, values);
		buf_fini(&number);
	}
	return DONE;
}
