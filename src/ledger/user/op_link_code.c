/* SPDX-License-Identifier: MIT */
/*
 * Codes that link identities, in the index environment; see op.h and
 * store_link.h.  Keys: `C` and what is kept of a code; `U` and the first 16 bytes
 * of the SHA-256 of a user id, `A` alone: wrong codes of one and of all.  Rows
 * that are too old are removed in the course of later ones, a few at a time:
 * what is kept of a code is random, so each of them has its turn.
 */
#include "config.h"

#include "ledger/op/op.h"

#include "sha256.h"

enum { SWEPT = 8 };                /* rows of each kind looked at by one sweep */

static struct key
key_code(struct slice mac)
{
	struct key key = { .len = 0 };

	key_add(&key, "C", 1);
	key_add(&key, mac.ptr, mac.len);
	return key;
}

static struct key
key_user(struct slice user_id)
{
	struct key key = { .len = 0 };
	uint8_t hash[32];

	sha256(user_id.ptr, user_id.len, hash);
	key_add(&key, "U", 1);
	key_add(&key, hash, 16);
	return key;
}

static struct key
key_all(void)
{
	struct key key = { .len = 0 };

	key_add(&key, "A", 1);
	return key;
}

static struct slice
mac_slice(const uint8_t mac[LINK_CODE_MAC])
{
	return (struct slice){ (const char *)mac, LINK_CODE_MAC };
}

/* None at all is no error. */
static enum status
get_tries(struct op *op, const struct key *key, int64_t now_ms, struct link_tries_record *tries)
{
	enum status st = ST_OK;
	struct slice value;

	*tries = (struct link_tries_record){ .wrong = 0 };
	if (op_get(op, TABLE_LINKS, key, &value))
		st = link_tries_unpack(value, tries);
	if (now_ms - tries->since_ms >= LINK_CODE_MS)
		tries->wrong = 0;
	return kv_status(op->kv, st);
}

static void
put_tries(struct op *op, const struct key *key, const struct link_tries_record *tries)
{
	link_tries_pack(op->scratch, tries);
	op_put_scratch(op, TABLE_LINKS, key);
}

static void
put_code(struct op *op, struct slice mac, const struct link_code_record *code)
{
	struct key key = key_code(mac);

	link_code_pack(op->scratch, code);
	op_put_scratch(op, TABLE_LINKS, &key);
}

static void
del_code(struct op *op, struct slice mac)
{
	struct key key = key_code(mac);

	if (mac.len > 0)
		kv_del(op->kv, TABLE_LINKS, key_slice(&key));
}

/* --- what is too old ---------------------------------------------------------------------- */

static enum status
row_is_old(const struct kv_cursor *cursor, int64_t now_ms, bool *is_old)
{
	struct link_code_record code;
	struct link_tries_record tries;
	enum status st;

	if (cursor->key.ptr[0] == 'C') {
		st = link_code_unpack(cursor->value, &code);
		*is_old = st == ST_OK && code.expires_ms < now_ms;
		return st;
	}
	st = link_tries_unpack(cursor->value, &tries);
	*is_old = st == ST_OK && tries.expires_ms < now_ms && tries.since_ms + LINK_CODE_MS < now_ms;
	return st;
}

/* Of some rows behind this one and of the same kind. */
static enum status
sweep(struct op *op, const struct key *from, int64_t now_ms)
{
	struct key old[SWEPT];
	enum status st = ST_OK;
	struct kv_cursor cursor;
	size_t count = 0;
	bool is_there, is_old;

	kv_cursor_begin(&cursor, op->kv, TABLE_LINKS);
	is_there = kv_cursor_seek(&cursor, key_slice(from));
	for (int i = 0; i < SWEPT && st == ST_OK && is_there && cursor.key.ptr[0] == (char)from->bytes[0]; i++) {
		st = row_is_old(&cursor, now_ms, &is_old);
		if (st == ST_OK && is_old)
			old[count++] = key_of(cursor.key);
		is_there = kv_cursor_next(&cursor);
	}
	kv_cursor_end(&cursor);
	for (size_t i = 0; i < count; i++)
		kv_del(op->kv, TABLE_LINKS, key_slice(&old[i]));
	return kv_status(op->kv, st);
}

/* --- making and using them ------------------------------------------------------------------ */

