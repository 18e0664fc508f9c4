/* SPDX-License-Identifier: MIT */
/* The functions of store_link.h. */
#include "config.h"

#include "store_link.h"

#include "engine.h"
#include "reading.h"

void
store_link_code_mac(const struct store *store, const char letters[LINK_CODE_LETTERS], uint8_t mac[LINK_CODE_MAC])
{
	static const char purpose[] = "link code ";
	char text[sizeof purpose - 1 + LINK_CODE_LETTERS];
	uint8_t whole[32];

	memcpy(text, purpose, sizeof purpose - 1);
	memcpy(text + sizeof purpose - 1, letters, LINK_CODE_LETTERS);
	store_mac(store, (struct slice){ text, sizeof text }, whole);
	memcpy(mac, whole, LINK_CODE_MAC);
}

void
store_get_hindrance(struct store *store, const struct ledger *ledger, store_hindrance_fn *fn, void *arg)
{
	struct link_hindrance hindrance = { false, false };
	struct reading r;

	if (reading_begin(&r, store, ledger->shard, ledger))
		r.st = op_get_hindrance(&r.op, &hindrance);
	reading_end(&r, DISTRIBUTION_read_other_ns);
	fn(r.st, &hindrance, arg);
	reading_fini(&r);
}

void
store_list_aliases(struct store *store, const struct ledger *ledger, const struct alias_list_callbacks *callbacks, void *arg)
{
	struct reading r;

	if (reading_begin(&r, store, ledger->shard, ledger))
		r.st = op_list_aliases(&r.op, callbacks->on_alias, arg);
	reading_end(&r, DISTRIBUTION_read_other_ns);
	callbacks->on_end(r.st, arg);
	reading_fini(&r);
}

void
store_put_link_code(struct store *store, const struct link_code *code, store_done_fn *fn, void *arg)
{
	struct command command = { .kind = COMMAND_PUT_LINK_CODE, .link_code = *code };

	store->ops->submit(store, store->shard_count, &command, &(struct asker){ .on_done = fn, .arg = arg });
}

void
store_try_link_code(struct store *store, const struct link_try *link_try, store_write_fn *fn, void *arg)
{
	struct command command = { .kind = COMMAND_TRY_LINK_CODE, .link_try = *link_try };

	store->ops->submit(store, store->shard_count, &command, &(struct asker){ .on_write = fn, .arg = arg });
}

static void
submit_change(struct store *store, const struct ledger *ledger, enum command_kind kind, const struct link_change *change,
    store_done_fn *fn, void *arg)
{
	struct command command = { .kind = kind, .link = *change };

	store_submit(store, ledger, &command, &(struct asker){ .on_done = fn, .arg = arg });
}

void
store_set_alias(struct store *store, const struct ledger *ledger, const struct link_change *change, store_done_fn *fn, void *arg)
{
	submit_change(store, ledger, COMMAND_SET_ALIAS, change, fn, arg);
}

void
store_set_link(struct store *store, const struct ledger *ledger, const struct link_change *change, store_done_fn *fn, void *arg)
{
	submit_change(store, ledger, COMMAND_SET_LINK, change, fn, arg);
}

void
store_drop_message(struct store *store, const struct ledger *ledger, const struct uuid *message_id, store_done_fn *fn, void *arg)
{
	submit_change(store, ledger, COMMAND_DROP_MESSAGE, &(struct link_change){ .message_id = *message_id }, fn, arg);
}
