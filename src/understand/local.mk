# SPDX-License-Identifier: MIT
libaiexpense_a_SOURCES += src/understand/amounts/amounts.c src/understand/amounts/amounts.h src/understand/amounts/amounts_parts.h
libaiexpense_a_SOURCES += src/understand/amounts/counts.c
libaiexpense_a_SOURCES += src/understand/amounts/money_words.c src/understand/amounts/money_words.h
libaiexpense_a_SOURCES += src/understand/amounts/number_words.c src/understand/amounts/number_words.h
libaiexpense_a_SOURCES += src/understand/amounts/numbers.c src/understand/amounts/numbers.h
libaiexpense_a_SOURCES += src/understand/categories/categories.c src/understand/categories/categories.h
libaiexpense_a_SOURCES += src/understand/categories/feature_hash.c src/understand/categories/feature_hash.h
libaiexpense_a_SOURCES += src/understand/categories/model.c src/understand/categories/model.h
libaiexpense_a_SOURCES += src/understand/command/explain.c src/understand/command/explain.h
libaiexpense_a_SOURCES += src/understand/command/parse_input.c src/understand/command/parse_input.h
libaiexpense_a_SOURCES += src/understand/command/parse_jsonl.c src/understand/command/parse_jsonl.h
libaiexpense_a_SOURCES += src/understand/data/accounts.def
libaiexpense_a_SOURCES += src/understand/data/brands.def
libaiexpense_a_SOURCES += src/understand/data/calendar.def
libaiexpense_a_SOURCES += src/understand/data/category_model.def
libaiexpense_a_SOURCES += src/understand/data/days.def
libaiexpense_a_SOURCES += src/understand/data/emoji.def
libaiexpense_a_SOURCES += src/understand/data/grammar.def
libaiexpense_a_SOURCES += src/understand/data/languages.def
libaiexpense_a_SOURCES += src/understand/data/money.def
libaiexpense_a_SOURCES += src/understand/data/numbers.def
libaiexpense_a_SOURCES += src/understand/data/shops.def
libaiexpense_a_SOURCES += src/understand/data/things.def
libaiexpense_a_SOURCES += src/understand/data/things_in.def
libaiexpense_a_SOURCES += src/understand/days/days.c src/understand/days/days.h
libaiexpense_a_SOURCES += src/understand/days/days_numeric.c
libaiexpense_a_SOURCES += src/understand/days/days_parts.h
libaiexpense_a_SOURCES += src/understand/days/days_relative.c
libaiexpense_a_SOURCES += src/understand/expenses/accounts.c src/understand/expenses/accounts.h
libaiexpense_a_SOURCES += src/understand/expenses/assemble.c src/understand/expenses/assemble.h
libaiexpense_a_SOURCES += src/understand/expenses/assembly.c src/understand/expenses/assembly.h
libaiexpense_a_SOURCES += src/understand/expenses/clauses.c src/understand/expenses/clauses.h
libaiexpense_a_SOURCES += src/understand/expenses/credible.c src/understand/expenses/credible.h
libaiexpense_a_SOURCES += src/understand/expenses/named.c src/understand/expenses/named.h
libaiexpense_a_SOURCES += src/understand/expenses/phrases.c src/understand/expenses/phrases.h
libaiexpense_a_SOURCES += src/understand/expenses/shares.c src/understand/expenses/shares.h
libaiexpense_a_SOURCES += src/understand/expenses/things.c src/understand/expenses/things.h
libaiexpense_a_SOURCES += src/understand/keywords/keyword_map.c src/understand/keywords/keyword_map.h
libaiexpense_a_SOURCES += src/understand/text/chars.c src/understand/text/chars.h
libaiexpense_a_SOURCES += src/understand/text/language.c src/understand/text/language.h
libaiexpense_a_SOURCES += src/understand/text/own.c src/understand/text/own.h
libaiexpense_a_SOURCES += src/understand/text/tokens.c src/understand/text/tokens.h
libaiexpense_a_SOURCES += src/understand/text/words.c src/understand/text/words.h
libaiexpense_a_SOURCES += src/understand/understand.c
libaiexpense_a_SOURCES += src/understand/workings.h

# After a change of the tables: make category-model, which reads what lies beside the source tree.
noinst_PROGRAMS += train_categories
train_categories_SOURCES = src/understand/train_categories.c
train_categories_LDADD = $(LIBS_ALL)
CORPUS = $(top_srcdir)/../shared/corpus
category-model: train_categories
	$(AM_V_GEN)./train_categories $(CORPUS)/categories.jsonl > category_model.tmp
	$(AM_V_at)mv category_model.tmp $(top_srcdir)/src/understand/data/category_model.def
.PHONY: category-model corpus-report
