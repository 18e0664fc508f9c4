# SPDX-License-Identifier: MIT
EXTRA_PROGRAMS += bench/bench_store bench/bench_understand
bench_bench_store_LDADD = $(LIBS_ALL)
bench_bench_understand_LDADD = $(LIBS_ALL)
EXTRA_DIST += bench/bench_http.py

# Each prints what it is to be held against; nothing here passes or fails.
bench: all bench/bench_store bench/bench_understand
	@echo "== understanding, one core"; ./bench/bench_understand
	@echo "== the store, in this process"; rm -rf bench/store && mkdir bench/store && ./bench/bench_store bench/store 1; rm -rf bench/store
	@echo "== through HTTP"; AIEXPENSE_BUILDDIR=. AIEXPENSE_SRCDIR=$(srcdir) PYTHONDONTWRITEBYTECODE=1 \
		$(PYTHON3) $(srcdir)/bench/bench_http.py
.PHONY: bench
