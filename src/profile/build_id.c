/* SPDX-License-Identifier: MIT */
/* See build_id.h. */
#include "config.h"

#include "build_id.h"

#include <elf.h>
#include <string.h>

#include "hex.h"

static size_t
padded(uint32_t size)
{
	return ((size_t)size + 3) & ~(size_t)3;
}

struct slice
build_id_find(const uint8_t *notes, size_t size)
{
	Elf64_Nhdr note;                       /* the same in both classes */

	while (size >= sizeof note) {
		size_t name, text;

		memcpy(&note, notes, sizeof note);
		name = padded(note.n_namesz);
		text = padded(note.n_descsz);
		if (size - sizeof note < name || size - sizeof note - name < text)
			break;
		if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && memcmp(notes + sizeof note, "GNU", 4) == 0 &&
		    note.n_descsz <= BUILD_ID_MAX)
			return (struct slice){ (const char *)notes + sizeof note + name, note.n_descsz };
		notes += sizeof note + name + text;
		size -= sizeof note + name + text;
	}
	return SLICE_EMPTY;
}

void
build_id_text(struct slice id, char text[2 * BUILD_ID_MAX + 1])
{
	hex_encode((const uint8_t *)id.ptr, id.len, text);
	text[2 * id.len] = '\0';
	if (id.len == 0)
		strcpy(text, "-");
}
