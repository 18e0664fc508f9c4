/* SPDX-License-Identifier: MIT */
/* See link.h. */
#include "config.h"

#include "link.h"

#include <sys/random.h>

#include "clock.h"
#include "dialogue/turn.h"
#include "fold.h"
#include "hex.h"
#include "log.h"
#include "messenger/messenger.h"
#include "sha256.h"

/* Without those that are taken for others; who reads o, i or l writes 0 or 1. */
static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";

/* --- texts ------------------------------------------------------------------------------------ */

bool
link_code_read(struct slice text, struct arena *arena, char letters[LINK_CODE_LETTERS])
{
	struct slice folded = text_fold(arena, text);
	size_t count = 0;

	for (size_t i = 0; i < folded.len; i++) {
		char c = folded.ptr[i];

		if (c == '-' || c == ' ')
			continue;
		c = c == 'o' ? '0' : c == 'i' || c == 'l' ? '1' : c;
		if (count == LINK_CODE_LETTERS || c == '\0' || strchr(alphabet, c) == NULL)
			return false;
		letters[count++] = c;
	}
	return count == LINK_CODE_LETTERS;
}

/* What follows the last blank is a number: a price. */
static bool
ends_in_number(struct slice folded)
{
	size_t at = folded.len;

	while (at > 0 && folded.ptr[at - 1] >= '0' && folded.ptr[at - 1] <= '9')
		at--;
	return at < folded.len && (at == 0 || folded.ptr[at - 1] == ' ');
}

bool
link_code_is_meant(struct slice text, struct arena *arena)
{
	struct slice folded = text_fold(arena, text);
	size_t letters = 0, digits = 0;

	for (size_t i = 0; i < folded.len; i++) {
		char c = folded.ptr[i];

		digits += c >= '0' && c <= '9';
		letters += c >= 'a' && c <= 'z';
		if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') && c != '-' && c != ' ')
			return false;
	}
	if (digits == 0)
		return letters > 0;
	return !ends_in_number(folded) && letters + digits >= LINK_CODE_LETTERS - 2 && letters + digits <= LINK_CODE_LETTERS + 2;
}

/* "ABCD-EFGH" */
static struct slice
show_code(const char letters[LINK_CODE_LETTERS], char shown[LINK_CODE_LETTERS + 1])
{
	size_t len = 0;

	for (size_t i = 0; i < LINK_CODE_LETTERS; i++) {
		if (i == LINK_CODE_LETTERS / 2)
			shown[len++] = '-';
		shown[len++] = letters[i] >= 'a' ? (char)(letters[i] - 'a' + 'A') : letters[i];
	}
	return (struct slice){ shown, len };
}

/* The platform of a user id: the rest is a number that says nothing to anybody. */
static struct slice
platform_of(struct slice user_id)
{
	const char *colon = memchr(user_id.ptr, ':', user_id.len);
	struct slice name = { user_id.ptr, colon != NULL ? (size_t)(colon - user_id.ptr) : user_id.len };
	const struct messenger *messenger = messenger_find(name);

	return messenger != NULL ? slice_of(messenger->title) : name;
}

struct slice
link_conversation(struct arena *arena, struct slice sender, struct slice conversation)
{
	enum { HASHED = 16 };
	char name[USER_ID_MAX + 1 + 2 * HASHED];
	uint8_t hash[32];

	if (conversation.len == 0)
		return sender;
	sha256(conversation.ptr, conversation.len, hash);
	memcpy(name, sender.ptr, sender.len);
	name[sender.len] = ' ';
	hex_encode(hash, HASHED, name + sender.len + 1);
	return arena_copy(arena, (struct slice){ name, sender.len + 1 + 2 * HASHED });
}

bool
link_is_direct(struct slice sender, struct slice conversation)
{
	return conversation.len == 0 || (sender.len > 0 && slice_equal(sender, conversation));
}

/* --- the end ---------------------------------------------------------------------------------- */

