/* SPDX-License-Identifier: MIT */
/* See fair_queue.h. */
#include "config.h"

#include "fair_queue.h"

void
fair_queue_init(struct fair_queue *queue)
{
	for (int priority = 0; priority < PRIORITY_LEVELS; priority++) {
		struct fair_level *level = &queue->levels[priority];

		level->turns = 0;
		TAILQ_INIT(&level->active);
		for (size_t i = 0; i < FAIR_FLOWS; i++)
			TAILQ_INIT(&level->flows[i].entries);
	}
}

static struct fair_flow *
flow_of(struct fair_queue *queue, const struct fair_entry *entry)
{
	return &queue->levels[entry->priority].flows[entry->flow % FAIR_FLOWS];
}

void
fair_queue_put(struct fair_queue *queue, struct fair_entry *entry)
{
	struct fair_flow *flow = flow_of(queue, entry);

	if (TAILQ_EMPTY(&flow->entries))
		TAILQ_INSERT_TAIL(&queue->levels[entry->priority].active, flow, link);
	TAILQ_INSERT_TAIL(&flow->entries, entry, link);
}

void
fair_queue_put_back(struct fair_queue *queue, struct fair_entry *entry)
{
	struct fair_level *level = &queue->levels[entry->priority];
	struct fair_flow *flow = flow_of(queue, entry);

	if (!TAILQ_EMPTY(&flow->entries))
		TAILQ_REMOVE(&level->active, flow, link);
	TAILQ_INSERT_HEAD(&level->active, flow, link);
	TAILQ_INSERT_HEAD(&flow->entries, entry, link);
}

/* The highest level that has something, unless this turn of it goes to one below. */
static struct fair_level *
level_of_turn(struct fair_queue *queue)
{
	struct fair_level *chosen = NULL;

	for (int priority = 0; priority < PRIORITY_LEVELS; priority++) {
		struct fair_level *level = &queue->levels[priority];

		if (TAILQ_EMPTY(&level->active))
			continue;
		chosen = level;
		if (++level->turns % FAIR_PASS != 0)
			break;
	}
	return chosen;
}

struct fair_entry *
fair_queue_take(struct fair_queue *queue)
{
	struct fair_level *level = level_of_turn(queue);
	struct fair_flow *flow;
	struct fair_entry *entry;

	if (level == NULL)
		return NULL;
	flow = TAILQ_FIRST(&level->active);
	entry = TAILQ_FIRST(&flow->entries);
	TAILQ_REMOVE(&flow->entries, entry, link);
	TAILQ_REMOVE(&level->active, flow, link);
	if (!TAILQ_EMPTY(&flow->entries))
		TAILQ_INSERT_TAIL(&level->active, flow, link);
	return entry;
}

static void
take_of_flow(struct fair_flow *flow, bool (*matches)(const struct fair_entry *entry, const void *arg), const void *arg, struct fair_list *out)
{
	struct fair_entry *entry, *next;

	for (entry = TAILQ_FIRST(&flow->entries); entry != NULL; entry = next) {
		next = TAILQ_NEXT(entry, link);
		if (!matches(entry, arg))
			continue;
		TAILQ_REMOVE(&flow->entries, entry, link);
		TAILQ_INSERT_TAIL(out, entry, link);
	}
}

void
fair_queue_take_all(struct fair_queue *queue, bool (*matches)(const struct fair_entry *entry, const void *arg), const void *arg,
    struct fair_list *out)
{
	for (int priority = 0; priority < PRIORITY_LEVELS; priority++) {
		struct fair_level *level = &queue->levels[priority];
		struct fair_flow *flow, *next;

		for (flow = TAILQ_FIRST(&level->active); flow != NULL; flow = next) {
			next = TAILQ_NEXT(flow, link);
			take_of_flow(flow, matches, arg, out);
			if (TAILQ_EMPTY(&flow->entries))
				TAILQ_REMOVE(&level->active, flow, link);
		}
	}
}
