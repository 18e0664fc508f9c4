/* SPDX-License-Identifier: MIT */
/* See record.h: totals, metrics and what AI cost. */
#include "config.h"

#include "record.h"

#include "counters.h"
#include "ledger/metrics.h"
#include "record_parts.h"

void
sum_pack(struct buf *b, struct sum sum)
{
	struct packing p = record_begin(b, 2);

	msgpack_pack_int64(&p.pk, sum.sum_minor);
	msgpack_pack_int64(&p.pk, sum.count);
	record_end(&p);
}

enum status
sum_unpack(struct slice value, struct sum *sum)
{
	struct unpacking u = record_open(value, 2);

	sum->sum_minor = mp_int(&u.mp);
	sum->count = mp_int(&u.mp);
	return record_close(&u);
}

void
metric_pack(struct buf *b, char kind, const struct metric *metric)
{
	bool is_sum = kind == METRIC_EXPENSES;
	struct packing p = record_begin(b, is_sum ? 3 : METRIC_NUMBERS);

	if (is_sum) {
		msgpack_pack_int64(&p.pk, (int64_t)(metric->sum >> 64));
		msgpack_pack_uint64(&p.pk, (uint64_t)metric->sum);
	}
	for (size_t i = 0; i < (is_sum ? 1 : METRIC_NUMBERS); i++)
		msgpack_pack_int64(&p.pk, metric->n[i]);
	record_end(&p);
}

enum status
metric_unpack(struct slice value, char kind, struct metric *metric)
{
	bool is_sum = kind == METRIC_EXPENSES;
	struct unpacking u = record_open(value, is_sum ? 3 : METRIC_NUMBERS);

	*metric = (struct metric){ 0 };
	if (is_sum) {
		int64_t high = mp_int(&u.mp);

		metric->sum = (money_wide_t)high * ((money_wide_t)1 << 64) + mp_uint(&u.mp);
	}
	for (size_t i = 0; i < (is_sum ? 1 : METRIC_NUMBERS); i++)
		metric->n[i] = mp_int(&u.mp);
	return record_close(&u);
}

void
active_days_pack(struct buf *b, struct active_days days)
{
	struct packing p = record_begin(b, 2);

	msgpack_pack_int32(&p.pk, days.last);
	msgpack_pack_int32(&p.pk, days.before);
	record_end(&p);
}

enum status
active_days_unpack(struct slice value, struct active_days *days)
{
	struct unpacking u = record_open(value, 2);

	days->last = mp_day(&u.mp);
	days->before = mp_day(&u.mp);
	return record_close(&u);
}

enum { AI_USAGE_FIELDS = 5 };

static void
put_usage_fields(msgpack_packer *pk, const struct ai_usage *usage)
{
	msgpack_pack_int64(pk, usage->calls);
	msgpack_pack_int64(pk, usage->input_tokens);
	msgpack_pack_int64(pk, usage->output_tokens);
	msgpack_pack_int64(pk, usage->cost_micros);
	msgpack_pack_int64(pk, usage->unpriced);
}

static void
read_usage_fields(struct unpacking *u, struct ai_usage *usage)
{
	usage->calls = mp_int(&u->mp);
	usage->input_tokens = mp_int(&u->mp);
	usage->output_tokens = mp_int(&u->mp);
	usage->cost_micros = mp_int(&u->mp);
	usage->unpriced = 0;
	if (u->more > 0) {                 /* older rows end here */
		usage->unpriced = mp_int(&u->mp);
		u->more--;
	}
}

void
ai_usage_pack(struct buf *b, const struct ai_usage *usage)
{
	struct packing p = record_begin(b, AI_USAGE_FIELDS);

	put_usage_fields(&p.pk, usage);
	record_end(&p);
}

enum status
ai_usage_unpack(struct slice value, struct ai_usage *usage)
{
	struct unpacking u = record_open(value, AI_USAGE_FIELDS - 1);

	read_usage_fields(&u, usage);
	return record_close(&u);
}

void
ai_user_cost_pack(struct buf *b, const struct ai_user_cost *cost)
{
	struct packing p = record_begin(b, 1 + AI_USAGE_FIELDS);

	mp_put_str(&p.pk, cost->user_id);
	put_usage_fields(&p.pk, &cost->usage);
	record_end(&p);
}

enum status
ai_user_cost_unpack(struct slice value, struct ai_user_cost *cost)
{
	struct unpacking u = record_open(value, AI_USAGE_FIELDS);

	cost->user_id = mp_str(&u.mp);
	read_usage_fields(&u, &cost->usage);
	return record_close(&u);
}

void
ai_call_pack(struct buf *b, const struct ai_call *call)
{
	struct packing p = record_begin(b, 13);
	const struct ai_cost *cost = &call->cost;

	mp_put_str(&p.pk, call->user_id);
	msgpack_pack_int64(&p.pk, cost->now_ms);
	mp_put_str(&p.pk, cost->operation);
	mp_put_str(&p.pk, cost->provider);
	mp_put_str(&p.pk, cost->model);
	mp_put_bool(&p.pk, strcmp(cost->result, provider_count_rows[PROVIDER_COUNT_ok].name) == 0);
	mp_put_bool(&p.pk, cost->is_unpriced);
	mp_put_currency(&p.pk, cost->currency);
	msgpack_pack_int64(&p.pk, cost->usage.input_tokens);
	msgpack_pack_int64(&p.pk, cost->usage.output_tokens);
	msgpack_pack_int64(&p.pk, cost->usage.cost_micros);
	mp_put_str(&p.pk, slice_of(cost->result));
	mp_put_bool(&p.pk, cost->is_failed);
	record_end(&p);
}

enum status
ai_call_unpack(struct slice value, struct ai_call *call)
{
	struct unpacking u = record_open(value, 11);
	struct ai_cost *cost = &call->cost;

	*cost = (struct ai_cost){ .is_listed = true, .usage.calls = 1 };
	call->user_id = mp_str(&u.mp);
	cost->now_ms = mp_int(&u.mp);
	cost->operation = mp_str(&u.mp);
	cost->provider = mp_str(&u.mp);
	cost->model = mp_str(&u.mp);
	cost->result = provider_count_rows[mp_bool(&u.mp) ? PROVIDER_COUNT_ok : PROVIDER_COUNT_bad_answer].name;
	cost->is_unpriced = mp_bool(&u.mp);
	cost->currency = mp_currency(&u.mp);
	cost->usage.input_tokens = mp_int(&u.mp);
	cost->usage.output_tokens = mp_int(&u.mp);
	cost->usage.cost_micros = mp_int(&u.mp);
	if (u.more >= 2) {                     /* they came later than the others */
		cost->result = provider_result(mp_str(&u.mp));
		cost->is_failed = mp_bool(&u.mp);
		u.more -= 2;
	}
	if (cost->result == NULL)
		u.mp.is_bad = true;
	return record_close(&u);
}
