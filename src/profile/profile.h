/* SPDX-License-Identifier: MIT */
/*
 * Looking into a process that runs: where its processor time goes, or what its
 * heap is made of and where that was allocated (heap.h).  The keeper asks by memory that all processes share, and the
 * process that is asked answers there: at its next heartbeat it begins, a timer
 * of its own processor time interrupts it, and the handler keeps where it was.
 * Nothing is traced from outside and nobody gets a right for it.
 *
 *	keeper: profile_ask -> poll profile_state -> read -> profile_end
 *	any:    profile_beat at each heartbeat
 */
#ifndef PROFILE_H
#define PROFILE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum {
	PROFILE_DEPTH = 64,
	PROFILE_HZ = 250,                  /* of processor time */
	PROFILE_SECONDS_MAX = 60,
	PROFILE_SAMPLES_MAX = PROFILE_HZ * PROFILE_SECONDS_MAX,
	PROFILE_HEAP_MAX = 64 << 10
};

enum profile_kind { PROFILE_CPU, PROFILE_HEAP };

/* ASKED until the process has heard it; whoever changes it does so by compare and swap. */
enum profile_state { PROFILE_IDLE, PROFILE_ASKED, PROFILE_RUNNING, PROFILE_DONE };

struct profile_sample {
	_Atomic uint32_t depth;            /* 0: it is not whole */
	uint64_t         bytes;            /* of the heap: that are held and were allocated there */
	void            *frames[PROFILE_DEPTH];   /* the innermost first: where it was, then where it returns to */
};

/* What is not the state's own belongs to the keeper while IDLE or DONE, else to the process that is asked. */
struct profile {
	_Atomic uint32_t  state;
	_Atomic int32_t   pid;             /* who is asked */
	_Atomic int64_t   asked_ms, ends_ms;      /* clock_mono_ms; ends_ms is 0 until it has begun */
	enum profile_kind kind;
	uint32_t          seconds;
	uint64_t          cpu_began_ns, cpu_ns;   /* of the process; the latter while it was looked at */
	_Atomic uint32_t  count;           /* of the samples that there were; beyond PROFILE_SAMPLES_MAX they are lost */
	bool              is_heap_seen;    /* where memory was allocated is in the samples, each a stack: */
	uint64_t          heap_samples, heap_lost;    /* allocations that were looked at; those that there was no place for */
	uint32_t          heap_len;
	char              heap[PROFILE_HEAP_MAX]; /* malloc_info(3), and before it a line for each number of mallinfo2(3) */
	struct profile_sample samples[PROFILE_SAMPLES_MAX];
};

/* Called by the master before it forks; NULL after logging. */
struct profile *profile_create(void);
void profile_destroy(struct profile *profile);

/* Whether a process is being looked at.  What a keeper that died has asked for is over some seconds after its time is. */
bool profile_is_busy(const struct profile *profile);

/* Ask a process.  false: another one is being looked at. */
bool profile_ask(struct profile *profile, enum profile_kind kind, int32_t pid, uint32_t seconds);

/* Whoever asked needs it no more, or gives up. */
void profile_end(struct profile *profile);

static inline enum profile_state
profile_state(const struct profile *profile)
{
	return (enum profile_state)atomic_load(&profile->state);
}

/* A process' heartbeat: begin, or end, when it is this one that is asked or was.  NULL: does nothing. */
void profile_beat(struct profile *profile);

#endif
