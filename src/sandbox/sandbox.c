/* SPDX-License-Identifier: MIT */
/* See sandbox.h. */
#include "config.h"

#include "sandbox.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ai/interaction_log.h"
#include "confine.h"
#include "coverage.h"
#include "log.h"
#include "options.h"
#include "redis/shared.h"
#include "store.h"

/* Groups of files.  SYSTEM is what libraries read of an installed system, NETWORK how names and authorities are found. */
enum place { PLACE_SYSTEM = 1, PLACE_NETWORK = 2, PLACE_PROC = 4, PLACE_STORE = 8, PLACE_LOCKS = 16, PLACE_BACKUPS = 32, PLACE_LOGS = 64,
	PLACE_BASELINE = 128, PLACE_PRICES = 256, PLACE_INTERACTIONS = 512 };

/* PostgreSQL, Redis, and the webhook of alerts. */
enum server { SERVER_STORE = 1, SERVER_SHARED = 2, SERVER_ALERTS = 4 };

/*
 * What each role may.  Readers of the store write its lock files only, in which
 * they are registered.  The master starts other binaries and reads whatever a
 * changed configuration names, so its files are not confined.
 */
static const struct profile {
	const char *role;
	unsigned    reads, writes;        /* places */
	unsigned    may;                  /* enum call_use */
	unsigned    servers;              /* enum server: connected to when the configuration has them */
	bool        may_signal;           /* processes other than itself */
} profiles[] = {
	{ "master", 0, 0, MAY_FORK | MAY_EXEC | MAY_CONNECT, 0, true },
	{ "http",   PLACE_SYSTEM | PLACE_PROC | PLACE_STORE, PLACE_LOCKS | PLACE_LOGS, 0, SERVER_STORE | SERVER_SHARED, false },
	{ "writer", PLACE_SYSTEM | PLACE_PROC, PLACE_STORE | PLACE_LOGS, 0, 0, false },
	{ "ai",     PLACE_SYSTEM | PLACE_PROC | PLACE_NETWORK | PLACE_PRICES, PLACE_LOGS | PLACE_INTERACTIONS, MAY_CONNECT, SERVER_SHARED, false },
	{ "keeper", PLACE_SYSTEM | PLACE_PROC | PLACE_STORE | PLACE_BASELINE, PLACE_LOCKS | PLACE_BACKUPS | PLACE_LOGS | PLACE_INTERACTIONS, MAY_FORK,
	    SERVER_STORE | SERVER_SHARED | SERVER_ALERTS, true },
};

static const struct profile *
profile_of(const char *role)
{
	for (size_t i = 0; i < sizeof profiles / sizeof profiles[0]; i++)
		if (strcmp(profiles[i].role, role) == 0)
			return &profiles[i];
	return NULL;
}

/* --- files ------------------------------------------------------------------------------- */

static const struct fixed_place {
	enum place  place;
	const char *path;
} fixed_places[] = {
	{ PLACE_SYSTEM, "/usr" }, { PLACE_SYSTEM, "/lib" }, { PLACE_SYSTEM, "/lib64" }, { PLACE_SYSTEM, "/etc/ssl" },
	{ PLACE_SYSTEM, "/etc/ld.so.cache" }, { PLACE_SYSTEM, "/dev/urandom" }, { PLACE_SYSTEM, "/dev/random" },
	{ PLACE_NETWORK, "/etc" }, { PLACE_NETWORK, "/run/systemd/resolve" }, { PLACE_NETWORK, "/run/resolvconf" },
	{ PLACE_NETWORK, "/run/NetworkManager" }, { PLACE_PROC, "/proc" },
};

/* The directory: a file in it may be replaced by another one. */
static void
allow_directory_of(struct landlock *landlock, const char *file, unsigned use)
{
	char path[PATH_MAX];
	char *slash;

	if (file[0] == '\0' || strlen(file) >= sizeof path)
		return;
	strcpy(path, file);
	slash = strrchr(path, '/');
	if (slash == NULL)
		strcpy(path, ".");
	else
		slash[slash == path ? 1 : 0] = '\0';
	landlock_allow(landlock, path, use);
}

static void
allow_locks(struct landlock *landlock, const struct options *options)
{
	char path[PATH_MAX];

	for (unsigned shard = 0; shard < options->store_shards; shard++) {
		snprintf(path, sizeof path, "%s/shard-%03u/lock.mdb", options->store_path, shard);
		landlock_allow(landlock, path, FILE_READ | FILE_WRITE);
	}
	snprintf(path, sizeof path, "%s/index/lock.mdb", options->store_path);
	landlock_allow(landlock, path, FILE_READ | FILE_WRITE);
}

static void
allow_backups(struct landlock *landlock, const struct options *options)
{
	if (options->backup_directory[0] == '\0')
		return;
	mkdir(options->backup_directory, 0700);   /* or it is there, or the first backup tells what is wrong */
	landlock_allow(landlock, options->backup_directory, FILE_READ | FILE_WRITE | FILE_MAKE);
	landlock_allow(landlock, "/dev/null", FILE_WRITE);
}

