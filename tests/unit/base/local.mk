# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/unit/base/test_day tests/unit/base/test_counters tests/unit/base/test_options
