# SPDX-License-Identifier: MIT
# The load tests' client; contrib/load/run starts a daemon for it.
noinst_PROGRAMS += bench/load/load
bench_load_load_SOURCES = bench/load/load.c
bench_load_load_SOURCES += bench/load/course.c bench/load/course_check.c bench/load/course.h
bench_load_load_SOURCES += bench/load/client/crew.c bench/load/client/crew.h
bench_load_load_SOURCES += bench/load/figures/daemon_figures.c bench/load/figures/daemon_figures.h
bench_load_load_SOURCES += bench/load/figures/histogram.c bench/load/figures/histogram.h
bench_load_load_SOURCES += bench/load/client/http_answer.c bench/load/client/http_answer.h
bench_load_load_SOURCES += bench/load/client/http_client.c bench/load/client/http_client.h
bench_load_load_SOURCES += bench/load/kinds.c bench/load/kinds.h
bench_load_load_SOURCES += bench/load/figures/outcome.h
bench_load_load_SOURCES += bench/load/records.c bench/load/records.h
bench_load_load_SOURCES += bench/load/figures/report.c bench/load/figures/report.h
bench_load_load_SOURCES += bench/load/scenarios.c bench/load/scenarios.h
bench_load_load_SOURCES += bench/load/spans.c
bench_load_load_LDADD = $(LIBS_ALL) -lm
EXTRA_DIST += contrib/load/run contrib/load/scaling
