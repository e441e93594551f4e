#!/usr/bin/env python3
"""Counts test cases, for runtests.

    count_results.py --build FOLDER [--expect "unit/a_test ..."] TEST...   the tests that make check has just run
    count_results.py --sum < LINES                                         sums the counts that stand in the lines

A test's own counts are used, in the words of GoogleTest, of CMocka, or of a last line "N passed, N failed, N skipped"; a program
without counts is one case. A suite that ran no case has failed, whatever it says, if it is expected or says that it passed.
The last line printed is the sum; the exit status is 0 when nothing failed.
"""
import argparse
import re
import sys
from pathlib import Path

COUNTS = re.compile(r"(\d+) passed, (\d+) failed, (\d+) skipped")
FRAMEWORK = {
    "passed": re.compile(r"^\[  PASSED  \] (\d+) test", re.M),
    "failed": re.compile(r"^\[  FAILED  \] (?:[^\n:]*: )?(\d+) test", re.M),
    "skipped": re.compile(r"^\[  SKIPPED \] (?:[^\n:]*: )?(\d+) test", re.M),
}


def read(path):
    return path.read_text(errors="replace") if path.exists() else ""


def count(log):
    """(passed, failed, skipped) as the test says itself; None when it does not."""
    own = [match for line in log.splitlines() if (match := COUNTS.fullmatch(line.strip()))]
    if own:
        return tuple(map(int, own[-1].groups()))
    if not any(pattern.search(log) for pattern in FRAMEWORK.values()):
        return None
    return tuple(sum(map(int, FRAMEWORK[word].findall(log))) for word in ("passed", "failed", "skipped"))


def result_of(trs):
    match = re.search(r"^:test-result: (\w+)", trs, re.M)
    return match.group(1) if match else "not run"


def judge(result, log, expected):
    """(passed, failed, skipped, complaint) of one test."""
    counts = count(log)
    if counts is None:
        counts = {"PASS": (1, 0, 0), "SKIP": (0, 0, 1)}.get(result, (0, 1, 0))
    passed, failed, skipped = counts
    if result not in ("PASS", "SKIP"):
        return passed, max(failed, 1), skipped, result
    if failed:
        return passed, failed, skipped, "says that it passed, but counts failures"
    if passed == 0 and (expected or result == "PASS"):
        return 0, 1, skipped, "ran no test"
    return passed, failed, skipped, ""


def base_name(test):
    return re.sub(r"\.(sh|py|exe)$", "", test)


def count_build(build, tests, expected):
    expected = ["tests/" + name for name in expected]
    totals = [0, 0, 0]
    for test in tests + [name for name in expected if name not in tests]:
        # Automake takes only the endings of TEST_EXTENSIONS off a test's name.
        stem = next((build / (name + ".trs") for name in (test, base_name(test)) if (build / (name + ".trs")).exists()),
                    build / (test + ".trs"))
        log = read(stem.with_suffix(".log"))
        result = result_of(read(stem)) if test in tests else "is not in the build"
        *counts, complaint = judge(result, log, test in expected)
        print(f"{test}: " + ", ".join(f"{n} {word}" for n, word in zip(counts, ("passed", "failed", "skipped"))) +
              (f" - {complaint}" if complaint else ""))
        if complaint:
            print("\n".join("    " + line for line in log.splitlines()[-60:]))
        totals = [a + b for a, b in zip(totals, counts)]
    return totals


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sum", action="store_true")
    parser.add_argument("--build", type=Path)
    parser.add_argument("--expect", default="")
    parser.add_argument("tests", nargs="*")
    options = parser.parse_args()
    if options.sum:
        found = [tuple(map(int, match.groups())) for match in COUNTS.finditer(sys.stdin.read())]
        totals = [sum(column) for column in zip(*found)] if found else [0, 1, 0]
    else:
        totals = count_build(options.build, options.tests, options.expect.split())
        if not options.tests:
            totals[1] += 1
            print("no test is in this group")
    print("{} passed, {} failed, {} skipped".format(*totals))
    return 1 if totals[1] else 0


if __name__ == "__main__":
    sys.exit(main())
