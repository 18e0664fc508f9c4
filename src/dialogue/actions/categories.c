/* SPDX-License-Identifier: MIT */
/* Categories: listing, making, renaming, deleting, and filing an expense in one that is named; see turn.h. */
#include "config.h"

#include "dialogue/turn.h"

#include "message/message.h"
#include "store/person.h"

enum {
	LINES_MAX = 50,
	NAME_CHARACTERS_MAX = 24,      /* of a name that is only guessed to be one */
	BLANKS_MAX = 2                 /* in it */
};

static struct slice
name_of(const struct turn *turn, const struct category *category)
{
	return message_category_name(category, turn->language);
}

static bool
is_sound_name(struct slice name)
{
	for (size_t i = 0; i < name.len; i++)
		if ((unsigned char)name.ptr[i] < ' ')
			return false;
	return name.len > 0 && name.len <= CATEGORY_NAME_MAX;
}

static void
say_count(struct turn *turn, enum text_name text, struct slice name, uint64_t count)
{
	struct buf number = BUF_INIT;
	struct slice values[VALUES_MAX] = { name };

	buf_append_uint(&number, count);
	values[1] = buf_slice(&number);
	turn_say(turn, text, values);
	buf_fini(&number);
}

enum outcome
turn_list_categories(struct turn *turn)
{
	size_t count = turn->person != NULL ? turn->person->category_count : 0;

	turn_say(turn, count > 0 ? TEXT_categories : TEXT_no_categories, NULL);
	for (size_t i = 0; i < count && i < LINES_MAX; i++) {
		const struct category *category = &turn->person->categories[i];

		turn_new_line(turn);
		say_count(turn, TEXT_category_line, name_of(turn, category), category->expense_count);
	}
	if (count > LINES_MAX) {
		turn_new_line(turn);
		say_count(turn, TEXT_more_lines, SLICE_EMPTY, count - LINES_MAX);
	}
	return DONE;
}

/* --- making and renaming ---------------------------------------------------------------------- */

/* false after saying why not. */
static bool
is_name_free(struct turn *turn, struct slice name, const struct category *but)
{
	const struct category *holder = look_category(turn, name);

	if (!is_sound_name(name))
		turn_say(turn, TEXT_bad_name, NULL);
	else if (holder != NULL && holder != but)
		turn_say_with(turn, TEXT_category_exists, name);
	else
		return true;
	return false;
}

static void
make_category(struct turn *turn, struct slice name)
{
	struct message_change *change = turn_change(turn, CHANGE_CATEGORY_NAME);

	turn->made = (struct category){ .id = uuid7_next(turn->now_ms), .name = name };
	if (change != NULL)
		change->category_name = (struct category_name){ .id = turn->made.id, .is_new = true, .name = name, .now_ms = turn->now_ms };
}

/* false after saying that there are too many. */
static bool
has_room(struct turn *turn)
{
	if (turn->person == NULL || turn->person->category_count + turn->person->leaving_count < CATEGORIES_MAX)
		return true;
	turn_say(turn, TEXT_too_many_categories, NULL);
	return false;
}

enum outcome
turn_add_category(struct turn *turn)
{
	struct slice name = turn->intent.values[0];

	turn_close_question(turn);
	if (is_name_free(turn, name, NULL) && has_room(turn)) {
		make_category(turn, name);
		turn_say_with(turn, TEXT_category_added, name);
	}
	return DONE;
}

static bool
may_be_name(struct slice text)
{
	size_t blanks = 0;

	for (size_t i = 0; i < text.len; i++) {
		if (strchr("0123456789?!.,;:$%\n", text.ptr[i]) != NULL)
			return false;
		blanks += text.ptr[i] == ' ';
	}
	return is_sound_name(text) && text_length(text) <= NAME_CHARACTERS_MAX && blanks <= BLANKS_MAX;
}

