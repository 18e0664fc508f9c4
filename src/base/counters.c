/* SPDX-License-Identifier: MIT */
/* The tables of counters and operations, their segment, and the sums that readers ask for. */
#include "config.h"

#include "counters.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "log.h"

enum { SEGMENT_VERSION = 3 };

const struct counter_row counter_rows[COUNTER_ROWS] = {
#define ROW(name, kind, help) { #name, help, COUNTER_##kind, offsetof(struct counters, name) },
#include "tables/counters.def"
#undef ROW
};
const size_t counter_row_count = COUNTER_ROWS;

const struct provider_count_row provider_count_rows[PROVIDER_COUNTS] = {
#define PROVIDER_COUNT(name, kind, help) { #name, help, PROVIDER_##kind },
#include "tables/provider_counts.def"
#undef PROVIDER_COUNT
};

const struct operation_row operation_rows[OPERATIONS] = {
#define OPERATION(name, help) { #name, help },
#include "tables/operations.def"
#undef OPERATION
};

const struct distribution_row distribution_rows[DISTRIBUTIONS] = {
#define DISTRIBUTION(name, unit, help) { #name, help, DISTRIBUTION_##unit },
#include "tables/distributions.def"
#undef DISTRIBUTION
};

const char *
provider_result(struct slice name)
{
	for (size_t i = 0; i < PROVIDER_COUNTS; i++)
		if (provider_count_rows[i].kind == PROVIDER_RESULT && slice_equal(name, slice_of(provider_count_rows[i].name)))
			return provider_count_rows[i].name;
	return NULL;
}

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

/* A program whose tables differ has slots of another size, nearly always; SEGMENT_VERSION is for the rest. */
struct counter_segment *
counters_adopt(int *fd)
{
	struct counter_segment *segment = MAP_FAILED;
	struct stat st = { 0 };

	if (fstat(*fd, &st) == 0 && (size_t)st.st_size > sizeof *segment)
		segment = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, *fd, 0);
	if (segment != MAP_FAILED && segment->version == SEGMENT_VERSION && segment_size(segment->capacity) == (size_t)st.st_size)
		return segment;
	if (segment != MAP_FAILED)
		munmap(segment, (size_t)st.st_size);
	log_warn("the counters of the daemon before have another form and begin anew");
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
		if (counter_rows[i].kind == COUNTER_LEVEL || counter_rows[i].kind == COUNTER_STATE)
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
	case COUNTER_STATE:
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

uint64_t
provider_count_read(unsigned section, enum provider_count row, const struct process_slot *slots, size_t count)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += atomic_load_explicit(&slots[i].counters.providers[section][row], memory_order_relaxed);
	return sum;
}

static void
count_cell(struct histogram_cells *cells, uint64_t value)
{
	counter_add(&cells->at[log_linear_cell(value, CELL_VALUE_BITS, CELL_PRECISION)], 1);
}

static void
add_cells(uint64_t sum[CELLS], const struct histogram_cells *cells)
{
	for (size_t i = 0; i < CELLS; i++)
		sum[i] += atomic_load_explicit(&cells->at[i], memory_order_relaxed);
}

/* The cells are counted by themselves: the count beside them is of another instant. */
uint64_t
cells_quantile(const uint64_t cells[CELLS], double share)
{
	uint64_t count = 0, seen = 0, rank;

	for (size_t i = 0; i < CELLS; i++)
		count += cells[i];
	if (count == 0)
		return 0;
	/* Rounded up, less a trifle, since 0.07 * 100 is a little more than 7. */
	rank = (uint64_t)(share * (double)count + 1 - 1e-6);
	for (size_t i = 0; i < CELLS; i++) {
		seen += cells[i];
		if (seen >= rank)
			return log_linear_end(i, CELL_PRECISION);
	}
	return log_linear_end(CELLS - 1, CELL_PRECISION);
}

/* A value beyond the cells is known by the largest only; 0: that was forgotten. */
static uint64_t
quantile_below(const uint64_t cells[CELLS], double share, uint64_t max)
{
	uint64_t value = cells_quantile(cells, share);

	if (max == 0 || (value < max && value < log_linear_end(CELLS - 1, CELL_PRECISION)))
		return value;
	return max;
}

static struct quantiles
quantiles_of(const uint64_t cells[CELLS], uint64_t max)
{
	return (struct quantiles){ quantile_below(cells, 0.5, max), quantile_below(cells, 0.9, max),
		quantile_below(cells, 0.95, max), quantile_below(cells, 0.99, max), quantile_below(cells, 0.999, max) };
}

