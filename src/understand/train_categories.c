/* SPDX-License-Identifier: MIT */
/*
 * Makes data/category_model.def from the word tables and a file of labelled
 * descriptions, one JSON object a line: description, category, label.
 *
 *	train_categories [--folds N] FILE
 *
 * Logistic regression in integers: the same input gives the same bytes on any
 * machine.  With --folds it writes no model but how many descriptions a model
 * gets right that was trained without them, nor any of the same name or label.
 */
#include "config.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "understand/categories/categories.h"
#include "understand/categories/feature_hash.h"
#include "understand/categories/model.h"
#include "understand/text/words.h"

enum { EPOCHS = 12, STEP_BITS = 12, RATE = 24, ROW_BUCKETS = 24, BANDS = 10 };

struct example {
	struct features    features;
	enum category_kind kind;
	size_t             group;          /* with all of its name or its label */
	struct listed      listed;
	char              *name, *label;   /* NULL: a word of the tables, in the training of every fold */
};

static struct {
	struct example *at;
	size_t          count, room;
} examples;

static int32_t weights[FEATURE_BUCKETS][CATEGORY_KINDS];       /* 1 << STEP_BITS is one of a score */
static int64_t sums[FEATURE_BUCKETS][CATEGORY_KINDS];          /* of the weights after each epoch */

/* ---- what to learn from ---- */

static struct example *
new_example(struct slice text, enum category_kind kind)
{
	static struct chars chars;
	struct example *e;

	if (examples.count == examples.room) {
		examples.room = examples.room == 0 ? 1024 : 2 * examples.room;
		examples.at = realloc(examples.at, examples.room * sizeof *examples.at);
		if (examples.at == NULL)
			abort();
	}
	e = &examples.at[examples.count];
	*e = (struct example){ .kind = kind, .group = examples.count };
	examples.count++;
	chars_read(&chars, text);
	features_read(&e->features, &chars, 0, chars.count);
	return e;
}

static void
read_tables(void)
{
	const char *list;
	int category;

	for (size_t i = 0; words_thing_list(i, &category, &list); i++) {
		for (const char *p = list; *p != '\0'; p += strspn(p, ",| ")) {
			size_t len = strcspn(p, ",|");

			new_example((struct slice){ p, len }, (enum category_kind)category);
			p += len;
		}
	}
}

static bool
kind_of(const char *name, enum category_kind *kind)
{
	for (int c = 0; name != NULL && c < CATEGORY_KINDS; c++)
		if (strcasecmp(name, category_kind_key((enum category_kind)c)) == 0) {
			*kind = (enum category_kind)c;
			return true;
		}
	return false;
}

static char *
string_of(const json_t *object, const char *name)
{
	const char *value = json_string_value(json_object_get(object, name));
	char *copy = value == NULL ? NULL : strdup(value);

	if (copy == NULL)
		abort();
	return copy;
}

static bool
read_file(const char *path)
{
	FILE *in = fopen(path, "r");
	char *line = NULL;
	size_t room = 0;
	ssize_t len;
	enum category_kind kind;

	if (in == NULL)
		return false;
	while ((len = getline(&line, &room, in)) > 0) {
		json_t *object = json_loadb(line, (size_t)len, 0, NULL);
		const char *text = json_string_value(json_object_get(object, "description"));

		if (text != NULL && kind_of(json_string_value(json_object_get(object, "category")), &kind)) {
			struct example *e = new_example(slice_of(text), kind);

			e->listed = categories_listed(slice_of(text));
			features_add_listed(&e->features, &e->listed);
			e->name = string_of(object, "description");
			e->label = string_of(object, "label");
		}
		json_decref(object);
	}
	free(line);
	return fclose(in) == 0;
}

static size_t
root_of(size_t i)
{
	while (examples.at[i].group != i)
		i = examples.at[i].group = examples.at[examples.at[i].group].group;
	return i;
}

static int
by_name(const void *a, const void *b)
{
	return strcasecmp(examples.at[*(const size_t *)a].name, examples.at[*(const size_t *)b].name);
}

static int
by_label(const void *a, const void *b)
{
	return strcmp(examples.at[*(const size_t *)a].label, examples.at[*(const size_t *)b].label);
}

static void
join_neighbours(size_t *order, size_t count, int (*compare)(const void *, const void *))
{
	qsort(order, count, sizeof *order, compare);
	for (size_t i = 1; i < count; i++)
		if (compare(&order[i - 1], &order[i]) == 0)
			examples.at[root_of(order[i])].group = root_of(order[i - 1]);
}

static void
group(void)
{
	size_t *order = calloc(examples.count + 1, sizeof *order), count = 0;

	if (order == NULL)
		abort();
	for (size_t i = 0; i < examples.count; i++)
		if (examples.at[i].name != NULL)
			order[count++] = i;
	join_neighbours(order, count, by_name);
	join_neighbours(order, count, by_label);
	free(order);
}

/* ---- learning ---- */

