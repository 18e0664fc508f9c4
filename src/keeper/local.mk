# SPDX-License-Identifier: MIT
libaiexpense_a_SOURCES += src/keeper/ai_budget.c src/keeper/ai_budget.h
libaiexpense_a_SOURCES += src/keeper/alert_webhook.c src/keeper/alert_webhook.h
libaiexpense_a_SOURCES += src/keeper/alerts.c src/keeper/alerts.h
libaiexpense_a_SOURCES += src/keeper/category_moves.c src/keeper/category_moves.h
libaiexpense_a_SOURCES += src/keeper/deletion.c src/keeper/deletion.h
libaiexpense_a_SOURCES += src/keeper/keeper.c src/keeper/keeper.h
libaiexpense_a_SOURCES += src/keeper/keywords/keyword_count.c src/keeper/keywords/keyword_count.h
libaiexpense_a_SOURCES += src/keeper/keywords/keyword_refresh.c src/keeper/keywords/keyword_refresh.h
libaiexpense_a_SOURCES += src/keeper/keywords/keyword_seal.c src/keeper/keywords/keyword_seal.h
libaiexpense_a_SOURCES += src/keeper/redrive.c src/keeper/redrive.h
libaiexpense_a_SOURCES += src/keeper/retention.c src/keeper/retention.h
