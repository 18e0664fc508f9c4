# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/unit/master/test_listener tests/unit/master/test_watch
