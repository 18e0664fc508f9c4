/* SPDX-License-Identifier: MIT */
/* See symbols.h.  Nothing in the file is believed before it was seen to lie in it. */
#include "config.h"

#include "symbols.h"

#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "build_id.h"
#include "sockets.h"

struct function {
	uint64_t    start, size;
	const char *name;
};

struct symbols {
	const uint8_t   *map;
	size_t           map_size;
	size_t           count;
	struct function *functions;
};

/* So many items at an offset of the file, or NULL when they do not lie in it. */
static const void *
at(const struct symbols *symbols, uint64_t offset, uint64_t size, uint64_t count)
{
	uint64_t all;

	if (__builtin_mul_overflow(size, count, &all) || offset > symbols->map_size || all > symbols->map_size - offset ||
	    offset % sizeof(uint32_t) != 0)
		return NULL;
	return symbols->map + offset;
}

static const ElfW(Ehdr) *
header_of(const struct symbols *symbols)
{
	const ElfW(Ehdr) *header = at(symbols, 0, sizeof *header, 1);

	if (header == NULL || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
	    header->e_ident[EI_CLASS] != (sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32))
		return NULL;
	return header;
}

static bool
has_build_id(const struct symbols *symbols, const char *wanted)
{
	const ElfW(Ehdr) *header = header_of(symbols);
	const ElfW(Phdr) *segments = header != NULL ? at(symbols, header->e_phoff, sizeof *segments, header->e_phnum) : NULL;
	char text[2 * BUILD_ID_MAX + 1] = "-";

	if (segments == NULL)
		return false;
	for (unsigned i = 0; i < header->e_phnum && strcmp(text, "-") == 0; i++) {
		const uint8_t *notes = segments[i].p_type == PT_NOTE ? at(symbols, segments[i].p_offset, segments[i].p_filesz, 1) : NULL;

		if (notes != NULL)
			build_id_text(build_id_find(notes, segments[i].p_filesz), text);
	}
	return strcmp(text, wanted) == 0;
}

/* A name that ends within its table. */
static const char *
name_at(const char *names, uint64_t size, uint32_t offset)
{
	return offset < size && memchr(names + offset, '\0', size - offset) != NULL ? names + offset : NULL;
}

static void
add_functions(struct symbols *symbols, const ElfW(Shdr) *table, const ElfW(Shdr) *strings)
{
	uint64_t count = table->sh_size / sizeof(ElfW(Sym));
	const ElfW(Sym) *items = at(symbols, table->sh_offset, sizeof *items, count);
	const char *names = at(symbols, strings->sh_offset - strings->sh_offset % 4, strings->sh_size + strings->sh_offset % 4, 1);

	if (items == NULL || names == NULL || count == 0)
		return;
	names += strings->sh_offset % 4;
	symbols->functions = calloc(count, sizeof *symbols->functions);
	for (uint64_t i = 0; i < count && symbols->functions != NULL; i++) {
		const char *name = name_at(names, strings->sh_size, items[i].st_name);

		if (ELF64_ST_TYPE(items[i].st_info) == STT_FUNC && items[i].st_value != 0 && name != NULL)
			symbols->functions[symbols->count++] = (struct function){ items[i].st_value, items[i].st_size, name };
	}
}

static int
compare_functions(const void *a, const void *b)
{
	const struct function *f = a, *g = b;

	return (f->start > g->start) - (f->start < g->start);
}

/* Some, written in assembly, do not say how long they are: up to the next one. */
static void
set_sizes(struct symbols *symbols)
{
	for (size_t i = 0; i < symbols->count; i++)
		if (symbols->functions[i].size == 0)
			symbols->functions[i].size = i + 1 < symbols->count ? symbols->functions[i + 1].start - symbols->functions[i].start : 1;
}

/* The table of this type. */
static void
read_table(struct symbols *symbols, uint32_t type)
{
	const ElfW(Ehdr) *header = header_of(symbols);
	const ElfW(Shdr) *sections = header != NULL ? at(symbols, header->e_shoff, sizeof *sections, header->e_shnum) : NULL;

	for (unsigned i = 0; sections != NULL && i < header->e_shnum && symbols->count == 0; i++)
		if (sections[i].sh_type == type && sections[i].sh_link < header->e_shnum)
			add_functions(symbols, &sections[i], &sections[sections[i].sh_link]);
	if (symbols->count > 0)
		qsort(symbols->functions, symbols->count, sizeof *symbols->functions, compare_functions);
	set_sizes(symbols);
}

static struct symbols *
map_file(const char *path)
{
	struct symbols *symbols = calloc(1, sizeof *symbols);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	void *map = MAP_FAILED;
	struct stat st;

	if (symbols != NULL && fd != -1 && fstat(fd, &st) == 0 && st.st_size > 0)
		map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	fd_close(&fd);
	if (map == MAP_FAILED) {
		free(symbols);
		return NULL;
	}
	symbols->map = map;
	symbols->map_size = (size_t)st.st_size;
	return symbols;
}

static struct symbols *
open_table(const char *path, const char *build_id, uint32_t type)
{
	struct symbols *symbols = map_file(path);

	if (symbols == NULL)
		return NULL;
	if (has_build_id(symbols, build_id))
		read_table(symbols, type);
	if (symbols->count > 0)
		return symbols;
	symbols_close(symbols);
	return NULL;
}

/* All names of the file itself; else those of its package with symbols; else what it shows to others. */
struct symbols *
symbols_open(const char *path, const char *build_id)
{
	struct symbols *symbols = open_table(path, build_id, SHT_SYMTAB);
	char debug[PATH_MAX];

	snprintf(debug, sizeof debug, "/usr/lib/debug/.build-id/%.2s/%s.debug", build_id, strlen(build_id) > 2 ? build_id + 2 : "");
	if (symbols == NULL)
		symbols = open_table(debug, build_id, SHT_SYMTAB);
	return symbols != NULL ? symbols : open_table(path, build_id, SHT_DYNSYM);
}

void
symbols_close(struct symbols *symbols)
{
	if (symbols == NULL)
		return;
	munmap((void *)symbols->map, symbols->map_size);
	free(symbols->functions);
	free(symbols);
}

const char *
symbols_find(const struct symbols *symbols, uint64_t place)
{
	size_t from = 0, to = symbols != NULL ? symbols->count : 0;
	const struct function *found;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (symbols->functions[middle].start <= place)
			from = middle + 1;
		else
			to = middle;
	}
	if (from == 0)
		return NULL;
	found = &symbols->functions[from - 1];
	return place - found->start < found->size ? found->name : NULL;
}
