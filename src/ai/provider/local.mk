# SPDX-License-Identifier: MIT
libaiexpense_a_SOURCES += src/ai/provider/anthropic.c
libaiexpense_a_SOURCES += src/ai/provider/gemini.c
libaiexpense_a_SOURCES += src/ai/provider/openai.c
libaiexpense_a_SOURCES += src/ai/provider/price.c src/ai/provider/price.h
libaiexpense_a_SOURCES += src/ai/provider/price_table.c src/ai/provider/price_table.h
libaiexpense_a_SOURCES += src/ai/provider/provider.c src/ai/provider/provider.h
