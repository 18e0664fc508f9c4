# SPDX-License-Identifier: MIT
bench_tests = tests/bench/test_compare.py tests/bench/test_documented.py tests/bench/test_gate.py tests/bench/test_profile.py tests/bench/test_suite.py
TESTS += $(bench_tests)
EXTRA_DIST += $(bench_tests) tests/bench/go_lines.py
