/* SPDX-License-Identifier: MIT */
/* Recording expenses, and asking for what is missing; see turn.h. */
#include "config.h"

#include "dialogue/turn.h"

#include "message/message.h"

enum {
	SURE_PERCENT = 40,             /* below it a category is a guess, and Other is taken */
	THING_PERCENT = 60,            /* from there on it is a thing that one buys, and not a person */
	ANSWER_CHARACTERS_MAX = 60     /* of what an amount was for */
};

/* --- recording ----------------------------------------------------------------------------- */

struct slice
turn_default_account(const struct turn *turn)
{
	if (turn->person != NULL && turn->person->user.default_account.len > 0)
		return turn->person->user.default_account;
	return message_default_account;
}

/* Neither a provider nor the person's own words have said where it belongs. */
static bool
is_guess(const struct turn *turn, const struct understood_expense *understood, const struct category *category)
{
	if (turn->result->has_answer || understood->own_category > 0 || understood->category_confidence >= turn->options->ai_suggest_below)
		return false;
	return category == NULL || category == message_category(turn->person, understood->category);
}

/* 刷卡 is a card, whatever it is called elsewhere. */
static struct slice
account_of(struct turn *turn, const struct understood_expense *understood)
{
	struct slice named = understood->account.len > 0 && understood->own_account == 0 ?
	    look_account_of_payment(turn, understood->account, turn->language) : SLICE_EMPTY;

	return named.len > 0 ? named : understood->account;
}

static void
take_expense(struct turn *turn, const struct understood_expense *understood, struct reply_expense *said)
{
	const struct category *category = turn->person != NULL ?
	    message_file(turn->person, understood->description, understood->own_category, understood->category) : NULL;
	struct new_expense *new_expense = &turn->expenses[turn->expense_count++];
	struct slice account = account_of(turn, understood);

	new_expense->expense = (struct expense){
		.id = uuid7_next(turn->received_ms), .day = understood->day, .amount_minor = understood->amount_minor,
		.currency = understood->currency, .description = arena_copy(turn->arena, understood->description),
		.account = arena_copy(turn->arena, account.len > 0 ? account : turn_default_account(turn)), .zone = turn->profile->zone,
		.message_id = turn->message_id, .created_ms = turn->received_ms,
	};
	if (new_expense->expense.description.ptr == NULL || new_expense->expense.account.ptr == NULL)
		turn->reply->has_failed = true;
	new_expense->category_key = slice_of(category_kind_key(understood->category));
	if (category != NULL)
		new_expense->expense.category_id = category->id;
	turn->is_unsure_where |= is_guess(turn, understood, category);
	*said = (struct reply_expense){
		.description = understood->description, .amount_minor = understood->amount_minor,
		.currency = understood->currency, .account = account, .day = understood->day,
		.category = category != NULL ? message_category_name(category, turn->language) :
		    category_kind_name(understood->category, turn->language),
	};
}

/* What nobody knows where to file is in Other, and the next message may say better. */
static void
suggest_naming(struct turn *turn)
{
	const struct understood_expense *understood = &turn->result->expenses[0];
	const struct category *category = turn->person != NULL ?
	    message_file(turn->person, understood->description, understood->own_category, understood->category) : NULL;
	struct state *state;

	if (turn->expense_count != 1 || understood->category != CATEGORY_OTHER || understood->category_confidence >= SURE_PERCENT
	    || (category != NULL && !slice_equal(category->key, slice_of(category_kind_key(CATEGORY_OTHER)))))
		return;
	turn_new_line(turn);
	turn_say(turn, TEXT_name_category, NULL);
	state = turn_open_question(turn, ASKED_CATEGORY);
	state->choice_count = 1;
	state->choices[0] = turn->expenses[0].expense.id;
}

/* Who begins with "450円" in Japanese has yen at home, whatever others here have. */
static void
take_home_currency(struct turn *turn)
{
	const struct understanding *result = turn->result;
	struct currency home;

	if (turn->person != NULL || !currency_parse(slice_of(language_currency(turn->language)), &home))
		return;
	for (size_t i = 0; i < result->expense_count; i++)
		if (result->expenses[i].is_currency_guessed || strcmp(result->expenses[i].currency.code, home.code) != 0)
			return;
	turn->profile->home = home;
}

