# SPDX-License-Identifier: MIT
api_scene = tests/unit/api/scene.c tests/unit/api/scene.h tests/unit/http/harness.c tests/unit/http/harness.h
check_PROGRAMS += tests/unit/api/test_access
tests_unit_api_test_access_SOURCES = tests/unit/api/test_access.c $(api_scene)
tests_unit_api_test_access_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/unit/http
tests_unit_api_test_access_LDFLAGS = $(AM_LDFLAGS) $(NO_MEMORY) \
	-Wl,--wrap=store_get_token,--wrap=store_get_person,--wrap=person_copy,--wrap=arena_alloc
check_PROGRAMS += tests/unit/api/test_auth
tests_unit_api_test_auth_SOURCES = tests/unit/api/test_auth.c $(api_scene)
tests_unit_api_test_auth_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/unit/http
tests_unit_api_test_auth_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=store_get_token,--wrap=arena_alloc,--wrap=arena_copy,--wrap=getrandom
check_PROGRAMS += tests/unit/api/test_expense_json
check_PROGRAMS += tests/unit/api/test_openapi
check_PROGRAMS += tests/unit/api/test_metrics_sums
check_PROGRAMS += tests/unit/api/test_fields
check_PROGRAMS += tests/unit/api/test_zip_out
check_PROGRAMS += tests/unit/api/test_webhooks
tests_unit_api_test_webhooks_SOURCES = tests/unit/api/test_webhooks.c $(api_scene)
tests_unit_api_test_webhooks_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/unit/http
tests_unit_api_test_webhooks_LDFLAGS = $(AM_LDFLAGS) $(NO_MEMORY) -Wl,--wrap=clock_wall_ms,--wrap=ai_pool_fetch_keys \
	-Wl,--wrap=store_put_inbox,--wrap=inbox_claim_until,--wrap=inbox_go,--wrap=jwt_verify,--wrap=arena_alloc,--wrap=arena_copy \
	-Wl,--wrap=json_memory_ran_out,--wrap=crypto_memory_ran_out