enum outcome
turn_rename_category(struct turn *turn)
{
	const struct category *category = look_category(turn, turn->intent.values[0]);
	struct slice name = turn->intent.values[1];
	struct slice values[VALUES_MAX] = { category != NULL ? name_of(turn, category) : SLICE_EMPTY, name };
	struct message_change *change;

	turn_close_question(turn);
	if (category == NULL && turn_is_last(turn, turn->intent.values[0]))
		return turn_rename_last(turn);
	if (category == NULL && turn_rename_named(turn))
		return DONE;
	if (category == NULL) {
		turn_say_with(turn, TEXT_no_category, turn->intent.values[0]);
		return DONE;
	}
	if (!is_name_free(turn, name, category))
		return DONE;
	change = turn_change(turn, CHANGE_CATEGORY_NAME);
	if (change != NULL)
		change->category_name = (struct category_name){ .id = category->id, .name = name, .if_version = category->version,
			.now_ms = turn->now_ms };
	turn_say(turn, TEXT_category_renamed, values);
	return DONE;
}

/* "change Food to Dining", where no expense is called so. */
enum outcome
turn_rename_category_changed(struct turn *turn)
{
	const struct category *category = look_category_called(turn, turn->intent.values[0]);
	const struct category *other = look_category_called(turn, turn->intent.values[1]);

	if (category == NULL || (other != NULL && other != category) || !may_be_name(turn->intent.values[1]))
		return PASS;
	return turn_rename_category(turn);
}

/* --- deleting ------------------------------------------------------------------------------------ */

static const struct category *
other_category(const struct turn *turn)
{
	return person_default_category(turn->person, slice_of(category_kind_key(CATEGORY_OTHER)));
}

static void
delete_into(struct turn *turn, const struct category *category, const struct category *into)
{
	struct slice values[VALUES_MAX] = { name_of(turn, category), name_of(turn, into) };
	struct message_change *change = turn_change(turn, CHANGE_CATEGORY_DELETION);

	if (change != NULL)
		change->category_deletion = (struct category_deletion){ .id = category->id, .deletion_id = uuid7_next(turn->now_ms),
			.reassign_to = into->id, .if_version = category->version, .by = TOKEN_USER, .now_ms = turn->now_ms };
	turn_close_question(turn);
	turn_say(turn, category->expense_count > 0 ? TEXT_category_deleted_into : TEXT_category_deleted, values);
}

/* All but one, the first of them as buttons. */
static void
offer_categories(struct turn *turn, const struct category *but)
{
	for (size_t i = 0; turn->person != NULL && i < turn->person->category_count && i < LINES_MAX; i++) {
		const struct category *category = &turn->person->categories[i];

		if (category == but)
			continue;
		turn_new_line(turn);
		turn_say_with(turn, TEXT_plain_line, name_of(turn, category));
		turn_add_category_button(turn, category);
	}
}

static void
ask_where_to(struct turn *turn, const struct category *category)
{
	struct state *state = turn_open_question(turn, ASKED_WHERE_TO);

	state->category = category->id;
	turn->status = MESSAGE_QUESTION;
	say_count(turn, TEXT_ask_where_to, name_of(turn, category), category->expense_count);
	offer_categories(turn, category);
}

enum outcome
turn_delete_category(struct turn *turn)
{
	const struct category *category = look_category(turn, turn->intent.values[0]);

	turn_close_question(turn);
	if (category == NULL)
		turn_say_with(turn, TEXT_no_category, turn->intent.values[0]);
	else if (category == other_category(turn))
		turn_say_with(turn, TEXT_category_stays, name_of(turn, category));
	else if (category->expense_count > 0 || other_category(turn) == NULL)
		ask_where_to(turn, category);
	else
		delete_into(turn, category, other_category(turn));
	return DONE;
}

/* Everything of the first goes to the second, and the first is gone. */
enum outcome
turn_merge_category(struct turn *turn)
{
	const struct category *category = look_category_called(turn, turn->intent.values[0]);
	const struct category *into = look_category_called(turn, turn->intent.values[1]);

	if (category == NULL && into == NULL)
		return PASS;
	turn_close_question(turn);
	if (category == NULL || into == NULL)
		turn_say_with(turn, TEXT_no_category, turn->intent.values[category != NULL]);
	else if (category == other_category(turn) || category == into)
		turn_say_with(turn, TEXT_category_stays, name_of(turn, category));
	else
		delete_into(turn, category, into);
	return DONE;
}

