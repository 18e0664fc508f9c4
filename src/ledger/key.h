/* SPDX-License-Identifier: MIT */
/*
 * The keys of the ledger table.  All that belongs to one ledger lies together:
 * ledger key (16 bytes), kind of row (1 byte), then what is particular to the
 * kind.  Numbers are big-endian and order-preserving, so that a range of days
 * is a range of keys.  doc/STORE.md has the layouts in full.
 */
#ifndef KEY_H
#define KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "records.h"

enum {
	LEDGER_KEY_SIZE = 16,
	KEY_MAX = 256                     /* LMDB takes 511 */
};

enum row_kind {
	ROW_USER = 'U',
	ROW_ALIAS = 'B',                  /* the first 16 bytes of the SHA-256 of an alias' user id */
	ROW_CATEGORY = 'C',               /* category id */
	ROW_NAME = 'N',                   /* 0 and a default category's key, or 1 and a folded name */
	ROW_KEYWORD = 'W',                /* a folded keyword */
	ROW_REDIRECT = 'R',               /* id of a category that was deleted */
	ROW_EXPENSE = 'E',                /* day, expense id */
	ROW_EXPENSE_ID = 'I',             /* expense id */
	ROW_IN_CATEGORY = 'K',            /* category id, day, expense id */
	ROW_DAY_TOTAL = 'T',              /* day, category id, currency, account */
	ROW_MONTH_TOTAL = 'M',            /* month, category id, currency, account */
	ROW_MESSAGE = 'G',                /* message id */
	ROW_PICTURE = 'P',                /* message id */
	ROW_REFERENCE = 'F',              /* the first 16 bytes of the SHA-256 of a conversation's name, 0x00 and a platform's id */
	ROW_DIALOGUE = 'S',               /* the first 16 bytes of the SHA-256 of a conversation's name */
	ROW_HISTORY = 'H',                /* expense id, version */
	ROW_TRASH = 'X',                  /* day of the deletion (UTC), expense id */
	ROW_TOMBSTONE = 'Z',              /* nothing */
	ROW_ACTIVE = 'L',                 /* nothing: the days on which something was done last */
	ROW_AI_COST = 'A',                /* month, currency */
	ROW_AI_CALL = 'J',                /* day, call id */
	ROW_DEDUPE = 'D'                  /* the first 16 bytes of an idempotency key's SHA-256 */
};

struct key {
	size_t  len;
	uint8_t bytes[KEY_MAX];
};

static inline struct slice
key_slice(const struct key *key)
{
	return (struct slice){ (const char *)key->bytes, key->len };
}

/* The start of all rows of a kind. */
struct key key_kind(const uint8_t ledger[LEDGER_KEY_SIZE], enum row_kind kind);

/* A kind whose rest is one id: C, I, G, P, R. */
struct key key_id(const uint8_t ledger[LEDGER_KEY_SIZE], enum row_kind kind, const struct uuid *id);

struct key key_default_category(const uint8_t ledger[LEDGER_KEY_SIZE], struct slice category_key);

/* The row of a name of the user's own; the folded name fits when it has at most KEY_NAME_MAX bytes. */
enum { KEY_NAME_MAX = KEY_MAX - LEDGER_KEY_SIZE - 2 };
struct key key_category_name(const uint8_t ledger[LEDGER_KEY_SIZE], struct slice folded);

/* The row of a keyword, which fits as a name does. */
struct key key_keyword(const uint8_t ledger[LEDGER_KEY_SIZE], struct slice folded);

struct key key_expense(const uint8_t ledger[LEDGER_KEY_SIZE], day_t day, const struct uuid *id);
struct key key_in_category(const uint8_t ledger[LEDGER_KEY_SIZE], const struct uuid *category_id, day_t day,
    const struct uuid *id);
struct key key_dedupe(const uint8_t ledger[LEDGER_KEY_SIZE], struct slice idempotency_key);
struct key key_alias(const uint8_t ledger[LEDGER_KEY_SIZE], struct slice user_id);
struct key key_dialogue(const uint8_t ledger[LEDGER_KEY_SIZE], struct slice conversation);
struct key key_reference(const uint8_t ledger[LEDGER_KEY_SIZE], struct slice conversation, struct slice ref);

struct key key_history(const uint8_t ledger[LEDGER_KEY_SIZE], const struct uuid *expense_id, uint32_t version);
struct key key_trash(const uint8_t ledger[LEDGER_KEY_SIZE], day_t deleted, const struct uuid *expense_id);

/* The row of a user whose deletion has begun; it belongs to no ledger.  And the start of all such rows. */
struct key key_deletion(const uint8_t ledger[LEDGER_KEY_SIZE]);
struct key key_deletions(void);

/* The start of all E, X, T or M rows of a day; for M its month. */
struct key key_day(const uint8_t ledger[LEDGER_KEY_SIZE], enum row_kind kind, day_t day);

/* The start of all K rows of a category and a day. */
struct key key_day_in_category(const uint8_t ledger[LEDGER_KEY_SIZE], const struct uuid *category_id, day_t day);

/* A T row, or the M row of the day's month. */
struct key key_total(const uint8_t ledger[LEDGER_KEY_SIZE], enum row_kind kind, day_t day, const struct uuid *category_id,
    struct currency currency, struct slice account);

/*
 * Make it the first key behind all that start with it (an exclusive end of a
 * range).  A key of 0xff bytes only, which no row has, becomes empty.
 */
void key_to_end(struct key *key);

bool key_starts_with(struct slice key, const struct key *prefix);

/* Less than, equal to or greater than 0, as LMDB orders keys. */
int key_compare(struct slice a, struct slice b);

/* The ledger's part of a key, and its kind, 0 for a key that is too short. */
static inline const uint8_t *
key_ledger(struct slice key)
{
	return (const uint8_t *)key.ptr;
}

static inline char
key_row_kind(struct slice key)
{
	return key.len > LEDGER_KEY_SIZE ? key.ptr[LEDGER_KEY_SIZE] : '\0';
}

/* A key of these bytes; those beyond KEY_MAX are left out. */
struct key key_of(struct slice bytes);

/* Take keys apart again; false when it is not such a key. */
bool key_read_id(struct slice key, struct uuid *id);
bool key_read_expense(struct slice key, day_t *day, struct uuid *id);     /* X rows too */
bool key_read_in_category(struct slice key, day_t *day, struct uuid *id);
bool key_read_history(struct slice key, struct uuid *expense_id, uint32_t *version);

struct total_key {
	day_t           day;              /* of a month: its first */
	struct uuid     category_id;
	struct currency currency;
	struct slice    account;          /* a view into the key */
};

/* What is behind the kind, as a view into the key. */
struct slice key_rest(struct slice key);

bool key_read_total(struct slice key, struct total_key *total);

/* --- parts of keys, for tables other than the ledger's ------------------------ */

void key_add(struct key *key, const void *data, size_t size);

/* 4 bytes, in the order of the numbers. */
void key_add_number(struct key *key, int32_t number);
int32_t key_read_number(const char *bytes);

/* year * 12 + month - 1. */
int32_t key_month(day_t day);

#endif
