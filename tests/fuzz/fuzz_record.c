/* SPDX-License-Identifier: MIT */
/*
 * The records of the store under libFuzzer.  The first byte says which record
 * the rest is, to which the checksum is added: a disk cannot make one that
 * fits, but who wrote a dump can.
 *
 *	make fuzz_record && ./fuzz_record -max_total_time=60 ../tests/fuzz/corpus/record
 *
 * What is taken can be stored again, and is the same.
 */
#include "config.h"

#include <string.h>

#include "fuzz.h"
#include "ledger/metrics.h"
#include "ledger/record/record.h"

#define RECORD(name, type, unpack, pack) \
	static bool \
	again_##name(struct slice value, struct buf *out) \
	{ \
		struct type it = { 0 }; \
		\
		if ((unpack) != ST_OK) \
			return false; \
		pack; \
		return true; \
	}
#define PLAIN(name, type) RECORD(name, type, name##_unpack(value, &it), name##_pack(out, &it))

struct message_record {
	struct message message;
	bool           is_sign_up;
	struct uuid    ids[MESSAGE_EXPENSES_MAX];
};

struct dedupe_record {
	struct dedupe dedupe;
	struct uuid   ids[BATCH_EXPENSES_MAX];
};

struct picture_record {
	struct picture_head head;
	struct uuid         ids[MESSAGE_EXPENSES_MAX];
};

struct day_record {
	day_t day;
};

PLAIN(user, user)
PLAIN(category, category)
PLAIN(keyword, keyword)
PLAIN(redirect, redirect)
PLAIN(chore, chore)
PLAIN(name, uuid)
PLAIN(expense, expense)
PLAIN(event, expense_event)
RECORD(expense_day, day_record, expense_day_unpack(value, &it.day), expense_day_pack(out, it.day))
RECORD(metric_day, metric, metric_unpack(value, METRIC_DAY, &it), metric_pack(out, METRIC_DAY, &it))
RECORD(metric_expenses, metric, metric_unpack(value, METRIC_EXPENSES, &it), metric_pack(out, METRIC_EXPENSES, &it))
RECORD(active_days, active_days, active_days_unpack(value, &it), active_days_pack(out, it))
PLAIN(ai_usage, ai_usage)
PLAIN(ai_user_cost, ai_user_cost)
PLAIN(ai_call, ai_call)
RECORD(sum, sum, sum_unpack(value, &it), sum_pack(out, it))
RECORD(message, message_record, message_unpack(value, &it.message, &it.is_sign_up, it.ids), message_pack(out, &it.message, it.is_sign_up))
RECORD(picture_head, picture_record, picture_head_unpack(value, &it.head, it.ids), picture_head_pack(out, &it.head))
RECORD(picture_part, slice, picture_part_unpack(value, &it), picture_part_pack(out, it))
RECORD(dedupe, dedupe_record, dedupe_unpack(value, &it.dedupe, it.ids), dedupe_pack(out, &it.dedupe))
PLAIN(dialogue, dialogue)
PLAIN(tombstone, tombstone)
RECORD(deletion, slice, deletion_unpack(value, &it), deletion_pack(out, it))
PLAIN(inbox, inbox_entry)
PLAIN(outbox, outbox_entry)
PLAIN(job_record, queued_job)
PLAIN(dead_letter, dead_letter)
PLAIN(reference, reference)
PLAIN(policy, policy)
PLAIN(token, token)
PLAIN(link_code, link_code_record)
PLAIN(link_tries, link_tries_record)
PLAIN(alias, alias)
PLAIN(meta, meta)

static fuzz_again_fn *const records[] = {
	again_user, again_category, again_keyword, again_redirect, again_chore, again_name, again_expense, again_event,
	again_expense_day, again_metric_day, again_metric_expenses, again_active_days, again_ai_usage, again_ai_user_cost,
	again_ai_call, again_sum, again_message, again_picture_head, again_picture_part, again_dedupe, again_dialogue,
	again_tombstone, again_deletion, again_inbox, again_outbox, again_job_record, again_dead_letter, again_reference,
	again_policy, again_token, again_link_code, again_link_tries, again_alias, again_meta
};
enum { RECORDS = sizeof records / sizeof records[0] };

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_again_fn *again;
	struct buf value = BUF_INIT, out = BUF_INIT;
	char sum[CHECKSUM_SIZE];

	if (size == 0)
		return 0;
	again = records[data[0] % RECORDS];
	buf_append(&value, (const char *)data + 1, size - 1);
	CHECK(!again(buf_slice(&value), &out) || size - 1 > CHECKSUM_SIZE);
	fuzz_checksum(value.data, value.len, sum);
	buf_append(&value, sum, sizeof sum);
	fuzz_check_again(again, buf_slice(&value));
	buf_fini(&value);
	buf_fini(&out);
	return 0;
}
