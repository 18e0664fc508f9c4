/* SPDX-License-Identifier: MIT */
/*
 * Buttons: what they carry, and what is done when one is pressed; see turn.h.
 *
 * Data is "b", the id of the message that it stands under in 32 hex digits, a
 * colon and a code.  An answer counts only as long as the question of that very
 * message is open, undo only for what that message did, and what was suggested as
 * long as it is not so: pressed twice, or late, a button changes nothing.
 */
#include "config.h"

#include "dialogue/turn.h"

#include "hex.h"
#include "message/message.h"
#include "store/person.h"

enum {
	ID_DIGITS = 2 * sizeof((struct uuid *)0)->bytes,
	TAG_BYTES = 8,                 /* of a category's id, the last ones */
	EXPENSE_TAG_BYTES = 4          /* of the id of one of the message's expenses */
};

/* --- what they carry ------------------------------------------------------------------- */

/* As much of a label as there is room for, in whole characters. */
static struct slice
cut(struct slice label)
{
	if (label.len <= BUTTON_LABEL_MAX)
		return label;
	label.len = BUTTON_LABEL_MAX;
	while (label.len > 0 && ((unsigned char)label.ptr[label.len] & 0xC0) == 0x80)
		label.len--;
	return label;
}

/* false: the code is too long, or there is no memory. */
static bool
make_button(struct arena *arena, const struct uuid *message_id, struct slice label, struct slice code, struct reply_button *button)
{
	char data[BUTTON_DATA_MAX + 1] = "b";

	if (1 + ID_DIGITS + 1 + code.len > BUTTON_DATA_MAX)
		return false;
	hex_encode(message_id->bytes, sizeof message_id->bytes, data + 1);
	data[1 + ID_DIGITS] = ':';
	memcpy(data + 1 + ID_DIGITS + 1, code.ptr, code.len);
	*button = (struct reply_button){ arena_copy(arena, cut(label)), arena_copy(arena, (struct slice){ data, 1 + ID_DIGITS + 1 + code.len }) };
	return button->label.ptr != NULL && button->data.ptr != NULL;
}

void
turn_add_button(struct turn *turn, struct slice label, struct slice code)
{
	if (turn->button_count < REPLY_BUTTONS_MAX)
		turn->button_count += make_button(turn->arena, &turn->message_id, label, code, &turn->buttons[turn->button_count]);
}

void
turn_add_word(struct turn *turn, enum text_name label, const char *code)
{
	turn_add_button(turn, slice_of(say_text(turn->language, label)), slice_of(code));
}

static const uint8_t *
tag_of(const struct category *category)
{
	return category->id.bytes + sizeof category->id.bytes - TAG_BYTES;
}

void
turn_add_category_button(struct turn *turn, const struct category *category)
{
	char code[1 + 2 * TAG_BYTES + 1] = "c";

	hex_encode(tag_of(category), TAG_BYTES, code + 1);
	turn_add_button(turn, message_category_name(category, turn->language), slice_of(code));
}

static const uint8_t *
expense_tag(const struct expense *expense)
{
	return expense->id.bytes + sizeof expense->id.bytes - EXPENSE_TAG_BYTES;
}

bool
button_file_there(struct arena *arena, const struct uuid *message_id, struct slice label, const struct expense *expense,
    const struct category *category, struct reply_button *button)
{
	char code[1 + 2 * EXPENSE_TAG_BYTES + 2 * TAG_BYTES + 1] = "s";

	hex_encode(expense_tag(expense), EXPENSE_TAG_BYTES, code + 1);
	hex_encode(tag_of(category), TAG_BYTES, code + 1 + 2 * EXPENSE_TAG_BYTES);
	return make_button(arena, message_id, label, slice_of(code), button);
}

/* --- being pressed ------------------------------------------------------------------------ */

static const struct {
	char     code;
	unsigned said;
} answers[] = {
	{ 'y', SAID_YES }, { 'n', SAID_NO }, { 'a', SAID_YES }, { 'o', SAID_NO }, { 'x', SAID_NEVER }, { 'd', SAID_CONFIRM },
};

static bool
undo_what_it_did(struct turn *turn, const struct uuid *message_id)
{
	struct expense *entry = arena_alloc(turn->arena, MESSAGE_EXPENSES_MAX * sizeof *entry);
	size_t count;

	if (turn_undo_step_of(turn, message_id))
		return true;
	count = entry != NULL ? look_entry(turn, message_id, entry) : 0;
	if (count > 0)
		turn_undo_entry(turn, entry, count);
	return count > 0;
}

