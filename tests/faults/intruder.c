/* SPDX-License-Identifier: MIT */
/*
 * For LD_PRELOAD: somebody who has taken over a process.  At the signal
 * SIGRTMIN he tries each line of the environment's INTRUDER, as "read /etc/passwd", and tells
 * on standard error how it went: "intruder 123 read /etc/passwd: 13", an errno or 0.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static int
try_open(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);

	if (fd == -1)
		return errno;
	close(fd);
	return 0;
}

static int
try_read(const char *path)
{
	return try_open(path, O_RDONLY);
}

static int
try_write(const char *path)
{
	return try_open(path, O_WRONLY | O_APPEND);
}

static int
try_make(const char *path)
{
	int error = try_open(path, O_WRONLY | O_CREAT | O_EXCL);

	if (error == 0)
		unlink(path);
	return error;
}

/* What was there before is gone when it succeeds, which shows as well. */
static int
try_exec(const char *path)
{
	execl(path, path, (char *)NULL);
	return errno;
}

static int
try_fork(const char *unused)
{
	pid_t pid = fork();

	(void)unused;
	if (pid == 0)
		_exit(0);
	if (pid == -1)
		return errno;
	waitpid(pid, NULL, 0);
	return 0;
}

static int
try_connect(const char *port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((in_port_t)atoi(port)) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), error;

	if (fd == -1)
		return errno;
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	error = connect(fd, (struct sockaddr *)&to, sizeof to) == -1 ? errno : 0;
	close(fd);
	return error;
}

static int
try_signal(const char *unused)
{
	(void)unused;
	return kill(getppid(), 0) == -1 ? errno : 0;
}

static int
try_peek(const char *unused)
{
	char byte;
	struct iovec local = { &byte, 1 }, remote = { (void *)&byte, 1 };

	(void)unused;
	return process_vm_readv(getppid(), &local, 1, &remote, 1, 0) == -1 ? errno : 0;
}

/* A debugger of the same user, or a core dump, gets the memory. */
static int
try_debug(const char *unused)
{
	(void)unused;
	return prctl(PR_GET_DUMPABLE) == 1 ? 0 : EPERM;
}

static const struct {
	const char *verb;
	int       (*run)(const char *object);
} attempts[] = {
	{ "read ", try_read }, { "write ", try_write }, { "make ", try_make }, { "exec ", try_exec }, { "fork ", try_fork },
	{ "connect ", try_connect }, { "signal ", try_signal }, { "peek ", try_peek }, { "debug ", try_debug },
};

static void
attempt(const char *line)
{
	for (size_t i = 0; i < sizeof attempts / sizeof attempts[0]; i++)
		if (strncmp(line, attempts[i].verb, strlen(attempts[i].verb)) == 0)
			dprintf(STDERR_FILENO, "intruder %d %s: %d\n", (int)getpid(), line,
			    attempts[i].run(line + strlen(attempts[i].verb)));
}

static void
on_signal(int sig)
{
	char *lines = strdup(getenv("INTRUDER")), *rest = lines;
	const char *line;

	(void)sig;
	while ((line = strsep(&rest, "\n")) != NULL)
		attempt(line);
	free(lines);
}

static void __attribute__((constructor))
wait_for_signal(void)
{
	if (getenv("INTRUDER") != NULL)
		sigaction(SIGRTMIN, &(struct sigaction){ .sa_handler = on_signal, .sa_flags = SA_RESTART }, NULL);
}
