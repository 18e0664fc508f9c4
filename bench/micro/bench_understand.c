/* SPDX-License-Identifier: MIT */
/* Messages understood per second on one core, and what the map of words that many users share adds to one. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "clock.h"
#include "understand.h"
#include "understand/keywords/keyword_map.h"

static const char *const texts[] = {
	"lunch 12", "早餐$20午餐$30加油$200", "coffee $5, lunch $12, dinner $25", "昨天計程車 190", "so I spent 42 on petrol again",
	"taxi€18museum€12pizza€9", "晚餐 850 刷台新信用卡", "タクシー 千五百円", "房租 1.2萬", "3 coffees at 4 each", "先週の金曜日 飲み会 4500円",
	"see you at 10", "how much did I spend on food in 2025?", "I just paid $75 for my phone bill", "牛肉麵 180；滷蛋 15；可樂 35",
	"昨天打车了", "shoes refund -45", "小笼包12元豆浆3元公交2元", "3 days ago: ferry £31", "Suicaでバス 230円", "bought some lunch",
	"put 210 for the flight on the company card", "Gas Taishin Credit Card 1599", "買了早餐花了$50", "取消", "12月24日 プレゼント 5000円",
	"sofa €1.249,00", "パン🥐280円と抹茶ラテ🍵460円", "5/3 牛排 980", "can you put down 8.50 for a burger please",
	"Hey! Sorry for the late reply, the train was 20 minutes late and I missed the 8:15. Anyway, the only thing I bought all day was a "
	"tuna sandwich for 5.60, please write that down.",
	"今天真的是超級漫長的一天，早上 7 點就被隔壁施工吵醒，開會從 10 點開到 12 點半。唯一的安慰就是下班後那碗熱熱的，雞湯麵 150 元，幫我記一下。",
};

enum { TEXTS = sizeof texts / sizeof texts[0], RUN_MS = 2000, MAP_RUNS = 200000, MAP_ROUNDS = 5 };

static double
ns_of(const struct understand_input *input)
{
	static struct understanding out;
	double best = 0;

	for (int round = 0; round < MAP_ROUNDS; round++) {
		int64_t start = clock_mono_ns();
		double ns;

		for (int i = 0; i < MAP_RUNS; i++)
			understand(input, &out);
		ns = (double)(clock_mono_ns() - start) / MAP_RUNS;
		best = round == 0 || ns < best ? ns : best;
	}
	return best;
}

/* A full map, in which "zorbl" is the last word. */
static struct keyword_map *
full_map(void)
{
	static uint64_t entries[KEYWORD_MAP_WORDS_MAX];
	const struct keyword_map_head head = { KEYWORD_MAP_WORDS_MAX, 20, 1 };
	struct keyword_map *map = keyword_map_create();

	if (map == NULL)
		return NULL;
	for (uint64_t i = 0; i < KEYWORD_MAP_WORDS_MAX; i++)
		entries[i] = ((i + 1) * UINT64_C(0x9E3779B97F4A7C15) << KEYWORD_KIND_BITS) | CATEGORY_FOOD;
	keyword_map_hash_text(map, slice_of("zorbl"), &entries[KEYWORD_MAP_WORDS_MAX - 1]);
	entries[KEYWORD_MAP_WORDS_MAX - 1] |= CATEGORY_ENTERTAINMENT;
	keyword_map_replace(map, &head, entries);
	return map;
}

/* The fastest of some rounds, with an empty map and with a full one. */
static void
measure_map(struct understand_input *input)
{
	static const char *const asked[] = { "zorbl 50", "quux 50", "quux wug zorbl 50", "quux wug blick 50", "lunch 50" };
	struct keyword_map *map = full_map();

	if (map == NULL)
		return;
	for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
		double without, with;

		input->text = slice_of(asked[i]);
		input->keywords = NULL;
		without = ns_of(input);
		input->keywords = map;
		with = ns_of(input);
		printf("shared words: %-20s %6.0f ns without, %6.0f ns with\n", asked[i], without, with);
	}
	keyword_map_destroy(map);
}

int
main(void)
{
	static struct understanding out;
	struct understand_input input = { .locale = SLICE_LITERAL("zh-TW"), .home = { "TWD" }, .today = 20780 };
	int64_t start, elapsed_ns;
	size_t done = 0, bytes = 0, expenses = 0;

	start = clock_mono_ns();
	understand_init();
	printf("understand: tables built in %.1f ms\n", (double)(clock_mono_ns() - start) / 1e6);
	start = clock_mono_ns();
	do {
		for (size_t i = 0; i < TEXTS; i++) {
			input.text = slice_of(texts[i]);
			bytes += input.text.len;
			understand(&input, &out);
			expenses += out.expense_count;
		}
		done += TEXTS;
		elapsed_ns = clock_mono_ns() - start;
	} while (elapsed_ns < RUN_MS * INT64_C(1000000));
	printf("understand: %.0f messages/s, %.1f bytes and %.2f expenses a message\n", (double)done * 1e9 / (double)elapsed_ns,
	    (double)bytes / (double)done, (double)expenses / (double)done);
	input.locale = slice_of("en");
	measure_map(&input);
	return EXIT_SUCCESS;
}
