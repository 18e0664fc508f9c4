/* SPDX-License-Identifier: MIT */
/*
 * The configuration under libFuzzer: the input is a file, and each of its lines an option of the command line.
 *
 *	make fuzz_options && ./fuzz_options -max_total_time=60 ../tests/fuzz/corpus/options
 *
 * Either all of it is taken, and "aiexpensed -T" would write what is read as the same, or it is told what is wrong.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "options.h"

/* The path of a file in memory that holds the text; -1: there is none. */
static int
make_file(struct slice text, char path[static 64])
{
	int fd = memfd_create("configuration", 0);

	CHECK(fd >= 0 && write(fd, text.ptr, text.len) == (ssize_t)text.len);
	snprintf(path, 64, "/proc/self/fd/%d", fd);
	return fd;
}

static bool
read_file(struct options *options, struct slice text)
{
	struct buf errors = BUF_INIT;
	char path[64];
	int fd = make_file(text, path);
	bool is_good = options_read_file(options, path, &errors);

	CHECK(is_good == (errors.len == 0));
	CHECK(!is_good || memchr(text.ptr, '\0', text.len) == NULL);
	close(fd);
	buf_fini(&errors);
	return is_good;
}

static void
check_file(struct slice text)
{
	struct options options, again;
	struct buf once = BUF_INIT, twice = BUF_INIT;

	CHECK(options_init(&options) && options_init(&again));
	if (read_file(&options, text)) {
		options_dump(&options, &once);
		CHECK(read_file(&again, buf_slice(&once)));
		options_dump(&again, &twice);
		CHECK(slice_equal(buf_slice(&once), buf_slice(&twice)));
	}
	options_fini(&options);
	options_fini(&again);
	buf_fini(&once);
	buf_fini(&twice);
}

static void
check_overrides(struct slice text)
{
	struct options options;
	struct buf errors = BUF_INIT;

	CHECK(options_init(&options));
	while (text.len > 0) {
		struct slice line = fuzz_first_line(&text);
		char *assignment = strndup(line.ptr, line.len);

		CHECK(assignment != NULL);
		buf_clear(&errors);
		CHECK(options_override(&options, assignment, &errors) == (errors.len == 0));
		free(assignment);
	}
	options_fini(&options);
	buf_fini(&errors);
}

/* Then a file would be read whose path the input says. */
static bool
names_a_secret(struct slice text)
{
	for (size_t i = 0; i < option_row_count; i++)
		if (option_rows[i].type == OPTION_SECRET_FILE && memmem(text.ptr, text.len, option_rows[i].name, strlen(option_rows[i].name)) != NULL)
			return true;
	return false;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = { (const char *)data, size };

	if (names_a_secret(text))
		return 0;
	check_file(text);
	check_overrides(text);
	return 0;
}
