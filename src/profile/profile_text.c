/* SPDX-License-Identifier: MIT */
/* See profile_text.h. */
#include "config.h"

#include "profile_text.h"

#include <elf.h>
#include <limits.h>
#include <link.h>
#include <unistd.h>

#include "build_id.h"
#include "profile.h"

enum { OBJECTS_MAX = 128 };

struct object {
	const char    *path;
	uintptr_t      base, start, end;   /* where it begins, and its code */
	struct slice   build_id;
};

struct objects {
	size_t        count;
	char          program[PATH_MAX];
	struct object items[OBJECTS_MAX];
};

static int
add_object(struct dl_phdr_info *info, size_t size, void *arg)
{
	struct objects *objects = arg;
	struct object *object = &objects->items[objects->count];

	(void)size;
	if (objects->count == OBJECTS_MAX)
		return 1;
	*object = (struct object){ .path = info->dlpi_name[0] != '\0' ? info->dlpi_name : objects->program, .base = info->dlpi_addr };
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *header = &info->dlpi_phdr[i];
		uintptr_t start = info->dlpi_addr + header->p_vaddr;

		if (header->p_type == PT_LOAD && (header->p_flags & PF_X)) {
			object->start = start;
			object->end = start + header->p_memsz;
		} else if (header->p_type == PT_NOTE && object->build_id.len == 0) {
			object->build_id = build_id_find((const uint8_t *)start, header->p_filesz);
		}
	}
	objects->count++;
	return 0;
}

static void
find_objects(struct objects *objects)
{
	ssize_t len = readlink("/proc/self/exe", objects->program, sizeof objects->program - 1);

	objects->program[len > 0 ? len : 0] = '\0';
	objects->count = 0;
	dl_iterate_phdr(add_object, objects);
}

static void
put_objects(struct buf *out, const struct objects *objects)
{
	char id[2 * BUILD_ID_MAX + 1];

	for (size_t i = 0; i < objects->count; i++) {
		const struct object *object = &objects->items[i];

		build_id_text(object->build_id, id);
		buf_printf(out, "object %zu %s %s\n", i, id, object->path);
	}
}

static void
put_place(struct buf *out, const struct objects *objects, uintptr_t place)
{
	for (size_t i = 0; i < objects->count; i++)
		if (place >= objects->items[i].start && place < objects->items[i].end) {
			buf_printf(out, " %zu:%zx", i, (size_t)(place - objects->items[i].base));
			return;
		}
	buf_append_text(out, " ?");
}

/*
 * A place that is returned to is behind the call, which may be the last that its function does.  All places of the
 * heap's are such; of the others the first is where it was.
 */
void
profile_put_samples(struct buf *out, const struct profile *profile)
{
	uint32_t count = atomic_load(&profile->count), called = profile->kind == PROFILE_CPU ? 1 : 0;
	struct objects objects;

	find_objects(&objects);
	put_objects(out, &objects);
	for (uint32_t i = 0; i < count && i < PROFILE_SAMPLES_MAX; i++) {
		const struct profile_sample *sample = &profile->samples[i];
		uint32_t depth = atomic_load_explicit(&sample->depth, memory_order_acquire);

		if (depth == 0 || depth > PROFILE_DEPTH)
			continue;
		if (profile->kind == PROFILE_CPU)
			buf_append_text(out, "sample");
		else
			buf_printf(out, "held %llu", (unsigned long long)sample->bytes);
		for (uint32_t n = 0; n < depth; n++)
			put_place(out, &objects, (uintptr_t)sample->frames[n] - (n >= called));
		buf_append_char(out, '\n');
	}
}
