# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/unit/understand/test_keyword_map
check_PROGRAMS += tests/unit/understand/test_languages
check_PROGRAMS += tests/unit/understand/test_midnight
check_PROGRAMS += tests/unit/understand/test_parse_jsonl
check_PROGRAMS += tests/unit/understand/test_robustness
check_PROGRAMS += tests/unit/understand/test_understand
TESTS += tests/unit/understand/test_category_model.py
TESTS += tests/unit/understand/test_corpus.py
TESTS += tests/unit/understand/test_linear.py
TESTS += tests/unit/understand/test_texts.py
EXTRA_DIST += tests/unit/understand/test_texts.py tests/unit/understand/texts.txt
EXTRA_DIST += tests/unit/understand/test_category_model.py
EXTRA_DIST += tests/unit/understand/test_corpus.py
EXTRA_DIST += tests/unit/understand/test_linear.py
EXTRA_DIST += tests/unit/understand/corpus_report.py

corpus-report: aiexpensectl train_categories
	@$(PYTHON3) $(top_srcdir)/tests/unit/understand/corpus_report.py $(CORPUS) ./aiexpensectl ./train_categories
