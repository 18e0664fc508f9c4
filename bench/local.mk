# SPDX-License-Identifier: MIT
EXTRA_PROGRAMS = bench/bench_store
