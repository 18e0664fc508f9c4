# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/unit/api/test_openapi
