/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "categories.h"

#include "model.h"
#include "understand/text/words.h"

enum { HEAD_LETTERS_MIN = 5, SURE_PERCENT = 40, DOUBTFUL_PERCENT = 60, LISTED_PERCENT = 98, SHARED_PERCENT = 90 };

const char *
category_kind_key(enum category_kind kind)
{
	static const char *const keys[CATEGORY_KINDS] = { "food", "transport", "shopping", "entertainment", "other" };

	return keys[kind];
}

bool
category_kind_from_key(struct slice key, enum category_kind *kind)
{
	for (int i = 0; i < CATEGORY_KINDS; i++)
		if (slice_equal(key, slice_of(category_kind_key((enum category_kind)i)))) {
			*kind = (enum category_kind)i;
			return true;
		}
	return false;
}

/* A Chinese character says about as much as two letters. */
static size_t
weight(const struct chars *chars, size_t begin, size_t end)
{
	return (end - begin) * (char_class(chars->folded[begin]) == CHAR_CJK ? 2 : 1);
}

static bool
may_begin_word(const struct chars *chars, size_t at)
{
	enum char_class class = char_class(chars->folded[at]);

	if (class == CHAR_CJK || class == CHAR_DIGIT || class == CHAR_EMOJI)
		return true;
	return class == CHAR_LETTER && (at == 0 || char_class(chars->folded[at - 1]) != CHAR_LETTER);
}

/* What is bought or of whom, whichever is the longer word; NULL for neither. */
static const struct sense *
find_named(const struct chars *chars, size_t at, size_t *end)
{
	size_t brand_end = at;
	const struct sense *thing = words_sense_of(words_find(chars, at, end), WORD_THING);
	uint16_t brand = words_find_brand(chars, at, &brand_end);

	if (brand == 0 || (thing != NULL && *end >= brand_end))
		return thing;
	*end = brand_end;
	return words_sense(brand);
}

/* The head of a compound: the "geschäft" of a word that no table has; its length, or 0. */
static size_t
find_head(const struct chars *chars, size_t begin, size_t end, enum category_kind *kind)
{
	for (size_t at = begin + 1; at + HEAD_LETTERS_MIN <= end; at++) {
		size_t word_end = at;
		const struct sense *thing;

		if (char_class(chars->folded[at]) != CHAR_LETTER || char_class(chars->folded[at - 1]) != CHAR_LETTER)
			continue;
		thing = words_sense_of(words_find(chars, at, &word_end), WORD_THING);
		if (thing != NULL && word_end >= at + HEAD_LETTERS_MIN) {
			*kind = (enum category_kind)thing->value;
			return word_end - at;
		}
	}
	return 0;
}

/* The word with the most characters, the last of several. */
static struct listed
find_listed(const struct chars *chars, size_t begin, size_t end)
{
	struct listed best = { .kind = CATEGORY_OTHER };
	size_t best_weight = 0;

	for (size_t at = begin; at < end; at++) {
		size_t word_end = at;
		const struct sense *thing;

		if (!may_begin_word(chars, at))
			continue;
		thing = find_named(chars, at, &word_end);
		if (thing != NULL && word_end <= end && weight(chars, at, word_end) >= best_weight) {
			best.kind = (enum category_kind)thing->value;
			best_weight = weight(chars, at, word_end);
			best.share = (word_end - at) * SHARE_WHOLE / (end - begin);
			best.begin = at;
			best.end = word_end;
			best.is_brand = thing->kind == WORD_BRAND;
		}
	}
	if (best_weight == 0) {
		best_weight = find_head(chars, begin, end, &best.kind);
		best.is_head = best_weight > 0;
	}
	best.is_known = best_weight > 0;
	return best;
}

struct listed
categories_listed(struct slice description)
{
	struct chars chars;

	chars_read(&chars, description);
	return find_listed(&chars, 0, chars.count);
}

struct category_guess
categories_decide(const struct listed *listed, const uint32_t probabilities[CATEGORY_KINDS])
{
	struct category_guess guess = { .is_listed = listed->is_known };
	int best = 0;

	for (int c = 1; c < CATEGORY_KINDS; c++)
		best = probabilities[c] > probabilities[best] ? c : best;
	guess.confidence = (unsigned)(probabilities[best] * 100 / MODEL_ONE);
	guess.kind = guess.confidence >= SURE_PERCENT ? (enum category_kind)best : CATEGORY_OTHER;
	if (guess.confidence < DOUBTFUL_PERCENT && listed->is_known && !listed->is_head)
		guess.kind = listed->kind;
	if (listed->share == SHARE_WHOLE && !listed->is_brand) {
		guess.kind = listed->kind;
		guess.confidence = LISTED_PERCENT;
	}
	return guess;
}

struct category_guess
categories_weigh(const struct chars *chars, size_t begin, size_t end, struct listed *listed, uint32_t probabilities[CATEGORY_KINDS])
{
	struct features features;

	*listed = find_listed(chars, begin, end);
	features_read(&features, chars, begin, end);
	features_add_listed(&features, listed);
	model_ask(&features, probabilities);
	return categories_decide(listed, probabilities);
}

struct category_guess
categories_guess(const struct chars *chars, size_t begin, size_t end)
{
	struct listed listed;
	uint32_t p[CATEGORY_KINDS];

	return categories_weigh(chars, begin, end, &listed, p);
}

enum keyword_found
categories_share(const struct keyword_map *keywords, const struct chars *chars, size_t begin, size_t end, struct category_guess *guess)
{
	enum keyword_found found = KEYWORD_UNKNOWN;

	if (!guess->is_listed && guess->confidence < DOUBTFUL_PERCENT)
		found = keyword_map_find(keywords, chars, begin, end, &guess->kind);
	if (found == KEYWORD_WHOLE || found == KEYWORD_PART)
		guess->confidence = found == KEYWORD_WHOLE ? SHARED_PERCENT : DOUBTFUL_PERCENT;
	return found;
}

enum category_kind
understand_category(struct slice description, const struct keyword_map *keywords)
{
	struct category_guess guess;
	struct chars chars;

	chars_read(&chars, description);
	guess = categories_guess(&chars, 0, chars.count);
	categories_share(keywords, &chars, 0, chars.count, &guess);
	return guess.kind;
}
