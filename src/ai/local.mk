# SPDX-License-Identifier: MIT
libaiexpense_a_SOURCES += src/ai/ai_delivery.c src/ai/ai_delivery.h
libaiexpense_a_SOURCES += src/ai/ai_pool.c src/ai/ai_pool.h src/ai/ai_pool_parts.h
libaiexpense_a_SOURCES += src/ai/ai_pool_link.c
libaiexpense_a_SOURCES += src/ai/ai_shared.c src/ai/ai_shared.h
libaiexpense_a_SOURCES += src/ai/ai_worker.c
libaiexpense_a_SOURCES += src/ai/answer_cache.c src/ai/answer_cache.h
libaiexpense_a_SOURCES += src/ai/asker.c src/ai/asker.h
libaiexpense_a_SOURCES += src/ai/breaker.c src/ai/breaker.h
libaiexpense_a_SOURCES += src/ai/budget.c src/ai/budget.h
libaiexpense_a_SOURCES += src/ai/curl_loop.c src/ai/curl_loop.h
libaiexpense_a_SOURCES += src/ai/fair_queue.c src/ai/fair_queue.h
libaiexpense_a_SOURCES += src/ai/http_call.c src/ai/http_call.h
libaiexpense_a_SOURCES += src/ai/job.c src/ai/job.h
libaiexpense_a_SOURCES += src/ai/job_delivery.c src/ai/job_delivery.h
libaiexpense_a_SOURCES += src/ai/prompt.c src/ai/prompt.h
libaiexpense_a_SOURCES += src/ai/reconcile.c src/ai/reconcile.h
libaiexpense_a_SOURCES += src/ai/stated.c src/ai/stated.h
