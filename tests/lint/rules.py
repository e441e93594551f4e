"""The rules. Each is a generator of (path, line, message) with its reason in its first line."""

import os
import re
import subprocess

import layers

RULES = []


def rule(function):
    RULES.append(function)
    return function


CODE = ("dlls/", "server/")
GENERATED_INCLUDES = {"config.h", "dlls/ws2_32/ws2_32.answers", "dlls/mswsock/mswsock.answers", "dlls/mswsock/mswsock.forwards",
                      "dlls/wsock32/wsock32.forwards", "dlls/kernel32/kernel32.procedures", "dlls/winehost/winehost.exports"}


# ---- who includes whom ------------------------------------------------------------------------------------------------


@rule
def rows(tree):
    """A file includes its own row and rows below, so that the lower half is understood (and tested) without the upper."""
    for path in tree.sources(*CODE):
        row = layers.row_of(path)
        if row is None:
            yield path, 1, "has no row in tests/lint/layers.py"
            continue
        for number, is_system, name in tree.includes(path):
            if is_system or name in GENERATED_INCLUDES:
                continue
            other = layers.row_of(name)
            own_header = os.path.splitext(name)[0] == os.path.splitext(path)[0]
            if other is None:
                yield path, number, f"includes {name}, which has no row"
            elif other > row and not own_header:
                yield path, number, f"row {row} includes {name} of row {other}"


@rule
def meeting_places(tree):
    """Library, host and server meet only in dlls/common (and host_services.h), so that each can change alone."""
    for path in tree.sources(*CODE):
        for number, is_system, name in tree.includes(path):
            if not is_system and "/" in name and name not in GENERATED_INCLUDES and not layers.may_meet(path, name):
                yield path, number, f"must not know {name}"


@rule
def pure_files(tree):
    """Translations and the server's rules depend on their arguments alone: no connection, no event loop, no clock."""
    for who, forbidden in layers.PURE:
        for path in tree.sources(*CODE):
            if not re.fullmatch(who, path):
                continue
            for name, number in tree.reach(path).items():
                if re.fullmatch(forbidden, name):
                    yield path, number, f"is pure, but reaches {name}"
            for number, line in tree.code_lines(path):
                if re.search(r"\b(now_nanoseconds|clock_gettime|gettimeofday)\s*\(", line):
                    yield path, number, "is pure, but asks a clock"


@rule
def quoted_includes_exist(tree):
    """An internal header is named by its path from the top of the tree, or the rows could not be checked."""
    for path in tree.sources(*CODE):
        for number, is_system, name in tree.includes(path):
            if not is_system and name not in GENERATED_INCLUDES and not tree.exists(name):
                yield path, number, f'"{name}" is not a file of the tree'


# ---- whose names are seen where -----------------------------------------------------------------------------------------

HOST_SOCKET_HEADER = re.compile(r"sys/(socket|un)\.h|netinet/.*|arpa/.*|netdb\.h|linux/(sockios|socket|in|in6)\.h")
EVENT_HEADER = re.compile(r"event2/.*|event\.h|evutil\.h")
EVENT_USERS = re.compile(r"server/event_loop\.(h|cpp)")


@rule
def host_socket_headers(tree):
    """The host's socket names and Windows' are the same words with other values; a file that saw both would mix them."""
    for path in tree.sources(*CODE, "tests/regress/", "tests/unit/ws2_32/", "examples/"):
        allowed = re.match(r"dlls/common/\w+\.cpp\Z", path)
        for number, _, name in tree.includes(path):
            if HOST_SOCKET_HEADER.fullmatch(name) and not allowed:
                yield path, number, f"<{name}> belongs in dlls/common/*.cpp; host_socket.h has what the rest needs"


@rule
def event_headers(tree):
    """libevent is one file's business on each side, so that its rules are kept in one place."""
    for path in tree.sources(*CODE, "tests/"):
        for number, _, name in tree.includes(path):
            if EVENT_HEADER.fullmatch(name) and not EVENT_USERS.fullmatch(path):
                yield path, number, f"<{name}> belongs in the event loop alone"


