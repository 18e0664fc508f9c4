# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/unit/sender/test_sender
