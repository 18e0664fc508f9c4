# SPDX-License-Identifier: MIT
"""Runs the unittest cases of a file and prints TAP, which automake counts."""

import sys
import traceback
import unittest


class TapResult(unittest.TestResult):
    def __init__(self):
        super().__init__()
        self.count = 0
        self.last = None

    def _line(self, verdict, test, directive=""):
        if self.last is test:        # a further part of a case that has failed already
            return
        self.last = test
        self.count += 1
        name = getattr(test, "_testMethodName", str(test)).removeprefix("test_").replace("_", " ")      # of a class that cannot be set up
        print(f"{verdict} {self.count} - {name}{directive}", flush=True)

    def _failed(self, test, error):
        self._line("not ok", test)
        for line in "".join(traceback.format_exception(*error)).splitlines():
            print("#", line, flush=True)

    def addSuccess(self, test):
        super().addSuccess(test)
        self._line("ok", test)

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self._failed(test, error)

    def addError(self, test, error):
        super().addError(test, error)
        self._failed(test, error)

    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        if error is not None:
            self._failed(test, error)
            print(f"# in {subtest}", flush=True)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self._line("ok", test, f" # SKIP {reason}")


def main():
    """Run every case of the calling script; a word of the command line selects those with it in their name."""
    suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
    cases = [case for group in suite for case in group]
    cases = [case for case in cases if all(word in case.id() for word in sys.argv[1:])]
    print(f"1..{len(cases)}", flush=True)
    result = TapResult()
    unittest.TestSuite(cases).run(result)
    sys.exit(0 if result.wasSuccessful() else 1)
