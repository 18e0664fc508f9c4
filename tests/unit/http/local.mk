# SPDX-License-Identifier: MIT
check_PROGRAMS += \
	tests/unit/http/test_reader \
	tests/unit/http/test_route \
	tests/unit/http/test_target
