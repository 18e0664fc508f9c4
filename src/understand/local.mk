# SPDX-License-Identifier: MIT
libaiexpense_a_SOURCES += \
	src/understand/accounts.c src/understand/accounts.h \
	src/understand/amounts.c src/understand/amounts.h \
	src/understand/assemble.c src/understand/assemble.h \
	src/understand/categories.c src/understand/categories.h \
	src/understand/chars.c src/understand/chars.h \
	src/understand/clauses.c src/understand/clauses.h \
	src/understand/days.c src/understand/days.h \
	src/understand/language.c src/understand/language.h \
	src/understand/money_words.c src/understand/money_words.h \
	src/understand/numbers.c src/understand/numbers.h \
	src/understand/parse_jsonl.c src/understand/parse_jsonl.h \
	src/understand/phrases.c src/understand/phrases.h \
	src/understand/things.c src/understand/things.h \
	src/understand/tokens.c src/understand/tokens.h \
	src/understand/understand.c \
	src/understand/words.c src/understand/words.h \
	src/understand/data/accounts.def \
	src/understand/data/days.def \
	src/understand/data/grammar.def \
	src/understand/data/money.def \
	src/understand/data/things.def
