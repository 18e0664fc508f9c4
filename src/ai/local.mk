# SPDX-License-Identifier: MIT
libaiexpense_a_SOURCES += \
	src/ai/ai_pool.c src/ai/ai_pool.h \
	src/ai/ai_worker.c \
	src/ai/curl_loop.c src/ai/curl_loop.h \
	src/ai/engine.h src/ai/engine_rules.c \
	src/ai/job.c src/ai/job.h
