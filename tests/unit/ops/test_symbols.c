/* SPDX-License-Identifier: MIT */
/* Names of functions from a program's own file, and files that are no good. */
#include "config.h"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "profile/build_id.h"
#include "profile/symbols.h"
#include "unit.h"

static struct buf program;
static char build_id[2 * BUILD_ID_MAX + 1];
static uintptr_t base;

static int
note_program(struct dl_phdr_info *info, size_t size, void *arg)
{
	struct slice id = SLICE_EMPTY;

	(void)size, (void)arg;
	base = info->dlpi_addr;
	for (int i = 0; i < info->dlpi_phnum && id.len == 0; i++)
		if (info->dlpi_phdr[i].p_type == PT_NOTE)
			id = build_id_find((const uint8_t *)base + info->dlpi_phdr[i].p_vaddr, info->dlpi_phdr[i].p_filesz);
	build_id_text(id, build_id);
	return 1;                              /* the first one is the program */
}

static int
read_program(void **state)
{
	int fd = open("/proc/self/exe", O_RDONLY);
	ssize_t n;

	(void)state;
	assert_int_not_equal(fd, -1);
	while ((n = read(fd, buf_space(&program, 1 << 20), 1 << 20)) > 0)
		buf_grew(&program, (size_t)n);
	close(fd);
	dl_iterate_phdr(note_program, NULL);
	return 0;
}

static int
forget_program(void **state)
{
	(void)state;
	buf_fini(&program);
	return 0;
}

static uint64_t
place_of(int (*function)(void **state))
{
	return (uintptr_t)function - base;
}

static void
a_function_is_found_by_any_place_in_it(void **state)
{
	struct symbols *symbols = symbols_open("/proc/self/exe", build_id);

	(void)state;
	assert_non_null(symbols);
	assert_string_equal(symbols_find(symbols, place_of(read_program)), "read_program");
	assert_string_equal(symbols_find(symbols, place_of(read_program) + 4), "read_program");
	assert_null(symbols_find(symbols, 0));
	assert_null(symbols_find(symbols, UINT64_MAX));
	assert_null(symbols_find(NULL, place_of(read_program)));
	symbols_close(symbols);
}

static void
a_file_with_another_build_id_has_no_names(void **state)
{
	(void)state;
	assert_null(symbols_open("/proc/self/exe", "00ff"));
	assert_null(symbols_open("/proc/self/exe", "-"));
	assert_null(symbols_open("/proc/self/exe", ""));
	assert_null(symbols_open("/no/such/file", build_id));
	assert_null(symbols_open("/dev/null", build_id));
}

/* Whatever is read of it must lie in it, which the sanitizers see. */
static void
open_changed(const char *path, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	struct symbols *symbols;

	assert_int_equal(write(fd, program.data, size), size);
	close(fd);
	symbols = symbols_open(path, build_id);
	for (uint64_t place = 0; place < 0x10000; place += 0x1000)
		if (symbols_find(symbols, place) != NULL)
			assert_true(strlen(symbols_find(symbols, place)) > 0);
	symbols_close(symbols);
}

static void
a_file_that_is_cut_off_or_damaged_is_read_no_further_than_it_goes(void **state)
{
	char path[] = "/tmp/aiexpense-test-XXXXXX";
	ElfW(Ehdr) *header = (ElfW(Ehdr) *)(void *)program.data;
	size_t sections = header->e_shoff, segments = header->e_phoff;

	(void)state;
	close(mkstemp(path));
	for (size_t size = 0; size < program.len; size += program.len / 20 + 1)
		open_changed(path, size);
	for (size_t at = 0; at < sizeof *header; at++) {
		program.data[at] = (char)(program.data[at] ^ 0x7f);
		open_changed(path, program.len);
		program.data[at] = (char)(program.data[at] ^ 0x7f);
	}
	for (size_t at = segments; at < segments + 200; at += 3) {
		program.data[at] = (char)~program.data[at];
		open_changed(path, program.len);
		program.data[at] = (char)~program.data[at];
	}
	for (size_t at = sections; at < program.len; at += 5) {
		program.data[at] = (char)~program.data[at];
		open_changed(path, program.len);
		program.data[at] = (char)~program.data[at];
	}
	unlink(path);
}

static void
notes_of_any_length_give_a_build_id_or_none(void **state)
{
	uint8_t notes[] = { 4, 0, 0, 0, 3, 0, 0, 0, 3, 0, 0, 0, 'G', 'N', 'U', 0, 1, 2, 3, 0 };

	(void)state;
	assert_int_equal(build_id_find(notes, sizeof notes).len, 3);
	for (size_t size = 0; size < sizeof notes; size++)
		assert_int_equal(build_id_find(notes, size).len, 0);
	memset(notes, 0xff, 8);
	assert_int_equal(build_id_find(notes, sizeof notes).len, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_function_is_found_by_any_place_in_it),
		cmocka_unit_test(a_file_with_another_build_id_has_no_names),
		cmocka_unit_test(a_file_that_is_cut_off_or_damaged_is_read_no_further_than_it_goes),
		cmocka_unit_test(notes_of_any_length_give_a_build_id_or_none),
	};

	return cmocka_run_group_tests(tests, read_program, forget_program);
}