/* Nothing is moved without its category: who asks for that is told what there is. */
enum outcome
turn_tell_how_to_merge(struct turn *turn)
{
	const struct category *category = look_category_called(turn, turn->intent.values[0]);
	const struct category *into = look_category_called(turn, turn->intent.values[1]);

	if (category == NULL || into == NULL)
		return PASS;
	turn->status = MESSAGE_NOTHING;
	turn_say(turn, TEXT_how_to_merge, (struct slice[VALUES_MAX]){ name_of(turn, category), name_of(turn, into) });
	return DONE;
}

enum outcome
turn_delete_category_into(struct turn *turn)
{
	const struct category *category = person_category(turn->person, &turn->state->category);
	const struct category *into = turn->named != NULL ? turn->named : look_category_called(turn, turn->intent.values[0]);

	if (category == NULL || into == NULL)
		return PASS;
	if (category == into)
		ask_where_to(turn, category);
	else
		delete_into(turn, category, into);
	return DONE;
}

/* --- filing -------------------------------------------------------------------------------------- */

static void
file(struct turn *turn, const struct uuid *expense_id, const struct uuid *category_id)
{
	struct edit edit = { .doing = DOING_CATEGORY, .category_id = *category_id };
	struct expense expense;

	if (look_expense(turn, expense_id, &expense)) {
		turn_do(turn, &edit, &expense);
		turn_propose_rule(turn, &expense, category_id);
	} else {
		turn_close_question(turn);
		turn_say(turn, TEXT_gone, NULL);
	}
}

enum outcome
turn_file_as_named(struct turn *turn)
{
	struct uuid id = turn->state->choices[0];

	file(turn, &id, &turn->named->id);
	return DONE;
}

enum outcome
turn_make_and_file(struct turn *turn)
{
	struct uuid id = turn->state->choices[0];
	struct slice name = turn->state->name, word = turn->state->text;
	bool has_expense = turn->state->choice_count > 0;

	if (!is_name_free(turn, name, NULL) || !has_room(turn))
		return DONE;
	make_category(turn, name);
	turn_say_with(turn, TEXT_category_added, name);
	turn_new_line(turn);
	if (has_expense) {
		file(turn, &id, &turn->made.id);
	} else {
		turn_close_question(turn);
		turn_set_rule(turn, word, &turn->made.id);
	}
	return DONE;
}

bool
turn_offer_to_make(struct turn *turn, struct slice name, const struct expense *expense, struct slice word)
{
	struct slice values[VALUES_MAX] = { name, expense != NULL ? expense->description : word };
	struct state *state;

	if (!may_be_name(name))
		return false;
	state = turn_open_question(turn, ASKED_NEW_CATEGORY);
	state->name = name;
	state->text = word;
	state->choice_count = expense != NULL;
	if (expense != NULL)
		state->choices[0] = expense->id;
	turn->status = MESSAGE_QUESTION;
	turn_say(turn, expense != NULL ? TEXT_offer_category : TEXT_offer_rule, values);
	turn_add_word(turn, TEXT_word_yes, "y");
	turn_add_word(turn, TEXT_word_no, "n");
	return true;
}

enum outcome
turn_offer_new_category(struct turn *turn)
{
	struct uuid id = turn->state->choices[0];
	struct expense expense;

	return !intent_has_pause(turn->text) && look_expense(turn, &id, &expense)
	    && turn_offer_to_make(turn, intent_trim(turn->text), &expense, SLICE_EMPTY) ? DONE : PASS;
}

enum outcome
turn_ask_category_again(struct turn *turn)
{
	turn->status = MESSAGE_QUESTION;
	turn_say(turn, TEXT_which_category, NULL);
	turn->state->asked_by = turn->message_id;
	turn->has_state = true;
	offer_categories(turn, NULL);
	return DONE;
}

void
turn_ask_category_of(struct turn *turn, const struct expense *expense)
{
	struct state *state = turn_open_question(turn, ASKED_CATEGORY);

	state->choice_count = 1;
	state->choices[0] = expense->id;
	turn_ask_category_again(turn);
}
