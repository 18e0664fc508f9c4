/* SPDX-License-Identifier: MIT */
/* See keyword_seal.h. */
#include "config.h"

#include "keyword_seal.h"

#include <endian.h>
#include <string.h>

#include "store.h"

#define MAGIC "aiexpense keywords 1\n"

enum { MAGIC_SIZE = sizeof MAGIC - 1, NUMBER_SIZE = 8, HEAD_NUMBERS = 3, MAC_SIZE = 32, BODY_AT = MAGIC_SIZE + HEAD_NUMBERS * NUMBER_SIZE };

static void
append_number(struct buf *out, uint64_t number)
{
	number = htobe64(number);
	buf_append(out, &number, sizeof number);
}

static uint64_t
number_at(struct slice text, size_t at)
{
	uint64_t number;

	memcpy(&number, text.ptr + at, sizeof number);
	return be64toh(number);
}

void
keyword_seal(struct buf *out, const struct store *store, const struct keyword_map_head *head, const uint64_t *entries)
{
	uint8_t mac[MAC_SIZE];

	buf_append_literal(out, MAGIC);
	append_number(out, head->users_min);
	append_number(out, (uint64_t)head->counted_ms);
	append_number(out, head->count);
	for (size_t i = 0; i < head->count; i++)
		append_number(out, entries[i]);
	if (out->has_failed)
		return;
	store_mac(store, buf_slice(out), mac);
	buf_append(out, mac, sizeof mac);
}

static bool
is_ours(struct slice text, const struct store *store)
{
	struct slice said = { text.ptr, text.len - MAC_SIZE };
	uint8_t mac[MAC_SIZE];

	store_mac(store, said, mac);
	return memcmp(mac, text.ptr + said.len, sizeof mac) == 0;
}

bool
keyword_unseal(struct slice text, const struct store *store, struct keyword_map_head *head, uint64_t entries[static KEYWORD_MAP_WORDS_MAX])
{
	if (text.len < BODY_AT + MAC_SIZE || memcmp(text.ptr, MAGIC, MAGIC_SIZE) != 0 || !is_ours(text, store))
		return false;
	*head = (struct keyword_map_head){ .users_min = (unsigned)number_at(text, MAGIC_SIZE),
		.counted_ms = (int64_t)number_at(text, MAGIC_SIZE + NUMBER_SIZE), .count = number_at(text, MAGIC_SIZE + 2 * NUMBER_SIZE) };
	if (head->count > KEYWORD_MAP_WORDS_MAX || text.len != BODY_AT + head->count * NUMBER_SIZE + MAC_SIZE)
		return false;
	for (size_t i = 0; i < head->count; i++)
		entries[i] = number_at(text, BODY_AT + i * NUMBER_SIZE);
	return true;
}
