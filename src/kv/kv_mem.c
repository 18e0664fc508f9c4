/* SPDX-License-Identifier: MIT */
/* See kv_mem.h. */
#include "config.h"

#include "kv_mem.h"

#include <stdint.h>
#include <stdlib.h>

#include "ledger/key.h"

enum { LEVELS = 20 };

struct node {
	struct slice key, value;           /* one allocation each */
	struct node *prev;
	unsigned     levels;
	struct node *next[];
};

struct list {
	struct node *next[LEVELS];
};

/* A key as it was before the transaction's first change to it. */
struct undo {
	struct undo *older;
	enum table   table;
	struct slice key, value;
	bool         was_there;
};

struct kv_mem {
	struct kv    kv;
	struct list  lists[TABLES];
	struct undo *undo;                 /* newest first */
	uint64_t     random;
};

static struct kv_mem *
mem_of(struct kv *kv)
{
	return (struct kv_mem *)kv;
}

/* A copy that is never NULL unless memory ran out. */
static struct slice
copy(struct slice s)
{
	char *p = malloc(s.len + 1);

	if (p != NULL && s.len > 0)
		memcpy(p, s.ptr, s.len);
	return (struct slice){ p, s.len };
}

static void
release(struct slice s)
{
	free((char *)s.ptr);
}

static void
node_free(struct node *node)
{
	release(node->key);
	release(node->value);
	free(node);
}

/* The first node at or behind key; before[] gets, for each level, the link that leads there. */
static struct node *
find(struct list *list, struct slice key, struct node **before[LEVELS])
{
	struct node **links = list->next;

	for (int level = LEVELS; level-- > 0;) {
		while (links[level] != NULL && key_compare(links[level]->key, key) < 0)
			links = links[level]->next;
		before[level] = &links[level];
	}
	return *before[0];
}

static struct node *
find_exact(struct list *list, struct slice key, struct node **before[LEVELS])
{
	struct node *node = find(list, key, before);

	return node != NULL && slice_equal(node->key, key) ? node : NULL;
}

/* The node whose links hold this one, or NULL for the list's own. */
static struct node *
owner_of(struct list *list, struct node **link)
{
	return link == &list->next[0] ? NULL : (struct node *)((char *)link - offsetof(struct node, next));
}

/* One level more with a chance of one half each. */
static unsigned
random_levels(struct kv_mem *mem)
{
	unsigned levels = 1;

	mem->random = mem->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	for (uint64_t bits = (mem->random >> 32) % (UINT64_C(1) << (LEVELS - 1)); (bits & 1) != 0; bits >>= 1)
		levels++;
	return levels;
}

static bool
insert(struct kv_mem *mem, struct list *list, struct slice key, struct slice value, struct node **before[LEVELS])
{
	unsigned levels = random_levels(mem);
	struct node *node = malloc(sizeof *node + levels * sizeof node->next[0]);

	if (node == NULL)
		return false;
	node->key = copy(key);
	node->value = copy(value);
	if (node->key.ptr == NULL || node->value.ptr == NULL) {
		node_free(node);
		return false;
	}
	node->levels = levels;
	node->prev = owner_of(list, before[0]);
	for (unsigned level = 0; level < levels; level++) {
		node->next[level] = *before[level];
		*before[level] = node;
	}
	if (node->next[0] != NULL)
		node->next[0]->prev = node;
	return true;
}

static void
take_out(struct node *node, struct node **before[LEVELS])
{
	for (unsigned level = 0; level < node->levels; level++)
		*before[level] = node->next[level];
	if (node->next[0] != NULL)
		node->next[0]->prev = node->prev;
	node_free(node);
}

static bool
replace(struct node *node, struct slice value)
{
	struct slice fresh = copy(value);

	if (fresh.ptr == NULL)
		return false;
	release(node->value);
	node->value = fresh;
	return true;
}

static void
undo_free(struct undo *undo)
{
	release(undo->key);
	release(undo->value);
	free(undo);
}

/* Note how the key is now.  false when there is no memory. */
static bool
remember(struct kv_mem *mem, enum table table, struct slice key, const struct node *node)
{
	struct undo *undo = calloc(1, sizeof *undo);

	if (undo == NULL)
		return false;
	undo->table = table;
	undo->was_there = node != NULL;
	undo->key = copy(key);
	undo->value = copy(node != NULL ? node->value : SLICE_EMPTY);
	if (undo->key.ptr == NULL || undo->value.ptr == NULL) {
		undo_free(undo);
		return false;
	}
	undo->older = mem->undo;
	mem->undo = undo;
	return true;
}

