# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/unit/chat/test_reply
TESTS += tests/unit/chat/test_texts.py
EXTRA_DIST += tests/unit/chat/test_texts.py
