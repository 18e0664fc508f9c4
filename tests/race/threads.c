/* SPDX-License-Identifier: MIT */
/*
 * What processes share by memory, shared by threads instead, so that
 * ThreadSanitizer sees who reads what somebody else writes: counters,
 * histograms, limits, the cache of answers and the map of keywords.  It exits with an error when
 * there is a race, or when what was counted is not there.
 */
#include "config.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ai/answer/answer_cache.h"
#include "buf.h"
#include "counters.h"
#include "rate_limit.h"
#include "understand/keywords/keyword_map.h"

enum { WORDS = 1000, THREADS = 4, ROUNDS = 20000, KEYS = 64, LIMIT = 1000 };

static struct counter_segment *segment;
static struct rate_table *rates;
static struct answer_cache *answers;
static struct keyword_map *keywords;
static _Atomic unsigned taken, wrong;

static void
count(struct counters *counters, unsigned round)
{
	counter_add(&counters->http_requests, 1);
	counter_peak(&counters->loop_turn_peak_us, round);
	operation_record(counters, OPERATION_total, round, true);
	distribution_record(counters, DISTRIBUTION_loop_turn_ns, round);
	counters_user_seen(counters, (const uint8_t *)&round, round);
}

static void
read_counters(void)
{
	struct distribution_totals totals;

	counter_read(counter_find("http_requests"), segment->slots, segment->capacity);
	operation_read(OPERATION_total, segment->slots, segment->capacity, 1);
	distribution_read(DISTRIBUTION_loop_turn_ns, segment->slots, segment->capacity, &totals);
}

/* One bucket is everybody's, at an instant that stands still: no more than its count may be taken. */
static void
take(unsigned round)
{
	static const struct rate all = { LIMIT, 3600000 }, some = { 5, 1000 };
	uint32_t own = round % KEYS;

	taken += rate_take(rates, &all, rate_key(rates, 1, "all", 3), 1000000).is_allowed;
	rate_take(rates, &some, rate_key(rates, 2, &own, sizeof own), round);
	rate_raise(rates, &some, rate_key(rates, 2, &own, sizeof own), round, 100);
}

/* An answer is one letter again and again, told by its question. */
static void
ask(unsigned round)
{
	char question[16], text[512];
	struct slice asked = { question, (size_t)snprintf(question, sizeof question, "%u", round % KEYS) };
	struct answer_key key = answer_cache_key(answers, asked);
	struct buf out = BUF_INIT;

	memset(text, (int)('0' + round % KEYS), sizeof text);
	if (answer_cache_get(answers, &key, 1, &out))
		wrong += out.len != sizeof text || memcmp(out.data, text, sizeof text) != 0;
	else
		answer_cache_put(answers, &key, (struct slice){ text, sizeof text }, 1000);
	buf_fini(&out);
}

/* Every word is there in every map, of another kind in each. */
static void
put_keywords(unsigned round)
{
	static uint64_t entries[WORDS];
	struct keyword_map_head head = { WORDS, 20, round };

	for (unsigned i = 0; i < WORDS; i++) {
		char text[] = "wordaaa";

		for (unsigned rest = i, at = 4; at < 7; at++, rest /= 10)
			text[at] = (char)('a' + rest % 10);
		keyword_map_hash_text(keywords, slice_of(text), &entries[i]);
		entries[i] |= round / 1000 % CATEGORY_OTHER;
	}
	keyword_map_replace(keywords, &head, entries);
}

static void
find_keyword(void)
{
	struct chars *chars = malloc(sizeof *chars);
	enum category_kind kind = CATEGORY_OTHER;
	enum keyword_found found;

	if (chars == NULL)
		return;
	chars_read(chars, slice_of("wordfgh"));
	found = keyword_map_find(keywords, chars, 0, chars->count, &kind);
	wrong += found == KEYWORD_PART || (found == KEYWORD_WHOLE && kind >= CATEGORY_OTHER);
	free(chars);
}

static void *
work(void *slot)
{
	bool is_first = slot == &segment->slots[0];

	for (unsigned round = 1; round <= ROUNDS; round++) {
		count(&((struct process_slot *)slot)->counters, round);
		take(round);
		ask(round);
		if (round % 10 == 0)
			find_keyword();
		if (round % 1000 == 0)
			read_counters();
		if (round % 1000 == 0 && is_first)
			put_keywords(round);
	}
	return NULL;
}

static int
check(void)
{
	uint64_t requests = counter_read(counter_find("http_requests"), segment->slots, segment->capacity);

	printf("%llu requests counted, %u taken of %d, %u answers or keywords wrong\n", (unsigned long long)requests, (unsigned)taken, LIMIT, (unsigned)wrong);
	return requests == (uint64_t)THREADS * ROUNDS && taken == LIMIT && wrong == 0 ? 0 : 1;
}

int
main(void)
{
	pthread_t threads[THREADS];
	int fd;

	segment = counters_create(THREADS, &fd);
	rates = rate_table_create(65536);
	answers = answer_cache_create(65536);
	keywords = keyword_map_create();
	if (segment == NULL || rates == NULL || answers == NULL || keywords == NULL)
		return 2;
	for (size_t i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, work, counters_take_slot(segment)) != 0)
			return 2;
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	return check();
}
