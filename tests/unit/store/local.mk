# SPDX-License-Identifier: MIT
store_suite = tests/unit/store/store_suite.c tests/unit/store/store_suite.h tests/unit/store/store_suite_tests.c
store_suite_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/src/store

check_PROGRAMS += tests/unit/store/test_store_memory
tests_unit_store_test_store_memory_SOURCES = tests/unit/store/test_store_memory.c $(store_suite)
tests_unit_store_test_store_memory_CPPFLAGS = $(store_suite_CPPFLAGS)
