/* SPDX-License-Identifier: MIT */
/*
 * The store's speed on this machine:
 *
 *	bench_store DIRECTORY [SECONDS [SIZE]]
 *
 * Durable commands in batches, next to the same puts without the store around
 * them in the same run; commands through a shard's writer process; lists;
 * summaries of users with few and with many expenses.
 * With a SIZE only expenses in batches of so many.
 */
#include "config.h"

#include <event2/event.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "counters.h"
#include "log.h"
#include "master/child.h"
#include "options.h"
#include "sockets.h"
#include "store/writer/batch.h"
#include "store/command/command.h"
#include "kv/kv_lmdb.h"
#include "kv/kv_mem.h"
#include "store/ledger_hash.h"

enum { USERS = 1000, TODAY = 20780 };

static const char *directory;
static double seconds = 2;
static struct process_slot slot;
static struct ledger ledgers[USERS];
static char user_ids[USERS][16];

static void
die(const char *what)
{
	fprintf(stderr, "bench_store: %s failed\n", what);
	exit(1);
}

static const char *
path_of(const char *name)
{
	static char paths[2][512];
	static int which;

	which = !which;
	snprintf(paths[which], sizeof paths[which], "%s/%s", directory, name);
	return paths[which];
}

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st, (void)kind, (void)ftw;
	return remove(path);
}

