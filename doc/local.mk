# SPDX-License-Identifier: MIT
EXTRA_DIST += doc/STORE.md
