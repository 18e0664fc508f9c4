/* SPDX-License-Identifier: MIT */
/*
 * aiexpensectl: the operator's client.  Most commands are a line sent to one
 * of the daemon's two sockets, and its answer.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backup/backup_command.h"
#include "buf.h"
#include "master/config_read.h"
#include "ctl_ai.h"
#include "ctl_ask.h"
#include "ctl_chat.h"
#include "ctl_price.h"
#include "ctl_profile.h"
#include "ctl_stats.h"
#include "ctl_top.h"
#include "options.h"
#include "store.h"
#include "understand/command/explain.h"
#include "understand/command/parse_jsonl.h"

enum { EXIT_USAGE = 2 };

struct client {
	const char *directory;    /* of the sockets; NULL: as the configuration says */
	const char *file;         /* the configuration */
};

struct verb {
	const char *name, *args;
	const char *socket;       /* of the commands that are passed on as they are; else NULL */
	int       (*run)(const struct client *client, const struct verb *verb, int argc, char **argv);
	const char *help;
};

static int show_help(const struct client *client, const struct verb *verb, int argc, char **argv);

static int
complain(int code, const char *text, const char *detail)
{
	fprintf(stderr, "aiexpensectl: %s%s\n", text, detail);
	return code;
}

/* A configuration that cannot be read leaves the default: the client may run as somebody who may not read it. */
static bool
socket_path(const struct client *client, const char *name, char *path, size_t size)
{
	struct options options = { 0 };
	struct buf errors = BUF_INIT;
	bool is_known = client->directory != NULL || options_init(&options);

	if (client->directory == NULL && is_known)
		options_read_file(&options, client->file, &errors);
	if (is_known)
		is_known = snprintf(path, size, "%s/%s",
		    client->directory != NULL ? client->directory : options.run_directory, name) < (int)size;
	options_fini(&options);
	buf_fini(&errors);
	return is_known;
}

/* 0 with the answer, ended by a NUL; else the exit code after saying why. */
static int
ask(const struct client *client, const char *socket, const struct buf *line, struct buf *answer)
{
	char path[256];

	if (!socket_path(client, socket, path, sizeof path))
		return complain(EXIT_NO_DAEMON, "the socket's path is too long", "");
	return ctl_ask(path, line, answer, stderr);
}

/* The words as one line; false when one of them would not come through. */
static bool
join(struct buf *line, int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		if (strchr(argv[i], '\n') != NULL)
			return false;
		if (i > 0)
			buf_append_char(line, ' ');
		buf_append_text(line, argv[i]);
	}
	buf_append_char(line, '\n');
	return !line->has_failed;
}

static int
pass_on(const struct client *client, const struct verb *verb, int argc, char **argv)
{
	struct buf line = BUF_INIT, answer = BUF_INIT;
	int code = EXIT_USAGE;

	if (join(&line, argc, argv))
		code = ask(client, verb->socket, &line, &answer);
	else
		complain(EXIT_USAGE, "a command is one line", "");
	if (code == 0)
		fputs(answer.data, stdout);
	buf_fini(&line);
	buf_fini(&answer);
	return code;
}

static int
stats(const struct client *client, const struct verb *verb, int argc, char **argv)
{
	bool is_json = argc == 2 && strcmp(argv[1], "--json") == 0;
	struct buf line = BUF_INIT, answer = BUF_INIT;
	int code;

	if (argc > 1 && !is_json)
		return complain(EXIT_USAGE, "usage: aiexpensectl stats ", verb->args);
	buf_append_text(&line, is_json ? "show stats json\n" : "show stats\n");
	code = ask(client, "stats.sock", &line, &answer);
	if (code == 0 && is_json)
		fputs(answer.data, stdout);
	else if (code == 0)
		ctl_stats_print(answer.data, stdout);
	buf_fini(&line);
	buf_fini(&answer);
	return code;
}