enum status
op_put_link_code(struct op *op, const struct link_code *code)
{
	struct slice mac = mac_slice(code->mac);
	struct key user = key_user(code->user_id), row = key_code(mac);
	struct link_tries_record tries;
	enum status st = code->user_id.len == 0 || code->user_id.len > USER_ID_MAX ? ST_BAD_VALUE : get_tries(op, &user, code->now_ms, &tries);

	if (st != ST_OK)
		return st;
	st = sweep(op, &row, code->now_ms);
	if (st == ST_OK)
		st = sweep(op, &user, code->now_ms);
	if (st != ST_OK)
		return st;
	del_code(op, tries.mac);
	tries.mac = mac;
	tries.expires_ms = code->now_ms + LINK_CODE_MS;
	put_code(op, mac, &(struct link_code_record){ .user_id = code->user_id, .expires_ms = tries.expires_ms });
	put_tries(op, &user, &tries);
	return kv_status(op->kv, ST_OK);
}

static void
count_wrong(struct op *op, const struct key *key, struct link_tries_record *tries, int64_t now_ms)
{
	if (tries->wrong++ == 0)
		tries->since_ms = now_ms;
	put_tries(op, key, tries);
}

static enum status
get_code(struct op *op, const struct link_try *link_try, struct link_code_record *code)
{
	struct key key = key_code(mac_slice(link_try->mac));
	struct slice value;

	if (!op_get(op, TABLE_LINKS, &key, &value))
		return kv_status(op->kv, ST_NOT_FOUND);
	return link_code_unpack(value, code);
}

/* The message that used it up may come again, after a crash, at any time. */
static enum link_found
judge(const struct link_try *link_try, const struct link_code_record *code)
{
	if (!uuid_is_nil(&code->message_id))
		return uuid_equal(&code->message_id, &link_try->message_id) ? LINK_CODE_OK : LINK_CODE_WRONG;
	if (code->expires_ms <= link_try->now_ms)
		return LINK_CODE_WRONG;
	return slice_equal(code->user_id, link_try->user_id) ? LINK_CODE_OWN : LINK_CODE_OK;
}

static void
use_up(struct op *op, const struct link_try *link_try, struct link_code_record *code, const struct key *user, struct link_tries_record *tries)
{
	code->message_id = link_try->message_id;
	put_code(op, mac_slice(link_try->mac), code);
	if (!slice_equal(tries->mac, mac_slice(link_try->mac)))
		del_code(op, tries->mac);
	tries->mac = mac_slice(link_try->mac);
	tries->expires_ms = code->expires_ms;
	put_tries(op, user, tries);
}

enum status
op_try_link_code(struct op *op, const struct link_try *link_try, struct write_answer *answer)
{
	struct key user = key_user(link_try->user_id), all = key_all();
	struct link_tries_record tries, tries_of_all;
	struct link_code_record code;
	enum status st = get_tries(op, &user, link_try->now_ms, &tries);

	if (st == ST_OK)
		st = get_tries(op, &all, link_try->now_ms, &tries_of_all);
	if (st != ST_OK)
		return st;
	answer->link_found = LINK_CODE_TOO_MANY;
	if (tries.wrong >= LINK_TRIES || tries_of_all.wrong >= LINK_TRIES_OF_ALL)
		return ST_OK;
	st = get_code(op, link_try, &code);
	if (st != ST_OK && st != ST_NOT_FOUND)
		return st;
	answer->link_found = st == ST_OK ? judge(link_try, &code) : LINK_CODE_WRONG;
	if (answer->link_found == LINK_CODE_WRONG) {
		count_wrong(op, &user, &tries, link_try->now_ms);
		count_wrong(op, &all, &tries_of_all, link_try->now_ms);
	} else if (answer->link_found == LINK_CODE_OK) {
		answer->linked_to = code.user_id;
		use_up(op, link_try, &code, &user, &tries);
	}
	return kv_status(op->kv, ST_OK);
}

enum status
link_codes_forget(struct op *op, struct slice user_id)
{
	struct key user = key_user(user_id);
	struct link_tries_record tries;

	if (get_tries(op, &user, 0, &tries) == ST_OK)
		del_code(op, tries.mac);           /* that of a damaged row is swept */
	kv_del(op->kv, TABLE_LINKS, key_slice(&user));
	return kv_status(op->kv, ST_OK);
}
