/* SPDX-License-Identifier: MIT */
/* Tables in memory, for tests and benchmarks: skip lists, and a record of what to undo. */
#ifndef KV_MEM_H
#define KV_MEM_H

#include "kv.h"

struct kv_mem;

/* Empty tables; NULL when there is no memory. */
struct kv_mem *kv_mem_new(void);
void kv_mem_free(struct kv_mem *mem);

/* One transaction at a time; it sees what was committed and what it did itself. */
struct kv *kv_mem_begin(struct kv_mem *mem);

/* ST_OK, or the transaction's first error, with which nothing of it remains. */
enum status kv_mem_commit(struct kv_mem *mem);
void kv_mem_abort(struct kv_mem *mem);

#endif
