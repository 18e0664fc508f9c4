/* SPDX-License-Identifier: MIT */
/*
 * For LD_PRELOAD: names that end in ".slow.example" are looked up for as long as
 * the file NAMES_HELD is there, and then not found.  NAMES_HELD with ".asked"
 * behind it is made when the first such look begins.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HELD_AT_MOST_S = 60 };

static int
ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

static int
held(const char *file)
{
	char asked[4096];

	snprintf(asked, sizeof asked, "%s.asked", file);
	close(open(asked, O_CREAT | O_WRONLY, 0600));
	for (int i = 0; i < HELD_AT_MOST_S * 100 && access(file, F_OK) == 0; i++)
		usleep(10000);
	return EAI_NONAME;
}

int
getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **found)
{
	int (*next)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
	const char *file = getenv("NAMES_HELD");

	if (node != NULL && file != NULL && ends_with(node, ".slow.example"))
		return held(file);
	*(void **)&next = dlsym(RTLD_NEXT, "getaddrinfo");
	return next(node, service, hints, found);
}
