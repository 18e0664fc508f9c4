/* SPDX-License-Identifier: MIT */
/* Tokens, in the index environment; see op.h. */
#include "config.h"

#include "ledger/op/op.h"

enum { SCAN_MAX = 4096 };

static struct key
key_token(const uint8_t key_id[TOKEN_KEY_SIZE])
{
	struct key key;

	key.len = TOKEN_KEY_SIZE;
	memcpy(key.bytes, key_id, TOKEN_KEY_SIZE);
	return key;
}

enum status
op_get_token(struct op *op, const uint8_t key_id[TOKEN_KEY_SIZE], struct token *token)
{
	struct key key = key_token(key_id);
	struct slice value;

	if (!op_get(op, TABLE_TOKENS, &key, &value))
		return kv_status(op->kv, ST_NOT_FOUND);
	memcpy(token->key_id, key_id, TOKEN_KEY_SIZE);
	return token_unpack(value, token);
}

static enum status
put_token(struct op *op, const struct token *token)
{
	struct key key = key_token(token->key_id);

	token_pack(op->scratch, token);
	op_put_scratch(op, TABLE_TOKENS, &key);
	return kv_status(op->kv, ST_OK);
}

/* A token that is there already was kept by the same command before, and may be revoked since. */
enum status
op_put_token(struct op *op, const struct token *token)
{
	struct token there;
	enum status st;

	if (token->user_id.len > USER_ID_MAX || token->label.len > LABEL_MAX)
		return ST_TEXT_TOO_LONG;
	if ((token->kind == TOKEN_USER) != (token->user_id.len > 0))
		return ST_BAD_VALUE;
	st = op_get_token(op, token->key_id, &there);
	if (st == ST_NOT_FOUND)
		return put_token(op, token);
	if (st != ST_OK)
		return st;
	return memcmp(there.secret_hash, token->secret_hash, sizeof there.secret_hash) == 0 ? ST_OK : ST_CONFLICT;
}

enum status
op_revoke_token(struct op *op, const uint8_t key_id[TOKEN_KEY_SIZE])
{
	struct token token;
	enum status st = op_get_token(op, key_id, &token);

	if (st != ST_OK || token.is_revoked)
		return st;
	token.is_revoked = true;
	return put_token(op, &token);
}

enum status
op_note_token_used(struct op *op, const uint8_t key_id[TOKEN_KEY_SIZE], day_t day)
{
	struct token token;
	enum status st = op_get_token(op, key_id, &token);

	if (st != ST_OK || token.last_used >= day)
		return st;
	token.last_used = day;
	return put_token(op, &token);
}

static enum status
read_token(const struct kv_cursor *cursor, struct token *token)
{
	if (cursor->key.len != TOKEN_KEY_SIZE)
		return ST_BAD_RECORD;
	memcpy(token->key_id, cursor->key.ptr, TOKEN_KEY_SIZE);
	return token_unpack(cursor->value, token);
}

static bool
seek_behind(struct kv_cursor *cursor, const struct token_query *query)
{
	struct slice after = { (const char *)query->after, sizeof query->after };

	if (!query->has_after)
		return kv_cursor_seek(cursor, SLICE_LITERAL("\0"));
	return kv_cursor_seek(cursor, after) && (!slice_equal(cursor->key, after) || kv_cursor_next(cursor));
}

enum status
op_list_tokens(struct op *op, const struct token_query *query, void (*on_token)(const struct token *token, void *arg),
    void *arg, const uint8_t **next)
{
	unsigned given = 0, seen = 0;
	enum status st = ST_OK;
	struct kv_cursor cursor;
	struct token token;
	bool is_there;

	*next = NULL;
	kv_cursor_begin(&cursor, op->kv, TABLE_TOKENS);
	is_there = seek_behind(&cursor, query);
	while (st == ST_OK && is_there && given < query->limit && seen < SCAN_MAX) {
		seen++;
		st = read_token(&cursor, &token);
		if (st == ST_OK && (query->user_id.len == 0 || slice_equal(token.user_id, query->user_id))) {
			on_token(&token, arg);
			given++;
		}
		is_there = kv_cursor_next(&cursor);
	}
	kv_cursor_end(&cursor);
	if (st == ST_OK && is_there)
		*next = (const uint8_t *)arena_copy(op->arena, (struct slice){ (const char *)token.key_id, sizeof token.key_id }).ptr;
	if (st == ST_OK && is_there && *next == NULL)
		st = ST_OVERLOADED;
	return kv_status(op->kv, st);
}

/* --- of a user who is deleted --------------------------------------------------------------- */

enum { REMOVE_LOOKS = 256 };       /* tokens looked at in one step */

enum status
op_remove_tokens(struct op *op, struct slice user_id, struct slice from, struct write_answer *answer)
{
	struct key found[REMOVE_LOOKS];
	enum status st = ST_OK;
	struct kv_cursor cursor;
	struct token token;
	size_t count = 0;
	bool is_there;

	kv_cursor_begin(&cursor, op->kv, TABLE_TOKENS);
	is_there = kv_cursor_seek(&cursor, from.len > 0 ? from : SLICE_LITERAL("\0"));
	for (int looks = 0; st == ST_OK && is_there && looks < REMOVE_LOOKS; looks++) {
		st = read_token(&cursor, &token);
		if (st == ST_OK && token.kind == TOKEN_USER && slice_equal(token.user_id, user_id))
			found[count++] = key_token(token.key_id);
		is_there = kv_cursor_next(&cursor);
	}
	if (st == ST_OK && is_there) {
		answer->next = arena_copy(op->arena, cursor.key);
		st = answer->next.ptr != NULL ? ST_OK : ST_FAILED;
	}
	kv_cursor_end(&cursor);
	for (size_t i = 0; st == ST_OK && i < count; i++)
		kv_del(op->kv, TABLE_TOKENS, key_slice(&found[i]));
	return st == ST_OK && from.len == 0 ? link_codes_forget(op, user_id) : kv_status(op->kv, st);
}
