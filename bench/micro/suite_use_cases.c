/* SPDX-License-Identifier: MIT */
/*
 * What the daemon does with a request, without its sockets: understanding,
 * profiles, look-ups, storing, and the JSON of the answer.
 */
#include "config.h"

#include "suite.h"

#include "api/expense/expense_json.h"
#include "bench_data.h"
#include "message/message.h"
#include "understand.h"

enum { FEW = 100, MANY = 1000, NAMED_CATEGORIES = 10, DAYS = 365 };

static void
free_data(void *arg)
{
	bench_data_free(arg);
}

static void *
empty(void)
{
	return bench_data_new();
}

static void *
one_user(void)
{
	struct bench_data *data = bench_data_new();

	bench_add_user(data, 0);
	return data;
}

/* --- users ---------------------------------------------------------------------------- */

static void
on_signed_up(enum status st, const struct write_answer *answer, void *arg)
{
	(void)arg;
	bench_must(st == ST_OK && !answer->is_new_user ? ST_FAILED : st, "signing up");
}

/* As the first message of somebody does: who is it, then the user with the default categories. */
static void
sign_up_next(struct bench_data *data)
{
	struct slice user_id = bench_user_id(data->users++);
	struct sign_up_entry entry = { .sign_up = message_profile(&data->options, user_id, NULL), .now_ms = 1 };
	struct person person;

	data->ledger = store_ledger(data->store, user_id);
	if (bench_person(data, &data->ledger, &data->arena, &person))
		bench_must(ST_CONFLICT, "a user who is new");
	store_sign_up(data->store, &data->ledger, &entry, on_signed_up, NULL);
}

static void
auto_signup(void *arg, size_t n)
{
	struct bench_data *data = arg;

	for (size_t i = 0; i < n; i++) {
		sign_up_next(data);
		arena_reset(&data->arena);
	}
}

/* The same, and what the new user is shown: the profile with its categories. */
static void
user_registration(void *arg, size_t n)
{
	struct bench_data *data = arg;
	struct person person;

	for (size_t i = 0; i < n; i++) {
		sign_up_next(data);
		if (!bench_person(data, &data->ledger, &data->arena, &person) || person.category_count != CATEGORY_KINDS)
			bench_must(ST_FAILED, "a user with categories");
		arena_reset(&data->arena);
	}
}

/* --- messages --------------------------------------------------------------------------- */

static void
parse_conversation(void *arg, size_t n)
{
	static struct understanding out;
	struct understand_input input = { .text = SLICE_LITERAL("早餐$20午餐$30"), .locale = SLICE_LITERAL("zh-TW"), .home = { "TWD" },
		.today = BENCH_TODAY };

	(void)arg;
	for (size_t i = 0; i < n; i++) {
		understand(&input, &out);
		if (out.expense_count != 2)
			bench_must(ST_FAILED, "understanding");
	}
}

/* --- storing ----------------------------------------------------------------------------- */

/* Without a category: the rules say which. */
static void
create_expense(void *arg, size_t n)
{
	struct bench_data *data = arg;

	for (size_t i = 0; i < n; i++) {
		struct new_expense new = bench_expense(data->expenses, DAYS);

		new.category_key = slice_of(category_kind_key(understand_category(new.expense.description, NULL)));
		bench_put(data, &data->ledger, &new, 1);
	}
}

/* Many in one request; an operation is one expense. */
static void
multiple_create_expenses(void *arg, size_t n)
{
	bench_fill(arg, n, DAYS);
}

static void *
user_with_categories(void)
{
	struct bench_data *data = bench_data_new();

	bench_add_user(data, CATEGORY_KINDS + NAMED_CATEGORIES);
	return data;
}

static void
create_with_category(void *arg, size_t n)
{
	struct bench_data *data = arg;
	const struct category *category;
	struct person person;

	for (size_t i = 0; i < n; i++) {
		struct new_expense new = bench_expense(data->expenses, DAYS);

		if (!bench_person(data, &data->ledger, &data->arena, &person))
			bench_must(ST_FAILED, "a user");
		category = bench_category(&data->arena, &person, SLICE_LITERAL("category 12"));
		if (category == NULL)
			bench_must(ST_FAILED, "a category");
		else
			new.expense.category_id = category->id;
		bench_put(data, &data->ledger, &new, 1);
		arena_reset(&data->arena);
	}
}

/* --- lists as JSON ----------------------------------------------------------------------- */

struct listing {
	struct bench_data   *data;
	struct json_out      out;
	struct expense_list_json written;
	struct expense_query query;
	unsigned             left;
	bool                 has_more;
};

static void
on_expense(const struct expense *expense, void *arg)
{
	struct listing *listing = arg;

	expense_list_write_json(&listing->written, &listing->out, expense);
	listing->query.after_day = expense->day;
	listing->query.after_id = expense->id;
	listing->left--;
}

static void
on_end(enum status st, bool has_more, void *arg)
{
	struct listing *listing = arg;

	bench_must(st, "listing");
	listing->has_more = has_more;
}

/* All of a user's expenses, in pages as large as the API gives. */
static void
list_all(struct bench_data *data, unsigned count)
{
	static const struct expense_list_callbacks callbacks = { on_expense, on_end };
	struct listing listing = { .data = data, .out = json_out_to(&data->body), .left = count,
		.query = { .from = DAY_MIN, .to = DAY_MAX, .limit = count < 500 ? count : 500, .is_newest_first = true } };

	do {
		buf_clear(&data->body);
		listing.written = (struct expense_list_json){ .person = &data->person };
		if (!bench_person(data, &data->ledger, &data->arena, &data->person))
			bench_must(ST_FAILED, "a user");
		store_list_expenses(data->store, &data->ledger, &listing.query, &callbacks, &listing);
		listing.query.has_after = true;
		arena_reset(&data->arena);
	} while (listing.has_more);
	bench_must(listing.left == 0 ? ST_OK : ST_FAILED, "all expenses");
}

static void *
few_expenses(void)
{
	struct bench_data *data = one_user();

	bench_fill(data, FEW, DAYS);
	list_all(data, FEW);               /* the answer's buffer has its size */
	return data;
}

static void
get_expenses(void *arg, size_t n)
{
	for (size_t i = 0; i < n; i++)
		list_all(arg, FEW);
}

static void *
many_expenses(void)
{
	struct bench_data *data = one_user();

	bench_fill(data, MANY, DAYS);
	list_all(data, MANY);
	return data;
}

static void
expense_retrieval(void *arg, size_t n)
{
	for (size_t i = 0; i < n; i++)
		list_all(arg, MANY);
}

const struct benchmark suite_use_cases[SUITE_EACH] = {
	{ "BenchmarkAutoSignup", empty, auto_signup, free_data },
	{ "BenchmarkCreateExpense", one_user, create_expense, free_data },
	{ "BenchmarkParseConversation", NULL, parse_conversation, NULL },
	{ "BenchmarkGetExpenses", few_expenses, get_expenses, free_data },
	{ "BenchmarkMultipleCreateExpenses", one_user, multiple_create_expenses, free_data },
	{ "BenchmarkUserRegistration", empty, user_registration, free_data },
	{ "BenchmarkExpenseRetrieval", many_expenses, expense_retrieval, free_data },
	{ "BenchmarkExpenseCreationWithCategoryLookup", user_with_categories, create_with_category, free_data },
};