static bool
read_seconds(const char *text, double *seconds)
{
	char *end;

	*seconds = strtod(text, &end);
	return end != text && *end == '\0' && *seconds >= CTL_TOP_INTERVAL_MIN && *seconds <= CTL_TOP_INTERVAL_MAX;
}

static int
top(const struct client *client, const struct verb *verb, int argc, char **argv)
{
	bool is_once = false, is_good = true;
	double seconds = 2;
	char path[256];

	for (int i = 1; i < argc && is_good; i++) {
		if (strcmp(argv[i], "--once") == 0)
			is_once = true;
		else
			is_good = strcmp(argv[i], "--interval") == 0 && i + 1 < argc && read_seconds(argv[++i], &seconds);
	}
	if (!is_good)
		return complain(EXIT_USAGE, "usage: aiexpensectl top ", verb->args);
	if (!socket_path(client, "stats.sock", path, sizeof path))
		return complain(EXIT_NO_DAEMON, "the socket's path is too long", "");
	return is_once ? ctl_top_once(path, seconds) : ctl_top_run(path, seconds);
}

static int
check_config(const struct client *client, const struct verb *verb, int argc, char **argv)
{
	struct options options = { 0 };
	struct buf errors = BUF_INIT;
	bool is_valid = config_read(&options, client->file, NULL, 0, &errors);

	(void)verb, (void)argc, (void)argv;
	if (is_valid)
		printf("%s: ok\n", client->file);
	else
		fwrite(errors.data, 1, errors.len, stderr);
	options_fini(&options);
	buf_fini(&errors);
	return is_valid ? 0 : 1;
}

static int
profile(const struct client *client, const struct verb *verb, int argc, char **argv)
{
	struct buf line = BUF_INIT, answer = BUF_INIT;
	struct profile_request request;
	char path[256];
	int code;

	if (!ctl_profile_read_args(&request, argc, argv))
		return complain(EXIT_USAGE, "usage: aiexpensectl profile ", verb->args);
	if (!socket_path(client, "control.sock", path, sizeof path))
		return complain(EXIT_NO_DAEMON, "the socket's path is too long", "");
	buf_printf(&line, "profile %s %u %u %s\n", request.role, request.number, request.seconds, request.is_heap ? "heap" : "cpu");
	code = ctl_ask_patiently(path, &line, &answer, stderr, request.seconds);
	if (code == 0)
		code = ctl_profile_print(&request, answer.data);
	buf_fini(&line);
	buf_fini(&answer);
	return code;
}

static bool
ask_operator(const struct buf *line, struct buf *answer, void *arg)
{
	const struct client *const *client = arg;

	return ask(*client, "control.sock", line, answer) == 0;
}

static int
chat(const struct client *client, const struct verb *verb, int argc, char **argv)
{
	if (argc != 3 || strcmp(argv[1], "--user") != 0 || argv[2][0] == '\0' || argv[2][strcspn(argv[2], " \n")] != '\0')
		return complain(EXIT_USAGE, "usage: aiexpensectl chat ", verb->args);
	return ctl_chat_run(argv[2], ask_operator, &client);
}

static void
print_line(const char *line, void *arg)
{
	(void)arg;
	puts(line);
}

static int
migrate(const struct client *client, const struct verb *verb, int argc, char **argv)
{
	struct options options = { 0 };
	struct buf errors = BUF_INIT;
	int code = EXIT_REFUSED;

	(void)verb, (void)argc, (void)argv;
	if (!config_read(&options, client->file, NULL, 0, &errors))
		fwrite(errors.data, 1, errors.len, stderr);
	else if (store_migrate(&options, print_line, NULL) == 0)
		code = 0;
	options_fini(&options);
	buf_fini(&errors);
	return code;
}

