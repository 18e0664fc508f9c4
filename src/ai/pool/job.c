/* SPDX-License-Identifier: MIT */
/* See job.h. */
#include "config.h"

#include "job.h"

#include "channel.h"
#include "counters.h"
#include "mp_values.h"
#include "records.h"

static size_t
at_most(size_t count, size_t max)
{
	return count < max ? count : max;
}

static void
pack_own_words(msgpack_packer *pk, const struct understand_input *job)
{
	size_t words = at_most(job->category_word_count, UNDERSTAND_CATEGORY_WORDS_MAX);
	size_t accounts = at_most(job->account_count, UNDERSTAND_ACCOUNTS_MAX);

	msgpack_pack_array(pk, words);
	for (size_t i = 0; i < words; i++) {
		msgpack_pack_array(pk, 3);
		mp_put_str(pk, job->category_words[i].text);
		msgpack_pack_uint16(pk, job->category_words[i].category);
		mp_put_bool(pk, job->category_words[i].is_name);
	}
	msgpack_pack_array(pk, accounts);
	for (size_t i = 0; i < accounts; i++)
		mp_put_str(pk, job->accounts[i]);
}

void
job_pack(struct buf *out, const struct understand_input *job)
{
	msgpack_packer pk = mp_packer(out);

	msgpack_pack_array(&pk, 11);
	mp_put_str(&pk, job->text);
	mp_put_str(&pk, job->locale);
	mp_put_currency(&pk, job->home);
	msgpack_pack_int32(&pk, job->today);
	pack_own_words(&pk, job);
	mp_put_bool(&pk, job->may_ask);
	mp_put_bool(&pk, job->must_ask);
	mp_put_bin(&pk, job->media.ptr, job->media.len);
	msgpack_pack_uint64(&pk, job->whose);
	msgpack_pack_uint64(&pk, job->picture.len);
}

static bool
is_sound_amount(int64_t minor)
{
	return minor <= MONEY_MINOR_MAX && minor >= -MONEY_MINOR_MAX;
}

/* An array's length; too long is no job. */
static uint32_t
count_up_to(struct mp *mp, uint32_t max)
{
	uint32_t count = mp_array(mp);

	if (count > max)
		mp->is_bad = true;
	return mp->is_bad ? 0 : count;
}

static void
unpack_own_words(struct mp *mp, struct understand_input *job, struct job_words *words)
{
	job->category_words = words->categories;
	job->category_word_count = count_up_to(mp, UNDERSTAND_CATEGORY_WORDS_MAX);
	for (size_t i = 0; i < job->category_word_count; i++) {
		uint32_t more;
		uint64_t category;

		mp_array_of(mp, 3, &more);
		words->categories[i].text = mp_str(mp);
		category = mp_uint(mp);
		words->categories[i].is_name = mp_bool(mp);
		words->categories[i].category = (uint16_t)category;
		mp_skip(mp, more);
		if (category >= UINT16_MAX || !text_is_utf8(words->categories[i].text))
			mp->is_bad = true;
	}
	job->accounts = words->accounts;
	job->account_count = count_up_to(mp, UNDERSTAND_ACCOUNTS_MAX);
	for (size_t i = 0; i < job->account_count; i++) {
		words->accounts[i] = mp_str(mp);
		if (!text_is_utf8(words->accounts[i]))
			mp->is_bad = true;
	}
}

bool
job_unpack(struct slice body, struct understand_input *job, struct job_words *words)
{
	struct mp mp = mp_of(body);
	uint32_t more;

	mp_array_of(&mp, 11, &more);
	job->text = mp_str(&mp);
	job->locale = mp_str(&mp);
	job->home = mp_currency(&mp);
	job->today = mp_day(&mp);
	unpack_own_words(&mp, job, words);
	job->keywords = NULL;                /* the worker's own */
	job->may_ask = mp_bool(&mp);
	job->must_ask = mp_bool(&mp);
	job->media = mp_bin(&mp);
	job->whose = mp_uint(&mp);
	job->picture = (struct slice){ NULL, mp_uint(&mp) };
	mp_skip(&mp, more);
	return mp_end(&mp) && job->home.code[0] != '\0' && job->text.len <= UNDERSTAND_TEXT_MAX && text_is_utf8(job->text);
}

