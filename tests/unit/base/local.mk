# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/unit/base/test_day
check_PROGRAMS += tests/unit/base/test_language_tag
check_PROGRAMS += tests/unit/base/test_latest_id
check_PROGRAMS += tests/unit/base/test_money
check_PROGRAMS += tests/unit/base/test_text
check_PROGRAMS += tests/unit/base/test_zone
check_PROGRAMS += tests/unit/base/test_address
check_PROGRAMS += tests/unit/base/test_buf
check_PROGRAMS += tests/unit/base/test_fiber
check_PROGRAMS += tests/unit/base/test_fold
check_PROGRAMS += tests/unit/base/test_frame
check_PROGRAMS += tests/unit/base/test_mp
check_PROGRAMS += tests/unit/base/test_uuid
check_PROGRAMS += tests/unit/base/test_rate_limit
check_PROGRAMS += tests/unit/base/test_day tests/unit/base/test_counters tests/unit/base/test_options
check_PROGRAMS += tests/unit/base/test_json_out
check_PROGRAMS += tests/unit/base/test_sha256
