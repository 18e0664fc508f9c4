# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/unit/base/test_day
check_PROGRAMS += tests/unit/base/test_json_out
