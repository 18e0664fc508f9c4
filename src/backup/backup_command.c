/* SPDX-License-Identifier: MIT */
/* See backup_command.h. */
#include "config.h"

#include "backup_command.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backup.h"
#include "check.h"
#include "dump/dump.h"
#include "dump/reshard.h"
#include "log.h"
#include "options.h"
#include "store.h"
#include "store/store_lmdb.h"

enum { KEEP_MAX = 100000, SHARDS_MAX = 256 };

/*
 * A file that was cut off, or a disk that cannot read a page, shows as a signal
 * while the map is read.  What was begun under a name of its own is removed by
 * the next run.
 */
static const char *being_read;

static void
say(const char *text)
{
	if (write(STDERR_FILENO, text, strlen(text)) == -1)
		_exit(1);
}

static void
on_bus_error(int sig)
{
	(void)sig;
	say(being_read);
	say(": cannot be read to its end: a file was cut off, or the disk fails\n");
	_exit(1);
}

static bool
read_count(const char *text, long max, unsigned *count)
{
	char *end;
	long n = strtol(text, &end, 10);

	*count = (unsigned)n;
	return *text != '\0' && *end == '\0' && n > 0 && n <= max;
}

static bool
run_backup(const struct options *options, int argc, char **argv, bool *is_usage_wrong)
{
	unsigned keep = 0;

	*is_usage_wrong = argc != 2 && !(argc == 4 && strcmp(argv[1], "--keep") == 0 && read_count(argv[2], KEEP_MAX, &keep));
	return !*is_usage_wrong && backup_make(options, argv[argc - 1], keep, stdout);
}

static bool
run_restore(const struct options *options, int argc, char **argv, bool *is_usage_wrong)
{
	*is_usage_wrong = argc != 2;
	being_read = argv[argc - 1];
	return !*is_usage_wrong && backup_restore(options, argv[1], stdout);
}

static bool
run_check(const struct options *options, int argc, char **argv, bool *is_usage_wrong)
{
	struct options at = *options;
	struct check_result result;
	bool is_good;

	*is_usage_wrong = argc > 2;
	if (*is_usage_wrong)
		return false;
	if (argc == 2) {
		at.store_path = argv[1];           /* a backup, which is one of files */
		at.store_engine = STORE_LMDB;
	}
	being_read = at.store_path;
	store_adopt(&at);
	is_good = check_store(&at, true, stdout, &result);
	printf("%llu rows, %llu users, %llu expenses, %llu problems\n", (unsigned long long)result.rows,
	    (unsigned long long)result.users, (unsigned long long)result.expenses, (unsigned long long)result.problems);
	if (result.lost_links > 0)
		printf("%llu links that one side knows alone\n", (unsigned long long)result.lost_links);
	return is_good && (result.lost_links == 0 || argc == 2);
}

static bool
run_compact(const struct options *options, int argc, char **argv, bool *is_usage_wrong)
{
	(void)argv;
	*is_usage_wrong = argc != 1;
	return !*is_usage_wrong && backup_compact(options, stdout);
}

static bool
run_reshard(const struct options *options, int argc, char **argv, bool *is_usage_wrong)
{
	unsigned shards;

	*is_usage_wrong = argc != 3 || !read_count(argv[1], SHARDS_MAX, &shards);
	return !*is_usage_wrong && reshard(options, shards, argv[2], stdout);
}

/* A file that is named, or else a standard stream, which must lead somewhere: a dump is no text. */
static bool
run_dump(const struct options *options, int argc, char **argv, bool *is_usage_wrong)
{
	*is_usage_wrong = argc > 2 || (argc == 1 && isatty(STDOUT_FILENO));
	if (*is_usage_wrong)
		return false;
	return argc == 2 ? dump_write_file(options, argv[1], stderr) : dump_write(options, stdout, stderr);
}

static bool
run_load(const struct options *options, int argc, char **argv, bool *is_usage_wrong)
{
	FILE *in = stdin;
	bool is_done;

	*is_usage_wrong = argc > 2 || (argc == 1 && isatty(STDIN_FILENO));
	if (*is_usage_wrong)
		return false;
	if (argc == 2)
		in = fopen(argv[1], "re");
	if (in == NULL) {
		log_errno("%s", argv[1]);
		return false;
	}
	is_done = dump_load(options, in, stderr);
	fclose(in);
	return is_done;
}

bool
backup_command_run(const struct options *options, int argc, char **argv, bool *is_usage_wrong)
{
	static const struct {
		const char *name;
		bool      (*run)(const struct options *options, int argc, char **argv, bool *is_usage_wrong);
		bool        is_for_any_engine;
	} commands[] = {
		{ "dump", run_dump, true }, { "load", run_load, true },
		{ "backup", run_backup, false }, { "restore", run_restore, false }, { "check", run_check, true }, { "compact", run_compact, false },
		{ "reshard", run_reshard, false },
	};

	*is_usage_wrong = false;
	log_set_process("aiexpensectl");
	being_read = options->store_path;
	sigaction(SIGBUS, &(struct sigaction){ .sa_handler = on_bus_error }, NULL);
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
		if (strcmp(argv[0], commands[i].name) != 0)
			continue;
		if (commands[i].is_for_any_engine || options->store_engine == STORE_LMDB)
			return commands[i].run(options, argc, argv, is_usage_wrong);
		log_error("store.engine = postgresql: its own tools look after the data, as pg_dump");
	}
	return false;
}
