# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/unit/http/test_reader
