# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/unit/messenger/test_decode
check_PROGRAMS += tests/unit/messenger/test_media
check_PROGRAMS += tests/unit/messenger/test_send
check_PROGRAMS += tests/unit/messenger/test_signature
check_PROGRAMS += tests/unit/messenger/test_vectors
EXTRA_DIST += tests/unit/messenger/events.txt tests/unit/messenger/vectors
