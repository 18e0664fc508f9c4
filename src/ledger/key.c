/* SPDX-License-Identifier: MIT */
/* See key.h. */
#include "config.h"

#include "key.h"


#include "incoming.h"
#include "sha256.h"

enum { REST_AT = LEDGER_KEY_SIZE + 1, DAY_SIZE = 4, ID_SIZE = 16, CURRENCY_SIZE = 3, HASH_SIZE = 16 };

static void
add(struct key *key, const void *data, size_t size)
{
	if (size > sizeof key->bytes - key->len)
		size = sizeof key->bytes - key->len;     /* lengths are checked where texts come in */
	if (size > 0)
		memcpy(key->bytes + key->len, data, size);
	key->len += size;
}

static void
add_id(struct key *key, const struct uuid *id)
{
	add(key, id->bytes, ID_SIZE);
}

/* With the sign bit flipped, so that negative numbers come first. */
static void
add_number(struct key *key, int32_t number)
{
	uint32_t n = (uint32_t)number ^ UINT32_C(0x80000000);
	uint8_t bytes[4] = { (uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n };

	add(key, bytes, sizeof bytes);
}

static int32_t
read_number(const uint8_t *p)
{
	uint32_t n = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];

	return (int32_t)(n ^ UINT32_C(0x80000000));
}

static int32_t
month_of(day_t day)
{
	int year, month, mday;

	day_to_civil(day, &year, &month, &mday);
	return year * 12 + month - 1;
}

void
key_add(struct key *key, const void *data, size_t size)
{
	add(key, data, size);
}

void
key_add_number(struct key *key, int32_t number)
{
	add_number(key, number);
}

int32_t
key_read_number(const char *bytes)
{
	return read_number((const uint8_t *)bytes);
}

int32_t
key_month(day_t day)
{
	return month_of(day);
}

struct key
key_kind(const uint8_t ledger[LEDGER_KEY_SIZE], enum row_kind kind)
{
	struct key key;
	uint8_t byte = (uint8_t)kind;

	key.len = 0;
	add(&key, ledger, LEDGER_KEY_SIZE);
	add(&key, &byte, 1);
	return key;
}

struct key
key_id(const uint8_t ledger[LEDGER_KEY_SIZE], enum row_kind kind, const struct uuid *id)
{
	struct key key = key_kind(ledger, kind);

	add_id(&key, id);
	return key;
}

struct key
key_default_category(const uint8_t ledger[LEDGER_KEY_SIZE], struct slice category_key)
{
	struct key key = key_kind(ledger, ROW_NAME);

	add(&key, "\0", 1);
	add(&key, category_key.ptr, category_key.len);
	return key;
}

struct key
key_category_name(const uint8_t ledger[LEDGER_KEY_SIZE], struct slice folded)
{
	struct key key = key_kind(ledger, ROW_NAME);

	add(&key, "\1", 1);
	add(&key, folded.ptr, folded.len);
	return key;
}

struct key
key_keyword(const uint8_t ledger[LEDGER_KEY_SIZE], struct slice folded)
{
	struct key key = key_kind(ledger, ROW_KEYWORD);

	add(&key, folded.ptr, folded.len);
	return key;
}

struct key
key_expense(const uint8_t ledger[LEDGER_KEY_SIZE], day_t day, const struct uuid *id)
{
	struct key key = key_day(ledger, ROW_EXPENSE, day);

	add_id(&key, id);
	return key;
}

struct key
key_history(const uint8_t ledger[LEDGER_KEY_SIZE], const struct uuid *expense_id, uint32_t version)
{
	struct key key = key_id(ledger, ROW_HISTORY, expense_id);

	add_number(&key, (int32_t)version);
	return key;
}

struct key
key_trash(const uint8_t ledger[LEDGER_KEY_SIZE], day_t deleted, const struct uuid *expense_id)
{
	struct key key = key_day(ledger, ROW_TRASH, deleted);

	add_id(&key, expense_id);
	return key;
}

struct key
key_in_category(const uint8_t ledger[LEDGER_KEY_SIZE], const struct uuid *category_id, day_t day, const struct uuid *id)
{
	struct key key = key_day_in_category(ledger, category_id, day);

	add_id(&key, id);
	return key;
}

/* A kind whose rest is the beginning of a text's hash. */
static struct key
key_hashed(const uint8_t ledger[LEDGER_KEY_SIZE], enum row_kind kind, struct slice text)
{
	struct key key = key_kind(ledger, kind);
	uint8_t hash[SHA256_SIZE];

	sha256(text.ptr, text.len, hash);
	add(&key, hash, HASH_SIZE);
	return key;
}

struct key
key_dedupe(const uint8_t ledger[LEDGER_KEY_SIZE], struct slice idempotency_key)
{
	return key_hashed(ledger, ROW_DEDUPE, idempotency_key);
}

struct key
key_alias(const uint8_t ledger[LEDGER_KEY_SIZE], struct slice user_id)
{
	return key_hashed(ledger, ROW_ALIAS, user_id);
}

struct key
key_dialogue(const uint8_t ledger[LEDGER_KEY_SIZE], struct slice conversation)
{
	return key_hashed(ledger, ROW_DIALOGUE, conversation);
}