@rule
def windows_headers(tree):
    """dlls/common and server/ are built without include/: Windows' names mean nothing there."""
    host_too = re.compile(r"sys/.*|netinet/.*|arpa/.*|netdb\.h|poll\.h")
    windows = {path[len("include/"):] for path in tree.having("include/") if path.endswith(".h")}
    windows = {name for name in windows if not host_too.fullmatch(name)}
    for path in tree.sources("dlls/common/", "server/"):
        for number, _, name in tree.includes(path):
            if name in windows:
                yield path, number, f"<{name}> is a Windows header"


@rule
def wine_stays_in_its_folder(tree):
    """dlls/winehost alone knows Wine; what it needs of the core is host_services.h."""
    for path in tree.sources(*CODE):
        if path.startswith("dlls/winehost/"):
            continue
        for number, line in tree.code_lines(path):
            if re.search(r"\b(__wine\w*|wine_\w+|ntdll|winternl|unixlib)\b", line):
                yield path, number, "speaks of Wine"
        for number, _, name in tree.includes(path):
            if re.match(r"wine/|winternl\.h|ntstatus\.h", name):
                yield path, number, f"includes <{name}>"


# ---- the form of a file -----------------------------------------------------------------------------------------------------

LIMIT, NEAR = 700, 600


@rule
def file_length(tree):
    """A file that cannot be read in one sitting holds more than one noun."""
    for path in tree.texts():
        if path.endswith((".md", ".ac", ".txt", ".json")):
            continue
        length = tree.text(path).count("\n")
        if length > LIMIT:
            yield path, length, f"{length} lines; the limit is {LIMIT}"


def near_the_limit(tree):
    for path in tree.texts():
        length = tree.text(path).count("\n")
        if NEAR < length <= LIMIT and not path.endswith((".md", ".txt")):
            yield path, length, f"{length} lines; split it by noun before it reaches {LIMIT}"


@rule
def header_comment(tree):
    """A file begins by saying what it is; a .cpp may leave that to its own header, a unit test to the file it tests."""
    tested = {re.sub(r"^api_", "", os.path.splitext(os.path.basename(path))[0]) for path in tree.sources(*CODE)}
    for path in tree.sources(*CODE, "include/", "tests/", "examples/"):
        text = tree.text(path)
        if text.lstrip().startswith(("//", "/*")) or text.count("\n") <= 1:
            continue  # one line: a header that is another spelling of a header's name
        stem, extension = os.path.splitext(path)
        if extension == ".cpp" and tree.exists(stem + ".h"):
            continue
        if re.match(r"tests/unit/\w+/\w+_test\.cpp\Z", path) and os.path.basename(stem)[: -len("_test")] in tested:
            continue
        yield path, 1, "has no comment at its head"
    for path in tree.having("tests/", ends=(".py",)):
        body = re.sub(r"\A#!.*\n", "", tree.text(path))
        if not body.startswith(('"""', "#")):
            yield path, 1, "has no comment at its head"


MARKERS = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "X" * 3, "HA" + "CK")) + r")\b")


@rule
def markers(tree):
    """What is not finished is not in the tree."""
    for path in tree.texts():
        for number, line in tree.lines(path):
            if MARKERS.search(line):
                yield path, number, "a marker of unfinished work"


MACHINE = re.compile(r"(?<![\w.$)}])/(wo" r"rk|ro" r"ot|ho" r"me/(?!you\b)\w+|tmp/w)/[\w.]|https?://[\w.-]*(regi" r"stry|artif" r"act|mir" r"ror|pro" r"xy)[\w.-]*")


@rule
def machine_paths(tree):
    """The tree knows no machine: what works in one place only is no part of it."""
    for path in tree.texts():
        for number, line in tree.lines(path):
            if MACHINE.search(line):
                yield path, number, "a path or host of one machine"


@rule
def no_sleeping_tests(tree):
    """A sleep in a test is either too short (it fails on a loaded machine) or too long; tests wait for events, as an alertable one does."""
    for path in tree.sources("tests/"):
        for number, line in tree.code_lines(path):
            if re.search(r"\b(sleep_for|sleep_until|usleep|nanosleep|Sleep|SleepEx(?!\([^()]*, TRUE\))|sleep)\s*\(", line):
                yield path, number, "sleeps"
    for path in tree.having("tests/", ends=(".py",)):
        for number, line in tree.lines(path):
            if re.search(r"\btime\.sleep\(", line):
                yield path, number, "sleeps"