static int
keep_data(const struct client *client, const struct verb *verb, int argc, char **argv)
{
	struct options options = { 0 };
	struct buf errors = BUF_INIT;
	bool is_usage_wrong = false, is_done = false;

	setvbuf(stdout, NULL, _IOLBF, 0);          /* what is told here is progress */
	if (config_read(&options, client->file, NULL, 0, &errors))
		is_done = backup_command_run(&options, argc, argv, &is_usage_wrong);
	else
		fwrite(errors.data, 1, errors.len, stderr);
	options_fini(&options);
	buf_fini(&errors);
	if (is_usage_wrong) {
		fprintf(stderr, "usage: aiexpensectl %s %s\n", verb->name, verb->args != NULL ? verb->args : "");
		return EXIT_USAGE;
	}
	return is_done ? 0 : EXIT_REFUSED;
}

static int
ai(const struct client *client, const struct verb *verb, int argc, char **argv)
{
	struct options options = { 0 };
	struct buf errors = BUF_INIT;
	int code = EXIT_REFUSED;

	if (argc >= 2 && (strcmp(argv[1], "users") == 0 || strcmp(argv[1], "calls") == 0))
		return pass_on(client, verb, argc, argv);
	if (argc != 2 || strcmp(argv[1], "test") != 0)
		return complain(EXIT_USAGE, "usage: aiexpensectl ai ", verb->args);
	setvbuf(stdout, NULL, _IOLBF, 0);          /* it takes its time */
	if (!config_read(&options, client->file, NULL, 0, &errors))
		fwrite(errors.data, 1, errors.len, stderr);
	else if (ctl_ai_test(&options, stdout))
		code = 0;
	options_fini(&options);
	buf_fini(&errors);
	return code;
}

static int
price(const struct client *client, const struct verb *verb, int argc, char **argv)
{
	struct options options = { 0 };
	struct buf errors = BUF_INIT;
	bool is_usage_wrong = false, is_done = false;

	if (config_read(&options, client->file, NULL, 0, &errors))
		is_done = ctl_price(&options, argc, argv, &is_usage_wrong);
	else
		fwrite(errors.data, 1, errors.len, stderr);
	options_fini(&options);
	buf_fini(&errors);
	if (is_usage_wrong)
		return complain(EXIT_USAGE, "usage: aiexpensectl price ", verb->args);
	return is_done ? 0 : EXIT_REFUSED;
}

static int
parse(const struct client *client, const struct verb *verb, int argc, char **argv)
{
	(void)client;
	if (argc == 2 && strcmp(argv[1], "--jsonl") == 0)
		return parse_jsonl_run(stdin, stdout);
	if (argc != 3 || strcmp(argv[1], "--explain") != 0)
		return complain(EXIT_USAGE, "usage: aiexpensectl parse ", verb->args);
	if (explain_run(argv[2], stdout) == 0)
		return 0;
	return complain(EXIT_USAGE, "too long, or no UTF-8: ", argv[2]);
}

