# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/unit/load/test_histogram tests/unit/load/test_http_answer
tests_unit_load_test_histogram_SOURCES = tests/unit/load/test_histogram.c bench/load/figures/histogram.c
tests_unit_load_test_histogram_LDADD = $(LDADD) -lm
tests_unit_load_test_http_answer_SOURCES = tests/unit/load/test_http_answer.c bench/load/client/http_answer.c
