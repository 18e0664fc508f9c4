# SPDX-License-Identifier: MIT
check_PROGRAMS += \
	tests/unit/http/test_access_log \
	tests/unit/http/test_reader \
	tests/unit/http/test_route \
	tests/unit/http/test_server \
	tests/unit/http/test_target
tests_unit_http_test_server_SOURCES = tests/unit/http/test_server.c tests/unit/http/harness.c tests/unit/http/harness.h

# Needs clang: make fuzz_http_reader CC=clang
EXTRA_DIST += tests/fuzz/fuzz_http_reader.c
CLEANFILES += fuzz_http_reader
FUZZ_HTTP_READER = $(top_srcdir)/tests/fuzz/fuzz_http_reader.c $(top_srcdir)/src/http/reader.c \
	$(top_srcdir)/src/http/target.c $(top_srcdir)/src/base/arena.c
fuzz_http_reader: $(FUZZ_HTTP_READER)
	$(AM_V_CCLD)$(CC) -I. $(AM_CPPFLAGS) -std=gnu11 -g -O1 -fsanitize=fuzzer,address,undefined $(FUZZ_HTTP_READER) \
		-o $@ $(UNISTRING_LIBS)
