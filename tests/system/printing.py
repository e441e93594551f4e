"""Runs modules of unittest and prints a line a case and, at the end, "N passed, N failed, N skipped"."""
import os
import signal
import sys
import unittest


class Printing(unittest.TextTestResult):
    passed = 0

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        signal.signal(signal.SIGTERM, self.terminate)

    def terminate(self, *_):
        """The case that runs fails and cleans up; no other one follows."""
        self.stop()
        sys.exit(1)

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed += 1


def run_modules(folder, names):
    """Those named, or every *_test.py of the folder, which is on sys.path. Returns the exit status."""
    names = names or sorted(f[:-3] for f in os.listdir(folder) if f.endswith("_test.py"))
    return run_suite(unittest.defaultTestLoader.loadTestsFromNames(names))


def run_suite(suite):
    """Returns the exit status, for which a suite that has run nothing has failed, and one that was skipped whole was skipped."""
    result = unittest.TextTestRunner(stream=sys.stdout, resultclass=Printing, verbosity=2).run(suite)
    failed = len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses)
    skipped = len(result.skipped)
    print(f"{result.passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or result.testsRun == 0 else 77 if result.passed == 0 else 0
