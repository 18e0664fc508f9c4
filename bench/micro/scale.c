/* SPDX-License-Identifier: MIT */
/*
 * What things cost as the store grows:
 *
 *	scale [-d DIRECTORY] [-s SHARDS] [-f STORE] [EXPENSES ...]
 *
 * Fills a store through its interface, a hundred expenses a user, and at each
 * size (10,000, 100,000 and 1,000,000 unless others are named) measures
 * operations on users drawn at random, the bytes of an expense, and how long
 * opening takes.  Writes are durable, one command a commit.  With -f it only
 * fills STORE, for bench/growth, which measures the same through a daemon.
 */
#include "config.h"

#include <assert.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench_data.h"
#include "clock.h"
#include "local_store.h"
#include "understand.h"

enum { PER_USER = 100, DAYS = 365, LOAD_BATCH = 64, READS = 5000, WRITES = 500, SIZES_MAX = 8 };
static_assert((int)PER_USER <= (int)BATCH_EXPENSES_MAX, "a user is one command");

static struct options options;
static struct store *store;
static size_t users;

/* --- the store -------------------------------------------------------------------------- */

static void
open_store(size_t batch)
{
	store = local_store_open(&options, batch);
	bench_must(store != NULL ? ST_OK : ST_FAILED, "opening the store");
}

static void
make_store(const char *kept, unsigned shards, uint64_t expenses)
{
	char path[PATH_MAX];

	if (!options_init(&options))
		bench_must(ST_FAILED, "memory");
	snprintf(path, sizeof path, "%s/store", bench_data_directory());
	if (kept != NULL)
		snprintf(path, sizeof path, "%s", kept);
	free(options.store_path);
	options.store_path = strdup(path);
	options.store_shards = shards;
	options.store_map_size_bytes = ((uint64_t)1 << 30) + expenses * 2048;
	bench_must(store_prepare(&options) == 0 ? ST_OK : ST_FAILED, "making the store");
}

static int64_t bytes_used;

static int
count_file(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)path, (void)ftw;
	if (kind == FTW_F)
		bytes_used += st->st_blocks * 512;
	return 0;
}

static void
on_interrupt(int signo)
{
	(void)signo;
	bench_data_remove();
	_exit(1);
}

/* --- loading ------------------------------------------------------------------------------ */

static void
on_written(enum status st, const struct write_answer *answer, void *arg)
{
	(void)answer;
	bench_must(st, arg);
}

static struct sign_up
sign_up_of(size_t user)
{
	return (struct sign_up){ .user_id = bench_user_id(user), .locale = SLICE_LITERAL("zh-TW"), .zone = SLICE_LITERAL("Asia/Taipei"),
		.home = { "TWD" } };
}

static struct ledger
ledger_of(size_t user)
{
	return store_ledger(store, bench_user_id(user));
}

static void
put(size_t user, size_t count)
{
	static const char *const keys[] = { "food", "transport", "shopping", "entertainment", "other" };
	struct new_expense expenses[PER_USER];
	struct expense_batch batch = { .sign_up = sign_up_of(user), .now_ms = 1, .expense_count = count, .expenses = expenses };
	struct ledger ledger = ledger_of(user);

	for (size_t i = 0; i < count; i++) {
		expenses[i] = bench_expense((size_t)random() % (1 << 30), DAYS);
		expenses[i].category_key = slice_of(keys[random() % 5]);
	}
	store_put_expenses(store, &ledger, &batch, on_written, "storing expenses");
}

static void
show_progress(size_t done, size_t of, int64_t start_ns)
{
	enum { WIDTH = 40 };
	static const char bar[] = "########################################";
	double seconds = (double)(clock_mono_ns() - start_ns) / 1e9, part = (double)done / (double)of;

	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r[%-*.*s] %3.0f %%, %.0f expenses/s, %.0f s left ", WIDTH, (int)(part * WIDTH), bar, part * 100,
		    (double)done * PER_USER / seconds, seconds / part - seconds);
}

