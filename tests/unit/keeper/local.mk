# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/unit/keeper/test_keyword_count
