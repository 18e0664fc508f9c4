# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/unit/chat/test_reply
