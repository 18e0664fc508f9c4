/* SPDX-License-Identifier: MIT */
/*
 * Whole conversations under libFuzzer: each line of the input is what somebody
 * says, to a daemon's way of a message over a store in memory.  A line's first
 * byte says who (bit 0), what (bits 1 and 2: a text, a button, the line before
 * it edited, or deleted) and how long after the one before (bits 3 to 5).
 *
 *	make fuzz_conversation && ./fuzz_conversation -max_total_time=60 ../tests/fuzz/corpus/conversation
 *
 * Everybody is answered, whatever was said before, and afterwards the kept
 * totals are those of the expenses.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "ai/pool/ai_pool.h"
#include "ai/pool/job.h"
#include "clock.h"
#include "counters.h"
#include "fuzz.h"
#include "message/message.h"
#include "options.h"

enum { LINES_MAX = 40, PEOPLE = 2, CURRENCIES_MAX = 64, HOUR_MS = 3600000 };

static struct options options;
static struct counters counters;

/* --- the AI worker: the rules, asked and answered as over a socket ------------------------- */

static struct {
	bool           is_asked;
	struct buf     job;
	ai_answer_fn  *fn;
	void          *arg;
} asked;

/* The linker has it called for ai_pool_ask. */
enum status __wrap_ai_pool_ask(struct ai_pool *pool, const struct understand_input *job, enum priority priority, int64_t deadline_ms,
    ai_answer_fn *fn, void *arg);

enum status
__wrap_ai_pool_ask(struct ai_pool *pool, const struct understand_input *job, enum priority priority, int64_t deadline_ms, ai_answer_fn *fn,
    void *arg)
{
	(void)pool;
	(void)deadline_ms;
	CHECK(!asked.is_asked && priority < PRIORITY_LEVELS);
	buf_clear(&asked.job);
	job_pack(&asked.job, job);
	asked.is_asked = true;
	asked.fn = fn;
	asked.arg = arg;
	return ST_OK;
}

static void
answer_job(void)
{
	static struct job_words words;
	static struct understanding result, told;
	struct buf packed = BUF_INIT;
	msgpack_packer pk = mp_packer(&packed);
	struct understand_input job = { .may_ask = false };
	enum status st;

	asked.is_asked = false;
	CHECK(job_unpack(buf_slice(&asked.job), &job, &words));
	understand(&job, &result);
	job_answer_pack(&pk, ST_OK, &result);
	CHECK(job_answer_unpack(buf_slice(&packed), &st, &told));
	asked.fn(st, &told, asked.arg);
	buf_fini(&packed);
}

/* --- what is said ------------------------------------------------------------------------- */

static void
on_answered(enum status st, const struct message_result *result, void *arg)
{
	unsigned *answers = arg;

	++*answers;
	CHECK(st == ST_OK || status_http(st) < 500);
	if (st != ST_OK)
		return;
	CHECK(result->status != MESSAGE_WAITING && text_is_utf8(result->reply));
	for (size_t i = 0; i < result->button_count; i++)
		CHECK(text_is_utf8(result->buttons[i].label) && result->buttons[i].data.len <= BUTTON_DATA_MAX);
}

static void
say(const struct message_service *service, unsigned char how, struct slice text, unsigned number, int64_t now_ms)
{
	static const struct slice people[PEOPLE] = { SLICE_LITERAL("line:U1"), SLICE_LITERAL("telegram:1:2") };
	static const enum incoming_kind kinds[] = { INCOMING_TEXT, INCOMING_BUTTON, INCOMING_EDITED, INCOMING_DELETED };
	struct message_input input = { .user_id = people[how & 1], .text = text, .received_ms = now_ms, .priority = PRIORITY_HIGH };
	char ref[16];
	unsigned answers = 0;

	input.incoming.kind = kinds[how >> 1 & 3];
	snprintf(ref, sizeof ref, "%u", input.incoming.kind == INCOMING_TEXT ? number : number - 1);
	input.incoming.ref = slice_of(ref);
	message_drive(service, &input, on_answered, &answers);
	while (asked.is_asked)
		answer_job();
	CHECK(answers == 1);
}