static void
end(struct linking *linking, enum status st)
{
	linking->turn->link = LINK_NOTHING;
	linking->fn(st, linking->arg);
}

static void
say_and_end(struct linking *linking, enum text_name text, struct slice value)
{
	turn_say_with(linking->turn, text, value);
	end(linking, ST_OK);
}

/* Nothing was done. */
static void
refuse(struct linking *linking, enum text_name text)
{
	linking->turn->status = MESSAGE_NOTHING;
	say_and_end(linking, text, SLICE_EMPTY);
}

static void
add_change(struct linking *linking, enum change_kind kind, struct slice user_id, bool is_ended)
{
	struct message_change *change = turn_change(linking->turn, kind);

	if (change != NULL)
		change->link = (struct link_change){ .user_id = user_id, .is_ended = is_ended, .now_ms = linking->turn->now_ms };
}

/* --- "link" ----------------------------------------------------------------------------------- */

static void
on_code_put(enum status st, void *arg)
{
	struct linking *linking = arg;
	char shown[LINK_CODE_LETTERS + 1];

	if (st == ST_OK)
		say_and_end(linking, TEXT_link_code, show_code(linking->letters, shown));
	else
		end(linking, st);
}

static void
make_code(struct linking *linking)
{
	struct link_code code = { .user_id = linking->user_id, .now_ms = linking->turn->now_ms };
	uint8_t random[LINK_CODE_LETTERS];

	if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random) {
		log_errno("getrandom");
		end(linking, ST_UNAVAILABLE);
		return;
	}
	for (size_t i = 0; i < sizeof random; i++)
		linking->letters[i] = alphabet[random[i] % (sizeof alphabet - 1)];
	store_link_code_mac(linking->service->store, linking->letters, code.mac);
	store_put_link_code(linking->service->store, &code, on_code_put, linking);
}

/* --- "link CODE" ------------------------------------------------------------------------------ */

/* The ledger's row of this identity; what becomes of it is told to fn. */
static void
set_alias(struct linking *linking, bool is_ended, store_done_fn *fn)
{
	struct store *store = linking->service->store;
	struct ledger ledger = store_ledger(store, linking->main);
	struct link_change change = { .user_id = linking->user_id, .is_ended = is_ended, .now_ms = linking->turn->now_ms };

	store_set_alias(store, &ledger, &change, fn, linking);
}

static void
on_alias_set(enum status st, void *arg)
{
	struct linking *linking = arg;

	switch (st) {
	case ST_OK:
		add_change(linking, CHANGE_LINK, linking->main, false);
		say_and_end(linking, TEXT_link_done, platform_of(linking->main));
		break;
	case ST_LIMIT_REACHED:
		refuse(linking, TEXT_link_full);
		break;
	case ST_CONFLICT:
	case ST_NO_USER:
	case ST_BEING_DELETED:
	case ST_GONE:
		refuse(linking, TEXT_link_wrong);
		break;
	default:
		end(linking, st);
	}
}

static void
on_code_tried(enum status st, const struct write_answer *answer, void *arg)
{
	static const enum text_name refusals[LINK_CODES] = {
		[LINK_CODE_WRONG] = TEXT_link_wrong, [LINK_CODE_OWN] = TEXT_link_own, [LINK_CODE_TOO_MANY] = TEXT_link_too_many,
	};
	struct linking *linking = arg;

	if (st != ST_OK) {
		end(linking, st);
		return;
	}
	if (answer->link_found != LINK_CODE_OK) {
		refuse(linking, refusals[answer->link_found]);
		return;
	}
	linking->main = arena_copy(linking->turn->arena, answer->linked_to);
	if (linking->main.ptr == NULL)
		end(linking, ST_OVERLOADED);
	else
		set_alias(linking, false, on_alias_set);
}

