/* SPDX-License-Identifier: MIT */
/* Tokens, in the index environment; see op.h. */
#include "config.h"

#include "op.h"

enum { KEY_ID_SIZE = 8 };

static struct key
key_token(const uint8_t key_id[KEY_ID_SIZE])
{
	struct key key;

	key.len = KEY_ID_SIZE;
	memcpy(key.bytes, key_id, KEY_ID_SIZE);
	return key;
}

enum status
op_get_token(struct op *op, const uint8_t key_id[KEY_ID_SIZE], struct token *token)
{
	struct key key = key_token(key_id);
	struct slice value;

	if (!op_get(op, TABLE_TOKENS, &key, &value))
		return kv_status(op->kv, ST_NOT_FOUND);
	memcpy(token->key_id, key_id, KEY_ID_SIZE);
	return token_unpack(value, token);
}

enum status
op_put_token(struct op *op, const struct token *token)
{
	struct key key = key_token(token->key_id);

	if (token->user_id.len > USER_ID_MAX || token->label.len > LABEL_MAX)
		return ST_TEXT_TOO_LONG;
	if ((token->kind == TOKEN_USER) != (token->user_id.len > 0))
		return ST_BAD_VALUE;
	token_pack(op->scratch, token);
	op_put_scratch(op, TABLE_TOKENS, &key);
	return kv_status(op->kv, ST_OK);
}

static enum status
read_token(const struct kv_cursor *cursor, struct token *token)
{
	if (cursor->key.len != KEY_ID_SIZE)
		return ST_BAD_RECORD;
	memcpy(token->key_id, cursor->key.ptr, KEY_ID_SIZE);
	return token_unpack(cursor->value, token);
}

enum status
op_list_tokens(struct op *op, void (*on_token)(const struct token *token, void *arg), void *arg)
{
	enum status st = ST_OK;
	struct kv_cursor cursor;
	struct token token;
	bool is_there;

	kv_cursor_begin(&cursor, op->kv, TABLE_TOKENS);
	is_there = kv_cursor_seek(&cursor, SLICE_LITERAL("\0"));
	while (st == ST_OK && is_there) {
		st = read_token(&cursor, &token);
		if (st == ST_OK)
			on_token(&token, arg);
		is_there = kv_cursor_next(&cursor);
	}
	kv_cursor_end(&cursor);
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
	return kv_status(op->kv, st);
}
