# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/unit/messenger/test_decode
tests_unit_messenger_test_decode_LDFLAGS = $(AM_LDFLAGS) $(NO_MEMORY)
check_PROGRAMS += tests/unit/messenger/test_jwt
tests_unit_messenger_test_jwt_LDFLAGS = $(AM_LDFLAGS) $(NO_MEMORY)
check_PROGRAMS += tests/unit/messenger/test_media
check_PROGRAMS += tests/unit/messenger/test_send
check_PROGRAMS += tests/unit/messenger/test_signature
tests_unit_messenger_test_signature_LDFLAGS = $(AM_LDFLAGS) $(NO_MEMORY)
check_PROGRAMS += tests/unit/messenger/test_vectors
EXTRA_DIST += tests/unit/messenger/events.txt tests/unit/messenger/vectors
