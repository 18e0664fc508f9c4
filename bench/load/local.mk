# SPDX-License-Identifier: MIT
# The load tests' client; contrib/load/run starts a daemon for it.
noinst_PROGRAMS += bench/load/load
bench_load_load_SOURCES = bench/load/load.c
bench_load_load_SOURCES += bench/load/course.c bench/load/course_check.c bench/load/course.h
bench_load_load_SOURCES += bench/load/crew.c bench/load/crew.h
bench_load_load_SOURCES += bench/load/daemon_figures.c bench/load/daemon_figures.h
bench_load_load_SOURCES += bench/load/histogram.c bench/load/histogram.h
bench_load_load_SOURCES += bench/load/http_answer.c bench/load/http_answer.h
bench_load_load_SOURCES += bench/load/http_client.c bench/load/http_client.h
bench_load_load_SOURCES += bench/load/kinds.c bench/load/kinds.h
bench_load_load_SOURCES += bench/load/outcome.h
bench_load_load_SOURCES += bench/load/records.c bench/load/records.h
bench_load_load_SOURCES += bench/load/report.c bench/load/report.h
bench_load_load_SOURCES += bench/load/scenarios.c bench/load/scenarios.h
bench_load_load_SOURCES += bench/load/spans.c
bench_load_load_LDADD = $(LIBS_ALL) -lm
EXTRA_DIST += contrib/load/run contrib/load/scaling
