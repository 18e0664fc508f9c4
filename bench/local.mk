# SPDX-License-Identifier: MIT
EXTRA_PROGRAMS = bench/bench_store bench/bench_understand
bench_bench_store_LDADD = $(LIBS_ALL)
bench_bench_understand_LDADD = $(LIBS_ALL)
