/* SPDX-License-Identifier: MIT */
/* The load tests: arguments, one scenario after the other, the report.  contrib/load/run starts a daemon for it. */
#include "config.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <event2/event.h>

#include "clock.h"
#include "course.h"
#include "log.h"
#include "figures/report.h"

enum { EXIT_FAULT = 1, EXIT_USAGE = 2, EXIT_MISSED = 3, EXIT_TIMED_OUT = 4 };
enum { TOKEN_MAX = 512, SCALE_MAX = 1000, TIMEOUT_DEFAULT_S = 180, RATE_MAX = 1000000 };

struct arguments {
	const char            *url, *token_file, *stats_socket, *output;
	pid_t                  master;
	unsigned               scale, timeout_s;
	double                 rate;
	bool                   is_short, is_json, is_dry;
	const struct scenario *scenarios[SCENARIOS];
	size_t                 scenario_count;
};

static const char usage[] =
	"usage: contrib/load/run [OPTION ...] [SCENARIO ...] [-- DAEMON OPTION ...]\n"
	"\n"
	"Runs the seven load scenarios of the performance report, or those that are named, over HTTP against a daemon that it\n"
	"starts for the run, in a directory that goes away afterwards.\n"
	"\n"
	"  --list             the scenarios with their counts, and nothing else\n"
	"  --short            a fifth of the requests; a missed target is a note and no failure\n"
	"  --scale N          N times the requests or the seconds of each scenario (1 to 1000)\n"
	"  --rate N           open loop: N requests a second at set times; latency counts from the set time\n"
	"  --timeout SECONDS  end after so long at the latest (default 180)\n"
	"  --output FILE      write the report to FILE as well\n"
	"  --json             the report as one JSON object\n"
	"  --url URL          a daemon that runs already: http://HOST[:PORT][/PREFIX] or unix:PATH\n"
	"  --token-file FILE  its service token; else the environment's AIEXPENSE_TOKEN\n"
	"  --stats SOCKET     its stats socket, where it can be reached: its figures are compared with ours\n"
	"  --pid PID          its master process, whose memory is shown\n"
	"  --dry-run          check the arguments, say what would be sent\n"
	"\n"
	"Exit codes: 0 all is well; 1 something is lost, doubled or counted otherwise by the daemon, or too much failed;\n"
	"2 wrong arguments; 3 a target was missed; 4 the time was up.\n";

static int
complain(const char *what, const char *detail)
{
	fprintf(stderr, "load: %s%s\n", what, detail);
	return EXIT_USAGE;
}

/* --- arguments ------------------------------------------------------------------ */

static bool
read_count(const char *text, unsigned most, unsigned *count)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(text, &end, 10);
	*count = (unsigned)n;
	return errno == 0 && text[0] >= '0' && text[0] <= '9' && *end == '\0' && n >= 1 && n <= most;
}

static bool
read_rate(const char *text, double *rate)
{
	char *end;

	*rate = strtod(text, &end);
	return end != text && *end == '\0' && *rate >= 0.1 && *rate <= RATE_MAX;
}

static bool
take_option(struct arguments *args, int option, const char *value)
{
	unsigned pid;

	switch (option) {
	case 'u':
		args->url = value;
		return true;
	case 'k':
		args->token_file = value;
		return true;
	case 's':
		args->stats_socket = value;
		return true;
	case 'o':
		args->output = value;
		return true;
	case 'p':
		if (!read_count(value, 1 << 30, &pid))
			return false;
		args->master = (pid_t)pid;
		return true;
	case 'n':
		return read_count(value, SCALE_MAX, &args->scale);
	case 't':
		return read_count(value, 24 * 3600, &args->timeout_s);
	case 'r':
		return read_rate(value, &args->rate);
	case 'S':
		return args->is_short = true;
	case 'j':
		return args->is_json = true;
	case 'd':
		return args->is_dry = true;
	default:
		return false;
	}
}

static int
take_scenarios(struct arguments *args, char **names, size_t count)
{
	if (count > SCENARIOS)
		return complain("too many scenarios", "");
	for (size_t i = 0; i < count; i++) {
		args->scenarios[i] = scenario_find(names[i]);
		if (args->scenarios[i] == NULL)
			return complain("there is no such scenario; --list shows them: ", names[i]);
	}
	for (size_t i = 0; count == 0 && i < SCENARIOS; i++)
		args->scenarios[i] = &scenarios[i];
	args->scenario_count = count > 0 ? count : SCENARIOS;
	return 0;
}

