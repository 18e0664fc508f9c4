/* SPDX-License-Identifier: MIT */
/*
 * See heap.h.  A block is one thread's at a time, so that nobody else puts it in
 * or takes it out meanwhile; it lies in the bucket of its address, so that a
 * free that nothing is known of costs one look at WAYS addresses.  Stacks are
 * put in once and never taken out; those that are alike count together.
 */
#include "config.h"

#include "heap.h"

#include <errno.h>
#include <execinfo.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>

#include "clock.h"
#include "log.h"
#include "profile.h"

enum { WAYS = 8, BUCKETS = HEAP_BLOCKS_MAX / WAYS, PROBES_MAX = 32, OWN_FRAMES = 8 };

#define TAKEN_PLACE ((uintptr_t)1)         /* no block's address */

struct bucket {
	_Atomic uintptr_t blocks[WAYS];    /* 0: free */
	uint32_t          stacks[WAYS];
	uint64_t          bytes[WAYS];
};

struct stack {
	_Atomic uint64_t hash;             /* 0: free */
	_Atomic uint32_t depth;            /* 0: not whole yet */
	_Atomic uint64_t bytes;            /* that are held */
	void            *frames[PROFILE_DEPTH];
};

struct heap {
	_Atomic uint64_t samples, lost;
	struct bucket    buckets[BUCKETS];
	struct stack     stacks[HEAP_STACKS_MAX];
};

_Atomic bool heap_is_on;
bool heap_is_hooked;

static struct heap *heap;                  /* stays, so that a thread that comes late finds it */
static _Thread_local bool is_inside;       /* what is allocated by looking is not looked at */
static _Thread_local uint64_t draws;       /* the state of the strides; 0: none was drawn */
static _Thread_local uint64_t left;        /* bytes until the next sample */

/* xorshift64*, of which the upper half is used. */
static uint64_t
draw_stride(void)
{
	draws ^= draws >> 12;
	draws ^= draws << 25;
	draws ^= draws >> 27;
	return 1 + (draws * UINT64_C(2685821657736338717) >> 32) % (2 * HEAP_INTERVAL - 1);
}

/* How many bytes an allocation stands for; 0: it is no sample. */
static uint64_t
draw_bytes(size_t size)
{
	uint64_t bytes = 0, rest = size;

	if (size >= HEAP_WHOLE)
		return size;
	if (draws == 0) {
		draws = (uint64_t)(uintptr_t)&draws ^ (uint64_t)clock_mono_ms() << 20;
		draws |= 1;
		left = draw_stride();
	}
	while (rest >= left) {
		rest -= left;
		bytes += HEAP_INTERVAL;
		left = draw_stride();
	}
	left -= rest;
	return bytes;
}

/* --- stacks ------------------------------------------------------------------------------- */

static uint64_t
mix(uint64_t n)
{
	n ^= n >> 32;
	n *= UINT64_C(0xd6e8feb86659fd93);
	n ^= n >> 32;
	return n;
}

static uint64_t
hash_of(void *const *frames, uint32_t depth)
{
	uint64_t hash = depth;

	for (uint32_t i = 0; i < depth; i++)
		hash = mix(hash + (uintptr_t)frames[i]);
	return hash != 0 ? hash : 1;
}

/* Its number, or HEAP_STACKS_MAX: there is no place for it. */
static uint32_t
keep_stack(void *const *frames, uint32_t depth)
{
	uint64_t hash = hash_of(frames, depth);

	for (uint32_t i = 0; i < PROBES_MAX; i++) {
		uint32_t number = (uint32_t)(hash + i) % HEAP_STACKS_MAX;
		struct stack *stack = &heap->stacks[number];
		uint64_t there = 0;

		if (atomic_compare_exchange_strong(&stack->hash, &there, hash)) {
			memcpy(stack->frames, frames, depth * sizeof frames[0]);
			atomic_store_explicit(&stack->depth, depth, memory_order_release);
			return number;
		}
		if (there == hash)
			return number;
	}
	return HEAP_STACKS_MAX;
}

/* Frames above the allocating function, which compilers may have made one or several of. */
static uint32_t
find_caller(void *const *frames, int depth, const void *caller)
{
	for (int i = 0; i < depth && i < OWN_FRAMES; i++)
		if (frames[i] == caller)
			return (uint32_t)i;
	return 0;
}

