# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/unit/api/test_auth
tests_unit_api_test_auth_SOURCES = tests/unit/api/test_auth.c tests/unit/http/harness.c tests/unit/http/harness.h
tests_unit_api_test_auth_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/unit/http
tests_unit_api_test_auth_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=store_get_token
check_PROGRAMS += tests/unit/api/test_expense_json
check_PROGRAMS += tests/unit/api/test_openapi
check_PROGRAMS += tests/unit/api/test_metrics_sums
check_PROGRAMS += tests/unit/api/test_fields
check_PROGRAMS += tests/unit/api/test_zip_out
