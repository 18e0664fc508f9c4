# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/unit/ops/test_stats_format
check_PROGRAMS += tests/unit/ops/test_redrive
check_PROGRAMS += tests/unit/ops/test_alerts
check_PROGRAMS += tests/unit/ops/test_symbols
