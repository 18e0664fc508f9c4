/* SPDX-License-Identifier: MIT */
/* aiexpensed: arguments, the configuration test, and going into the background. */
#include "config.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "config_read.h"
#include "crypto_memory.h"
#include "log.h"
#include "master.h"
#include "options.h"
#include "sabotage.h"
#include "sockets.h"

static const char usage[] =
    "usage: aiexpensed [-DhTtV] [-c file] [-o section.name=value]\n"
    "  -c file                 read the options from this file (" OPTIONS_FILE ")\n"
    "  -o section.name=value   set one option, over the file; may be repeated\n"
    "  -t                      test the configuration and exit\n"
    "  -T                      the same, and print every option\n"
    "  -D                      go into the background once all is ready\n"
    "  -V                      print the version and exit\n"
    "  -h                      print this and exit\n";

enum { OVERRIDES_MAX = 256 };

struct arguments {
	const char          *overrides[OVERRIDES_MAX];
	struct config_source source;
	bool                 is_test, is_dump, is_detached;
};

/* Ends the program for the options that only print, and for what it does not understand. */
static void
read_arguments(struct arguments *args, int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "c:o:tTDVh")) != -1) {
		switch (c) {
		case 'c':
			args->source.file = optarg;
			break;
		case 'o':
			if (args->source.override_count == OVERRIDES_MAX)
				fatal(2, "more than %d times -o", OVERRIDES_MAX);
			args->overrides[args->source.override_count++] = optarg;
			break;
		case 'T':
			args->is_dump = true;
			/* FALLTHROUGH */
		case 't':
			args->is_test = true;
			break;
		case 'D':
			args->is_detached = true;
			break;
		case 'V':
			puts(PACKAGE_STRING);
			exit(0);
		case 'h':
			fputs(usage, stdout);
			exit(0);
		default:
			fputs(usage, stderr);
			exit(2);
		}
	}
	if (optind < argc) {
		fprintf(stderr, "aiexpensed: unexpected argument %s\n%s", argv[optind], usage);
		exit(2);
	}
}

static int
print_test(const struct options *options, const struct arguments *args)
{
	struct buf out = BUF_INIT;

	if (args->is_dump)
		options_dump(options, &out);
	else
		buf_printf(&out, "%s: ok\n", args->source.file);
	fwrite(out.data, 1, out.len, stdout);
	buf_fini(&out);
	return 0;
}

static void
become_background(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	setsid();
	if (chdir("/") == -1)
		log_errno("go to /");
	if (null != -1) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		fd_close(&null);
	}
}

/* The parent stays until the daemon is ready, so that its exit code tells how the start went. */
static int
run_detached(const struct config_source *source, struct options *options)
{
	int ready[2];
	pid_t pid;
	char c;

	if (pipe2(ready, O_CLOEXEC) == -1 || (pid = fork()) == -1) {
		log_errno("cannot go into the background");
		return 1;
	}
	if (pid == 0) {
		fd_close(&ready[0]);
		become_background();
		return master_run(source, options, ready[1]);
	}
	fd_close(&ready[1]);
	return read(ready[0], &c, 1) == 1 ? 0 : 1;
}

int
main(int argc, char **argv)
{
	char program[PATH_MAX] = "";
	struct arguments args = { .source = { program, argv, OPTIONS_FILE, args.overrides, 0 } };
	struct options options = { 0 };
	struct buf errors = BUF_INIT;
	int code = 1;

	crypto_memory_init();
	read_arguments(&args, argc, argv);
	if (readlink("/proc/self/exe", program, sizeof program - 1) == -1)
		log_errno("this program's file is not known, so it cannot be upgraded");
	if (!config_read(&options, args.source.file, args.overrides, args.source.override_count, &errors)) {
		fwrite(errors.data, 1, errors.len, stderr);
	} else {
		log_set_level((enum log_level)options.log_level);
		log_set_format((enum log_format)options.log_format);
		if (SABOTAGE != 0)
			log_warn("built with fault %d, for a test: this may lose or tell what it is trusted with", SABOTAGE);
		if (args.is_test)
			code = print_test(&options, &args);
		else
			code = args.is_detached && !upgrade_is_one() ? run_detached(&args.source, &options) : master_run(&args.source, &options, -1);
	}
	buf_fini(&errors);
	options_fini(&options);
	return code;
}
