# SPDX-License-Identifier: MIT
EXTRA_DIST += tests/fuzz/fuzz_understand.c
