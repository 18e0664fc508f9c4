/* SPDX-License-Identifier: MIT */
/* Policies, in the index environment: every version stays; see op.h. */
#include "config.h"

#include "ledger/op/op.h"

/* The versions of a policy: key, a zero byte, version. */
static struct key
key_policy(struct slice key)
{
	struct key row = { .len = 0 };

	key_add(&row, key.ptr, key.len);
	key_add(&row, "\0", 1);
	return row;
}

static struct key
key_version(struct slice key, uint32_t version)
{
	struct key row = key_policy(key);

	key_add_number(&row, (int32_t)version);
	return row;
}

static enum status
read_row(const struct kv_cursor *cursor, const struct key *prefix, struct slice key, struct policy *policy)
{
	if (cursor->key.len != prefix->len + 4)
		return ST_BAD_RECORD;
	policy->key = key;
	policy->version = (uint32_t)key_read_number(cursor->key.ptr + prefix->len);
	return policy_unpack(cursor->value, policy);
}

enum status
op_list_policy_versions(struct op *op, struct slice key, uint32_t before, unsigned limit,
    void (*on_policy)(const struct policy *policy, void *arg), void *arg, bool *has_more)
{
	struct key prefix = key_policy(key), end = prefix;
	enum status st = ST_OK;
	struct kv_cursor cursor;
	struct policy policy;
	bool is_there;

	if (before > 0)
		end = key_version(key, before);
	else
		key_to_end(&end);
	kv_cursor_begin(&cursor, op->kv, TABLE_POLICIES);
	is_there = kv_cursor_seek_before(&cursor, key_slice(&end)) && key_starts_with(cursor.key, &prefix);
	for (; st == ST_OK && is_there && limit > 0; limit--) {
		st = read_row(&cursor, &prefix, key, &policy);
		if (st == ST_OK)
			on_policy(&policy, arg);
		is_there = kv_cursor_prev(&cursor) && key_starts_with(cursor.key, &prefix);
	}
	*has_more = is_there;
	kv_cursor_end(&cursor);
	return kv_status(op->kv, st);
}

static enum status
get_version(struct op *op, struct slice key, uint32_t version, struct policy *policy)
{
	struct key row = key_version(key, version);
	struct slice value;

	if (!op_get(op, TABLE_POLICIES, &row, &value))
		return kv_status(op->kv, ST_NOT_FOUND);
	policy->key = key;
	policy->version = version;
	return policy_unpack(value, policy);
}

static void
take_version(const struct policy *policy, void *arg)
{
	*(uint32_t *)arg = policy->version;
}

/* 0: there is none. */
static enum status
newest_version(struct op *op, struct slice key, uint32_t *version)
{
	bool has_more;

	*version = 0;
	return op_list_policy_versions(op, key, 0, 1, take_version, version, &has_more);
}

enum status
op_get_policy(struct op *op, struct slice key, uint32_t version, struct policy *policy)
{
	enum status st = ST_OK;

	if (key.len < 1 || key.len > POLICY_KEY_MAX)
		return ST_NOT_FOUND;
	if (version == 0)
		st = newest_version(op, key, &version);
	return st == ST_OK ? get_version(op, key, version, policy) : st;
}

static enum status
check(const struct policy *policy)
{
	if (policy->key.len < 1 || policy->title.len < 1 || policy->text.len < 1 || uuid_is_nil(&policy->change_id)
	    || policy->version < 1 || policy->version > INT32_MAX)
		return ST_BAD_VALUE;
	if (policy->key.len > POLICY_KEY_MAX || policy->title.len > POLICY_TITLE_MAX || policy->text.len > POLICY_TEXT_MAX)
		return ST_TEXT_TOO_LONG;
	return ST_OK;
}

enum status
op_put_policy(struct op *op, const struct policy *policy)
{
	struct key row = key_version(policy->key, policy->version);
	struct policy present;
	uint32_t newest;
	enum status st = check(policy);

	if (st == ST_OK && get_version(op, policy->key, policy->version, &present) == ST_OK)
		return uuid_equal(&present.change_id, &policy->change_id) ? ST_OK : ST_VERSION_MISMATCH;
	if (st == ST_OK)
		st = newest_version(op, policy->key, &newest);
	if (st != ST_OK)
		return kv_status(op->kv, st);
	if (newest > 0 ? policy->version != newest + 1 : policy->version > 2)
		return ST_VERSION_MISMATCH;
	policy_pack(op->scratch, policy);
	op_put_scratch(op, TABLE_POLICIES, &row);
	return kv_status(op->kv, ST_OK);
}
