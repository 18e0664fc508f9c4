/* SPDX-License-Identifier: MIT */
/*
 * Has the replies of the outbox delivered by the AI workers: those to one person
 * one after the other, in their order.  Who recorded a message delivers its
 * reply; the keeper those that were left behind or failed, after a pause that
 * grows or that the platform asks for, ten minutes at most, for 24 hours.  Then, or when the platform refuses it, a reply goes to
 * the dead letters.
 */
#ifndef DELIVERY_H
#define DELIVERY_H

#include "message/message.h"
#include "store_queue.h"

struct delivery;

/* One per process that drives messages.  service must outlive it.  NULL when there is no memory. */
struct delivery *delivery_open(const struct message_service *service);

/* Deliveries under way end without a further step: their claims end by themselves.  The pool must be closed before. */
void delivery_close(struct delivery *delivery);

/* Deliver what waits for this person, unless somebody else is at it, who then comes to it. */
void delivery_go(struct delivery *delivery, const struct ledger *ledger);

/* The latest time that a reply like this is put off to at this moment, by a claim, a failure or its window. */
int64_t delivery_latest_ms(const struct delivery *delivery, const struct outbox_entry *entry, int64_t now_ms);

/* Whether nothing is being delivered from here, and whom to call each time when that is so again. */
bool delivery_is_idle(const struct delivery *delivery);
void delivery_on_idle(struct delivery *delivery, void (*fn)(void *arg), void *arg);

#endif