static void
remove_all(const char *name)
{
	nftw(path_of(name), remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* --- the commands ---------------------------------------------------------------------- */

struct sample {
	struct command       command;
	struct new_expense   new;
};

/* One expense of a random user on one of the last days, with or without a message. */
static void
make_sample(struct sample *s, enum command_kind kind)
{
	static const char *const keys[] = { "food", "transport", "shopping", "entertainment", "other" };
	unsigned user = (unsigned)rand() % USERS;
	struct sign_up sign_up = { slice_of(user_ids[user]), SLICE_LITERAL("zh-TW"), SLICE_LITERAL("Asia/Taipei"), { "TWD" },
		SLICE_EMPTY };
	int64_t now_ms = clock_wall_ms();

	s->new = (struct new_expense){ .expense = { .id = uuid7_next(now_ms), .day = TODAY - rand() % 30,
		.amount_minor = rand() % 100000, .currency = { "TWD" }, .description = SLICE_LITERAL("早餐 with a friend"),
		.account = SLICE_LITERAL("cash"), .zone = SLICE_LITERAL("Asia/Taipei"), .created_ms = now_ms },
		.category_key = slice_of(keys[rand() % 5]) };
	s->command = (struct command){ .kind = kind };
	memcpy(s->command.ledger, ledgers[user].key, sizeof s->command.ledger);
	if (kind == COMMAND_PUT_EXPENSES)
		s->command.batch = (struct expense_batch){ .sign_up = sign_up, .now_ms = now_ms, .expense_count = 1,
			.expenses = &s->new };
	else
		s->command.message = (struct message_entry){ .sign_up = sign_up, .id = uuid7_next(now_ms),
			.reply = SLICE_LITERAL("早餐 $20，已記錄"), .received_ms = now_ms, .now_ms = now_ms, .expense_count = 1,
			.expenses = &s->new };
}

static void
add_sample(struct batch *b, enum command_kind kind)
{
	static struct buf body;
	struct sample sample;
	struct frame frame = { .kind = kind };

	make_sample(&sample, kind);
	buf_clear(&body);
	command_pack(&body, &sample.command);
	frame.body = buf_slice(&body);
	if (!batch_add(b, NULL, &frame))
		die("batch_add");
}

static double
bench_batches(enum command_kind kind, size_t size)
{
	struct lmdb_env *env = lmdb_env_open(path_of("env"), (size_t)1 << 34, LMDB_SHARD_TABLES, LMDB_MAKE);
	struct batch batch = { 0 };
	int64_t start = clock_mono_ns(), end = start + (int64_t)(seconds * 1e9), now;
	size_t count = 0;

	if (env == NULL)
		die("lmdb_env_open");
	do {
		batch_clear(&batch);
		while (batch.count < size)
			add_sample(&batch, kind);
		count += batch_run(&batch, 0, size, env, &slot);
	} while ((now = clock_mono_ns()) < end);
	batch_fini(&batch);
	lmdb_env_close(env);
	remove_all("env");
	return (double)count / ((double)(now - start) / 1e9);
}

/* --- the same puts, without the store around them ---------------------------------------- */

struct put {
	enum table table;
	size_t     key_at, key_len, value_len;
};

/* A transaction in memory that notes what is put. */
static struct recording {
	struct kv      kv;
	struct kv     *inner;
	struct buf     bytes;
	struct put    *puts;
	size_t         count, capacity;
} recording;

static bool
record_get(struct kv *kv, enum table table, struct slice key, struct slice *value)
{
	return kv_get(((struct recording *)kv)->inner, table, key, value);
}

static void
record_put(struct kv *kv, enum table table, struct slice key, struct slice value)
{
	struct recording *r = (struct recording *)kv;

	if (r->count == r->capacity) {
		r->capacity = r->capacity > 0 ? 2 * r->capacity : 1024;
		r->puts = realloc(r->puts, r->capacity * sizeof *r->puts);
	}
	r->puts[r->count++] = (struct put){ table, r->bytes.len, key.len, value.len };
	buf_append_slice(&r->bytes, key);
	buf_append_slice(&r->bytes, value);
	kv_put(r->inner, table, key, value);
}

static const struct kv_ops record_ops = { .get = record_get, .put = record_put };

/* Carry commands out in memory; ends[i] is the number of puts up to command i. */
static void
record(enum command_kind kind, size_t commands, size_t *ends)
{
	struct kv_mem *mem = kv_mem_new();
	struct arena arena = ARENA_INIT;
	struct buf scratch = BUF_INIT;
	struct write_answer answer;
	struct sample sample;

	recording.kv = (struct kv){ .ops = &record_ops };
	recording.count = recording.bytes.len = 0;
	for (size_t i = 0; i < commands; i++) {
		make_sample(&sample, kind);
		recording.inner = kv_mem_begin(mem);
		if (command_run(&sample.command, &recording.kv, &arena, &scratch, NULL, &answer) != ST_OK)
			die("a command");
		kv_mem_commit(mem);
		arena_reset(&arena);
		ends[i] = recording.count;
	}
	kv_mem_free(mem);
	arena_fini(&arena);
	buf_fini(&scratch);
}

static double
bench_raw(enum command_kind kind, size_t size)
{
	struct lmdb_env *env = lmdb_env_open(path_of("env"), (size_t)1 << 34, LMDB_SHARD_TABLES, LMDB_MAKE);
	size_t commands = (size_t)(seconds * (size == 1 ? 6000 : 60000)), *ends = calloc(commands, sizeof *ends), put = 0, i = 0;
	int64_t start, end, now;
	enum status st;

	record(kind, commands, ends);
	start = clock_mono_ns();
	end = start + (int64_t)(seconds * 1e9);
	do {
		struct kv *kv = lmdb_write_begin(env, &st);

		for (size_t n = 0; n < size && i < commands; n++, i++)
			for (; put < ends[i]; put++) {
				const struct put *p = &recording.puts[put];
				const char *key = recording.bytes.data + p->key_at;

				kv_put(kv, p->table, (struct slice){ key, p->key_len }, (struct slice){ key + p->key_len, p->value_len });
			}
		if (lmdb_write_commit(env) != ST_OK)
			die("commit");
	} while ((now = clock_mono_ns()) < end && i < commands);
	lmdb_env_close(env);
	remove_all("env");
	free(ends);
	return (double)i / ((double)(now - start) / 1e9);
}

/* --- through a writer process --------------------------------------------------------------- */

static struct options options;
static struct store *store;

struct client {
	struct event_base *base;
	size_t             answered;
	int64_t            end_ns;
	size_t             in_flight;
};

static void submit_one(struct client *c);

static void
on_written(enum status st, const struct write_answer *answer, void *arg)
{
	struct client *c = arg;

	(void)answer;
	if (st != ST_OK)
		die("a write");
	c->answered++;
	c->in_flight--;
	if (clock_mono_ns() < c->end_ns)
		submit_one(c);
	else if (c->in_flight == 0)
		event_base_loopbreak(c->base);
}

static void
submit_one(struct client *c)
{
	struct ledger ledger = { .shard = 0 };
	struct sample sample;

	make_sample(&sample, COMMAND_PUT_EXPENSES);
	memcpy(ledger.key, sample.command.ledger, sizeof ledger.key);
	c->in_flight++;
	store_put_expenses(store, &ledger, &sample.command.batch, on_written, c);
}

static double
bench_writer(struct event_base *base, size_t in_flight)
{
	int64_t start = clock_mono_ns();
	struct client c = { .base = base, .end_ns = start + (int64_t)(seconds * 1e9) };

	for (size_t i = 0; i < in_flight; i++)
		submit_one(&c);
	event_base_dispatch(base);
	return (double)c.answered / ((double)(clock_mono_ns() - start) / 1e9);
}

static size_t listed;

static void
on_expense(const struct expense *expense, void *arg)
{
	(void)arg;
	listed += expense->amount_minor >= 0;
}

static void
on_end(enum status st, bool has_more, void *arg)
{
	(void)has_more;
	(void)arg;
	if (st != ST_OK)
		die("a list");
}

static void
bench_lists(struct event_base *base)
{
	static const struct expense_list_callbacks callbacks = { on_expense, on_end };
	struct expense_query query = { .from = DAY_MIN, .to = DAY_MAX, .limit = 100, .is_newest_first = true };
	size_t lists = 0, fewest = SIZE_MAX;
	int64_t start, end, now;

	bench_writer(base, 256);                          /* some 30 expenses or more for each user */
	start = clock_mono_ns();
	end = start + (int64_t)(seconds * 1e9);
	do {
		size_t before = listed;

		store_list_expenses(store, &ledgers[lists++ % USERS], &query, &callbacks, NULL);
		if (listed - before < fewest)
			fewest = listed - before;
	} while ((now = clock_mono_ns()) < end);
	printf("lists of up to 100 expenses: %.0f/s, %.1f us each, %.3f us an expense (%.0f expenses a list, at least %zu)\n",
	    (double)lists / ((double)(now - start) / 1e9), (double)(now - start) / 1e3 / (double)lists,
	    (double)(now - start) / 1e3 / (double)listed, (double)listed / (double)lists, fewest);
}

/* --- summaries ---------------------------------------------------------------------------- */

static void
on_filled(enum status st, const struct write_answer *answer, void *arg)
{
	struct event_base *base = arg;

	(void)answer;
	if (st != ST_OK)
		die("a write");
	event_base_loopbreak(base);
}

/* A user with so many expenses on the days of a year. */
static struct ledger
fill_year(struct event_base *base, const char *user, size_t expenses)
{
	struct ledger ledger = store_ledger(store, slice_of(user));
	struct new_expense new[BATCH_EXPENSES_MAX];
	struct expense_batch batch = { .sign_up = { slice_of(user), SLICE_LITERAL("en"), SLICE_LITERAL("UTC"), { "TWD" } },
		.now_ms = clock_wall_ms(), .expenses = new, .expense_count = BATCH_EXPENSES_MAX };
	struct sample sample;

	for (size_t put = 0; put < expenses; put += batch.expense_count) {
		for (size_t i = 0; i < batch.expense_count; i++) {
			make_sample(&sample, COMMAND_PUT_EXPENSES);
			new[i] = sample.new;
			new[i].expense.day = TODAY - rand() % 365;
		}
		store_put_expenses(store, &ledger, &batch, on_filled, base);
		event_base_dispatch(base);
	}
	return ledger;
}

static void
on_group(const struct summary_group *group, void *arg)
{
	(void)group;
	(*(size_t *)arg)++;
}

static struct summary last_summary;

static void
on_summary(enum status st, const struct summary *summary, void *arg)
{
	(void)arg;
	if (st != ST_OK)
		die("a summary");
	last_summary = *summary;
}

static void
bench_summary(const char *what, const struct ledger *ledger, unsigned by, size_t expenses)
{
	static const struct summary_callbacks callbacks = { on_group, on_summary };
	struct summary_query query = { .from = TODAY - 350, .to = TODAY - 10, .by = by, .limit = 100 };
	int64_t start = clock_mono_ns(), end = start + (int64_t)(seconds * 1e9 / 4), now;
	size_t count = 0, groups = 0;

	do {
		groups = 0;
		store_summarize(store, ledger, &query, &callbacks, &groups);
		count++;
	} while ((now = clock_mono_ns()) < end);
	printf("summary by %-14s of %6zu expenses: %6.1f us, %4u rows read for %zu groups\n", what, expenses,
	    (double)(now - start) / 1e3 / (double)count, last_summary.rows_read, groups);
}

static void
bench_summaries(struct event_base *base)
{
	static const size_t sizes[] = { 100, 10000, 100000 };
	char user[32];

	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		struct ledger ledger;

		snprintf(user, sizeof user, "line:S%zu", sizes[i]);
		ledger = fill_year(base, user, sizes[i]);
		bench_summary("category", &ledger, SUMMARY_CATEGORY, sizes[i]);
		bench_summary("month,category", &ledger, SUMMARY_MONTH | SUMMARY_CATEGORY, sizes[i]);
		bench_summary("day", &ledger, SUMMARY_DAY, sizes[i]);
	}
}

static pid_t
start_writer(int life_fd, struct counter_segment *segment)
{
	char path[INTERNAL_PATH_MAX];
	struct inherited in = { .options = &options, .segment = segment, .slot = &segment->slots[0], .stats_listener = -1,
		.control_listener = -1, .status_fd = open("/dev/null", O_WRONLY), .life_fd = life_fd, .lock_fd = -1 };
	pid_t pid;

	writer_socket_path(&options, 0, path);
	in.internal_listener = unix_listen(path, 0600, 64);
	if (in.internal_listener == -1)
		die("listen");
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		exit(writer_run(&in, 0));
	return pid;
}

static void
bench_process(void)
{
	static const size_t in_flight[] = { 1, 16, 64, 256 };
	struct event_base *base;
	struct counter_segment *segment;
	int life[2], fd;
	pid_t pid;

	options_init(&options);
	free(options.store_path);
	free(options.run_directory);
	options.store_path = strdup(path_of("store"));
	options.run_directory = strdup(directory);
	options.store_shards = 1;
	mkdir(path_of("internal"), 0700);
	segment = counters_create(2, &fd);
	if (store_prepare(&options) == -1 || pipe(life) == -1 || segment == NULL)
		die("store_prepare");
	pid = start_writer(life[0], segment);
	base = event_base_new();
	store = store_open(&options, base, &segment->slots[1].counters);
	for (size_t i = 0; i < sizeof in_flight / sizeof in_flight[0]; i++) {
		uint64_t commands = segment->slots[0].counters.store_commands, commits = segment->slots[0].counters.store_commits;
		double rate = bench_writer(base, in_flight[i]);

		printf("through the writer, %3zu in flight: %.0f commands/s, %.1f a commit\n", in_flight[i], rate,
		    (double)(segment->slots[0].counters.store_commands - commands)
		    / (double)(segment->slots[0].counters.store_commits - commits));
	}
	bench_lists(base);
	bench_summaries(base);
	store_close(store);
	event_base_free(base);
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
	counters_destroy(segment, fd);
	options_fini(&options);
	remove_all("store");
	remove_all("internal");
}

static void
name_users(void)
{
	static const uint8_t secret[16] = "a benchmark's";
	struct ledger_hash *hash = ledger_hash_new(secret, 1);
	int64_t start = clock_mono_ns();

	for (int i = 0; i < USERS; i++) {
		snprintf(user_ids[i], sizeof user_ids[i], "line:U%d", i);
		ledgers[i] = ledger_hash_place(hash, slice_of(user_ids[i]));
	}
	printf("placing a ledger: %.2f us\n", (double)(clock_mono_ns() - start) / 1e3 / USERS);
	ledger_hash_free(hash);
}

static void
compare(enum command_kind kind, size_t size)
{
	double raw = bench_raw(kind, size), rate = bench_batches(kind, size);

	printf("%-14s batches of %2zu: %6.0f commands/s; the same puts alone %6.0f/s, %.2f of them\n",
	    kind == COMMAND_PUT_EXPENSES ? "put_expenses" : "record_message", size, rate, raw, rate / raw);
}

int
main(int argc, char **argv)
{
	static const size_t sizes[] = { 1, 16, 64 };
	size_t only = argc > 3 ? (size_t)atoi(argv[3]) : 0;

	if (argc < 2) {
		fprintf(stderr, "usage: bench_store DIRECTORY [SECONDS [SIZE]]\n");
		return 2;
	}
	directory = argv[1];
	if (argc > 2)
		seconds = atof(argv[2]);
	mkdir(directory, 0700);
	log_set_level(LOG_LEVEL_ERROR);
	signal(SIGPIPE, SIG_IGN);
	name_users();
	if (only > 0) {
		compare(COMMAND_PUT_EXPENSES, only);
		return 0;
	}
	for (int kind = COMMAND_RECORD_MESSAGE; kind <= COMMAND_PUT_EXPENSES; kind++)
		for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
			compare((enum command_kind)kind, sizes[i]);
	bench_process();
	return 0;
}