/* Standard error may be a file that is opened anew by another name. */
static void
allow_logs(struct landlock *landlock, const struct options *options)
{
	allow_directory_of(landlock, options->log_file, FILE_WRITE | FILE_MAKE);
	allow_directory_of(landlock, options->http_access_log_file, FILE_WRITE | FILE_MAKE);
	landlock_allow_fd(landlock, STDERR_FILENO, FILE_WRITE);
}

static void
allow_authorities(struct landlock *landlock, const struct options *options)
{
	allow_directory_of(landlock, options->provider1_ca_file, FILE_READ);
	allow_directory_of(landlock, options->provider2_ca_file, FILE_READ);
	allow_directory_of(landlock, options->provider3_ca_file, FILE_READ);
	allow_directory_of(landlock, options->alert_webhook_ca_file, FILE_READ);
	allow_directory_of(landlock, options->delivery_ca_file, FILE_READ);
}

/* What is not there cannot be allowed. */
static void
allow_prices(struct landlock *landlock, const struct options *options)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof path, "%s/prices", options->store_path) >= (int)sizeof path)
		return;
	(void)mkdir(path, 0755);
	landlock_allow(landlock, path, FILE_READ);
}

static void
allow_interactions(struct landlock *landlock, const struct options *options)
{
	char path[PATH_MAX];

	if (!interaction_log_directory(options, path, sizeof path))
		return;
	landlock_allow(landlock, path, FILE_READ | FILE_WRITE | FILE_MAKE);
}

static void
allow_places(struct landlock *landlock, const struct options *options, unsigned reads, unsigned writes)
{
	for (size_t i = 0; i < sizeof fixed_places / sizeof fixed_places[0]; i++)
		if (reads & fixed_places[i].place)
			landlock_allow(landlock, fixed_places[i].path, FILE_READ);
	if (reads & PLACE_NETWORK)
		allow_authorities(landlock, options);
	if (reads & PLACE_BASELINE)
		allow_directory_of(landlock, options->alert_baseline_file, FILE_READ);
	if (reads & PLACE_PRICES)
		allow_prices(landlock, options);
	if ((reads | writes) & PLACE_STORE)
		landlock_allow(landlock, options->store_path, writes & PLACE_STORE ? FILE_READ | FILE_WRITE | FILE_MAKE : FILE_READ);
	if (writes & PLACE_LOCKS)
		allow_locks(landlock, options);
	if (writes & PLACE_BACKUPS)
		allow_backups(landlock, options);
	if (writes & PLACE_LOGS)
		allow_logs(landlock, options);
	if (writes & PLACE_INTERACTIONS)
		allow_interactions(landlock, options);
}

/* Passwords, certificates and keys for a server may be wherever the configuration says, so reading is left to the files' modes. */
static void
confine_files(const struct options *options, const struct profile *profile, bool is_client)
{
	bool may_connect = is_client || (profile->may & MAY_CONNECT);
	struct landlock *landlock = landlock_new(may_connect, profile->may_signal);

	if (landlock == NULL)
		return;
	if (is_client)
		landlock_allow(landlock, "/", FILE_READ);
	allow_places(landlock, options, profile->reads, profile->writes);
	COVERAGE_ALLOW(landlock);
	landlock_enforce(landlock);
}

/* --- all of it --------------------------------------------------------------------------- */

static void
hide_memory(void)
{
	setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
	prctl(PR_SET_DUMPABLE, 0);
}

/* A filter stays over an exec, and a master that takes over needs no second one. */
static bool
has_filter_of_elder(const struct profile *profile)
{
	return (profile->may & MAY_EXEC) && prctl(PR_GET_SECCOMP) == 2;
}

/* Once, by the first that is confined; what does not work in a child is told there. */
static void
log_means(void)
{
	int version = landlock_version();
	bool is_filtered = prctl(PR_GET_SECCOMP) == 2;

	if (version > 0)
		log_info("processes are confined: files by Landlock (version %d), system calls %s", version,
		    is_filtered ? "by seccomp" : "not");
	else
		log_warn("processes are not confined to their files, as there is no Landlock; system calls are%s",
		    is_filtered ? " confined by seccomp" : " not confined either");
}

static bool
has_server(const struct options *options, const struct profile *profile)
{
	return ((profile->servers & SERVER_STORE) && options->store_engine != STORE_LMDB) ||
	    ((profile->servers & SERVER_SHARED) && options->cache_engine != CACHE_MEMORY);
}

static void
confine(const struct options *options, const struct profile *profile)
{
	bool is_client = has_server(options, profile);

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		log_errno("privileges can be gained by running programs that give them");
	if (profile->reads != 0)
		confine_files(options, profile, is_client);
	if (!has_filter_of_elder(profile))
		syscalls_confine(profile->may | (is_client ? MAY_CONNECT : 0));
}

void
sandbox_enter(const struct options *options, const char *role)
{
	const struct profile *row = profile_of(role);
	struct profile profile;

	if (!options->run_core_dumps)
		hide_memory();
	if (!options->run_sandbox || row == NULL)
		return;
	profile = *row;
	if ((profile.servers & SERVER_ALERTS) && options->alert_webhook[0] != '\0') {
		profile.reads |= PLACE_NETWORK;
		profile.may |= MAY_CONNECT;
	}
	confine(options, &profile);
	if (row == &profiles[0])
		log_means();
}
