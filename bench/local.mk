# SPDX-License-Identifier: MIT
EXTRA_PROGRAMS = bench/bench_store
EXTRA_PROGRAMS = bench/bench_understand
bench_bench_understand_LDADD = $(LIBS_ALL)
