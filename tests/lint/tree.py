"""The tree as the lint sees it: its files, their lines, what each includes. No rule stands here."""

import functools
import os
import re

FOLDERS = ("dlls", "docs", "examples", "include", "m4", "server", "tests")
# What autoreconf and python put beside our files.
GENERATED = re.compile(r"(~|\.orig|\.rej|\.pyc|/Makefile\.in)$|/__pycache__/|^m4/(libtool|lt.*)\.m4$")
BINARY = re.compile(r"^tests/fuzz/corpus/")
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]')


class Tree:
    """All paths are relative to the root, with slashes."""

    def __init__(self, root, build=None):
        self.root = root
        self.build = build or root
        self.files = sorted(self._find())
        self._known = set(self.files)

    def _find(self):
        for name in os.listdir(self.root):
            if os.path.isfile(os.path.join(self.root, name)) and re.search(r"\.(md|ac|am)$|^(LICENSE|quickstart|runtests)$", name):
                yield name
        for folder in FOLDERS:
            for where, _, names in os.walk(os.path.join(self.root, folder)):
                for name in names:
                    path = os.path.relpath(os.path.join(where, name), self.root)
                    if not GENERATED.search(path):
                        yield path

    def having(self, *prefixes, ends=("",)):
        return [path for path in self.files if path.startswith(prefixes) and path.endswith(tuple(ends))]

    def sources(self, *prefixes):
        return self.having(*prefixes, ends=(".cpp", ".h", ".c", ".def", ".inc"))

    def texts(self):
        return [path for path in self.files if not BINARY.match(path)]

    def exists(self, path):
        return path in self._known

    @functools.lru_cache(maxsize=None)
    def text(self, path):
        with open(os.path.join(self.root, path), encoding="utf-8", errors="replace") as file:
            return file.read()

    def lines(self, path):
        """(number, line) from 1."""
        return list(enumerate(self.text(path).split("\n"), 1))

    @functools.lru_cache(maxsize=None)
    def code(self, path):
        """The text of a C or C++ file with comments and string literals blanked, line by line."""
        pattern = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.S)
        return pattern.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), self.text(path))

    def code_lines(self, path):
        return list(enumerate(self.code(path).split("\n"), 1))

    @functools.lru_cache(maxsize=None)
    def includes(self, path):
        """(line, is_system, name) of each #include."""
        found = []
        for number, line in self.lines(path):
            match = INCLUDE.match(line)
            if match:
                found.append((number, match.group(1) == "<", match.group(2)))
        return found

    @functools.lru_cache(maxsize=None)
    def reach(self, path):
        """What a file includes, directly or through files of the tree, and by which of its own lines."""
        reached = {}
        for number, is_system, name in self.includes(path):
            reached.setdefault(name, number)
            if not is_system and self.exists(name) and name != path:
                for further in self.reach(name):
                    reached.setdefault(further, number)
        return reached
