# SPDX-License-Identifier: MIT
#
# make bench: the sixteen benchmarks, in Go's line format.  BENCH=regex BENCHTIME=10s|100x COUNT=n TIMEOUT=5m
# OUT=file STORE=lmdb|mem.  What each of these targets is for says doc/PERFORMANCE.md.

bench_data = bench/micro/bench_data.c bench/micro/bench_data.h bench/micro/local_store.c bench/micro/local_store.h

noinst_PROGRAMS += bench/suite
bench_suite_SOURCES = bench/micro/suite.c bench/micro/suite.h bench/micro/suite_use_cases.c bench/micro/suite_repositories.c \
	bench/micro/go_bench.c bench/micro/go_bench.h bench/micro/alloc_count.c bench/micro/alloc_count.h $(bench_data)
bench_suite_LDADD = $(LIBS_ALL)

noinst_PROGRAMS += bench/scale
bench_scale_SOURCES = bench/micro/scale.c $(bench_data)
bench_scale_LDADD = $(LIBS_ALL)

# A disk that takes its time, for LD_PRELOAD; tests use it too.  Never with sanitizers, whose own library must come first.
noinst_DATA += bench/slow_disk.so
CLEANFILES += bench/slow_disk.so
EXTRA_DIST += bench/slow_disk.c
bench/slow_disk.so: $(srcdir)/bench/slow_disk.c
	@$(MKDIR_P) bench
	$(AM_V_CCLD)$(CC) -std=gnu11 -D_GNU_SOURCE $(WARN_CFLAGS) $(CFLAGS) -fPIC -shared $(srcdir)/bench/slow_disk.c -o $@

EXTRA_PROGRAMS += bench/bench_cache bench/bench_store bench/bench_understand bench/bench_malloc
bench_bench_cache_SOURCES = bench/micro/bench_cache.c $(bench_data)
bench_bench_cache_LDADD = $(LIBS_ALL)
bench_bench_malloc_SOURCES = bench/micro/bench_malloc.c src/profile/heap_malloc.c
bench_bench_malloc_LDADD = $(LIBS_ALL)
bench_bench_store_SOURCES = bench/micro/bench_store.c
bench_bench_store_LDADD = $(LIBS_ALL)
bench_bench_understand_SOURCES = bench/micro/bench_understand.c
bench_bench_understand_LDADD = $(LIBS_ALL)
EXTRA_DIST += contrib/load/continuous bench/wrk.py bench/accepted.txt bench/answers bench/compare bench/cores bench/gate bench/growth bench/memory bench/profile bench/report bench/results.py bench/stacks.py bench/side-by-side

BENCH = .
BENCHTIME = 1s
COUNT = 1
TIMEOUT = 10m
STORE = lmdb
OUT =
SUITE = ./bench/suite -b '$(BENCH)' -t '$(BENCHTIME)' -T '$(TIMEOUT)' -s '$(STORE)'
BENCH_ENV = AIEXPENSE_BUILDDIR='$(abs_builddir)' AIEXPENSE_SRCDIR='$(srcdir)' PYTHONDONTWRITEBYTECODE=1

bench: bench/suite
	@if [ -n '$(OUT)' ]; then $(SUITE) -c '$(COUNT)' -o '$(OUT)' && cat '$(OUT)'; else $(SUITE) -c '$(COUNT)'; fi

# To be compared with later by bench/compare, on the same machine.
BASELINE = $(srcdir)/bench/baseline.txt
bench-baseline: bench/suite
	@$(SUITE) -c "$$([ '$(COUNT)' -gt 1 ] && echo '$(COUNT)' || echo 6)" -o '$(BASELINE).new'
	@{ echo "commit: $$(git -C '$(srcdir)' describe --always --dirty 2>/dev/null || echo unknown)"; \
		echo "date: $$(date -u +%FT%TZ)"; \
		echo "machine: $$(uname -nrm), $$(nproc) CPUs, $$(awk '/^MemTotal/ { print int($$2 / 1048576 + .5) }' /proc/meminfo) GiB"; \
		cat '$(BASELINE).new'; } >'$(BASELINE)' && rm '$(BASELINE).new'
	@cat '$(BASELINE)'

# BENCH=regex or SCENARIO=name: profile/ gets the processor's time, the heap in use and where memory is allocated.
SCENARIO =
profile: all bench/suite
	@if [ -n '$(SCENARIO)' ]; then $(BENCH_ENV) $(PYTHON3) $(srcdir)/bench/profile scenario '$(SCENARIO)'; \
		else $(BENCH_ENV) $(PYTHON3) $(srcdir)/bench/profile --time '$(BENCHTIME)' bench '$(BENCH)'; fi

# SIZES="10000 100000 1000000 10000000": what things cost as the store grows.
SIZES =
bench-scale: bench/scale
	@./bench/scale $(SIZES)

bench-understand: bench/bench_understand
	@./bench/bench_understand

# The C library's malloc, and the daemon's.
bench-malloc: bench/bench_malloc
	@./bench/bench_malloc

# What a cache in front of the store would save.
bench-cache: bench/bench_cache
	@./bench/bench_cache .

bench-store: bench/bench_store
	@rm -rf bench/store && mkdir bench/store && ./bench/bench_store bench/store 1; rm -rf bench/store

side-by-side: all bench/bench_store
	@$(BENCH_ENV) $(PYTHON3) $(srcdir)/bench/side-by-side

# What more processes and shards bring, and what writers and a slow disk cost readers.
bench-cores: all
	@$(BENCH_ENV) $(PYTHON3) $(srcdir)/bench/cores

# What the cache of providers' answers saves, and what the words that many users share do.
bench-answers: all
	@$(BENCH_ENV) $(PYTHON3) $(srcdir)/bench/answers

.PHONY: bench bench-answers bench-malloc bench-cache bench-cores bench-baseline profile bench-scale bench-understand bench-store side-by-side
