# SPDX-License-Identifier: MIT
#
# Fuzz targets: make fuzz FUZZ_SECONDS=60 builds each with clang and runs it that long from its corpus; what it finds
# stays in fuzz-found/.  One alone: make fuzz_http_reader, then ./fuzz_http_reader -max_total_time=60

EXTRA_DIST += tests/fuzz/fuzz_fields.c tests/fuzz/fuzz_http_reader.c tests/fuzz/fuzz_provider.c \
	tests/fuzz/fuzz_understand.c tests/fuzz/fuzz_webhook.c tests/fuzz/corpus
FUZZ_TARGETS = fuzz_fields fuzz_http_reader fuzz_provider fuzz_understand fuzz_webhook
FUZZ_MESSENGERS = $(patsubst %,fuzz_webhook_%,line telegram slack discord teams whatsapp)
FUZZ_CC = clang
FUZZ_SECONDS = 60
CLEANFILES += $(FUZZ_TARGETS) $(FUZZ_MESSENGERS)

# What a target is about is built with the fuzzer's eyes; the rest comes from the library as it is.
FUZZ = $(AM_V_CCLD)$(FUZZ_CC) -I. $(AM_CPPFLAGS) -std=gnu11 -g -O1 -fsanitize=fuzzer,address,undefined
FUZZ_LIBS = $(LIBS_ALL) -lpthread

FUZZ_HTTP_READER = $(top_srcdir)/tests/fuzz/fuzz_http_reader.c $(patsubst %,$(top_srcdir)/src/http/%.c,reader target)
fuzz_http_reader: $(FUZZ_HTTP_READER) libaiexpense.a
	$(FUZZ) $(FUZZ_HTTP_READER) $(FUZZ_LIBS) -o $@

FUZZ_UNDERSTAND = $(top_srcdir)/tests/fuzz/fuzz_understand.c $(top_srcdir)/src/understand/understand.c \
	$(wildcard $(top_srcdir)/src/understand/*/*.c) $(top_srcdir)/src/text/text.c
fuzz_understand: $(FUZZ_UNDERSTAND) libaiexpense.a
	$(FUZZ) $(FUZZ_UNDERSTAND) $(FUZZ_LIBS) -o $@

FUZZ_FIELDS = $(top_srcdir)/tests/fuzz/fuzz_fields.c $(patsubst %,$(top_srcdir)/src/contract/%.c,body fields schema value)
fuzz_fields: $(FUZZ_FIELDS) libaiexpense.a
	$(FUZZ) $(FUZZ_FIELDS) $(FUZZ_LIBS) -o $@

FUZZ_PROVIDER = $(top_srcdir)/tests/fuzz/fuzz_provider.c $(wildcard $(top_srcdir)/src/ai/provider/*.c)
fuzz_provider: $(FUZZ_PROVIDER) libaiexpense.a
	$(FUZZ) $(FUZZ_PROVIDER) $(FUZZ_LIBS) -o $@

# One for all webhooks, which takes the corpus, and one for each.
FUZZ_WEBHOOK = $(top_srcdir)/tests/fuzz/fuzz_webhook.c $(wildcard $(top_srcdir)/src/messenger/platform/*.c)
fuzz_webhook: $(FUZZ_WEBHOOK) libaiexpense.a
	$(FUZZ) $(FUZZ_WEBHOOK) $(FUZZ_LIBS) -o $@
$(FUZZ_MESSENGERS): $(FUZZ_WEBHOOK) libaiexpense.a
	$(FUZZ) -DMESSENGER='"$(@:fuzz_webhook_%=%)"' $(FUZZ_WEBHOOK) $(FUZZ_LIBS) -o $@

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
check_PROGRAMS += tests/fuzz/replay_fields
tests_fuzz_replay_fields_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz_fields.c
tests_fuzz_replay_fields_CPPFLAGS = $(AM_CPPFLAGS) -DCORPUS='"fields"'
check_PROGRAMS += tests/fuzz/replay_http_reader
tests_fuzz_replay_http_reader_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz_http_reader.c
tests_fuzz_replay_http_reader_CPPFLAGS = $(AM_CPPFLAGS) -DCORPUS='"http_reader"'
check_PROGRAMS += tests/fuzz/replay_provider
tests_fuzz_replay_provider_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz_provider.c
tests_fuzz_replay_provider_CPPFLAGS = $(AM_CPPFLAGS) -DCORPUS='"provider"'
check_PROGRAMS += tests/fuzz/replay_understand
tests_fuzz_replay_understand_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz_understand.c
tests_fuzz_replay_understand_CPPFLAGS = $(AM_CPPFLAGS) -DCORPUS='"understand"'
check_PROGRAMS += tests/fuzz/replay_webhook
tests_fuzz_replay_webhook_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz_webhook.c
tests_fuzz_replay_webhook_CPPFLAGS = $(AM_CPPFLAGS) -DCORPUS='"webhook"'
endif
