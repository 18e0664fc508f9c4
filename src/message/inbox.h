/* SPDX-License-Identifier: MIT */
/*
 * Works on messages of the inbox: those of one person one after the other, in
 * the order in which they were accepted, those of different people side by
 * side.  An http worker begins with what a webhook brought, the keeper with
 * what was left behind; who has come to the end of one message goes on with the
 * next one of the same person, if nobody else has it.
 */
#ifndef INBOX_H
#define INBOX_H

#include "message.h"
#include "store_queue.h"

struct delivery;
struct inbox;

/*
 * One per process that drives messages.  service and delivery must outlive it.
 * crash_mark: as in struct inbox_claim.  NULL when there is no memory.
 */
struct inbox *inbox_open(const struct message_service *service, struct delivery *delivery, uint32_t crash_mark);

/* Messages under way end without a further step: their claims end by themselves.  The pool must be closed before. */
void inbox_close(struct inbox *inbox);

/* Until when somebody who takes a message now has it. */
int64_t inbox_claim_until(const struct inbox *inbox, const struct incoming *incoming, int64_t now_ms);

/*
 * Work on a message that the caller has a claim on: it was put so.  Copied.
 * When one of this person is under way here, that one leads to it.
 */
void inbox_go(struct inbox *inbox, const struct inbox_entry *entry);

/* The same with one that is there for the taking: claims it first. */
void inbox_take(struct inbox *inbox, const struct inbox_entry *entry);

/* A copy of all that an entry points to; false: no memory. */
bool inbox_entry_copy(struct arena *arena, const struct inbox_entry *entry, struct inbox_entry *copy);

/* How many people's messages are under way here, and whom to call each time when none is any more. */
unsigned inbox_under_way(const struct inbox *inbox);
void inbox_on_idle(struct inbox *inbox, void (*fn)(void *arg), void *arg);

#endif