static bool
ask_category(struct turn *turn, const struct uuid *message_id)
{
	struct expense *entry = arena_alloc(turn->arena, MESSAGE_EXPENSES_MAX * sizeof *entry);

	if (entry == NULL || look_entry(turn, message_id, entry) != 1)
		return false;
	turn_ask_category_of(turn, &entry[0]);
	return true;
}

static const struct category *
find_category(const struct turn *turn, struct slice digits)
{
	uint8_t tag[TAG_BYTES];

	if (turn->person == NULL || digits.len != 2 * TAG_BYTES || !hex_decode(digits.ptr, sizeof tag, tag))
		return NULL;
	for (size_t i = 0; i < turn->person->category_count; i++)
		if (memcmp(tag_of(&turn->person->categories[i]), tag, sizeof tag) == 0)
			return &turn->person->categories[i];
	return NULL;
}

/* What was suggested, as long as the expense is there; one that is filed there by now stays as it is. */
static bool
file_there(struct turn *turn, const struct uuid *message_id, struct slice digits)
{
	struct expense *entry = arena_alloc(turn->arena, MESSAGE_EXPENSES_MAX * sizeof *entry);
	size_t count = entry != NULL ? look_entry(turn, message_id, entry) : 0, i = 0;
	uint8_t tag[EXPENSE_TAG_BYTES];
	const struct category *category;

	if (digits.len <= 2 * sizeof tag || !hex_decode(digits.ptr, sizeof tag, tag))
		return false;
	category = find_category(turn, (struct slice){ digits.ptr + 2 * sizeof tag, digits.len - 2 * sizeof tag });
	while (i < count && memcmp(expense_tag(&entry[i]), tag, sizeof tag) != 0)
		i++;
	if (category == NULL || i == count || uuid_equal(&entry[i].category_id, &category->id))
		return false;
	turn_do(turn, &(struct edit){ .doing = DOING_CATEGORY, .category_id = category->id }, &entry[i]);
	turn_propose_rule(turn, &entry[i], &category->id);
	return true;
}

static bool
answer(struct turn *turn, struct slice code)
{
	if (code.ptr[0] == 'c') {
		turn->named = find_category(turn, (struct slice){ code.ptr + 1, code.len - 1 });
		return turn->named != NULL && turn_act(turn, SAID_NAME);
	}
	if (code.len != 1)
		return false;
	turn->choice = (size_t)(code.ptr[0] - '1');
	if (code.ptr[0] >= '1' && turn->choice < turn->state->choice_count)
		return turn_act(turn, SAID_CHOICE);
	for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++)
		if (answers[i].code == code.ptr[0])
			return turn_act(turn, answers[i].said);
	return false;
}

static bool
is_done(struct turn *turn, const struct uuid *message_id, struct slice code)
{
	const struct state *state = turn->state;

	turn_speak(turn, turn->at_home);
	if (code.len == 1 && code.ptr[0] == 'u')
		return undo_what_it_did(turn, message_id);
	if (code.len == 1 && code.ptr[0] == 'k')
		return ask_category(turn, message_id);
	if (code.ptr[0] == 's')
		return file_there(turn, message_id, (struct slice){ code.ptr + 1, code.len - 1 });
	if (state->asked == ASKED_NOTHING || !uuid_equal(&state->asked_by, message_id))
		return false;
	turn_speak(turn, state->language);
	return answer(turn, code);
}

bool
turn_press(struct turn *turn)
{
	struct uuid id;
	struct slice code = SLICE_EMPTY;

	if (turn->text.len <= 1 + ID_DIGITS + 1 || turn->text.len > BUTTON_DATA_MAX || turn->text.ptr[0] != 'b'
	    || turn->text.ptr[1 + ID_DIGITS] != ':' || !hex_decode(turn->text.ptr + 1, sizeof id.bytes, id.bytes))
		return false;
	code = (struct slice){ turn->text.ptr + 1 + ID_DIGITS + 1, turn->text.len - (1 + ID_DIGITS + 1) };
	if (!is_done(turn, &id, code)) {
		turn->status = MESSAGE_NOTHING;
		turn_say(turn, TEXT_old_button, NULL);
	}
	return true;
}
