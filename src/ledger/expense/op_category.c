/* SPDX-License-Identifier: MIT */
/*
 * Making and renaming categories; see op.h.  A name is taken when another
 * category has it, or has it by default: the English name of a default category
 * that was not renamed is its key.
 */
#include "config.h"

#include "fold.h"
#include "ledger/metrics.h"
#include "ledger/op/op.h"

struct name_plan {
	struct slice    folded;
	struct category category;          /* as it will be */
	struct slice    old_name;          /* empty: it had none of its own */
};

/* The category with this row of a name; false when there is none. */
static bool
find_named(struct op *op, const struct key *row, struct category *category, enum status *st)
{
	struct slice value;
	struct uuid id;

	if (!kv_get(op->kv, TABLE_LEDGER, key_slice(row), &value))
		return false;
	*st = name_unpack(value, &id);
	if (*st == ST_OK)
		*st = category_get(op, &id, category);        /* also one that is being deleted, until it is gone */
	return *st == ST_OK;
}

/* ST_CONFLICT: a category other than id has the name. */
static enum status
check_is_free(struct op *op, const struct name_plan *plan)
{
	struct key own = key_category_name(op->ledger, plan->folded);
	struct key by_default = key_default_category(op->ledger, plan->folded);
	struct category holder;
	enum status st = ST_OK;

	if (find_named(op, &own, &holder, &st) && !uuid_equal(&holder.id, &plan->category.id))
		return ST_CONFLICT;
	if (st == ST_OK && find_named(op, &by_default, &holder, &st) && holder.name.len == 0
	    && !uuid_equal(&holder.id, &plan->category.id))
		return ST_CONFLICT;
	return st;
}

static enum status
plan_new(struct op *op, const struct category_name *name, struct name_plan *plan)
{
	struct category present;
	struct redirect gone;
	struct person person;
	enum status st = op_get_person(op, &person);

	if (st == ST_OK && (category_get(op, &name->id, &present) == ST_OK || redirect_get(op, &name->id, &gone) == ST_OK))
		return ST_CONFLICT;
	if (st == ST_OK && person.category_count + person.leaving_count >= CATEGORIES_MAX)
		return ST_LIMIT_REACHED;
	plan->category = (struct category){ .id = name->id, .name = name->name, .version = 1 };
	return st;
}

static enum status
plan_rename(struct op *op, const struct category_name *name, struct name_plan *plan)
{
	enum status st = category_get_present(op, &name->id, &plan->category);

	if (st != ST_OK)
		return st == ST_BAD_VALUE ? ST_NOT_FOUND : st;
	if (name->if_version != 0 && name->if_version != plan->category.version)
		return ST_VERSION_MISMATCH;
	plan->old_name = plan->category.name;
	plan->category.name = name->name;
	plan->category.version++;
	return ST_OK;
}

static void
del_own_name(struct op *op, struct slice name)
{
	struct slice folded = text_fold(op->arena, name);
	struct key row = key_category_name(op->ledger, folded);

	if (folded.ptr == NULL)
		kv_fail(op->kv, ST_FAILED);
	kv_del(op->kv, TABLE_LEDGER, key_slice(&row));
}

void
category_del_names(struct op *op, const struct category *category)
{
	struct key by_default = key_default_category(op->ledger, category->key);

	if (category->name.len > 0)
		del_own_name(op, category->name);
	if (category->key.len > 0)
		kv_del(op->kv, TABLE_LEDGER, key_slice(&by_default));
}

static void
apply(struct op *op, const struct category_name *name, const struct name_plan *plan)
{
	struct dedupe dedupe = { .created_ms = name->now_ms, .expense_count = 1, .expense_ids = &name->id };
	struct key row = key_category_name(op->ledger, plan->folded);

	if (plan->old_name.len > 0)
		del_own_name(op, plan->old_name);
	category_put(op, &plan->category);
	metrics_note(op, name->now_ms, false, 0);
	name_pack(op->scratch, &plan->category.id);
	op_put_scratch(op, TABLE_LEDGER, &row);
	memcpy(dedupe.request_hash, name->request_hash, sizeof dedupe.request_hash);
	dedupe_put(op, name->idempotency_key, &dedupe);
}

/* Whether it has this very name already: nothing is left to do, also when the command is sent again. */
static bool
is_done(struct op *op, const struct category_name *name)
{
	struct category category;

	return category_get(op, &name->id, &category) == ST_OK && slice_equal(category.name, name->name);
}

static enum status
check_name(struct op *op, const struct category_name *name, struct slice *folded)
{
	if (uuid_is_nil(&name->id) || name->name.len == 0)
		return ST_BAD_VALUE;
	if (name->name.len > CATEGORY_NAME_MAX || name->idempotency_key.len > IDEMPOTENCY_KEY_MAX)
		return ST_TEXT_TOO_LONG;
	*folded = text_fold(op->arena, name->name);
	if (folded->ptr == NULL)
		return ST_FAILED;
	return folded->len <= KEY_NAME_MAX ? ST_OK : ST_TEXT_TOO_LONG;
}

enum status
op_name_category(struct op *op, const struct category_name *name, struct write_answer *answer)
{
	struct name_plan plan = { .folded = SLICE_EMPTY };
	struct dedupe dedupe;
	enum status st = check_name(op, name, &plan.folded);

	if (st != ST_OK)
		return st;
	st = dedupe_find(op, name->idempotency_key, name->request_hash, &dedupe);
	if (st != ST_NOT_FOUND) {
		answer->is_replay = st == ST_OK;
		if (st == ST_OK && dedupe.expense_count == 1)
			answer->category_id = dedupe.expense_ids[0];
		return st;
	}
	answer->category_id = name->id;
	answer->is_replay = is_done(op, name);
	if (answer->is_replay)
		return kv_status(op->kv, ST_OK);
	st = name->is_new ? plan_new(op, name, &plan) : plan_rename(op, name, &plan);
	if (st == ST_OK)
		st = check_is_free(op, &plan);
	if (st == ST_OK)
		apply(op, name, &plan);
	return kv_status(op->kv, st);
}
