/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "money_words.h"

const struct money_word money_words[] = {
#define MONEY(code, list)          { code, "", 0, MONEY_IS_PLAIN, list, "" },
#define MONEY_STRICT(code, list)   { code, "", 0, MONEY_IS_STRICT, list, "" },
#define MONEY_FAMILY(code, family, list) { code, family, 0, MONEY_IS_PLAIN, list, "" },
#define MONEY_PART(decimals, code, family, list) { code, family, decimals, MONEY_IS_PLAIN, list, "" },
#define MONEY_LETTER(decimals, code, family, list) { code, family, decimals, MONEY_IS_LETTER, list, "" },
#define MONEY_IN(language, decimals, code, family, list) { code, family, decimals, MONEY_IS_PLAIN, list, #language },
#define MONEY_NATION(code, list)   { code, "", 0, MONEY_IS_NATION, list, "" },
#include "understand/data/money.def"
#undef MONEY
#undef MONEY_STRICT
#undef MONEY_FAMILY
#undef MONEY_PART
#undef MONEY_LETTER
#undef MONEY_IN
#undef MONEY_NATION
};

const size_t money_word_count = sizeof money_words / sizeof money_words[0];