static void
list_scenarios(const struct arguments *args)
{
	for (size_t i = 0; i < args->scenario_count; i++) {
		struct scenario s = scenario_adapt(args->scenarios[i], args->is_short, args->scale);

		printf("%-10s %-34s ", s.name, s.original);
		for (unsigned stage = 0; stage < STAGES_MAX && s.stages[stage] > 0; stage++)
			printf("%s%u", stage > 0 ? "," : "", s.stages[stage]);
		if (s.seconds > 0)
			printf(" workers for %u s: %s\n", s.seconds, s.help);
		else
			printf(" x %u = %lu requests: %s\n", s.requests, scenario_requests(&s), s.help);
	}
}

/* -1: go on. */
static int
read_arguments(struct arguments *args, int argc, char **argv)
{
	static const struct option options[] = {
		{ "url", required_argument, NULL, 'u' }, { "token-file", required_argument, NULL, 'k' },
		{ "stats", required_argument, NULL, 's' }, { "output", required_argument, NULL, 'o' },
		{ "pid", required_argument, NULL, 'p' }, { "scale", required_argument, NULL, 'n' },
		{ "timeout", required_argument, NULL, 't' }, { "rate", required_argument, NULL, 'r' },
		{ "short", no_argument, NULL, 'S' }, { "json", no_argument, NULL, 'j' }, { "dry-run", no_argument, NULL, 'd' },
		{ "list", no_argument, NULL, 'l' }, { "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 }
	};
	bool is_list = false;
	int option, at;

	while (at = optind, (option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (option == 'h') {
			fputs(usage, stdout);
			return EXIT_SUCCESS;
		}
		if (option == 'l')
			is_list = true;
		else if (option == '?')
			return EXIT_USAGE;               /* getopt has said why */
		else if (!take_option(args, option, optarg))
			return complain("a value that is none: ", argv[at]);
	}
	if (take_scenarios(args, argv + optind, (size_t)(argc - optind)) != 0)
		return EXIT_USAGE;
	if (!is_list && !args->is_dry)
		return -1;
	list_scenarios(args);
	return EXIT_SUCCESS;
}

/* The token, without the line end that a file has behind it; false after saying why. */
static bool
read_token(const struct arguments *args, char token[TOKEN_MAX])
{
	const char *text = getenv("AIEXPENSE_TOKEN");
	FILE *file;

	if (args->token_file != NULL) {
		file = fopen(args->token_file, "re");
		text = file != NULL ? fgets(token, TOKEN_MAX, file) : NULL;
		if (file != NULL)
			fclose(file);
		if (text == NULL)
			complain("cannot read ", args->token_file);
	} else if (text == NULL) {
		complain("no token: give --token-file, or AIEXPENSE_TOKEN in the environment", "");
	} else {
		snprintf(token, TOKEN_MAX, "%s", text);
	}
	if (text != NULL)
		token[strcspn(token, "\r\n")] = '\0';
	return text != NULL;
}

/* --- running -------------------------------------------------------------------- */

struct run {
	struct load    load;
	struct outcome outcomes[SCENARIOS];
	size_t         count;
	bool           is_timed_out;
	struct buf     report;
};

static void
on_timeout(evutil_socket_t fd, short what, void *arg)
{
	struct run *run = arg;

	(void)fd, (void)what;
	run->is_timed_out = true;
	event_base_loopbreak(run->load.base);
}

/* Timers to the microsecond: in an open loop the client's own lateness would count as the daemon's. */
static struct event_base *
make_loop(void)
{
	struct event_config *config = event_config_new();
	struct event_base *base = NULL;

	if (config != NULL && event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER) == 0)
		base = event_base_new_with_config(config);
	if (config != NULL)
		event_config_free(config);
	return base;
}

/* A scenario's lines are shown when it ends; the table comes when all have. */
static void
show_scenario(struct run *run, const struct arguments *args, const struct outcome *outcome)
{
	size_t start = run->report.len;

	if (args->is_json) {
		fprintf(stderr, "%s: %.2f s\n", outcome->scenario.name, outcome->seconds);
		return;
	}
	report_scenario_text(outcome, &run->report);
	printf("%.*s", (int)(run->report.len - start), run->report.data + start);
	fflush(stdout);
}

static void
run_scenarios(struct run *run, const struct arguments *args)
{
	bool is_on = true;

	for (size_t i = 0; is_on && i < args->scenario_count; i++) {
		struct scenario scenario = scenario_adapt(args->scenarios[i], args->is_short, args->scale);
		struct outcome *outcome = &run->outcomes[run->count++];

		if (!run->load.shows_progress)
			fprintf(stderr, "%s ...\n", scenario.name);
		snprintf(run->load.tag, sizeof run->load.tag, "%08x", (unsigned)(clock_wall_ms() / 10) + (unsigned)i);
		is_on = course_run(&run->load, &scenario, outcome) || !run->is_timed_out;
		show_scenario(run, args, outcome);
	}
}

static bool
write_report(struct run *run, const struct arguments *args)
{
	size_t start = run->report.len;
	FILE *file;

	if (args->is_json)
		report_json(run->outcomes, run->count, &run->report);
	else
		report_text(run->outcomes, run->count, &run->report);
	printf("%.*s", (int)(run->report.len - start), run->report.data + start);
	if (args->output == NULL)
		return true;
	file = fopen(args->output, "we");
	if (file == NULL || fwrite(run->report.data, 1, run->report.len, file) != run->report.len || fclose(file) != 0) {
		complain("cannot write ", args->output);
		return false;
	}
	return true;
}

static int
judge(const struct run *run, const struct arguments *args)
{
	bool is_missed = false;

	for (int kind = 0; kind < KINDS; kind++)
		is_missed = is_missed || target_judge((enum kind)kind, run->outcomes, run->count).verdict == VERDICT_MISSED;
	if (outcomes_have_faults(run->outcomes, run->count))
		return EXIT_FAULT;
	if (run->is_timed_out) {
		fprintf(stderr, "load: not done after %u s\n", args->timeout_s);
		return EXIT_TIMED_OUT;
	}
	if (is_missed && args->is_short)
		fprintf(stderr, "load: a target was missed; in a short run that is a note\n");
	return is_missed && !args->is_short ? EXIT_MISSED : EXIT_SUCCESS;
}

static int
run_all(struct run *run, const struct arguments *args)
{
	struct timeval limit = { .tv_sec = args->timeout_s };
	struct event *timeout = evtimer_new(run->load.base, on_timeout, run);
	int code = EXIT_FAULT;

	if (timeout != NULL && event_add(timeout, &limit) == 0) {
		run_scenarios(run, args);
		code = write_report(run, args) ? judge(run, args) : EXIT_FAULT;
	}
	if (timeout != NULL)
		event_free(timeout);
	for (size_t i = 0; i < run->count; i++)
		outcome_fini(&run->outcomes[i]);
	buf_fini(&run->report);
	event_base_free(run->load.base);
	return code;
}

int
main(int argc, char **argv)
{
	struct arguments args = { .scale = 1, .timeout_s = TIMEOUT_DEFAULT_S };
	static struct run run;                       /* with its histograms too large for the stack */
	static char token[TOKEN_MAX];
	const char *error;
	int code = read_arguments(&args, argc, argv);

	if (code != -1)
		return code;
	if (args.url == NULL)
		return complain("no --url: contrib/load/run starts a daemon and gives one", "");
	if (!http_target_parse(args.url, &run.load.target, &error))
		return complain("this URL cannot be used: ", error);
	if (!read_token(&args, token))
		return EXIT_USAGE;
	signal(SIGPIPE, SIG_IGN);
	run.load.base = make_loop();
	if (run.load.base == NULL)
		fatal(EXIT_FAULT, "no event loop");
	run.load.api = (struct api){ .target = &run.load.target, .token = token };
	run.load.stats_socket = args.stats_socket;
	run.load.master = args.master;
	run.load.rate = args.rate;
	run.load.shows_progress = isatty(STDERR_FILENO);
	return run_all(&run, &args);
}