enum outcome
turn_record(struct turn *turn)
{
	const struct understanding *result = turn->result;
	struct reply_expense said[MESSAGE_EXPENSES_MAX];

	turn->status = MESSAGE_RECORDED;
	turn->expenses = arena_alloc(turn->arena, result->expense_count * sizeof *turn->expenses);
	if (turn->expenses == NULL) {
		turn->reply->has_failed = true;
		return DONE;
	}
	take_home_currency(turn);
	turn_close_question(turn);
	for (size_t i = 0; i < result->expense_count && i < MESSAGE_EXPENSES_MAX; i++)
		take_expense(turn, &result->expenses[i], &said[i]);
	reply_recorded(turn->reply, turn->language, said, turn->expense_count, turn->today);
	turn_add_word(turn, TEXT_word_undo, "u");
	if (turn->expense_count == 1)
		turn_add_word(turn, TEXT_word_other_category, "k");
	if (result->has_lone_amount) {
		turn_new_line(turn);
		reply_lone_amount(turn->reply, turn->language, result, turn->profile->home);
	}
	suggest_naming(turn);
	return DONE;
}

/* --- asking ------------------------------------------------------------------------------------ */

enum outcome
turn_say_verdict(struct turn *turn)
{
	turn->status = message_status_of(turn->result->verdict);
	reply_verdict(turn->reply, turn->language, turn->result, turn->profile->home);
	return DONE;
}

/* What is too long to be kept is not waited for. */
static void
ask(struct turn *turn, enum asked asked)
{
	struct state *state;

	turn_say_verdict(turn);
	if (turn->text.len > STATE_TEXT_MAX) {
		turn_close_question(turn);
		return;
	}
	state = turn_open_question(turn, asked);
	state->text = turn->text;
	state->name = arena_copy(turn->arena, turn->result->subject);
	turn_add_word(turn, TEXT_word_cancel, "n");
}

enum outcome
turn_ask_thing(struct turn *turn)
{
	ask(turn, ASKED_THING);
	return DONE;
}

enum outcome
turn_ask_amount(struct turn *turn)
{
	ask(turn, ASKED_AMOUNT);
	return DONE;
}

/* --- being answered ----------------------------------------------------------------------------- */

static struct slice
join(struct turn *turn, struct slice first, struct slice second)
{
	struct buf both = BUF_INIT;
	struct slice joined;

	buf_append_slice(&both, first);
	buf_append_char(&both, ' ');
	buf_append_slice(&both, second);
	joined = both.has_failed ? SLICE_EMPTY : arena_copy(turn->arena, buf_slice(&both));
	if (joined.ptr == NULL)
		turn->reply->has_failed = true;
	buf_fini(&both);
	return joined;
}

/* It was no answer: the question stays open. */
static void
stay(struct turn *turn)
{
	turn->status = MESSAGE_QUESTION;
	turn_say_with(turn, turn->state->asked == ASKED_THING ? TEXT_still_thing : TEXT_still_amount, turn->state->name);
}

static void
on_thing_answered(struct turn *turn)
{
	if (turn->result->verdict == VERDICT_EXPENSES)
		turn_record(turn);
	else
		stay(turn);
}

static bool
has_digit(struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] >= '0' && text.ptr[i] <= '9')
			return true;
	return false;
}

/* "it was 4" says 4. */
static struct slice
answer_of(const struct turn *turn)
{
	return turn->intent.kind != INTENT_NONE ? turn->intent.values[0] : intent_trim(turn->text);
}

/* The answer and the message with the amount are read as one; it is answered in the language of the question. */
enum outcome
turn_answer_thing(struct turn *turn)
{
	struct slice answer = answer_of(turn);

	if (answer.len == 0 || has_digit(answer) || text_length(answer) > ANSWER_CHARACTERS_MAX)
		return PASS;
	turn_speak(turn, turn->state->language);
	turn_ask_rules(turn, join(turn, answer, turn->state->text), turn->profile->home, on_thing_answered);
	return DONE;
}

