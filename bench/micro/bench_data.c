/* SPDX-License-Identifier: MIT */
/* See bench_data.h. */
#include "config.h"

#include "bench_data.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fold.h"
#include "local_store.h"
#include "log.h"
#include "store/person.h"

static enum bench_store_kind kind;
static size_t batch;
static char directory[512];            /* of all stores of this process */

void
bench_data_init(enum bench_store_kind store_kind, const char *parent, size_t batch_size)
{
	kind = store_kind;
	batch = batch_size;
	log_set_level(LOG_LEVEL_ERROR);
	if (kind == BENCH_MEMORY)
		return;
	snprintf(directory, sizeof directory, "%s/bench-store-XXXXXX", parent);
	if (mkdtemp(directory) == NULL) {
		perror(directory);
		exit(1);
	}
}

const char *
bench_data_directory(void)
{
	return directory;
}

void
bench_data_remove(void)
{
	pid_t pid = directory[0] != 0 ? fork() : -1;

	if (pid == 0) {
		execl("/bin/rm", "rm", "-rf", directory, (char *)NULL);
		_exit(127);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

static int
remove_one(const char *path, const struct stat *st, int what, struct FTW *ftw)
{
	(void)st, (void)what, (void)ftw;
	return remove(path);
}

static struct store *
open_lmdb(struct options *options)
{
	char path[sizeof directory + 8];

	snprintf(path, sizeof path, "%s/store", directory);
	free(options->store_path);
	options->store_path = strdup(path);
	options->store_shards = 1;
	options->store_map_size_bytes = (uint64_t)16 << 30;
	return store_prepare(options) == 0 ? local_store_open(options, batch) : NULL;
}

struct bench_data *
bench_data_new(void)
{
	struct bench_data *data = calloc(1, sizeof *data);

	if (data == NULL || !options_init(&data->options))
		bench_must(ST_FAILED, "memory");
	data->store = kind == BENCH_LMDB ? open_lmdb(&data->options) : store_open_memory(1);
	if (data->store == NULL)
		bench_must(ST_FAILED, "opening a store");
	return data;
}

void
bench_data_free(struct bench_data *data)
{
	store_close(data->store);
	if (kind == BENCH_LMDB)
		nftw(data->options.store_path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	options_fini(&data->options);
	arena_fini(&data->arena);
	arena_fini(&data->person_arena);
	buf_fini(&data->body);
	free(data->ids);
	free(data);
}

struct slice
bench_user_id(size_t number)
{
	static char id[32];
	int len = snprintf(id, sizeof id, "line:U%zu", number);

	return (struct slice){ id, (size_t)len };
}

void
bench_must(enum status st, const char *what)
{
	if (st == ST_OK)
		return;
	fprintf(stderr, "benchmark: %s: status %d\n", what, (int)st);
	bench_data_remove();
	_exit(1);
}

/* --- writing ------------------------------------------------------------------------- */

static void
on_written(enum status st, const struct write_answer *answer, void *arg)
{
	(void)answer;
	bench_must(st, arg);
}

static void
add_category(struct bench_data *data, size_t number)
{
	char name[32];
	int len = snprintf(name, sizeof name, "Category %zu", number);
	struct category_name new = { .id = uuid7_next(1), .is_new = true, .name = { name, (size_t)len }, .now_ms = 1 };

	store_name_category(data->store, &data->ledger, &new, on_written, "making a category");
}

void
bench_add_user(struct bench_data *data, size_t categories)
{
	enum { DEFAULT_CATEGORIES = 5 };
	struct sign_up sign_up = { .user_id = bench_user_id(data->users++), .locale = SLICE_LITERAL("zh-TW"),
		.zone = SLICE_LITERAL("Asia/Taipei"), .home = { "TWD" } };

	data->ledger = store_ledger(data->store, sign_up.user_id);
	store_sign_up(data->store, &data->ledger, &(struct sign_up_entry){ .sign_up = sign_up, .now_ms = 1 }, on_written, "signing up");
	for (size_t i = DEFAULT_CATEGORIES; i < categories; i++)
		add_category(data, i);
}

struct new_expense
bench_expense(size_t n, unsigned days)
{
	return (struct new_expense){ .expense = { .id = uuid7_next((int64_t)n + 1), .day = BENCH_TODAY - (day_t)(n % days),
		.amount_minor = 2000 + (int64_t)(n % 1000), .currency = { "TWD" }, .description = SLICE_LITERAL("午餐 with a friend"),
		.account = SLICE_LITERAL("Cash"), .zone = SLICE_LITERAL("Asia/Taipei"), .created_ms = (int64_t)n + 1 },
		.category_key = SLICE_LITERAL("food") };
}

void
bench_put(struct bench_data *data, const struct ledger *ledger, const struct new_expense *expenses, size_t count)
{
	struct expense_batch put = { .now_ms = 1, .expense_count = count, .expenses = expenses };

	store_put_expenses(data->store, ledger, &put, on_written, "storing expenses");
	data->expenses += count;
}

void
bench_fill(struct bench_data *data, size_t count, unsigned days)
{
	struct new_expense expenses[BATCH_EXPENSES_MAX];

	while (count > 0) {
		size_t n = count < BATCH_EXPENSES_MAX ? count : BATCH_EXPENSES_MAX;

		for (size_t i = 0; i < n; i++)
			expenses[i] = bench_expense(data->expenses + i, days);
		bench_put(data, &data->ledger, expenses, n);
		count -= n;
	}
}

/* --- reading ------------------------------------------------------------------------- */

struct person_reading {
	struct arena  *arena;
	struct person *person;
	bool           is_there;
};

static void
on_person(enum status st, const struct person *person, void *arg)
{
	struct person_reading *reading = arg;

	reading->is_there = st == ST_OK;
	if (st == ST_NO_USER)
		return;
	bench_must(st, "reading a user");
	if (!person_copy(reading->arena, person, reading->person))
		bench_must(ST_FAILED, "memory");
}

bool
bench_person(struct bench_data *data, const struct ledger *ledger, struct arena *arena, struct person *person)
{
	struct person_reading reading = { arena, person, false };

	store_get_person(data->store, ledger, on_person, &reading);
	return reading.is_there;
}

const struct category *
bench_category(struct arena *arena, const struct person *person, struct slice name)
{
	struct slice folded = text_fold(arena, name);

	for (size_t i = 0; i < person->category_count; i++)
		if (person->categories[i].name.len > 0 && slice_equal(folded, text_fold(arena, person->categories[i].name)))
			return &person->categories[i];
	return NULL;
}
