/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "money_words.h"

const struct money_word money_words[] = {
#define MONEY(code, list)          { code, "", 0, false, list },
#define MONEY_STRICT(code, list)   { code, "", 0, true, list },
#define MONEY_FAMILY(code, family, list) { code, family, 0, false, list },
#define MONEY_PART(decimals, code, family, list) { code, family, decimals, false, list },
#include "data/money.def"
#undef MONEY
#undef MONEY_STRICT
#undef MONEY_FAMILY
#undef MONEY_PART
};

const size_t money_word_count = sizeof money_words / sizeof money_words[0];