static void
pack_expense(msgpack_packer *pk, const struct understood_expense *expense)
{
	msgpack_pack_array(pk, 11);
	mp_put_str(pk, expense->description);
	msgpack_pack_int64(pk, expense->amount_minor);
	mp_put_str(pk, slice_of(expense->currency.code));
	mp_put_bool(pk, expense->is_currency_guessed);
	msgpack_pack_int32(pk, expense->day);
	mp_put_bool(pk, expense->is_day_stated);
	msgpack_pack_unsigned_int(pk, expense->category);
	mp_put_str(pk, expense->account);
	msgpack_pack_unsigned_int(pk, expense->own_category);
	msgpack_pack_unsigned_int(pk, expense->own_account);
	msgpack_pack_unsigned_int(pk, expense->category_confidence);
}

static void
pack_amount(msgpack_packer *pk, const struct understood_amount *amount, bool is_there)
{
	msgpack_pack_array(pk, is_there ? 2 : 0);
	if (is_there) {
		msgpack_pack_int64(pk, amount->minor);
		mp_put_str(pk, slice_of(amount->currency.code));
	}
}

static void
pack_calls(msgpack_packer *pk, const struct understanding *result)
{
	mp_put_str(pk, result->answered_by);
	mp_put_bool(pk, result->has_answer);
	msgpack_pack_unsigned_int(pk, result->picture);
	msgpack_pack_array(pk, result->call_count);
	for (size_t i = 0; i < result->call_count; i++) {
		const struct understand_call *call = &result->calls[i];

		msgpack_pack_array(pk, 9);
		mp_put_str(pk, call->provider);
		mp_put_str(pk, call->model);
		msgpack_pack_int64(pk, call->input_tokens);
		msgpack_pack_int64(pk, call->output_tokens);
		mp_put_bool(pk, call->has_cost);
		mp_put_currency(pk, call->currency);
		msgpack_pack_int64(pk, call->cost_micros);
		mp_put_str(pk, slice_of(call->result));
		mp_put_bool(pk, call->is_failed);
	}
}

void
job_answer_pack(msgpack_packer *pk, enum status st, const struct understanding *result)
{
	if (st != ST_OK) {
		msgpack_pack_array(pk, 1);
		msgpack_pack_unsigned_int(pk, st);
		return;
	}
	msgpack_pack_array(pk, 12);
	msgpack_pack_unsigned_int(pk, st);
	msgpack_pack_unsigned_int(pk, result->verdict);
	msgpack_pack_unsigned_int(pk, result->language);
	msgpack_pack_unsigned_int(pk, result->confidence);
	mp_put_str(pk, result->subject);
	msgpack_pack_array(pk, result->expense_count);
	for (size_t i = 0; i < result->expense_count; i++)
		pack_expense(pk, &result->expenses[i]);
	pack_amount(pk, &result->amounts[0], result->amount_count > 0);          /* a question about it has to name it; no other is needed */
	pack_amount(pk, &result->lone_amount, result->has_lone_amount);
	pack_calls(pk, result);
}

static bool
is_text(struct slice s, size_t max)
{
	return s.len <= max && text_is_utf8(s);
}

static void
unpack_expense(struct mp *mp, struct understood_expense *expense)
{
	uint32_t more;
	uint64_t category, own_category, own_account, category_confidence;

	mp_array_of(mp, 11, &more);
	expense->description = mp_str(mp);
	expense->amount_minor = mp_int(mp);
	expense->currency = mp_currency(mp);
	expense->is_currency_guessed = mp_bool(mp);
	expense->day = mp_day(mp);
	expense->is_day_stated = mp_bool(mp);
	category = mp_uint(mp);
	expense->account = mp_str(mp);
	own_category = mp_uint(mp);
	own_account = mp_uint(mp);
	category_confidence = mp_uint(mp);
	mp_skip(mp, more);
	if (own_category > UINT16_MAX || own_account > UNDERSTAND_ACCOUNTS_MAX || category_confidence > 100)
		mp->is_bad = true;
	expense->own_category = (unsigned)own_category;
	expense->own_account = (unsigned)own_account;
	expense->category_confidence = (unsigned)category_confidence;
	if (category >= CATEGORY_KINDS || expense->currency.code[0] == '\0' || !is_sound_amount(expense->amount_minor))
		mp->is_bad = true;
	expense->category = (enum category_kind)category;
	if (expense->description.len == 0 || !is_text(expense->description, DESCRIPTION_MAX) ||
	    !is_text(expense->account, ACCOUNT_MAX))
		mp->is_bad = true;
}

/* Whether it is there.  An amount that names no currency has an empty code. */
static bool
unpack_amount(struct mp *mp, struct understood_amount *amount)
{
	if (mp_array(mp) == 0)
		return false;
	amount->minor = mp_int(mp);
	amount->currency = mp_currency(mp);
	if (!is_sound_amount(amount->minor))
		mp->is_bad = true;
	return true;
}

