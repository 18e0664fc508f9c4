# SPDX-License-Identifier: MIT
check_PROGRAMS += \
	tests/unit/http/test_access_log \
	tests/unit/http/test_reader \
	tests/unit/http/test_route \
	tests/unit/http/test_server \
	tests/unit/http/test_stream \
	tests/unit/http/test_target
tests_unit_http_test_server_SOURCES = tests/unit/http/test_server.c tests/unit/http/harness.c tests/unit/http/harness.h
tests_unit_http_test_stream_SOURCES = tests/unit/http/test_stream.c tests/unit/http/harness.c tests/unit/http/harness.h