static const struct verb verbs[] = {
	{ "stats", "[--json]", NULL, stats, "Counters and operations, as a table or as JSON." },
	{ "top", "[--once] [--interval seconds]", NULL, top,
		"A live view of requests, latency, shards, queue and AI; with --once one of them, printed." },
	{ "show", "what", "stats.sock", pass_on, "What the daemon knows of itself; \"show help\" lists it." },
	{ "reload", NULL, "control.sock", pass_on, "Read the configuration anew, as after a HUP to the master." },
	{ "reset", NULL, "control.sock", pass_on, "Forget peaks, minima and maxima; totals go on." },
	{ "token", "add|list|revoke ...", "control.sock", pass_on, "Tokens of the REST API." },
	{ "queue", "list|show|retry|drop ...", "control.sock", pass_on, "Messages and replies that were given up." },
	{ "keywords", "refresh", "control.sock", pass_on, "Count anew the words that many users share, and wait for it." },
	{ "profile", "role [number] [--seconds n] [--heap | --folded file]", NULL, profile,
		"Where the processor time of a process goes, or what its heap is made of." },
	{ "check-config", NULL, NULL, check_config, "Test the configuration." },
	{ "backup", "[--keep n] directory", NULL, keep_data,
		"Copy the store, also while it is in use, to a new directory below that one, read the copy, then remove all but the newest n." },
	{ "restore", "backup", NULL, keep_data, "Make the store from a backup, where there is none." },
	{ "check", "[directory]", NULL, keep_data, "Read every record of the store, or of a backup, and compare indexes and totals with the records." },
	{ "compact", NULL, NULL, keep_data, "Give free pages of the store back to the file system.  Stop the daemon first." },
	{ "reshard", "shards directory", NULL, keep_data,
		"Make the same store with so many shards in a new directory, and compare the two.  Stop the daemon first." },
	{ "dump", "[file]", NULL, keep_data,
		"Write the store, also while it is in use, as one stream that \"load\" takes: to a new file, or to standard output." },
	{ "load", "[file]", NULL, keep_data,
		"Make the store that the configuration names from a dump, where there is none: so a store gets another engine." },
	{ "chat", "--user name", NULL, chat, "A conversation in the terminal, as the user terminal:NAME." },
	{ "ai", "test | users [YYYY-MM [currency]] | calls [YYYY-MM-DD|- [user|- [model]]]", "control.sock", ai,
		"test: ask each configured AI provider about fixed sentences: how many it gets right, how long it takes, its tokens and what they cost; "
		"users: who used most of them in a month; calls: each call of a day." },
	{ "price", "list | set provider/model day currency input output | import file|-", NULL, price,
		"What a million tokens of the AI providers cost from a day on; what is set or imported counts at once." },
	{ "migrate", NULL, NULL, migrate, "Make the tables of a store in PostgreSQL, or bring them up to date.  Stop the daemons first." },
	{ "parse", "--jsonl | --explain text", NULL, parse,
		"Understand a JSON object on each line of standard input, or a text and tell why; needs no daemon." },
	{ "help", NULL, NULL, show_help, "This list." },
};
enum { VERBS = sizeof verbs / sizeof verbs[0] };

static void
print_usage(FILE *out)
{
	fputs("usage: aiexpensectl [-s directory | -c file] command ...\n"
	      "  -s directory   of the daemon's sockets\n"
	      "  -c file        the daemon's configuration (" OPTIONS_FILE ")\n", out);
	for (size_t i = 0; i < VERBS; i++)
		fprintf(out, "  %s%s%s\n      %s\n", verbs[i].name, verbs[i].args != NULL ? " " : "",
		    verbs[i].args != NULL ? verbs[i].args : "", verbs[i].help);
}

static int
show_help(const struct client *client, const struct verb *verb, int argc, char **argv)
{
	(void)client, (void)verb, (void)argc, (void)argv;
	print_usage(stdout);
	return 0;
}

static int
run_verb(const struct client *client, int argc, char **argv)
{
	for (size_t i = 0; i < VERBS; i++)
		if (strcmp(argv[0], verbs[i].name) == 0)
			return verbs[i].run(client, &verbs[i], argc, argv);
	return complain(EXIT_USAGE, "unknown command; try help: ", argv[0]);
}

int
main(int argc, char **argv)
{
	struct client client = { NULL, OPTIONS_FILE };
	int c;

	while ((c = getopt(argc, argv, "+s:c:Vh")) != -1) {
		switch (c) {
		case 's':
			client.directory = optarg;
			break;
		case 'c':
			client.file = optarg;
			break;
		case 'V':
			puts(PACKAGE_STRING);
			return 0;
		case 'h':
			print_usage(stdout);
			return 0;
		default:
			print_usage(stderr);
			return EXIT_USAGE;
		}
	}
	if (optind == argc) {
		print_usage(stderr);
		return EXIT_USAGE;
	}
	return run_verb(&client, argc - optind, argv + optind);
}
