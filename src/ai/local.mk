# SPDX-License-Identifier: MIT
libaiexpense_a_SOURCES += src/ai/ai_pool.c src/ai/ai_pool.h
libaiexpense_a_SOURCES += src/ai/ai_worker.c
libaiexpense_a_SOURCES += src/ai/curl_loop.c src/ai/curl_loop.h
libaiexpense_a_SOURCES += src/ai/engine.h
libaiexpense_a_SOURCES += src/ai/engine_rules.c
libaiexpense_a_SOURCES += src/ai/job.c src/ai/job.h
