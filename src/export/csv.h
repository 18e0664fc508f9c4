/* SPDX-License-Identifier: MIT */
/*
 * Rows of CSV (RFC 4180) for programs and for spreadsheets: UTF-8, a comma
 * between cells, CR LF behind a row.
 *
 * A spreadsheet takes a cell that begins with = + - @, a tab or a CR for a
 * formula, which may fetch and send what stands in other cells.  So such a text
 * is given a leading apostrophe, which spreadsheets do not show; whoever reads
 * the file with a program takes an apostrophe before one of these characters
 * off.  Numbers are not texts: an amount of -5.00 stays as it is.
 */
#ifndef CSV_H
#define CSV_H

#include "buf.h"

/* A text of a person's, guarded; quoted where the format asks for it. */
void csv_text(struct buf *out, struct slice text);

/* A number, an id, a day: something of ours that needs neither guard nor quotes. */
void csv_plain(struct buf *out, struct slice text);

/* Behind a cell but the last one, and behind a row. */
void csv_next_cell(struct buf *out);
void csv_end_row(struct buf *out);

#endif
