# SPDX-License-Identifier: MIT
EXTRA_PROGRAMS = bench/bench_understand
EXTRA_PROGRAMS += bench/bench_store
bench_bench_understand_LDADD = $(LIBS_ALL)
