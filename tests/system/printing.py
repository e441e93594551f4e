"""Runs modules of unittest and prints a line a case and, at the end, "N passed, N failed, N skipped"."""
import os
import sys
import unittest


class Printing(unittest.TextTestResult):
    passed = 0

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed += 1


def run_modules(folder, names):
    """Those named, or every *_test.py of the folder, which is on sys.path. Returns the exit status."""
    names = names or sorted(f[:-3] for f in os.listdir(folder) if f.endswith("_test.py"))
    suite = unittest.defaultTestLoader.loadTestsFromNames(names)
    result = unittest.TextTestRunner(stream=sys.stdout, resultclass=Printing, verbosity=2).run(suite)
    failed = len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses)
    print(f"{result.passed} passed, {failed} failed, {len(result.skipped)} skipped")
    return 0 if failed == 0 and result.passed > 0 else 1
