/* SPDX-License-Identifier: MIT */
/* See faulty.h. */
#include "config.h"

#include "faulty.h"

#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "kv/kv_mem.h"
#include "ledger/key.h"
#include "store/engine.h"

enum { VALUE_MAX = 1 << 18 };

static struct {
	bool       is_armed;
	enum fault fault;
	unsigned   left;
} fault;

static const struct kv_ops *real_kv;
static const struct engine_ops *real_engine;

void
faulty_arm(enum fault what, unsigned at)
{
	fault.fault = what;
	fault.left = at;
	fault.is_armed = true;
}

bool
faulty_disarm(void)
{
	fault.is_armed = false;
	return fault.left == 0;
}

static bool
befalls(bool can_it)
{
	return fault.is_armed && can_it && fault.left > 0 && --fault.left == 0;
}

/* --- memory ------------------------------------------------------------------------------- */

extern void *__real_malloc(size_t size);
extern void *__real_calloc(size_t count, size_t size);
extern void *__real_realloc(void *p, size_t size);
extern void *__real_arena_alloc(struct arena *arena, size_t size);
extern void *__real_arena_alloc_unset(struct arena *arena, size_t size);
extern struct slice __real_arena_copy(struct arena *arena, struct slice s);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *p, size_t size);
void *__wrap_arena_alloc(struct arena *arena, size_t size);
void *__wrap_arena_alloc_unset(struct arena *arena, size_t size);
struct slice __wrap_arena_copy(struct arena *arena, struct slice s);
struct kv *__wrap_kv_mem_begin(struct kv_mem *mem);

void *
__wrap_malloc(size_t size)
{
	return befalls(fault.fault == FAULT_STEP) ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t count, size_t size)
{
	return befalls(fault.fault == FAULT_STEP) ? NULL : __real_calloc(count, size);
}

void *
__wrap_realloc(void *p, size_t size)
{
	return befalls(fault.fault == FAULT_STEP) ? NULL : __real_realloc(p, size);
}

static bool
arena_fails(struct arena *arena)
{
	if (!befalls(fault.fault == FAULT_STEP))
		return false;
	arena->has_failed = true;
	return true;
}

void *
__wrap_arena_alloc(struct arena *arena, size_t size)
{
	return arena_fails(arena) ? NULL : __real_arena_alloc(arena, size);
}

void *
__wrap_arena_alloc_unset(struct arena *arena, size_t size)
{
	return arena_fails(arena) ? NULL : __real_arena_alloc_unset(arena, size);
}

struct slice
__wrap_arena_copy(struct arena *arena, struct slice s)
{
	return arena_fails(arena) ? SLICE_EMPTY : __real_arena_copy(arena, s);
}

/* --- transactions --------------------------------------------------------------------------- */

static bool
fails(struct kv *kv)
{
	if (!befalls(fault.fault == FAULT_STEP))
		return false;
	kv_fail(kv, ST_UNAVAILABLE);
	return true;
}

static void
damage_value(struct slice *value)
{
	static char damaged[VALUE_MAX];

	if (!befalls(fault.fault == FAULT_VALUE && value->len > 0))
		return;
	assert_true(value->len <= sizeof damaged);
	memcpy(damaged, value->ptr, value->len);
	damaged[value->len - 1] ^= 1;
	value->ptr = damaged;
}

static void
damage_key(struct slice *key)
{
	static const size_t lens[FAULTS] = { [FAULT_KEY_BARE] = LEDGER_KEY_SIZE, [FAULT_KEY_TINY] = 1 };
	size_t len = fault.fault == FAULT_KEY_CUT ? key->len - 1 : lens[fault.fault];

	if (befalls(fault.fault >= FAULT_KEY_CUT && len < key->len))
		key->len = len;
}

static bool
faulty_get(struct kv *kv, enum table table, struct slice key, struct slice *value)
{
	if (fails(kv) || !real_kv->get(kv, table, key, value))
		return false;
	damage_value(value);
	return true;
}

static void
faulty_put(struct kv *kv, enum table table, struct slice key, struct slice value)
{
	if (!fails(kv))
		real_kv->put(kv, table, key, value);
}

static void
faulty_del(struct kv *kv, enum table table, struct slice key)
{
	if (!fails(kv))
		real_kv->del(kv, table, key);
}

static void
faulty_cursor_begin(struct kv_cursor *cursor)
{
	real_kv->cursor_begin(cursor);
	fails(cursor->kv);
}

static bool
stands(struct kv_cursor *cursor, bool is_there)
{
	if (is_there) {
		damage_value(&cursor->value);
		damage_key(&cursor->key);
	}
	return is_there;
}

static bool
faulty_cursor_seek(struct kv_cursor *cursor, struct slice key)
{
	return !fails(cursor->kv) && stands(cursor, real_kv->cursor_seek(cursor, key));
}

static bool
faulty_cursor_move(struct kv_cursor *cursor, enum kv_move move)
{
	return !fails(cursor->kv) && stands(cursor, real_kv->cursor_move(cursor, move));
}

static void
faulty_cursor_end(struct kv_cursor *cursor)
{
	real_kv->cursor_end(cursor);
}

static const struct kv_ops faulty_kv = {
	.get = faulty_get,
	.put = faulty_put,
	.del = faulty_del,
	.cursor_begin = faulty_cursor_begin,
	.cursor_seek = faulty_cursor_seek,
	.cursor_move = faulty_cursor_move,
	.cursor_end = faulty_cursor_end,
};

extern struct kv *__real_kv_mem_begin(struct kv_mem *mem);

struct kv *
__wrap_kv_mem_begin(struct kv_mem *mem)
{
	struct kv *kv = __real_kv_mem_begin(mem);

	if (kv->ops != &faulty_kv)
		real_kv = kv->ops;
	kv->ops = &faulty_kv;
	return kv;
}

static struct kv *
faulty_read_begin(struct store *store, unsigned shard, enum status *st)
{
	if (!befalls(fault.fault == FAULT_STEP))
		return real_engine->read_begin(store, shard, st);
	*st = ST_UNAVAILABLE;
	return NULL;
}

/* As it would cross a socket. */
static void
faulty_submit(struct store *store, unsigned shard, const struct command *command, const struct asker *asker)
{
	struct arena arena = ARENA_INIT;
	struct buf body = BUF_INIT;
	struct command arrived;

	command_pack(&body, command);
	if (!body.has_failed && command_unpack(buf_slice(&body), command->kind, &arena, &arrived))
		real_engine->submit(store, shard, &arrived, asker);
	else
		asker_tell(asker, ST_FAILED, NULL);
	arena_fini(&arena);
	buf_fini(&body);
}

void
faulty_watch(struct store *store)
{
	static struct engine_ops faulty_engine;

	if (store->ops != &faulty_engine)
		real_engine = store->ops;
	faulty_engine = *real_engine;
	faulty_engine.read_begin = faulty_read_begin;
	faulty_engine.submit = faulty_submit;
	store->ops = &faulty_engine;
}