static uint32_t
next_random(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

static void
shuffle(size_t *order, size_t count, uint32_t *seed)
{
	for (size_t i = count; i > 1; i--) {
		size_t k = next_random(seed) % i, kept = order[i - 1];

		order[i - 1] = order[k];
		order[k] = kept;
	}
}

static void
learn(const struct example *e, int32_t rate)
{
	int32_t scores[CATEGORY_KINDS] = { 0 };
	uint32_t p[CATEGORY_KINDS];

	for (size_t i = 0; i < e->features.count; i++)
		for (int c = 0; c < CATEGORY_KINDS; c++)
			scores[c] += weights[e->features.at[i]][c];
	for (int c = 0; c < CATEGORY_KINDS; c++)
		scores[c] /= 1 << STEP_BITS;
	model_probabilities(scores, p);
	for (int c = 0; c < CATEGORY_KINDS; c++) {
		int32_t error = ((int)e->kind == c ? MODEL_ONE : 0) - (int32_t)p[c];
		int32_t step = (int32_t)((int64_t)error * rate / (1 << 8));

		for (size_t i = 0; i < e->features.count; i++)
			weights[e->features.at[i]][c] += step;
	}
}

/* Learns from all but the groups of the fold; the averages of all epochs are in sums. */
static void
train(size_t fold, size_t folds)
{
	size_t *order = calloc(examples.count + 1, sizeof *order), count = 0;
	uint32_t seed = 1;

	if (order == NULL)
		abort();
	memset(weights, 0, sizeof weights);
	memset(sums, 0, sizeof sums);
	for (size_t i = 0; i < examples.count; i++)
		if (folds == 0 || examples.at[i].name == NULL || root_of(i) % folds != fold)
			order[count++] = i;
	for (int epoch = 0; epoch < EPOCHS; epoch++) {
		shuffle(order, count, &seed);
		for (size_t i = 0; i < count; i++)
			learn(&examples.at[order[i]], RATE / (1 + epoch / 3));
		for (size_t b = 0; b < FEATURE_BUCKETS; b++)
			for (int c = 0; c < CATEGORY_KINDS; c++)
				sums[b][c] += weights[b][c];
	}
	free(order);
}

/* As it will be written: the average, rounded, within bounds. */
static int
weight_of(size_t bucket, int category)
{
	int64_t one = (int64_t)EPOCHS << STEP_BITS, sum = sums[bucket][category];
	int64_t weight = (sum + (sum >= 0 ? one / 2 : -one / 2)) / one;

	return (int)(weight > MODEL_WEIGHT_MAX ? MODEL_WEIGHT_MAX : weight < -MODEL_WEIGHT_MAX ? -MODEL_WEIGHT_MAX : weight);
}

/* ---- what comes out ---- */

static void
write_model(void)
{
	printf("/* SPDX-License-Identifier: MIT */\n/* Made by train_categories from %zu descriptions; see there. */\n", examples.count);
	for (size_t b = 0; b < FEATURE_BUCKETS; b += ROW_BUCKETS) {
		putchar('"');
		for (size_t k = b; k < b + ROW_BUCKETS && k < FEATURE_BUCKETS; k++)
			for (int c = 0; c < CATEGORY_KINDS; c++) {
				int code = MODEL_WEIGHT_ZERO + weight_of(k, c);

				if (code == '\\' || code == '?')
					putchar('\\');
				putchar(code);
			}
		puts("\"");
	}
}

struct tally {
	size_t texts, right;
	size_t unlisted, right_unlisted;               /* of those whose name is in no table */
	size_t in_band[BANDS], right_in_band[BANDS];   /* by confidence, in tenths */
};

static void
ask(const struct example *e, struct tally *tally)
{
	int32_t scores[CATEGORY_KINDS] = { 0 };
	uint32_t p[CATEGORY_KINDS];
	struct category_guess guess;
	bool is_right, is_unlisted = e->listed.share < SHARE_WHOLE;
	unsigned band;

	for (size_t i = 0; i < e->features.count; i++)
		for (int c = 0; c < CATEGORY_KINDS; c++)
			scores[c] += weight_of(e->features.at[i], c);
	model_tempered(scores, p);
	guess = categories_decide(&e->listed, p);
	is_right = guess.kind == e->kind;
	band = guess.confidence * BANDS / 101;
	tally->texts++;
	tally->right += is_right;
	tally->unlisted += is_unlisted;
	tally->right_unlisted += is_unlisted && is_right;
	tally->in_band[band]++;
	tally->right_in_band[band] += is_right;
}

static void
evaluate(size_t folds)
{
	struct tally tally = { 0 };

	group();
	for (size_t fold = 0; fold < folds; fold++) {
		train(fold, folds);
		for (size_t i = 0; i < examples.count; i++)
			if (examples.at[i].name != NULL && root_of(i) % folds == fold)
				ask(&examples.at[i], &tally);
	}
	printf("%zu folds, %zu words of the tables, %zu descriptions: %.1f %% right\n", folds, examples.count - tally.texts, tally.texts,
	    100.0 * (double)tally.right / (double)tally.texts);
	printf("%zu of them are whole in no table: %.1f %% right\n", tally.unlisted,
	    100.0 * (double)tally.right_unlisted / (double)tally.unlisted);
	for (int band = 0; band < BANDS; band++)
		if (tally.in_band[band] > 0)
			printf("confidence %3d %% to %3d %%: %5zu descriptions, %5.1f %% right\n", band * 10, band * 10 + 10, tally.in_band[band],
			    100.0 * (double)tally.right_in_band[band] / (double)tally.in_band[band]);
}

static void
free_examples(void)
{
	for (size_t i = 0; i < examples.count; i++) {
		free(examples.at[i].name);
		free(examples.at[i].label);
	}
	free(examples.at);
}

int
main(int argc, char **argv)
{
	static const struct option long_options[] = { { "folds", required_argument, NULL, 'f' }, { 0 } };
	size_t folds = 0;
	int option;

	while ((option = getopt_long(argc, argv, "f:", long_options, NULL)) == 'f')
		folds = strtoul(optarg, NULL, 10);
	if (option != -1 || optind + 1 != argc) {
		fprintf(stderr, "usage: train_categories [--folds N] FILE\n");
		return 2;
	}
	words_init();
	read_tables();
	if (!read_file(argv[optind])) {
		perror(argv[optind]);
		return 1;
	}
	if (folds > 0)
		evaluate(folds);
	else {
		train(0, 0);
		write_model();
	}
	free_examples();
	return 0;
}
