#!/usr/bin/env python3
"""The lint of the tree: the rules of the house that a machine can check (rules.py), each with its reason.

  lint.py [--rules] [TREE [BUILD]]     default: $WINDSOCK_SRCDIR and $WINDSOCK_BUILDDIR

Prints path:line: rule: message for each violation; the exit code is 1 when there is one. A file that nears the limit of length
is only warned of. tests/lint/self_test.py shows that every rule can fail.
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True

import rules  # noqa: E402
import tree as trees  # noqa: E402


def violations(tree):
    return [(path, line, check.__name__, message) for check in rules.RULES for path, line, message in check(tree)]


def main(arguments):
    if "--rules" in arguments:
        for check in rules.RULES:
            print(f"{check.__name__}: {check.__doc__}")
        return 0
    root = arguments[0] if arguments else os.environ.get("WINDSOCK_SRCDIR", ".")
    build = arguments[1] if len(arguments) > 1 else os.environ.get("WINDSOCK_BUILDDIR", root)
    tree = trees.Tree(root, build)
    for path, line, message in rules.near_the_limit(tree):
        print(f"{path}:{line}: warning: {message}")
    found = violations(tree)
    for path, line, name, message in found:
        print(f"{path}:{line}: {name}: {message}")
    print(f"{len(tree.files)} files, {len(rules.RULES)} rules, {len(found)} violations")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
