# SPDX-License-Identifier: MIT
check_PROGRAMS += \
	tests/unit/http/test_access_log \
	tests/unit/http/test_connection \
	tests/unit/http/test_cors \
	tests/unit/http/test_large \
	tests/unit/http/test_reader \
	tests/unit/http/test_route \
	tests/unit/http/test_server \
	tests/unit/http/test_stream \
	tests/unit/http/test_target
http_harness = tests/unit/http/harness.c tests/unit/http/harness.h
tests_unit_http_test_connection_SOURCES = tests/unit/http/test_connection.c $(http_harness)
tests_unit_http_test_cors_SOURCES = tests/unit/http/test_cors.c $(http_harness)
tests_unit_http_test_large_SOURCES = tests/unit/http/test_large.c $(http_harness)
tests_unit_http_test_server_SOURCES = tests/unit/http/test_server.c $(http_harness)
tests_unit_http_test_stream_SOURCES = tests/unit/http/test_stream.c $(http_harness)
