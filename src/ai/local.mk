# SPDX-License-Identifier: MIT
libaiexpense_a_SOURCES += src/ai/ai_shared.c src/ai/ai_shared.h
libaiexpense_a_SOURCES += src/ai/budget.c src/ai/budget.h
libaiexpense_a_SOURCES += src/ai/answer/answer_cache.c src/ai/answer/answer_cache.h
libaiexpense_a_SOURCES += src/ai/answer/prompt.c src/ai/answer/prompt.h
libaiexpense_a_SOURCES += src/ai/answer/reconcile.c src/ai/answer/reconcile.h
libaiexpense_a_SOURCES += src/ai/answer/stated.c src/ai/answer/stated.h
libaiexpense_a_SOURCES += src/ai/pool/ai_delivery.c src/ai/pool/ai_delivery.h
libaiexpense_a_SOURCES += src/ai/pool/ai_pool.c src/ai/pool/ai_pool.h src/ai/pool/ai_pool_parts.h
libaiexpense_a_SOURCES += src/ai/pool/ai_pool_link.c
libaiexpense_a_SOURCES += src/ai/pool/fair_queue.c src/ai/pool/fair_queue.h
libaiexpense_a_SOURCES += src/ai/pool/job.c src/ai/pool/job.h
libaiexpense_a_SOURCES += src/ai/pool/job_delivery.c src/ai/pool/job_delivery.h
libaiexpense_a_SOURCES += src/ai/worker/ai_worker.c
libaiexpense_a_SOURCES += src/ai/worker/asker.c src/ai/worker/asker.h
libaiexpense_a_SOURCES += src/ai/worker/breaker.c src/ai/worker/breaker.h
libaiexpense_a_SOURCES += src/ai/worker/curl_loop.c src/ai/worker/curl_loop.h
libaiexpense_a_SOURCES += src/ai/worker/http_call.c src/ai/worker/http_call.h
