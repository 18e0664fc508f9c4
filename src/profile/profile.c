/* SPDX-License-Identifier: MIT */
/* See profile.h. */
#include "config.h"

#include "profile.h"

#include <errno.h>
#include <execinfo.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "heap.h"
#include "log.h"

enum { HANDLER_FRAMES = 2, GRACE_MS = 3000 };

/* The handler has no argument. */
static struct profile *looked_at;

struct profile *
profile_create(void)
{
	struct profile *profile = mmap(NULL, sizeof *profile, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	void *frames[1];

	if (profile == MAP_FAILED) {
		log_errno("memory for profiles");
		return NULL;
	}
	backtrace(frames, 1);                  /* the first call loads a library, which a handler must not */
	return profile;
}

void
profile_destroy(struct profile *profile)
{
	if (profile != NULL)
		munmap(profile, sizeof *profile);
}

static bool
change_state(struct profile *profile, enum profile_state from, enum profile_state to)
{
	uint32_t expected = from;

	return atomic_compare_exchange_strong(&profile->state, &expected, to);
}

/* --- who asks ------------------------------------------------------------------------------- */

/* Whoever asked for it cannot be there any more. */
static bool
is_forgotten(const struct profile *profile, int64_t now_ms)
{
	int64_t ends_ms = atomic_load(&profile->asked_ms) + (int64_t)profile->seconds * 1000 + 2 * GRACE_MS;

	return now_ms > ends_ms;
}

bool
profile_is_busy(const struct profile *profile)
{
	return profile_state(profile) != PROFILE_IDLE && !is_forgotten(profile, clock_mono_ms());
}

bool
profile_ask(struct profile *profile, enum profile_kind kind, int32_t pid, uint32_t seconds)
{
	int64_t now_ms = clock_mono_ms();

	if (profile_is_busy(profile))
		return false;
	profile_end(profile);
	profile->kind = kind;
	profile->seconds = seconds;
	profile->heap_len = 0;
	profile->is_heap_seen = false;
	profile->heap_samples = profile->heap_lost = 0;
	profile->cpu_ns = 0;
	for (uint32_t i = 0; i < atomic_load(&profile->count) && i < PROFILE_SAMPLES_MAX; i++)
		atomic_store(&profile->samples[i].depth, 0);
	atomic_store(&profile->count, 0);
	atomic_store(&profile->ends_ms, 0);
	atomic_store(&profile->asked_ms, now_ms);
	atomic_store(&profile->pid, pid);
	return change_state(profile, PROFILE_IDLE, PROFILE_ASKED);
}

void
profile_end(struct profile *profile)
{
	atomic_store(&profile->pid, 0);
	atomic_store(&profile->state, PROFILE_IDLE);
}

/* --- the process that is asked --------------------------------------------------------------- */

static uint64_t
read_ns(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static uint64_t
cpu_time_ns(void)
{
	return read_ns(CLOCK_PROCESS_CPUTIME_ID);
}

/* Not clock_mono_ms, which notes when a turn of the loop begins: a handler may come while it waits. */
static bool
is_over(const struct profile *profile)
{
	return (int64_t)(read_ns(CLOCK_MONOTONIC) / 1000000) >= atomic_load(&profile->ends_ms);
}

static void
set_timer(long interval_us)
{
	struct timeval interval = { .tv_usec = interval_us };

	setitimer(ITIMER_PROF, &(struct itimerval){ interval, interval }, NULL);
}

static bool
is_asked(const struct profile *profile)
{
	return atomic_load(&profile->pid) == getpid();
}

/* Called by the handler too, for a process whose loop stands still. */
static void
stop(struct profile *profile)
{
	set_timer(0);
	if (!is_asked(profile))
		return;
	profile->cpu_ns = cpu_time_ns() - profile->cpu_began_ns;
	change_state(profile, PROFILE_RUNNING, PROFILE_DONE);
}

/* Several threads may be here at once. */
static void
keep_sample(struct profile *profile, void *const *frames, int depth)
{
	uint32_t n = atomic_fetch_add(&profile->count, 1);

	if (n >= PROFILE_SAMPLES_MAX || depth <= 0)
		return;
	memcpy(profile->samples[n].frames, frames, (size_t)depth * sizeof frames[0]);
	atomic_store_explicit(&profile->samples[n].depth, (uint32_t)depth, memory_order_release);
}

/* The first two frames are this function and what the kernel put below it. */
static void
on_timer(int sig)
{
	void *frames[PROFILE_DEPTH + HANDLER_FRAMES];
	struct profile *profile = looked_at;
	int saved = errno;

	(void)sig;
	if (!is_asked(profile) || is_over(profile))
		stop(profile);
	else
		keep_sample(profile, frames + HANDLER_FRAMES, backtrace(frames, PROFILE_DEPTH + HANDLER_FRAMES) - HANDLER_FRAMES);
	errno = saved;
}

static void
begin_cpu(struct profile *profile)
{
	struct sigaction action = { .sa_handler = on_timer, .sa_flags = SA_RESTART };

	looked_at = profile;
	profile->cpu_began_ns = cpu_time_ns();
	atomic_store(&profile->ends_ms, clock_mono_ms() + (int64_t)profile->seconds * 1000);
	sigaction(SIGPROF, &action, NULL);
	set_timer(1000000 / PROFILE_HZ);
}

static void
tell_heap(struct profile *profile)
{
	struct mallinfo2 info = mallinfo2();
	FILE *out = fmemopen(profile->heap, sizeof profile->heap, "w");

	if (out != NULL) {
		fprintf(out, "used %zu\nfree %zu\nfree_chunks %zu\ngiven_back_by_trim %zu\narenas %zu\nmapped %zu\nmapped_blocks %zu\n",
		    info.uordblks, info.fordblks, info.ordblks, info.keepcost, info.arena, info.hblkhd, info.hblks);
		malloc_info(0, out);
		fflush(out);
		profile->heap_len = (uint32_t)ftell(out);
		fclose(out);
	}
}

/* Without memory for the stacks, and where malloc does not tell of its blocks, there are the totals. */
static void
begin_heap(struct profile *profile)
{
	profile->is_heap_seen = heap_is_hooked && heap_begin();
	atomic_store(&profile->ends_ms, clock_mono_ms() + (int64_t)profile->seconds * 1000);
}

static void
end_heap(struct profile *profile)
{
	heap_end(profile);
	tell_heap(profile);
	change_state(profile, PROFILE_RUNNING, PROFILE_DONE);
}

/* Whoever asked does so no more. */
static void
end_forgotten(const struct profile *profile)
{
	if (heap_looks() && (!is_asked(profile) || profile_state(profile) != PROFILE_RUNNING))
		heap_end(NULL);
}

void
profile_beat(struct profile *profile)
{
	if (profile == NULL)
		return;
	end_forgotten(profile);
	if (!is_asked(profile))
		return;
	if (change_state(profile, PROFILE_ASKED, PROFILE_RUNNING)) {
		if (profile->kind == PROFILE_CPU)
			begin_cpu(profile);
		else
			begin_heap(profile);
	} else if (profile_state(profile) == PROFILE_RUNNING && is_over(profile)) {
		if (profile->kind == PROFILE_CPU)
			stop(profile);
		else
			end_heap(profile);
	}
}
