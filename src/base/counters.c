/* SPDX-License-Identifier: MIT */
/* The tables of counters and operations, their segment, and the sums that readers ask for. */
#include "config.h"

#include "counters.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "clock.h"
#include "log.h"

enum { SEGMENT_VERSION = 1 };

const struct counter_row counter_rows[] = {
#define ROW(name, kind, help) { #name, help, COUNTER_##kind, offsetof(struct counters, name) },
#include "counters.def"
#undef ROW
};
const size_t counter_row_count = sizeof counter_rows / sizeof counter_rows[0];

const struct operation_row operation_rows[OPERATIONS] = {
#define OPERATION(name, help) { #name, help },
#include "operations.def"
#undef OPERATION
};

static size_t
segment_size(uint32_t capacity)
{
	return sizeof(struct counter_segment) + capacity * sizeof(struct process_slot);
}

struct counter_segment *
counters_create(uint32_t capacity, int *fd)
{
	size_t size = segment_size(capacity);
	struct counter_segment *segment;

	*fd = memfd_create("aiexpense-counters", MFD_CLOEXEC);
	if (*fd == -1 || ftruncate(*fd, (off_t)size) == -1)
		goto fail;
	segment = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, *fd, 0);
	if (segment == MAP_FAILED)
		goto fail;
	segment->version = SEGMENT_VERSION;
	segment->capacity = capacity;
	segment->started_ms = clock_mono_ms();
	segment->started_wall_ms = clock_wall_ms();
	return segment;
fail:
	log_errno("make the counters' shared memory");
	if (*fd != -1)
		close(*fd);
	*fd = -1;
	return NULL;
}

void
counters_destroy(struct counter_segment *segment, int fd)
{
	if (segment != NULL)
		munmap(segment, segment_size(segment->capacity));
	if (fd != -1)
		close(fd);
}

struct process_slot *
counters_take_slot(struct counter_segment *segment)
{
	uint32_t used = atomic_load(&segment->used), at = 0;

	while (at < used && atomic_load(&segment->slots[at].is_taken))
		at++;
	if (at == segment->capacity)
		return NULL;
	atomic_store(&segment->slots[at].is_taken, 1);
	if (at == used)
		atomic_store(&segment->used, used + 1);
	return &segment->slots[at];
}

void
counters_release_slot(struct process_slot *slot)
{
	atomic_store(&slot->is_taken, 0);
}

static _Atomic uint64_t *
value_of(const struct counter_row *row, struct counters *counters)
{
	return (_Atomic uint64_t *)(void *)((char *)counters + row->offset);
}

static uint64_t
read_value(const struct counter_row *row, const struct counters *counters)
{
	const _Atomic uint64_t *value = (const _Atomic uint64_t *)(const void *)((const char *)counters + row->offset);

	return atomic_load_explicit(value, memory_order_relaxed);
}

void
counters_retire(struct process_slot *slot)
{
	for (size_t i = 0; i < counter_row_count; i++)
		if (counter_rows[i].kind == COUNTER_LEVEL)
			counter_set(value_of(&counter_rows[i], &slot->counters), 0);
	process_stage(slot, STAGE_IDLE, 0);
	atomic_store(&slot->heartbeat_ms, 0);
	atomic_store(&slot->pid, 0);
}

const struct counter_row *
counter_find(const char *name)
{
	for (size_t i = 0; i < counter_row_count; i++)
		if (strcmp(counter_rows[i].name, name) == 0)
			return &counter_rows[i];
	return NULL;
}

static uint64_t
larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* 0 stands for none. */
static uint64_t
smaller(uint64_t a, uint64_t b)
{
	if (a == 0 || b == 0)
		return larger(a, b);
	return a < b ? a : b;
}

static uint64_t
combine(enum counter_kind kind, uint64_t a, uint64_t b)
{
	switch (kind) {
	case COUNTER_PEAK:
		return larger(a, b);
	case COUNTER_FLOOR:
		return smaller(a, b);
	case COUNTER_TOTAL:
	case COUNTER_LEVEL:
		break;
	}
	return a + b;
}

uint64_t
counter_read(const struct counter_row *row, const struct process_slot *slots, size_t count)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < count; i++)
		sum = combine(row->kind, sum, read_value(row, &slots[i].counters));
	return sum;
}

void
operation_record(struct counters *counters, enum operation operation, uint64_t duration_ns, bool is_success)
{
	struct operation_metrics *m = &counters->operations[operation];

	counter_add(&m->total_requests, 1);
	counter_add(is_success ? &m->success_requests : &m->failed_requests, 1);
	counter_add(&m->total_duration_ns, duration_ns);
	counter_floor(&m->min_duration_ns, duration_ns);
	counter_peak(&m->max_duration_ns, duration_ns);
}

static void
add_metrics(struct operation_totals *sum, const struct operation_metrics *m)
{
	sum->total_requests += atomic_load_explicit(&m->total_requests, memory_order_relaxed);
	sum->success_requests += atomic_load_explicit(&m->success_requests, memory_order_relaxed);
	sum->failed_requests += atomic_load_explicit(&m->failed_requests, memory_order_relaxed);
	sum->total_duration_ns += atomic_load_explicit(&m->total_duration_ns, memory_order_relaxed);
	sum->min_duration_ns = smaller(sum->min_duration_ns,
	    atomic_load_explicit(&m->min_duration_ns, memory_order_relaxed));
	sum->max_duration_ns = larger(sum->max_duration_ns,
	    atomic_load_explicit(&m->max_duration_ns, memory_order_relaxed));
}

struct operation_totals
operation_read(enum operation operation, const struct process_slot *slots, size_t count, int64_t uptime_ms)
{
	struct operation_totals sum = { 0 };

	for (size_t i = 0; i < count; i++)
		add_metrics(&sum, &slots[i].counters.operations[operation]);
	if (sum.total_requests > 0) {
		sum.average_duration_ns = sum.total_duration_ns / sum.total_requests;
		sum.success_rate = (double)sum.success_requests / (double)sum.total_requests;
	}
	if (uptime_ms > 0)
		sum.requests_per_second = (double)sum.total_requests * 1000 / (double)uptime_ms;
	return sum;
}
