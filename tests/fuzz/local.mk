# SPDX-License-Identifier: MIT
#
# Fuzz targets: make fuzz FUZZ_SECONDS=60 builds each with clang and runs it that long from its corpus; what it finds
# stays in fuzz-found/.  One alone: make fuzz_http_reader, then ./fuzz_http_reader -max_total_time=60

FUZZ_PARTS = answer conversation dialogue dump fields http_reader options provider record signature understand values \
	webhook wire
FUZZ_TARGETS = $(FUZZ_PARTS:%=fuzz_%)
FUZZ_MESSENGERS = $(patsubst %,fuzz_webhook_%,line telegram slack discord teams whatsapp)
FUZZ_CC = clang
FUZZ_SECONDS = 60
CLEANFILES += $(FUZZ_TARGETS) $(FUZZ_MESSENGERS)
EXTRA_DIST += tests/fuzz/fuzz.h tests/fuzz/corpus $(FUZZ_PARTS:%=tests/fuzz/fuzz_%.c)

# What a target is about, below src/, is built with the fuzzer's eyes; the rest comes from the library as it is.
FUZZ_SEES_answer = ai/answer/answer_parts.c ai/answer/picture.c ai/answer/reconcile.c ai/answer/stated.c
FUZZ_SEES_conversation = chat/*.c dialogue/*.c dialogue/*/*.c message/message*.c
FUZZ_SEES_dialogue = dialogue/reading/*.c
FUZZ_SEES_dump = dump/rows.c dump/stream_in.c
FUZZ_SEES_fields = contract/body.c contract/fields.c contract/schema.c contract/value.c
FUZZ_SEES_http_reader = http/reader.c http/target.c
FUZZ_SEES_options = config/*.c
FUZZ_SEES_provider = ai/provider/*.c
FUZZ_SEES_record = ledger/record/*.c ledger/queue/record_queue.c wire/mp*.c
FUZZ_SEES_signature = messenger/jwt.c messenger/signature.c messenger/platform/*.c
FUZZ_SEES_understand = understand/understand.c understand/*/*.c text/text.c
FUZZ_SEES_values = ai/provider/price.c base/hex.c base/money.c base/uuid.c profile/build_id.c text/language_tag.c time/day.c time/zone_rule.c wire/address.c
FUZZ_SEES_webhook = messenger/media.c messenger/platform/*.c
FUZZ_SEES_wire = ai/pool/job*.c dialogue/state.c store/command/*.c wire/frame.c wire/mp*.c
FUZZ_LINKS_conversation = -Wl,--wrap=ai_pool_ask
fuzz_sees = $(wildcard $(addprefix $(top_srcdir)/src/,$(FUZZ_SEES_$(1))))
FUZZ = $(AM_V_CCLD)$(FUZZ_CC) -I. $(AM_CPPFLAGS) -std=gnu11 -g -O1 -fsanitize=fuzzer,address,undefined
FUZZ_LIBS = $(LIBS_ALL) -lpthread

$(FUZZ_TARGETS): fuzz_%: $(top_srcdir)/tests/fuzz/fuzz_%.c libaiexpense.a
	$(FUZZ) $< $(call fuzz_sees,$*) $(FUZZ_LINKS_$*) $(FUZZ_LIBS) -o $@

# One for the webhooks of each messenger; fuzz_webhook, for all of them, takes the corpus.
$(FUZZ_MESSENGERS): fuzz_webhook_%: $(top_srcdir)/tests/fuzz/fuzz_webhook.c libaiexpense.a
	$(FUZZ) -DMESSENGER='"$*"' $< $(call fuzz_sees,webhook) $(FUZZ_LIBS) -o $@

fuzz: $(FUZZ_TARGETS)
	@set -e; for target in $(FUZZ_TARGETS); do \
		$(MKDIR_P) fuzz-found/$$target; \
		echo "$$target, $(FUZZ_SECONDS) seconds"; \
		./$$target -max_total_time=$(FUZZ_SECONDS) -print_final_stats=1 -artifact_prefix=fuzz-found/ fuzz-found/$$target \
			$(top_srcdir)/tests/fuzz/corpus/$${target#fuzz_} >fuzz-found/$$target.log 2>&1 || \
			{ tail -n 40 fuzz-found/$$target.log; exit 1; }; \
		sed -n 's/^stat::number_of_executed_units: */    inputs tried: /p' fuzz-found/$$target.log; \
	done