struct key
key_reference(const uint8_t ledger[LEDGER_KEY_SIZE], struct slice conversation, struct slice ref)
{
	char text[CONVERSATION_MAX + 1 + REFERENCE_MAX];
	size_t len = conversation.len < CONVERSATION_MAX ? conversation.len : CONVERSATION_MAX;
	size_t ref_len = ref.len < REFERENCE_MAX ? ref.len : REFERENCE_MAX;

	if (len > 0)
		memcpy(text, conversation.ptr, len);
	text[len++] = '\0';
	if (ref_len > 0)
		memcpy(text + len, ref.ptr, ref_len);
	return key_hashed(ledger, ROW_REFERENCE, (struct slice){ text, len + ref_len });
}

static const uint8_t no_ledger[LEDGER_KEY_SIZE];

struct key
key_deletions(void)
{
	return key_kind(no_ledger, ROW_TOMBSTONE);
}

struct key
key_deletion(const uint8_t ledger[LEDGER_KEY_SIZE])
{
	struct key key = key_deletions();

	add(&key, ledger, LEDGER_KEY_SIZE);
	return key;
}

struct key
key_of(struct slice bytes)
{
	struct key key;

	key.len = 0;
	add(&key, bytes.ptr, bytes.len);
	return key;
}

struct key
key_day(const uint8_t ledger[LEDGER_KEY_SIZE], enum row_kind kind, day_t day)
{
	struct key key = key_kind(ledger, kind);

	add_number(&key, kind == ROW_MONTH_TOTAL ? month_of(day) : day);
	return key;
}

struct key
key_day_in_category(const uint8_t ledger[LEDGER_KEY_SIZE], const struct uuid *category_id, day_t day)
{
	struct key key = key_id(ledger, ROW_IN_CATEGORY, category_id);

	add_number(&key, day);
	return key;
}

struct key
key_total(const uint8_t ledger[LEDGER_KEY_SIZE], enum row_kind kind, day_t day, const struct uuid *category_id,
    struct currency currency, struct slice account)
{
	struct key key = key_day(ledger, kind, day);

	add_id(&key, category_id);
	add(&key, currency.code, CURRENCY_SIZE);
	add(&key, account.ptr, account.len);
	return key;
}

void
key_to_end(struct key *key)
{
	while (key->len > 0 && key->bytes[key->len - 1] == 0xff)
		key->len--;
	if (key->len > 0)
		key->bytes[key->len - 1]++;
}

bool
key_starts_with(struct slice key, const struct key *prefix)
{
	return key.len >= prefix->len && memcmp(key.ptr, prefix->bytes, prefix->len) == 0;
}

int
key_compare(struct slice a, struct slice b)
{
	size_t shared = a.len < b.len ? a.len : b.len;
	int order = shared > 0 ? memcmp(a.ptr, b.ptr, shared) : 0;

	if (order != 0)
		return order;
	return a.len < b.len ? -1 : a.len > b.len;
}

bool
key_read_id(struct slice key, struct uuid *id)
{
	if (key.len != REST_AT + ID_SIZE)
		return false;
	memcpy(id->bytes, key.ptr + REST_AT, ID_SIZE);
	return true;
}

bool
key_read_expense(struct slice key, day_t *day, struct uuid *id)
{
	if (key.len != REST_AT + DAY_SIZE + ID_SIZE)
		return false;
	*day = read_number((const uint8_t *)key.ptr + REST_AT);
	memcpy(id->bytes, key.ptr + REST_AT + DAY_SIZE, ID_SIZE);
	return true;
}

bool
key_read_in_category(struct slice key, day_t *day, struct uuid *id)
{
	const char *p = key.ptr + REST_AT + ID_SIZE;

	if (key.len != REST_AT + ID_SIZE + DAY_SIZE + ID_SIZE)
		return false;
	*day = read_number((const uint8_t *)p);
	memcpy(id->bytes, p + DAY_SIZE, ID_SIZE);
	return true;
}

bool
key_read_history(struct slice key, struct uuid *expense_id, uint32_t *version)
{
	if (key.len != REST_AT + ID_SIZE + 4)
		return false;
	memcpy(expense_id->bytes, key.ptr + REST_AT, ID_SIZE);
	*version = (uint32_t)read_number((const uint8_t *)key.ptr + REST_AT + ID_SIZE);
	return true;
}

struct slice
key_rest(struct slice key)
{
	return (struct slice){ key.ptr + REST_AT, key.len - REST_AT };
}

bool
key_read_total(struct slice key, struct total_key *total)
{
	const char *p = key.ptr + REST_AT;
	int32_t number;

	if (key.len < REST_AT + DAY_SIZE + ID_SIZE + CURRENCY_SIZE)
		return false;
	number = read_number((const uint8_t *)p);
	total->day = number;
	if (key.ptr[LEDGER_KEY_SIZE] == ROW_MONTH_TOTAL && !day_from_civil(number / 12, number % 12 + 1, 1, &total->day))
		return false;
	memcpy(total->category_id.bytes, p + DAY_SIZE, ID_SIZE);
	memcpy(total->currency.code, p + DAY_SIZE + ID_SIZE, CURRENCY_SIZE);
	total->currency.code[CURRENCY_SIZE] = '\0';
	p += DAY_SIZE + ID_SIZE + CURRENCY_SIZE;
	total->account = (struct slice){ p, (size_t)(key.ptr + key.len - p) };
	return true;
}
