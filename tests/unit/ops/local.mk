# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/unit/ops/test_stats_format
check_PROGRAMS += tests/unit/ops/test_redrive
tests_unit_ops_test_redrive_LDFLAGS = $(AM_LDFLAGS) $(NO_MEMORY)
check_PROGRAMS += tests/unit/ops/test_alerts
check_PROGRAMS += tests/unit/ops/test_heap
check_PROGRAMS += tests/unit/ops/test_symbols
check_PROGRAMS += tests/unit/ops/test_token_commands
tests_unit_ops_test_token_commands_LDFLAGS = $(AM_LDFLAGS) $(NO_MEMORY) \
	-Wl,--wrap=ctl_reply_out,--wrap=ctl_reply_keeper,--wrap=ctl_reply_done,--wrap=ctl_reply_error \
	-Wl,--wrap=store_put_token,--wrap=store_list_tokens,--wrap=store_revoke_token
