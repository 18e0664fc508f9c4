/* SPDX-License-Identifier: MIT */
/* Runs a fuzz target over its corpus, CORPUS below tests/fuzz/corpus of the sources, and speaks TAP. */
#include "config.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

static int
is_input(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* The target gets bytes of just the file's size, so that the sanitizers see a read behind them. */
static int
replay(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data = NULL;
	long size = -1;
	size_t got = 0;

	if (file == NULL || fseek(file, 0, SEEK_END) != 0 || (size = ftell(file)) < 0)
		goto end;
	rewind(file);
	data = malloc(size > 0 ? (size_t)size : 1);
	if (data == NULL)
		goto end;
	got = fread(data, 1, (size_t)size, file);
	if (got == (size_t)size)
		LLVMFuzzerTestOneInput(data, got);
end:
	free(data);
	if (file != NULL)
		fclose(file);
	return size >= 0 && got == (size_t)size;
}

int
main(void)
{
	const char *sources = getenv("AIEXPENSE_SRCDIR");
	struct dirent **inputs;
	char folder[1024], path[2048];
	int count, is_sound = 1;

	snprintf(folder, sizeof folder, "%s/tests/fuzz/corpus/" CORPUS, sources != NULL ? sources : ".");
	count = scandir(folder, &inputs, is_input, alphasort);
	printf("1..%d\n", count > 0 ? count : 1);
	if (count <= 0) {
		printf("not ok 1 - %s has inputs\n", folder);
		return 1;
	}
	for (int i = 0; i < count; i++) {
		int is_read;

		snprintf(path, sizeof path, "%s/%s", folder, inputs[i]->d_name);
		is_read = replay(path);
		is_sound &= is_read;
		printf("%s %d - " CORPUS " %s\n", is_read ? "ok" : "not ok", i + 1, inputs[i]->d_name);
		free(inputs[i]);
	}
	free(inputs);
	return !is_sound;
}
