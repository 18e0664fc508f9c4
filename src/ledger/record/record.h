/* SPDX-License-Identifier: MIT */
/*
 * The values of the tables: a msgpack array [record version, fields...] and
 * behind it 4 bytes, the low half of the XXH3 64-bit hash of the array's bytes,
 * big-endian.  A record with another hash is refused, never used.  A reader
 * skips elements behind those it knows, so a later field needs no migration.
 *
 * Packing appends to a buffer and cannot fail but by the buffer's has_failed.
 * Unpacked slices point into the value.  What the key says is not in the
 * value: the caller sets ids and days.
 */
#ifndef RECORD_H
#define RECORD_H

#include "buf.h"
#include "mp.h"
#include "records.h"
#include "store_dialogue.h"
#include "store_link.h"
#include "store_dead.h"

enum { RECORD_VERSION = 1, CHECKSUM_SIZE = 4 };

void user_pack(struct buf *b, const struct user *user);
enum status user_unpack(struct slice value, struct user *user);

/* Without the id. */
void category_pack(struct buf *b, const struct category *category);
enum status category_unpack(struct slice value, struct category *category);

/* Without the folded text, which is in the key: the caller sets it. */
void keyword_pack(struct buf *b, const struct keyword *keyword);
enum status keyword_unpack(struct slice value, struct keyword *keyword);

/* Where the expenses of a category that was deleted went. */
struct redirect {
	struct uuid target;
	struct uuid deletion_id;
	int64_t     at_ms;
};

void redirect_pack(struct buf *b, const struct redirect *redirect);
enum status redirect_unpack(struct slice value, struct redirect *redirect);

/* A category that is being deleted in steps. */
struct chore {
	struct uuid     deletion_id;
	enum token_kind by;
	int64_t         started_ms;
};

void chore_pack(struct buf *b, const struct chore *chore);
enum status chore_unpack(struct slice value, struct chore *chore);

/* The row of a category's name. */
void name_pack(struct buf *b, const struct uuid *category_id);
enum status name_unpack(struct slice value, struct uuid *category_id);

/* Without id and day. */
void expense_pack(struct buf *b, const struct expense *expense);
enum status expense_unpack(struct slice value, struct expense *expense);

/* Without expense id and version; the id must be set before unpacking. */
void event_pack(struct buf *b, const struct expense_event *event);
enum status event_unpack(struct slice value, struct expense_event *event);

/* The row of an expense's id. */
void expense_day_pack(struct buf *b, day_t day);
enum status expense_day_unpack(struct slice value, day_t *day);

struct sum {
	int64_t sum_minor, count;
};

/* A row of the metrics; which of the numbers are used is the kind's business. */
enum { METRIC_NUMBERS = 4 };
enum { DAY_ACTIVE_USERS, DAY_NEW_USERS, DAY_DELETED_USERS, DAY_MESSAGES };

struct metric {
	money_wide_t sum;              /* of the rows of expenses only, whose count is n[0] */
	int64_t      n[METRIC_NUMBERS];
};

/* kind: of enum metric_kind. */
void metric_pack(struct buf *b, char kind, const struct metric *metric);
enum status metric_unpack(struct slice value, char kind, struct metric *metric);

/* The last two days on which something was done in a ledger, in UTC. */
struct active_days {
	day_t last, before;
};

void active_days_pack(struct buf *b, struct active_days days);
enum status active_days_unpack(struct slice value, struct active_days *days);

void ai_usage_pack(struct buf *b, const struct ai_usage *usage);
enum status ai_usage_unpack(struct slice value, struct ai_usage *usage);
void ai_user_cost_pack(struct buf *b, const struct ai_user_cost *cost);
enum status ai_user_cost_unpack(struct slice value, struct ai_user_cost *cost);

/* Without its id. */
void ai_call_pack(struct buf *b, const struct ai_call *call);
enum status ai_call_unpack(struct slice value, struct ai_call *call);

void sum_pack(struct buf *b, struct sum sum);
enum status sum_unpack(struct slice value, struct sum *sum);

/* Without the id.  is_sign_up: its user was new. */
void message_pack(struct buf *b, const struct message *message, bool is_sign_up);

/* ids has room for MESSAGE_EXPENSES_MAX. */
enum status message_unpack(struct slice value, struct message *message, bool *is_sign_up, struct uuid *ids);

/* A picture as far as it is there. */
struct picture_head {
	bool               is_whole;       /* and its message is recorded: it can be had */
	struct slice       type;
	uint32_t           size_bytes, parts_there;
	int64_t            kept_ms;
	size_t             expense_count;  /* what its message recorded; at most MESSAGE_EXPENSES_MAX */
	const struct uuid *expense_ids;
};

void picture_head_pack(struct buf *b, const struct picture_head *head);

