/* SPDX-License-Identifier: MIT */
/*
 * Pictures, over a kv transaction; see op.h and store_picture.h.  A row of the ledger says what a picture is and how much of
 * it is there; its parts lie in a table of their own, found by that row alone, so that nothing else reads over them.
 */
#ifndef OP_PICTURE_H
#define OP_PICTURE_H

#include "ledger/op/op.h"
#include "store_picture.h"

enum status op_put_picture_part(struct op *op, const struct picture_part *part);
enum status op_remove_picture(struct op *op, const struct uuid *message_id);
enum status op_get_picture(struct op *op, const struct uuid *message_id, struct kept_picture *picture);
enum status op_get_picture_part(struct op *op, const struct uuid *message_id, uint32_t number, struct slice *bytes);
enum status op_next_picture(struct op *op, const struct uuid *after_id, struct kept_picture *picture);

/* The message is recorded with these expenses: what is whole of its picture is there from now on, the rest is removed. */
void picture_settle(struct op *op, const struct uuid *message_id, const struct uuid *expense_ids, size_t expense_count);

/* Remove the picture with this row of the ledger, if it is there: whatever there is of it, also when the row is damaged. */
void picture_remove(struct op *op, struct slice row);

/* How many rows that removes. */
unsigned picture_rows(struct slice value);

/* Whether its time is over, or nothing is left of what its message recorded.  op's ledger is that of the row. */
enum status picture_is_expired(struct op *op, struct slice value, int64_t now_ms, unsigned days, bool *is_expired);

#endif