/* --- afterwards --------------------------------------------------------------------------- */

struct tally {
	struct currency currency;
	int64_t         sum_minor, count;
};

struct audit {
	struct tally tallies[CURRENCIES_MAX];  /* of the expenses; what the totals say is taken off again */
	size_t       count;
	bool         has_more;
	struct expense_place last;
};

static void
add(struct audit *audit, struct currency currency, int64_t sum_minor, int64_t count)
{
	size_t i = 0;

	while (i < audit->count && memcmp(&audit->tallies[i].currency, &currency, sizeof currency) != 0)
		i++;
	CHECK(i < CURRENCIES_MAX);
	if (i == audit->count)
		audit->tallies[audit->count++] = (struct tally){ currency, 0, 0 };
	audit->tallies[i].sum_minor += sum_minor;
	audit->tallies[i].count += count;
}

static void
on_expense(const struct expense *expense, void *arg)
{
	struct audit *audit = arg;

	CHECK(text_is_utf8(expense->description) && expense->description.len > 0);
	add(audit, expense->currency, expense->amount_minor, 1);
	audit->last = (struct expense_place){ .day = expense->day, .id = expense->id };
}

static void
on_listed(enum status st, bool has_more, void *arg)
{
	CHECK(st == ST_OK || st == ST_NO_USER || st == ST_GONE);
	((struct audit *)arg)->has_more = st == ST_OK && has_more;
}

static void
on_total(const struct total *total, void *arg)
{
	add(arg, total->currency, -total->sum_minor, -total->count);
}

static void
on_totalled(enum status st, void *arg)
{
	(void)arg;
	CHECK(st == ST_OK || st == ST_NO_USER || st == ST_GONE);
}

static void
check_totals(struct store *store, struct slice user_id)
{
	static const struct expense_list_callbacks list = { on_expense, on_listed };
	static const struct total_list_callbacks totals = { on_total, on_totalled };
	static struct audit audit;
	struct expense_query query = { .from = DAY_MIN, .to = DAY_MAX, .limit = 500, .is_newest_first = true };
	struct ledger ledger = store_ledger(store, user_id);

	for (int by_month = 0; by_month < 2; by_month++) {
		memset(&audit, 0, sizeof audit);
		query.has_after = false;
		do {
			store_list_expenses(store, &ledger, &query, &list, &audit);
			query.has_after = true;
			query.after_day = audit.last.day;
			query.after_id = audit.last.id;
		} while (audit.has_more);
		store_list_totals(store, &ledger, by_month, DAY_MIN, DAY_MAX, &totals, &audit);
		for (size_t i = 0; i < audit.count; i++)
			CHECK(audit.tallies[i].sum_minor == 0 && audit.tallies[i].count == 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int pauses_h[8] = { 1, 24, 8 * 24, 31 * 24, 0, 0, 0, 0 };
	static bool is_ready;
	struct message_service service = { .options = &options, .counters = &counters };
	struct slice rest = { (const char *)data, size };
	int64_t now_ms = clock_wall_ms() - INT64_C(1000) * LINES_MAX * HOUR_MS;

	if (!is_ready)
		CHECK(options_init(&options));
	is_ready = true;
	service.store = store_open_memory(1);
	CHECK(service.store != NULL);
	for (unsigned number = 1; rest.len > 0 && number < LINES_MAX; number++) {
		struct slice line = fuzz_first_line(&rest), text = { line.ptr + 1, line.len - 1 };

		if (line.len == 0 || text.len > UNDERSTAND_TEXT_MAX || !text_is_utf8(text))
			continue;
		now_ms += (int64_t)pauses_h[(unsigned char)line.ptr[0] >> 3 & 7] * HOUR_MS + 1000;
		say(&service, (unsigned char)line.ptr[0], text, number, now_ms);
	}
	check_totals(service.store, SLICE_LITERAL("line:U1"));
	check_totals(service.store, SLICE_LITERAL("telegram:1:2"));
	store_close(service.store);
	return 0;
}