/* ids has room for MESSAGE_EXPENSES_MAX. */
enum status picture_head_unpack(struct slice value, struct picture_head *head, struct uuid *ids);

void picture_part_pack(struct buf *b, struct slice bytes);
enum status picture_part_unpack(struct slice value, struct slice *bytes);

/* What a request with an idempotency key did. */
struct dedupe {
	uint8_t            request_hash[32];
	int64_t            created_ms;
	struct uuid        message_id;     /* nil: it stored expenses without a message, these */
	size_t             expense_count;
	const struct uuid *expense_ids;
};

void dedupe_pack(struct buf *b, const struct dedupe *dedupe);

/* ids has room for BATCH_EXPENSES_MAX. */
enum status dedupe_unpack(struct slice value, struct dedupe *dedupe, struct uuid *ids);

void dialogue_pack(struct buf *b, const struct dialogue *dialogue);
enum status dialogue_unpack(struct slice value, struct dialogue *dialogue);

/* That a user was deleted. */
struct tombstone {
	int64_t started_ms;
	int64_t finished_ms;               /* behind all ids that there were; 0: rows are still there */
};

void tombstone_pack(struct buf *b, const struct tombstone *tombstone);
enum status tombstone_unpack(struct slice value, struct tombstone *tombstone);

/* A deletion that has not ended. */
void deletion_pack(struct buf *b, struct slice user_id);
enum status deletion_unpack(struct slice value, struct slice *user_id);

/* Without the message id, and with nothing of the key.  The fields alone are a part of commands. */
void inbox_pack(struct buf *b, const struct inbox_entry *entry);
enum status inbox_unpack(struct slice value, struct inbox_entry *entry);
void inbox_put_fields(msgpack_packer *pk, const struct inbox_entry *entry);
void inbox_read_fields(struct mp *mp, struct inbox_entry *entry);

void outbox_pack(struct buf *b, const struct outbox_entry *entry);
enum status outbox_unpack(struct slice value, struct outbox_entry *entry);
void job_record_pack(struct buf *b, const struct queued_job *job);
enum status job_record_unpack(struct slice value, struct queued_job *job);
void buttons_put(msgpack_packer *pk, const struct reply_button *buttons, size_t count);
size_t buttons_read(struct mp *mp, struct reply_button buttons[static REPLY_BUTTONS_MAX]);

/* The slices of what was given up point into value. */
void dead_letter_pack(struct buf *b, const struct dead_letter *letter);
enum status dead_letter_unpack(struct slice value, struct dead_letter *letter);

/* What a platform's id stands for. */
struct reference {
	struct uuid message_id;
	int64_t     created_ms;
};

void reference_pack(struct buf *b, const struct reference *reference);
enum status reference_unpack(struct slice value, struct reference *reference);

/* Without key and version. */
void policy_pack(struct buf *b, const struct policy *policy);
enum status policy_unpack(struct slice value, struct policy *policy);

/* Without the key id. */
void token_pack(struct buf *b, const struct token *token);
enum status token_unpack(struct slice value, struct token *token);

/* A code that links identities; the rest of its row is in the key. */
struct link_code_record {
	struct slice user_id;              /* whose ledger it opens */
	int64_t      expires_ms;
	struct uuid  message_id;           /* by which it was used up; nil: by none */
};

void link_code_pack(struct buf *b, const struct link_code_record *code);
enum status link_code_unpack(struct slice value, struct link_code_record *code);

/* What an identity, or all of them, did with codes of late. */
struct link_tries_record {
	uint32_t     wrong;
	int64_t      since_ms;             /* the first of them */
	struct slice mac;                  /* of the last code that it made or used; empty: none */
	int64_t      expires_ms;           /* of that code */
};

void link_tries_pack(struct buf *b, const struct link_tries_record *tries);
enum status link_tries_unpack(struct slice value, struct link_tries_record *tries);

/* The row of an alias. */
void alias_pack(struct buf *b, const struct alias *alias);
enum status alias_unpack(struct slice value, struct alias *alias);

enum { STORE_FORMAT = 1 };

/* The one row of each environment's meta table. */
struct meta {
	uint32_t    format;
	uint32_t    shard;             /* 0 to shard_count - 1; of the index: shard_count */
	uint32_t    shard_count;
	uint8_t     secret[16];        /* of the hash that makes ledger keys */
	struct uuid store_id;
	int64_t     created_ms;
};

/* What a new store says of itself, with a secret and an id of its own.  false after logging. */
bool meta_new(struct meta *meta, unsigned shard_count);

void meta_pack(struct buf *b, const struct meta *meta);

/* A newer format is unpacked as far as it is known: look at format first. */
enum status meta_unpack(struct slice value, struct meta *meta);

#endif
