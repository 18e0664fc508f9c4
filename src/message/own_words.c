/* SPDX-License-Identifier: MIT */
/* What a person calls categories and accounts, for the rules; see message.h. */
#include "config.h"

#include "message.h"

enum { ACCOUNT_DAYS = 62 };    /* accounts that were used longer ago are not looked for */

struct accounts {
	struct arena *arena;
	struct slice *names;
	size_t        count;
};

static void
add_account(struct accounts *accounts, struct slice name)
{
	if (name.len == 0 || slice_equal(name, message_default_account) || accounts->count == UNDERSTAND_ACCOUNTS_MAX)
		return;
	for (size_t i = 0; i < accounts->count; i++)
		if (slice_equal(accounts->names[i], name))
			return;
	accounts->names[accounts->count] = arena_copy(accounts->arena, name);
	accounts->count += accounts->names[accounts->count].ptr != NULL;
}

static void
on_total(const struct total *total, void *arg)
{
	add_account(arg, total->account);
}

static void
on_totals_end(enum status st, void *arg)
{
	(void)st;                        /* those that were read are as good as all */
	(void)arg;
}

static void
add_accounts(const struct message_service *service, const struct ledger *ledger, const struct person *person,
    struct arena *arena, struct understand_input *job)
{
	static const struct total_list_callbacks callbacks = { on_total, on_totals_end };
	struct accounts accounts = { .arena = arena, .names = arena_alloc(arena, UNDERSTAND_ACCOUNTS_MAX * sizeof *accounts.names) };

	if (accounts.names == NULL)
		return;
	add_account(&accounts, person->user.default_account);
	store_list_totals(service->store, ledger, true, job->today - ACCOUNT_DAYS, job->today, &callbacks, &accounts);
	job->accounts = accounts.names;
	job->account_count = accounts.count;
}

static void
add_word(struct understand_input *job, struct understand_word *words, struct slice text, bool is_name, const struct person *person,
    const struct uuid *category_id)
{
	size_t category = 0;

	while (category < person->category_count && !uuid_equal(&person->categories[category].id, category_id))
		category++;
	if (text.len > 0 && category < person->category_count && job->category_word_count < UNDERSTAND_CATEGORY_WORDS_MAX)
		words[job->category_word_count++] = (struct understand_word){ text, (uint16_t)category, is_name };
}

void
message_own_words(const struct message_service *service, const struct ledger *ledger, const struct person *person,
    struct arena *arena, struct understand_input *job)
{
	size_t count = person->category_count + person->keyword_count;
	struct understand_word *words = arena_alloc(arena, count * sizeof *words);

	add_accounts(service, ledger, person, arena, job);
	if (words == NULL)
		return;
	for (size_t i = 0; i < person->category_count; i++)       /* a provider is told the first word of each */
		if (uuid_is_nil(&person->categories[i].moves_to))
			add_word(job, words, person->categories[i].name, true, person, &person->categories[i].id);
	for (size_t i = 0; i < person->keyword_count; i++)
		add_word(job, words, person->keywords[i].text, false, person, &person->keywords[i].category_id);
	job->category_words = words;
}