static uint32_t
keep_own_stack(const void *caller)
{
	void *frames[PROFILE_DEPTH + OWN_FRAMES];
	int depth = backtrace(frames, PROFILE_DEPTH + OWN_FRAMES);
	uint32_t first = find_caller(frames, depth, caller), count = depth > 0 ? (uint32_t)depth - first : 0;

	if (count == 0)
		return HEAP_STACKS_MAX;
	return keep_stack(frames + first, count < PROFILE_DEPTH ? count : PROFILE_DEPTH);
}

/* --- blocks ------------------------------------------------------------------------------- */

static struct bucket *
bucket_of(const void *block)
{
	return &heap->buckets[mix((uintptr_t)block) % BUCKETS];
}

static bool
put(void *block, struct heap_block entry)
{
	struct bucket *bucket = bucket_of(block);

	for (unsigned i = 0; i < WAYS; i++) {
		uintptr_t there = 0;

		if (!atomic_compare_exchange_strong(&bucket->blocks[i], &there, TAKEN_PLACE))
			continue;
		bucket->stacks[i] = entry.stack;
		bucket->bytes[i] = entry.bytes;
		atomic_fetch_add(&heap->stacks[entry.stack].bytes, entry.bytes);
		atomic_store_explicit(&bucket->blocks[i], (uintptr_t)block, memory_order_release);
		return true;
	}
	return false;
}

void
heap_note(void *block, size_t size, void *caller)
{
	struct heap_block entry;
	int saved = errno;

	if (is_inside || (entry.bytes = draw_bytes(size)) == 0)
		return;
	is_inside = true;
	entry.stack = keep_own_stack(caller);
	atomic_fetch_add(&heap->samples, 1);
	if (entry.stack == HEAP_STACKS_MAX || !put(block, entry))
		atomic_fetch_add(&heap->lost, 1);
	is_inside = false;
	errno = saved;
}

struct heap_block
heap_take(void *block)
{
	struct bucket *bucket = bucket_of(block);
	struct heap_block taken = { 0, 0 };

	for (unsigned i = 0; i < WAYS && block != NULL; i++) {
		if (atomic_load_explicit(&bucket->blocks[i], memory_order_acquire) != (uintptr_t)block)
			continue;
		taken = (struct heap_block){ bucket->stacks[i], bucket->bytes[i] };
		atomic_fetch_sub(&heap->stacks[taken.stack].bytes, taken.bytes);
		atomic_store_explicit(&bucket->blocks[i], 0, memory_order_release);
		break;
	}
	return taken;
}

void
heap_put_back(void *block, struct heap_block taken)
{
	if (taken.bytes > 0 && !put(block, taken))
		atomic_fetch_add(&heap->lost, 1);
}

/* --- on and off --------------------------------------------------------------------------- */

static void
turn_off(void)
{
	atomic_store(&heap_is_on, false);
}

bool
heap_begin(void)
{
	static bool is_told_of_forks;
	void *map;

	if (heap_looks())
		return false;
	if (heap == NULL) {
		map = mmap(NULL, sizeof *heap, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (map == MAP_FAILED) {
			log_errno("memory to look where memory is allocated");
			return false;
		}
		heap = map;
	}
	if (!is_told_of_forks && pthread_atfork(NULL, NULL, turn_off) != 0)
		return false;
	is_told_of_forks = true;
	madvise(heap, sizeof *heap, MADV_DONTNEED);    /* which empties it, of what was in it at a fork too */
	atomic_store(&heap_is_on, true);
	return true;
}

static uint32_t
tell_stacks(struct profile_sample *samples, uint32_t max)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < HEAP_STACKS_MAX && count < max; i++) {
		const struct stack *stack = &heap->stacks[i];
		uint32_t depth = atomic_load_explicit(&stack->depth, memory_order_acquire);
		uint64_t bytes = atomic_load(&stack->bytes);

		if (depth == 0 || bytes == 0)
			continue;
		memcpy(samples[count].frames, stack->frames, depth * sizeof stack->frames[0]);
		samples[count].bytes = bytes;
		atomic_store_explicit(&samples[count++].depth, depth, memory_order_release);
	}
	return count;
}

void
heap_end(struct profile *profile)
{
	if (!heap_looks())
		return;
	turn_off();
	if (profile != NULL) {
		profile->heap_samples = atomic_load(&heap->samples);
		profile->heap_lost = atomic_load(&heap->lost);
		atomic_store(&profile->count, tell_stacks(profile->samples, PROFILE_SAMPLES_MAX));
	}
	madvise(heap, sizeof *heap, MADV_DONTNEED);
}
