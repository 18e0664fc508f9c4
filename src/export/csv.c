/* SPDX-License-Identifier: MIT */
/* See csv.h. */
#include "config.h"

#include "csv.h"

static bool
is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

static bool
needs_quotes(struct slice text)
{
	if (text.len > 0 && (text.ptr[0] == ' ' || text.ptr[text.len - 1] == ' '))
		return true;                       /* some readers trim */
	for (size_t i = 0; i < text.len; i++)
		if (is_one_of(text.ptr[i], ",\"\r\n"))
			return true;
	return false;
}

void
csv_text(struct buf *out, struct slice text)
{
	bool is_formula = text.len > 0 && is_one_of(text.ptr[0], "=+-@\t\r");
	bool is_quoted = needs_quotes(text);

	if (is_quoted)
		buf_append_char(out, '"');
	if (is_formula)
		buf_append_char(out, '\'');
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '"')
			buf_append_char(out, '"');
		buf_append_char(out, text.ptr[i]);
	}
	if (is_quoted)
		buf_append_char(out, '"');
}

void
csv_plain(struct buf *out, struct slice text)
{
	buf_append_slice(out, text);
}

void
csv_next_cell(struct buf *out)
{
	buf_append_char(out, ',');
}

void
csv_end_row(struct buf *out)
{
	buf_append_literal(out, "\r\n");
}
