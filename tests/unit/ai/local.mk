# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/unit/ai/test_ai_delivery
check_PROGRAMS += tests/unit/ai/test_ai_pool
tests_unit_ai_test_ai_pool_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=channel_send
check_PROGRAMS += tests/unit/ai/test_answer_cache
check_PROGRAMS += tests/unit/ai/test_breaker
check_PROGRAMS += tests/unit/ai/test_budget
check_PROGRAMS += tests/unit/ai/test_fair_queue
check_PROGRAMS += tests/unit/ai/test_job
check_PROGRAMS += tests/unit/ai/test_picture
check_PROGRAMS += tests/unit/ai/test_provider
check_PROGRAMS += tests/unit/ai/test_curl_loop
tests_unit_ai_test_curl_loop_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=event_new,--wrap=event_add
check_PROGRAMS += tests/unit/ai/test_reconcile
EXTRA_DIST += tests/unit/ai/pool_scene.h