static void
on_amount_answered(struct turn *turn)
{
	if (turn->result->verdict == VERDICT_EXPENSES)
		turn_record(turn);
	else
		turn_say_verdict(turn);
}

/* With the thing alone, when the whole message does not read well with the amount. */
static void
on_amount_joined(struct turn *turn)
{
	const struct understanding *result = turn->result;

	if (result->verdict == VERDICT_EXPENSES && result->expense_count == 1
	    && slice_equal(result->expenses[0].description, turn->state->name))
		turn_record(turn);
	else
		turn_ask_rules(turn, join(turn, turn->state->name, answer_of(turn)), turn->profile->home, on_amount_answered);
}

enum outcome
turn_answer_amount(struct turn *turn)
{
	struct slice text = turn->state->text.len > 0 ? turn->state->text : turn->state->name;

	if (turn->intent.kind != INTENT_NONE && !has_digit(answer_of(turn)))
		return PASS;
	turn_speak(turn, turn->state->language);
	turn_ask_rules(turn, join(turn, text, answer_of(turn)), turn->profile->home, on_amount_joined);
	return DONE;
}

enum outcome
turn_drop_question(struct turn *turn)
{
	turn_close_question(turn);
	turn_say(turn, TEXT_dropped, NULL);
	return DONE;
}

/* --- what is none ------------------------------------------------------------------------------- */

/* What may be the sum: digits tell it, else what stands last (提款三千, "lent tom twenty"). */
static struct slice
value_with_sum(const struct turn *turn)
{
	for (size_t i = 0; i < turn->intent.value_count; i++)
		if (has_digit(turn->intent.values[i]))
			return turn->intent.values[i];
	return turn->intent.value_count > 0 ? turn->intent.values[turn->intent.value_count - 1] : SLICE_EMPTY;
}

static void
refuse_unless_expense(struct turn *turn, bool is_sum)
{
	if (is_sum) {
		turn_close_question(turn);
		turn->status = MESSAGE_NOTHING;
		turn_say(turn, TEXT_not_spent, NULL);
	} else {
		turn_go_on(turn);
	}
}

static bool
begins_with_digit(struct slice text)
{
	return text.len > 0 && has_digit((struct slice){ text.ptr, 1 });
}

/* "Tom paid me 20 for pizza": who, and then the sum at once. */
static bool
begins_with_sum(const struct turn *turn)
{
	const struct intent *intent = &turn->intent;

	return intent->value_count == 2 && !has_digit(intent->values[0]) && begins_with_digit(intent->values[1]);
}

static void
on_sum_understood(struct turn *turn)
{
	const struct understanding *result = turn->result;

	refuse_unless_expense(turn, result->amount_count == 1
	    && (result->verdict == VERDICT_NO_THING || (result->verdict == VERDICT_EXPENSES && begins_with_sum(turn))));
}

/* "lent my brother 50": what stands beside the sum is nothing that one buys (還信用卡費 500), and there is nothing else (還要300). */
static void
on_loan_understood(struct turn *turn)
{
	const struct understanding *result = turn->result;
	bool is_sum = result->verdict == VERDICT_NO_THING && result->amount_count == 1 && begins_with_digit(turn->intent.values[0]);

	if (result->verdict == VERDICT_EXPENSES && result->expense_count == 1)
		is_sum = result->expenses[0].own_category == 0 && result->expenses[0].category_confidence < THING_PERCENT;
	refuse_unless_expense(turn, is_sum);
}

/* Money that was earned, withdrawn, lent or given back; "income tax 500" is none of that, since "tax 500" is no sum alone. */
enum outcome
turn_refuse_what_is_not_spent(struct turn *turn)
{
	struct slice sum = value_with_sum(turn);

	if (sum.len == 0)
		return PASS;
	turn_ask_rules(turn, sum, turn->profile->home, on_sum_understood);
	return DONE;
}

enum outcome
turn_refuse_what_is_lent(struct turn *turn)
{
	if (turn->intent.value_count == 0)
		return PASS;
	turn_ask_rules(turn, turn->intent.values[0], turn->profile->home, on_loan_understood);
	return DONE;
}