void
distribution_record(struct counters *counters, enum distribution distribution, uint64_t value)
{
	struct distribution_head *head = &counters->distributions[distribution];

	counter_add(&head->count, 1);
	counter_add(&head->sum, value);
	counter_peak(&head->max, value);
	count_cell(&counters->distribution_cells[distribution], value);
}

void
distribution_read(enum distribution distribution, const struct process_slot *slots, size_t count,
    struct distribution_totals *totals)
{
	*totals = (struct distribution_totals){ 0 };
	for (size_t i = 0; i < count; i++) {
		const struct counters *counters = &slots[i].counters;
		const struct distribution_head *head = &counters->distributions[distribution];
		uint64_t n = atomic_load_explicit(&head->count, memory_order_relaxed);

		if (n == 0)
			continue;
		totals->count += n;
		totals->sum += atomic_load_explicit(&head->sum, memory_order_relaxed);
		totals->max = larger(totals->max, atomic_load_explicit(&head->max, memory_order_relaxed));
		add_cells(totals->cells, &counters->distribution_cells[distribution]);
	}
	totals->quantiles = quantiles_of(totals->cells, totals->max);
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
	count_cell(&counters->operation_cells[operation], duration_ns);
}

static void
add_operation(struct operation_totals *sum, const struct counters *counters, enum operation operation)
{
	const struct operation_metrics *m = &counters->operations[operation];

	if (atomic_load_explicit(&m->total_requests, memory_order_relaxed) == 0)
		return;
	add_cells(sum->cells, &counters->operation_cells[operation]);
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
		add_operation(&sum, &slots[i].counters, operation);
	sum.quantiles = quantiles_of(sum.cells, sum.max_duration_ns);
	if (sum.total_requests > 0) {
		sum.average_duration_ns = sum.total_duration_ns / sum.total_requests;
		sum.success_rate = (double)sum.success_requests / (double)sum.total_requests;
	}
	if (uptime_ms > 0)
		sum.requests_per_second = (double)sum.total_requests * 1000 / (double)uptime_ms;
	return sum;
}

void
counters_user_seen(struct counters *counters, const uint8_t hash[2], int64_t now_ms)
{
	size_t place = ((size_t)hash[0] << 8 | hash[1]) % USERS_SEEN;
	uint32_t now_s = (uint32_t)(now_ms / 1000);

	atomic_store_explicit(&counters->users_seen_s[place], now_s, memory_order_relaxed);
	atomic_store_explicit(&counters->any_user_seen_s, now_s, memory_order_relaxed);
}

static bool
was_seen(const struct process_slot *slots, size_t count, size_t place, uint32_t since_s)
{
	for (size_t i = 0; i < count; i++)
		if (atomic_load_explicit(&slots[i].counters.any_user_seen_s, memory_order_relaxed) > since_s &&
		    atomic_load_explicit(&slots[i].counters.users_seen_s[place], memory_order_relaxed) > since_s)
			return true;
	return false;
}

/* So many draws are expected until that many places are taken. */
double
counters_users_seen(const struct process_slot *slots, size_t count, int64_t now_ms)
{
	int64_t since_s = now_ms / 1000 - 60;
	unsigned taken = 0;
	double draws = 0;

	for (size_t place = 0; place < USERS_SEEN; place++)
		taken += was_seen(slots, count, place, since_s > 0 ? (uint32_t)since_s : 0);
	for (unsigned i = 0; i < taken; i++)
		draws += (double)USERS_SEEN / (USERS_SEEN - i);
	return (double)(uint64_t)(draws + 0.5);
}

void
counters_reset_extremes(struct process_slot *slots, size_t count)
{
	for (size_t s = 0; s < count; s++) {
		struct counters *counters = &slots[s].counters;

		for (size_t i = 0; i < COUNTER_ROWS; i++)
			if (counter_rows[i].kind == COUNTER_PEAK || counter_rows[i].kind == COUNTER_FLOOR)
				counter_set(value_of(&counter_rows[i], counters), 0);
		for (size_t i = 0; i < OPERATIONS; i++) {
			counter_set(&counters->operations[i].min_duration_ns, 0);
			counter_set(&counters->operations[i].max_duration_ns, 0);
		}
		for (size_t i = 0; i < DISTRIBUTIONS; i++)
			counter_set(&counters->distributions[i].max, 0);
	}
}
