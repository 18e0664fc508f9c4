# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/unit/ai/test_ai_pool
check_PROGRAMS += tests/unit/ai/test_breaker
check_PROGRAMS += tests/unit/ai/test_job
check_PROGRAMS += tests/unit/ai/test_provider
check_PROGRAMS += tests/unit/ai/test_curl_loop
check_PROGRAMS += tests/unit/ai/test_reconcile