clean-local:
	rm -rf fuzz-found
.PHONY: fuzz

# The corpora, by make check; under the sanitizers where the build has them.
if HAVE_CMOCKA
check_PROGRAMS += tests/fuzz/replay_answer
tests_fuzz_replay_answer_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz_answer.c
tests_fuzz_replay_answer_CPPFLAGS = $(AM_CPPFLAGS) -DCORPUS='"answer"'
check_PROGRAMS += tests/fuzz/replay_conversation
tests_fuzz_replay_conversation_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz_conversation.c
tests_fuzz_replay_conversation_CPPFLAGS = $(AM_CPPFLAGS) -DCORPUS='"conversation"'
tests_fuzz_replay_conversation_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LINKS_conversation)
check_PROGRAMS += tests/fuzz/replay_dialogue
tests_fuzz_replay_dialogue_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz_dialogue.c
tests_fuzz_replay_dialogue_CPPFLAGS = $(AM_CPPFLAGS) -DCORPUS='"dialogue"'
check_PROGRAMS += tests/fuzz/replay_dump
tests_fuzz_replay_dump_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz_dump.c
tests_fuzz_replay_dump_CPPFLAGS = $(AM_CPPFLAGS) -DCORPUS='"dump"'
check_PROGRAMS += tests/fuzz/replay_fields
tests_fuzz_replay_fields_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz_fields.c
tests_fuzz_replay_fields_CPPFLAGS = $(AM_CPPFLAGS) -DCORPUS='"fields"'
check_PROGRAMS += tests/fuzz/replay_http_reader
tests_fuzz_replay_http_reader_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz_http_reader.c
tests_fuzz_replay_http_reader_CPPFLAGS = $(AM_CPPFLAGS) -DCORPUS='"http_reader"'
check_PROGRAMS += tests/fuzz/replay_options
tests_fuzz_replay_options_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz_options.c
tests_fuzz_replay_options_CPPFLAGS = $(AM_CPPFLAGS) -DCORPUS='"options"'
check_PROGRAMS += tests/fuzz/replay_provider
tests_fuzz_replay_provider_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz_provider.c
tests_fuzz_replay_provider_CPPFLAGS = $(AM_CPPFLAGS) -DCORPUS='"provider"'
check_PROGRAMS += tests/fuzz/replay_record
tests_fuzz_replay_record_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz_record.c
tests_fuzz_replay_record_CPPFLAGS = $(AM_CPPFLAGS) -DCORPUS='"record"'
check_PROGRAMS += tests/fuzz/replay_signature
tests_fuzz_replay_signature_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz_signature.c
tests_fuzz_replay_signature_CPPFLAGS = $(AM_CPPFLAGS) -DCORPUS='"signature"'
check_PROGRAMS += tests/fuzz/replay_understand
tests_fuzz_replay_understand_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz_understand.c
tests_fuzz_replay_understand_CPPFLAGS = $(AM_CPPFLAGS) -DCORPUS='"understand"'
check_PROGRAMS += tests/fuzz/replay_values
tests_fuzz_replay_values_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz_values.c
tests_fuzz_replay_values_CPPFLAGS = $(AM_CPPFLAGS) -DCORPUS='"values"'
check_PROGRAMS += tests/fuzz/replay_webhook
tests_fuzz_replay_webhook_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz_webhook.c
tests_fuzz_replay_webhook_CPPFLAGS = $(AM_CPPFLAGS) -DCORPUS='"webhook"'
check_PROGRAMS += tests/fuzz/replay_wire
tests_fuzz_replay_wire_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz_wire.c
tests_fuzz_replay_wire_CPPFLAGS = $(AM_CPPFLAGS) -DCORPUS='"wire"'
endif