/* Up to so many expenses in all. */
static void
fill(size_t expenses)
{
	size_t first = users, last = expenses / PER_USER;
	int64_t start_ns = clock_mono_ns();

	open_store(LOAD_BATCH);
	for (; users < last; users++) {
		put(users, PER_USER);
		if (users % 1024 == 0)
			show_progress(users - first + 1, last - first, start_ns);
	}
	local_store_flush(store);
	store_close(store);
	if (isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
	fprintf(stderr, "%zu expenses of %zu users; %.0f expenses/s\n", users * PER_USER, users,
	    (double)(users - first) * PER_USER / ((double)(clock_mono_ns() - start_ns) / 1e9));
}

/* --- measuring ------------------------------------------------------------------------------ */

static void
create(size_t user)
{
	put(user, 1);
}

static size_t seen;

static void
on_expense(const struct expense *expense, void *arg)
{
	(void)arg;
	seen += expense->amount_minor > 0;
}

static void
on_expenses_end(enum status st, bool has_more, void *arg)
{
	(void)has_more, (void)arg;
	bench_must(st, "listing");
}

static void
list(size_t user)
{
	static const struct expense_list_callbacks callbacks = { on_expense, on_expenses_end };
	struct expense_query query = { .from = DAY_MIN, .to = DAY_MAX, .limit = 100, .is_newest_first = true };
	struct ledger ledger = ledger_of(user);

	seen = 0;
	store_list_expenses(store, &ledger, &query, &callbacks, NULL);
	bench_must(seen == PER_USER ? ST_OK : ST_FAILED, "a list of a hundred");
}

static void
on_total(const struct total *total, void *arg)
{
	(void)arg;
	seen += (size_t)total->count;
}

static void
on_totals_end(enum status st, void *arg)
{
	(void)arg;
	bench_must(st, "summing up");
}

/* A year by month and category. */
static void
summary(size_t user)
{
	static const struct total_list_callbacks callbacks = { on_total, on_totals_end };
	struct ledger ledger = ledger_of(user);

	seen = 0;
	store_list_totals(store, &ledger, true, BENCH_TODAY - DAYS - 31, BENCH_TODAY, &callbacks, NULL);
	bench_must(seen >= PER_USER ? ST_OK : ST_FAILED, "a summary of a year");
}

/* Two expenses in a text, understood and recorded. */
static void
message(size_t user)
{
	static struct understanding out;
	struct understand_input input = { .text = SLICE_LITERAL("早餐$20午餐$30"), .locale = SLICE_LITERAL("zh-TW"), .home = { "TWD" },
		.today = BENCH_TODAY };
	struct new_expense expenses[UNDERSTAND_EXPENSES_MAX];
	struct message_entry entry = { .sign_up = sign_up_of(user), .id = uuid7_next(1), .reply = SLICE_LITERAL("已記錄 2 筆"),
		.received_ms = 1, .now_ms = 1, .expenses = expenses };
	struct ledger ledger = ledger_of(user);

	understand(&input, &out);
	for (size_t i = 0; i < out.expense_count; i++) {
		expenses[i] = bench_expense((size_t)random() % (1 << 30), DAYS);
		expenses[i].expense.description = out.expenses[i].description;
		expenses[i].expense.amount_minor = out.expenses[i].amount_minor;
		expenses[i].category_key = slice_of(category_kind_key(out.expenses[i].category));
	}
	entry.expense_count = out.expense_count;
	store_record_message(store, &ledger, &entry, on_written, "recording a message");
}

static const struct work {
	const char *name;
	void (*run)(size_t user);
	size_t      times;
} works[] = {
	{ "create", create, WRITES }, { "message", message, WRITES }, { "list of 100", list, READS }, { "summary", summary, READS }
};

enum { WORKS = sizeof works / sizeof works[0] };

static int
compare_ns(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

struct times {
	double p50_us, p99_us;
};

static struct times
measure(const struct work *work)
{
	static int64_t took_ns[READS];

	for (size_t i = 0; i < work->times; i++) {
		size_t user = (size_t)random() % users;
		int64_t start_ns = clock_mono_ns();

		work->run(user);
		took_ns[i] = clock_mono_ns() - start_ns;
	}
	qsort(took_ns, work->times, sizeof took_ns[0], compare_ns);
	return (struct times){ (double)took_ns[work->times / 2] / 1e3, (double)took_ns[work->times * 99 / 100] / 1e3 };
}

/* One line of the table; the p50s are kept for the last one. */
static void
measure_all(size_t expenses, double p50_us[WORKS])
{
	int64_t start_ns = clock_mono_ns(), opened_ns;

	bytes_used = 0;
	nftw(options.store_path, count_file, 16, FTW_PHYS);
	open_store(1);
	list(0);
	opened_ns = clock_mono_ns() - start_ns;
	printf("| %10zu |", expenses);
	/* Reads first: what is created makes lists longer than a hundred. */
	for (size_t i = WORKS; i-- > 0; ) {
		struct times times = measure(&works[i]);

		p50_us[i] = times.p50_us;
		printf(" %6.1f / %6.1f |", times.p50_us, times.p99_us);
	}
	printf(" %5.0f | %6.2f |\n", (double)bytes_used / (double)expenses, (double)opened_ns / 1e6);
	fflush(stdout);
	store_close(store);
}

static size_t
read_sizes(int count, char **texts, size_t *sizes)
{
	static const size_t usual[] = { 10000, 100000, 1000000 };

	if (count == 0) {
		memcpy(sizes, usual, sizeof usual);
		return sizeof usual / sizeof usual[0];
	}
	for (int i = 0; i < count; i++) {
		sizes[i] = strtoull(texts[i], NULL, 10);
		if (sizes[i] < PER_USER || (i > 0 && sizes[i] <= sizes[i - 1])) {
			fprintf(stderr, "%s: sizes are at least %d and grow\n", texts[i], PER_USER);
			exit(2);
		}
	}
	return (size_t)count;
}

static void
print_growth(double first[WORKS], double last[WORKS])
{
	printf("p50 at the largest size is that of the smallest times:");
	for (size_t i = WORKS; i-- > 0; )
		printf(" %s %.2f%s", works[i].name, last[i] / first[i], i > 0 ? "," : "\n");
}

static void
measure_sizes(const size_t *sizes, size_t count)
{
	double first[WORKS], last[WORKS];

	printf("|   expenses |");
	for (size_t i = WORKS; i-- > 0; )
		printf(" %s p50 / p99 us |", works[i].name);
	printf(" bytes an expense | opening, ms |\n| --- | --- | --- | --- | --- | --- | --- |\n");
	for (size_t i = 0; i < count; i++) {
		fill(sizes[i]);
		measure_all(sizes[i], i == 0 ? first : last);
	}
	if (count > 1)
		print_growth(first, last);
}

int
main(int argc, char **argv)
{
	size_t sizes[SIZES_MAX], count;
	const char *parent = ".", *kept = NULL;
	unsigned shards = 1;
	int letter;

	while ((letter = getopt(argc, argv, "d:f:s:")) != -1) {
		if (letter == 'd')
			parent = optarg;
		else if (letter == 'f')
			kept = optarg;
		else if (letter != 's' || (shards = (unsigned)strtoul(optarg, NULL, 10)) < 1 || shards > 64)
			argc = 0;
	}
	if (argc - optind < 0 || argc - optind > SIZES_MAX) {
		fprintf(stderr, "usage: scale [-d DIRECTORY] [-s SHARDS] [-f STORE] [EXPENSES ...]\n");
		return 2;
	}
	count = read_sizes(argc - optind, argv + optind, sizes);
	signal(SIGINT, on_interrupt);
	signal(SIGTERM, on_interrupt);
	bench_data_init(BENCH_LMDB, parent, LOAD_BATCH);
	make_store(kept, shards, sizes[count - 1]);
	if (kept != NULL)
		fill(sizes[count - 1]);
	else
		measure_sizes(sizes, count);
	bench_data_remove();
	options_fini(&options);
	return 0;
}