static void
on_alias_withdrawn(enum status st, void *arg)
{
	struct linking *linking = arg;

	(void)st;                        /* a row that stays is ended by "unlink" there */
	refuse(linking, TEXT_link_has_expenses);
}

static void
on_hindrance(enum status st, const struct link_hindrance *hindrance, void *arg)
{
	struct linking *linking = arg;
	struct link_try link_try = { .user_id = linking->user_id, .message_id = linking->turn->message_id, .now_ms = linking->turn->now_ms };

	if (st != ST_OK) {
		end(linking, st);
	} else if (hindrance->has_aliases) {
		refuse(linking, TEXT_link_has_links);
	} else if (hindrance->has_expenses && linking->main.len > 0) {
		set_alias(linking, true, on_alias_withdrawn);
	} else if (hindrance->has_expenses) {
		refuse(linking, TEXT_link_has_expenses);
	} else {
		store_link_code_mac(linking->service->store, linking->turn->link_code, link_try.mac);
		store_try_link_code(linking->service->store, &link_try, on_code_tried, linking);
	}
}

/* --- "unlink" ----------------------------------------------------------------------------------- */

static void end_next(struct linking *linking);

static void
on_link_ended(enum status st, void *arg)
{
	struct linking *linking = arg;

	if (st != ST_OK && st != ST_BEING_DELETED) {
		end(linking, st);
		return;
	}
	add_change(linking, CHANGE_ALIAS, linking->aliases[linking->ended_count++], true);
	end_next(linking);
}

static void
say_ended(struct linking *linking)
{
	struct buf names = BUF_INIT;

	for (size_t i = 0; i < linking->alias_count; i++) {
		buf_append_slice(&names, i > 0 ? SLICE_LITERAL(", ") : SLICE_EMPTY);
		buf_append_slice(&names, platform_of(linking->aliases[i]));
	}
	linking->turn->reply->has_failed |= names.has_failed;
	say_and_end(linking, linking->sender.len > 0 ? TEXT_unlinked : TEXT_unlinked_others, buf_slice(&names));
	buf_fini(&names);
}

static void
end_next(struct linking *linking)
{
	struct store *store = linking->service->store;
	struct link_change change = { .user_id = linking->user_id, .is_ended = true, .now_ms = linking->turn->now_ms };
	struct ledger ledger;

	if (linking->ended_count == linking->alias_count) {
		say_ended(linking);
		return;
	}
	ledger = store_ledger(store, linking->aliases[linking->ended_count]);
	store_set_link(store, &ledger, &change, on_link_ended, linking);
}

static void
take_alias(const struct alias *alias, void *arg)
{
	struct linking *linking = arg;

	if (linking->alias_count < ALIASES_MAX)
		linking->aliases[linking->alias_count++] = arena_copy(linking->turn->arena, alias->user_id);
}

static void
on_aliases(enum status st, void *arg)
{
	struct linking *linking = arg;

	if (st != ST_OK)
		end(linking, st);
	else if (linking->alias_count == 0)
		refuse(linking, TEXT_not_linked);
	else
		end_next(linking);
}

static void
end_links(struct linking *linking)
{
	static const struct alias_list_callbacks callbacks = { take_alias, on_aliases };

	linking->alias_count = linking->ended_count = 0;
	if (linking->sender.len == 0) {
		store_list_aliases(linking->service->store, linking->ledger, &callbacks, linking);
		return;
	}
	linking->aliases[linking->alias_count++] = linking->sender;
	end_next(linking);
}

void
link_carry_out(struct linking *linking)
{
	switch (linking->turn->link) {
	case LINK_MAKE:
		make_code(linking);
		break;
	case LINK_USE:
		if (linking->sender.len > 0)
			refuse(linking, TEXT_link_already);
		else
			store_get_hindrance(linking->service->store, linking->ledger, on_hindrance, linking);
		break;
	case LINK_END:
		end_links(linking);
		break;
	case LINK_NOTHING:
		end(linking, ST_OK);
	}
}
