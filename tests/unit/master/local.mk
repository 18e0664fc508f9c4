# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/unit/master/test_listener tests/unit/master/test_watch
check_PROGRAMS += tests/unit/master/test_child_loop
