# SPDX-License-Identifier: MIT
TESTS += tests/daemon/test_master.py tests/daemon/test_ops.py
EXTRA_DIST += \
	tests/daemon/harness.py \
	tests/daemon/openmetrics.py \
	tests/daemon/tap.py \
	tests/daemon/test_master.py \
	tests/daemon/test_ops.py