@rule
def no_barriers_in_windows_programs(tree):
    """Where the C++ library has no futex, as in a Windows program, gcc 12's barrier, latch and semaphores lose wake-ups."""
    for path in [*tree.sources("tests/regress/"), *tree.sources("tests/support/")]:
        for number, is_system, name in tree.includes(path):
            if is_system and name in ("barrier", "latch", "semaphore"):
                yield path, number, "loses wake-ups in a Windows program: use a mutex and a condition variable"


@rule
def built_and_shipped(tree):
    """A file that no local.mk names is neither built nor shipped, and rots."""
    lists = " ".join(re.sub(r"#.*", "", tree.text(path)) for path in tree.files if path.endswith((".mk", ".am")))
    named = set(re.findall(r"[\w./+-]+", lists))
    for path in tree.having("dlls/", "server/", "include/", "tests/", "examples/"):
        if path.endswith((".mk", ".gitignore", "README.md")):
            continue
        folder = path
        while folder and folder not in named:
            folder = os.path.dirname(folder)
        if not folder:
            yield path, 1, "stands in no local.mk"


# ---- the exports --------------------------------------------------------------------------------------------------------------

SPEC = "dlls/ws2_32/ws2_32.spec"
EXPORTS = 197
SHAPES = re.compile(r"works|(failure|code|invalid|errno@\d) WSA\w+|(false|null) (WSA\w+|-)|void -")
BESIDE = {"WS1_getsockopt", "WS1_setsockopt"}  # winsock.h's own numbers of the options
PRIVATE = ("mswsock_", "wsock32_")  # what the libraries of those names forward to


def exports(tree, spec=SPEC):
    """(line, ordinal, name, symbol, answer)"""
    if not tree.exists(spec):
        return
    for number, line in tree.lines(spec):
        words = line.split("#")[0].split()
        if len(words) >= 4:
            yield number, words[0], words[1], words[1] if words[2] == "=" else words[2], " ".join(words[3:])
        elif words:
            yield number, words[0], "", "", ""


@rule
def list_of_exports(tree):
    """ws2_32.spec is the one list: complete, each name and ordinal once, each answer of a known shape."""
    seen_names, seen_ordinals, seen_symbols = {}, {}, {}
    errors = "".join(tree.text(path) for path in tree.having("include/", ends=(".h",)))
    for number, ordinal, name, symbol, answer in exports(tree):
        if not name:
            yield SPEC, number, "is no line of the list"
            continue
        if not re.fullmatch(r"[1-9]\d*", ordinal):
            yield SPEC, number, f"ordinal {ordinal}"
        for seen, value, what in ((seen_names, name, "name"), (seen_ordinals, ordinal, "ordinal"), (seen_symbols, symbol, "symbol")):
            if value in seen:
                yield SPEC, number, f"{what} {value} is on line {seen[value]} already"
            seen[value] = number
        if symbol not in (name, "WS_" + name):
            yield SPEC, number, f"{name} has the symbol {symbol}"
        if not SHAPES.fullmatch(answer):
            yield SPEC, number, f"{name}: no such answer: {answer}"
        for code in re.findall(r"WSA\w+", answer):
            if not re.search(rf"#define\s+{code}\b", errors):
                yield SPEC, number, f"{name}: {code} is defined nowhere in include/"
    if seen_names and len(seen_names) != EXPORTS:
        yield SPEC, 1, f"{len(seen_names)} names; ws2_32 has {EXPORTS}"


def exported_symbols(library):
    output = subprocess.run(["nm", "-D", "--defined-only", library], capture_output=True, text=True, check=True).stdout
    return {line.split()[2].split("@")[0] for line in output.splitlines() if len(line.split()) == 3 and line.split()[1] != "A"}


@rule
def exports_of_the_library(tree):
    """The library exports the list and nothing else: above all no name that libc has, which would capture libc's users."""
    library = os.path.join(tree.build, ".libs", "libws2_32.so.1")
    if not os.path.exists(library):
        return
    wanted = {symbol for _, _, name, symbol, _ in exports(tree) if name} | BESIDE
    bare = {name for _, _, name, symbol, _ in exports(tree) if symbol != name}
    found = {symbol for symbol in exported_symbols(library) if not symbol.startswith(PRIVATE)}
    for symbol in sorted(wanted - found):
        yield SPEC, 1, f"the library does not export {symbol}"
    for symbol in sorted(found - wanted):
        yield SPEC, 1, f"the library exports {symbol}" + (", a name of libc" if symbol in bare else ", which the list does not have")