static bool
mem_get(struct kv *kv, enum table table, struct slice key, struct slice *value)
{
	struct node **before[LEVELS];
	struct node *node = find_exact(&mem_of(kv)->lists[table], key, before);

	if (node != NULL)
		*value = node->value;
	return node != NULL;
}

static void
mem_put(struct kv *kv, enum table table, struct slice key, struct slice value)
{
	struct kv_mem *mem = mem_of(kv);
	struct list *list = &mem->lists[table];
	struct node **before[LEVELS];
	struct node *node = find_exact(list, key, before);
	bool is_done = remember(mem, table, key, node);

	if (is_done)
		is_done = node != NULL ? replace(node, value) : insert(mem, list, key, value, before);
	if (!is_done)
		kv_fail(kv, ST_FAILED);
}

static void
mem_del(struct kv *kv, enum table table, struct slice key)
{
	struct kv_mem *mem = mem_of(kv);
	struct node **before[LEVELS];
	struct node *node = find_exact(&mem->lists[table], key, before);

	if (node == NULL)
		return;
	if (remember(mem, table, key, node))
		take_out(node, before);
	else
		kv_fail(kv, ST_FAILED);
}

static bool
stand_on(struct kv_cursor *cursor, struct node *node)
{
	cursor->position = node;
	if (node != NULL) {
		cursor->key = node->key;
		cursor->value = node->value;
	}
	return node != NULL;
}

static void
mem_cursor_begin(struct kv_cursor *cursor)
{
	cursor->position = NULL;
}

static bool
mem_cursor_seek(struct kv_cursor *cursor, struct slice key)
{
	struct node **before[LEVELS];

	return stand_on(cursor, find(&mem_of(cursor->kv)->lists[cursor->table], key, before));
}

static struct node *
last_of(struct list *list)
{
	struct node **links = list->next;
	struct node *last = NULL;

	for (int level = LEVELS; level-- > 0;)
		while (links[level] != NULL) {
			last = links[level];
			links = last->next;
		}
	return last;
}

static bool
mem_cursor_move(struct kv_cursor *cursor, enum kv_move move)
{
	struct node *node = cursor->position;

	if (move == KV_LAST)
		return stand_on(cursor, last_of(&mem_of(cursor->kv)->lists[cursor->table]));
	return stand_on(cursor, move == KV_NEXT ? node->next[0] : node->prev);
}

static void
mem_cursor_end(struct kv_cursor *cursor)
{
	cursor->position = NULL;
}

static const struct kv_ops mem_ops = {
	.get = mem_get,
	.put = mem_put,
	.del = mem_del,
	.cursor_begin = mem_cursor_begin,
	.cursor_seek = mem_cursor_seek,
	.cursor_move = mem_cursor_move,
	.cursor_end = mem_cursor_end,
};

struct kv_mem *
kv_mem_new(void)
{
	struct kv_mem *mem = calloc(1, sizeof *mem);

	if (mem != NULL)
		mem->kv.ops = &mem_ops;
	return mem;
}

static void
forget_undo(struct kv_mem *mem)
{
	struct undo *undo;

	while ((undo = mem->undo) != NULL) {
		mem->undo = undo->older;
		undo_free(undo);
	}
}

void
kv_mem_free(struct kv_mem *mem)
{
	if (mem == NULL)
		return;
	forget_undo(mem);
	for (int table = 0; table < TABLES; table++)
		for (struct node *node = mem->lists[table].next[0], *next; node != NULL; node = next) {
			next = node->next[0];
			node_free(node);
		}
	free(mem);
}

struct kv *
kv_mem_begin(struct kv_mem *mem)
{
	mem->kv.st = ST_OK;
	return &mem->kv;
}

enum status
kv_mem_commit(struct kv_mem *mem)
{
	if (mem->kv.st != ST_OK) {
		kv_mem_abort(mem);
		return mem->kv.st;
	}
	forget_undo(mem);
	return ST_OK;
}

static void
undo_one(struct kv_mem *mem, const struct undo *undo)
{
	struct list *list = &mem->lists[undo->table];
	struct node **before[LEVELS];
	struct node *node = find_exact(list, undo->key, before);

	if (node != NULL)
		take_out(node, before);
	if (undo->was_there)
		insert(mem, list, undo->key, undo->value, before);
}

void
kv_mem_abort(struct kv_mem *mem)
{
	for (const struct undo *undo = mem->undo; undo != NULL; undo = undo->older)
		undo_one(mem, undo);
	forget_undo(mem);
}