static int64_t
unpack_tokens(struct mp *mp)
{
	int64_t tokens = mp_int(mp);

	if (tokens < 0 || tokens > INT32_MAX)
		mp->is_bad = true;
	return tokens;
}

static void
unpack_calls(struct mp *mp, struct understanding *result)
{
	result->answered_by = mp_str(mp);
	result->has_answer = mp_bool(mp);
	result->picture = (enum picture)mp_int_in(mp, 0, PICTURES - 1);
	result->call_count = count_up_to(mp, UNDERSTAND_CALLS_MAX);
	for (size_t i = 0; i < result->call_count; i++) {
		struct understand_call *call = &result->calls[i];
		uint32_t more;

		mp_array_of(mp, 9, &more);
		call->provider = mp_str(mp);
		call->model = mp_str(mp);
		call->input_tokens = unpack_tokens(mp);
		call->output_tokens = unpack_tokens(mp);
		call->has_cost = mp_bool(mp);
		call->currency = mp_currency(mp);
		call->cost_micros = mp_int(mp);
		call->result = provider_result(mp_str(mp));
		call->is_failed = mp_bool(mp);
		mp_skip(mp, more);
		if (call->cost_micros < 0 || call->cost_micros > MONEY_MINOR_MAX || (call->has_cost && call->currency.code[0] == '\0'))
			mp->is_bad = true;
		if (call->result == NULL || (call->is_failed && (call->has_cost || call->input_tokens + call->output_tokens > 0)))
			mp->is_bad = true;
		if (call->provider.len == 0 || !is_text(call->provider, AI_PROVIDER_MAX) || !is_text(call->model, AI_MODEL_MAX))
			mp->is_bad = true;
	}
	if (!is_text(result->answered_by, AI_PROVIDER_MAX))
		mp->is_bad = true;
}

static void
unpack_result(struct mp *mp, struct understanding *result)
{
	uint64_t verdict = mp_uint(mp), language = mp_uint(mp);
	uint32_t count;

	result->confidence = (unsigned)mp_uint(mp);
	result->subject = mp_str(mp);
	count = mp_array(mp);
	if (verdict > VERDICT_TOO_MANY || language >= LANGUAGES || count > UNDERSTAND_EXPENSES_MAX ||
	    (verdict == VERDICT_EXPENSES) != (count > 0) || !is_text(result->subject, DESCRIPTION_MAX)) {
		mp->is_bad = true;
		return;
	}
	result->verdict = (enum verdict)verdict;
	result->language = (enum language)language;
	result->expense_count = count;
	for (uint32_t i = 0; i < count; i++)
		unpack_expense(mp, &result->expenses[i]);
	result->amount_count = unpack_amount(mp, &result->amounts[0]);
	result->has_lone_amount = unpack_amount(mp, &result->lone_amount);
	unpack_calls(mp, result);
}

bool
job_answer_unpack(struct slice body, enum status *st, struct understanding *result)
{
	struct mp mp = mp_of(body);
	uint32_t more;

	result->verdict = VERDICT_NOTHING;
	result->language = LANGUAGE_EN;
	result->expense_count = result->amount_count = 0;
	result->has_lone_amount = false;
	result->answered_by = SLICE_EMPTY;
	result->has_answer = false;
	result->picture = PICTURE_NONE;
	result->file = SLICE_EMPTY;
	result->call_count = 0;
	result->subject = SLICE_EMPTY;
	mp_array_of(&mp, 1, &more);
	*st = status_from_wire(mp_uint(&mp));
	if (*st == ST_OK && more >= 11) {
		unpack_result(&mp, result);
		more -= 11;
	} else if (*st == ST_OK) {
		mp.is_bad = true;
	}
	mp_skip(&mp, more);
	return mp_end(&mp);
}

/* Without memory a part is missing, which whoever takes them sees by the size. */
bool
job_send_picture(struct channel *channel, const struct frame *head, struct slice picture)
{
	bool is_whole = true;
	size_t len;

	for (size_t at = 0; at < picture.len && is_whole; at += len) {
		msgpack_packer pk = channel_begin(channel, head);

		len = picture.len - at < JOB_PICTURE_PART_MAX ? picture.len - at : JOB_PICTURE_PART_MAX;
		mp_put_bin(&pk, picture.ptr + at, len);
		is_whole = channel_end(channel);
	}
	return is_whole;
}
