/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "form.h"

#include <string.h>

#include "hex.h"

static struct slice
decode(struct slice raw, struct arena *arena)
{
	struct slice decoded = arena_copy(arena, raw);
	char *out = (char *)(uintptr_t)decoded.ptr;
	size_t len = 0;
	uint8_t byte;

	for (size_t i = 0; i < decoded.len; i++) {
		if (raw.ptr[i] == '%' && i + 2 < decoded.len && hex_decode(raw.ptr + i + 1, 1, &byte)) {
			out[len++] = (char)byte;
			i += 2;
		} else {
			out[len++] = raw.ptr[i] == '+' ? ' ' : raw.ptr[i];
		}
	}
	decoded.len = len;
	return decoded;
}

struct slice
form_field(struct slice body, const char *name, struct arena *arena)
{
	size_t name_len = strlen(name);

	while (body.len > 0) {
		const char *amp = memchr(body.ptr, '&', body.len);
		size_t len = amp != NULL ? (size_t)(amp - body.ptr) : body.len;

		if (len > name_len && memcmp(body.ptr, name, name_len) == 0 && body.ptr[name_len] == '=')
			return decode((struct slice){ body.ptr + name_len + 1, len - name_len - 1 }, arena);
		len += amp != NULL;
		body = (struct slice){ body.ptr + len, body.len - len };
	}
	return SLICE_EMPTY;
}
