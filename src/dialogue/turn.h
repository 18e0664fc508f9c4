/* SPDX-License-Identifier: MIT */
/*
 * What the files of a turn share: the actions of data/turns.def, and how they
 * change, ask, answer and look things up.
 */
#ifndef TURN_H
#define TURN_H

#include "chat/reply.h"
#include "dialogue.h"

/* PASS: this was not meant; the next row that fits is tried. */
enum outcome { DONE, PASS };

/* What is said: an intent, or what is none, which goes on behind these. */
enum said { SAID_CHOICE = INTENTS, SAID_NAME, SAID_QUESTION, SAID_EXPENSES, SAID_AMOUNT, SAID_THING, SAID_TOO_MANY, SAID_OTHER };

#define INTENT(name, en, zh_hant, zh_hans, ja) SAID_##name = INTENT_##name,
enum said_intent {
#include "data/intents.def"
};
#undef INTENT

#define TURN(asked, said, action) enum outcome turn_##action(struct turn *turn);
#include "data/turns.def"
#undef TURN

/* --- turn.c: answering and asking ------------------------------------------------ */

/* Answer in the language in which something was said, unless the user wants always the same. */
void turn_speak(struct turn *turn, enum language language);

/* Append a sentence; the values may be NULL. */
void turn_say(struct turn *turn, enum text_name name, const struct slice *values);
void turn_say_with(struct turn *turn, enum text_name name, struct slice value);
void turn_new_line(struct turn *turn);

/* Have a text understood, and go on with next; home: for amounts that name no currency. */
void turn_ask_rules(struct turn *turn, struct slice text, struct currency home, void (*next)(struct turn *turn));

/* Go by what was understood of the whole message. */
void turn_act_on_verdict(struct turn *turn);

/* The intent was not meant, as its value shows: another one may be, else the message is understood as expenses. */
void turn_go_on(struct turn *turn);

/* Open a question, in place of the one before; its details are set by the caller. */
struct state *turn_open_question(struct turn *turn, enum asked asked);
void turn_close_question(struct turn *turn);

/* The next change, zeroed, with its kind; NULL when there are too many or no memory. */
struct message_change *turn_change(struct turn *turn, enum change_kind kind);

/* Do what the table has for something that was said; false: no row fits, or all that did handed on. */
bool turn_act(struct turn *turn, unsigned said);

/* --- buttons.c ------------------------------------------------------------------------ */

/*
 * A button under the reply, as long as there is room.  Its code: u to undo what
 * this message did, k to file its expense elsewhere, or an answer to its
 * question: y and n, a (always), o (only this), x (never), d (delete), the
 * number of a choice.
 */
void turn_add_button(struct turn *turn, struct slice label, struct slice code);
void turn_add_word(struct turn *turn, enum text_name label, const char *code);

/* One that answers with a category. */
void turn_add_category_button(struct turn *turn, const struct category *category);

/* One that files an expense of a message in a category, whatever is asked; false: no memory. */
bool button_file_there(struct arena *arena, const struct uuid *message_id, struct slice label, const struct expense *expense,
    const struct category *category, struct reply_button *button);

/* What was said is a button's data, and has been dealt with. */
bool turn_press(struct turn *turn);

/* --- edited.c -------------------------------------------------------------------------- */

/* It tells that another message was edited or deleted, and has been dealt with. */
bool turn_follow(struct turn *turn);

/* --- look.c: what is there -------------------------------------------------------- */

bool look_expense(struct turn *turn, const struct uuid *id, struct expense *expense);

/* The message answers another one, of the user's or the bot's, in a messenger. */
bool look_is_reply(const struct turn *turn);

/* The expenses of the newest entry, or of the one that is replied to, at most MESSAGE_EXPENSES_MAX; *at_ms: when it came. */
size_t look_last_entry(struct turn *turn, struct expense *expenses, int64_t *at_ms);

/* Those of a message that are still there. */
size_t look_entry(struct turn *turn, const struct uuid *message_id, struct expense *expenses);

/* Those whose description has the words, the newest first; at most max. */
size_t look_matching(struct turn *turn, struct slice words, struct expense *expenses, size_t max);

/* The same of some days; without words all of them. */
size_t look_in_days(struct turn *turn, day_t from, day_t to, struct slice words, struct expense *expenses, size_t max);

/* Deleted ones, of these words or, empty, all. */
size_t look_deleted(struct turn *turn, struct slice words, struct expense *expenses, size_t max);

/* As it was before it was changed last. */
bool look_before(struct turn *turn, const struct uuid *id, struct expense *before);

/* A category by its name, or a default one by its name in any language; NULL when there is none. */
const struct category *look_category(struct turn *turn, struct slice name);

/* Also by what else people call a default one ("transportation", 飲食). */
const struct category *look_category_called(struct turn *turn, struct slice name);

/* That somebody who has no categories yet will have one of this name. */
bool look_is_default_name(struct turn *turn, struct slice name);

/* What is paid from, in words for paying: 刷卡, "by card"; empty: they are none. */
struct slice look_account_of_payment(struct turn *turn, struct slice words, enum language language);

struct slice turn_category_name(const struct turn *turn, const struct uuid *id);

/* Take back the newest change, if that message made it, and say so. */
bool turn_undo_step_of(struct turn *turn, const struct uuid *message_id);

/* Delete expenses, and say that they are taken back. */
void turn_undo_entry(struct turn *turn, const struct expense *expenses, size_t count);

/* Delete them so that undoing brings them back, and say which behind a heading. */
void turn_delete_entry(struct turn *turn, enum text_name heading, const struct expense *expenses, size_t count);

/* --- expenses.c ---------------------------------------------------------------------- */

/* That an expense is paid from which names none. */
struct slice turn_default_account(const struct turn *turn);

/* --- change.c: what is done with expenses ------------------------------------------- */

/* One line of the catalogue about an expense; see reply_expense. */
void turn_say_expense(struct turn *turn, enum text_name form, const struct expense *expense);

/* Only that, in its present version; it is expense afterwards. */
void turn_change_expense(struct turn *turn, enum expense_action action, const struct expense *expense);

/* Do something with an expense, say so, and remember it so that it can be undone. */
void turn_do(struct turn *turn, const struct edit *edit, const struct expense *expense);

/* Do it with the only one, or ask which is meant. */
void turn_do_or_ask(struct turn *turn, const struct edit *edit, const struct expense *expenses, size_t count);

/* --- correct.c ------------------------------------------------------------------------ */

/* "it", 上一筆: the last entry is meant, whatever it is called. */
bool turn_is_last(struct turn *turn, struct slice words);

/* "rename coffee to tea" of expenses; false: none is called so. */
bool turn_rename_named(struct turn *turn);

/* --- categories.c --------------------------------------------------------------------- */

/*
 * Ask whether to make a category, to file the expense there (NULL: none) and to
 * make it a rule for a word (empty: no).  false: it can be no name.
 */
bool turn_offer_to_make(struct turn *turn, struct slice name, const struct expense *expense, struct slice word);

/* Ask where an expense belongs. */
void turn_ask_category_of(struct turn *turn, const struct expense *expense);

/* --- rules.c --------------------------------------------------------------------------- */

/* After a correction: ask whether it is always so. */
void turn_propose_rule(struct turn *turn, const struct expense *expense, const struct uuid *category_id);

/* Make it, in place of one for the same word, and say so. */
void turn_set_rule(struct turn *turn, struct slice word, const struct uuid *category_id);

#endif
