# SPDX-License-Identifier: MIT
#
# Fuzz targets, for clang: make fuzz_http_reader CC=clang, then ./fuzz_http_reader -max_total_time=60

EXTRA_DIST += tests/fuzz/fuzz_fields.c tests/fuzz/fuzz_http_reader.c tests/fuzz/fuzz_provider.c \
	tests/fuzz/fuzz_understand.c tests/fuzz/fuzz_webhook.c tests/fuzz/corpus
CLEANFILES += fuzz_fields fuzz_http_reader fuzz_provider fuzz_understand fuzz_webhook $(FUZZ_MESSENGERS)
FUZZ = $(AM_V_CCLD)$(CC) -I. $(AM_CPPFLAGS) -std=gnu11 -g -O1 -fsanitize=fuzzer,address,undefined

FUZZ_HTTP_READER = $(top_srcdir)/tests/fuzz/fuzz_http_reader.c $(top_srcdir)/src/http/reader.c \
	$(top_srcdir)/src/http/target.c $(top_srcdir)/src/base/arena.c
fuzz_http_reader: $(FUZZ_HTTP_READER)
	$(FUZZ) $(FUZZ_HTTP_READER) $(UNISTRING_LIBS) -o $@

FUZZ_UNDERSTAND = $(top_srcdir)/tests/fuzz/fuzz_understand.c $(top_srcdir)/src/understand/understand.c \
	$(filter-out $(top_srcdir)/src/understand/command/%,$(wildcard $(top_srcdir)/src/understand/*/*.c)) \
	$(top_srcdir)/src/time/day.c $(top_srcdir)/src/base/money.c $(top_srcdir)/src/text/text.c
fuzz_understand: $(FUZZ_UNDERSTAND)
	$(FUZZ) $(FUZZ_UNDERSTAND) $(UNISTRING_LIBS) -o $@

FUZZ_FIELDS = $(top_srcdir)/tests/fuzz/fuzz_fields.c \
	$(patsubst %,$(top_srcdir)/src/contract/%.c,body fields schema value) $(top_srcdir)/src/http/target.c \
	$(patsubst %,$(top_srcdir)/src/base/%.c,arena buf hex log money status uuid) $(patsubst %,$(top_srcdir)/src/text/%.c,language_tag text) \
	$(patsubst %,$(top_srcdir)/src/time/%.c,clock day)
fuzz_fields: $(FUZZ_FIELDS)
	$(FUZZ) $(JANSSON_CFLAGS) $(FUZZ_FIELDS) $(JANSSON_LIBS) $(UNISTRING_LIBS) -lpthread -o $@

FUZZ_PROVIDER = $(top_srcdir)/tests/fuzz/fuzz_provider.c $(wildcard $(top_srcdir)/src/ai/provider/*.c) \
	$(top_srcdir)/src/base/buf.c
fuzz_provider: $(FUZZ_PROVIDER)
	$(FUZZ) $(JANSSON_CFLAGS) $(CRYPTO_CFLAGS) $(FUZZ_PROVIDER) $(JANSSON_LIBS) $(CRYPTO_LIBS) -o $@

# One for all webhooks, which takes the corpus, and one for each.
FUZZ_WEBHOOK = $(top_srcdir)/tests/fuzz/fuzz_webhook.c libaiexpense.a
FUZZ_MESSENGERS = $(patsubst %,fuzz_webhook_%,line telegram slack discord teams whatsapp)
fuzz_webhook: $(FUZZ_WEBHOOK)
	$(FUZZ) $(FUZZ_WEBHOOK) $(LIBS_ALL) -lpthread -o $@
$(FUZZ_MESSENGERS): $(FUZZ_WEBHOOK)
	$(FUZZ) -DMESSENGER='"$(@:fuzz_webhook_%=%)"' $(FUZZ_WEBHOOK) $(LIBS_ALL) -lpthread -o $@

# The corpora, by make check; under the sanitizers where the build has them.
if HAVE_CMOCKA
check_PROGRAMS += tests/fuzz/replay_fields
tests_fuzz_replay_fields_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz_fields.c
tests_fuzz_replay_fields_CPPFLAGS = $(AM_CPPFLAGS) -DCORPUS='"fields"'
check_PROGRAMS += tests/fuzz/replay_provider
tests_fuzz_replay_provider_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz_provider.c
tests_fuzz_replay_provider_CPPFLAGS = $(AM_CPPFLAGS) -DCORPUS='"provider"'
check_PROGRAMS += tests/fuzz/replay_webhooks
tests_fuzz_replay_webhooks_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz_webhook.c
tests_fuzz_replay_webhooks_CPPFLAGS = $(AM_CPPFLAGS) -DCORPUS='"webhooks"'
endif
