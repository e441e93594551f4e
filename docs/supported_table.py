#!/usr/bin/env python3
"""The tables of what is supported, made from the lists of exports (dlls/*/*.spec) and the tests.

    docs/supported_table.py            prints the one of the README
    docs/supported_table.py --check    fails when README.md or docs/coverage.md has another one, or an export has no case
    docs/supported_table.py --write    puts the one between the markers in README.md, and writes docs/coverage.md: each export, how
                                       it answers, and the cases that call it
"""
import functools
import re
import sys
from pathlib import Path

sys.dont_write_bytecode = True
from test_cases import Cases  # noqa: E402

TOP = Path(__file__).resolve().parent.parent
README = TOP / "README.md"
COVERAGE = TOP / "docs/coverage.md"
LIBRARIES = ("ws2_32", "mswsock", "wsock32", "user32", "kernel32")
# Where each library's cases are. In Wine, kernel32 is Wine's own: most of ours is no part of what the suite compares.
SUITES = {"kernel32": ("tests/regress", "tests/unit/kernel32")}
SUITE = ("tests/regress",)
ANSWERS = "tests/abi/answers_test.c"  # calls every export that is not supported, by the lists
# What shows an export that a case of the suite cannot: no header declares WEP, and on Windows a message box waits for a person.
NO_CASE = {"WEP": "tests/abi/exports_test.c", "MessageBoxA": "tests/unit/user32/resources_test.cpp",
           "MessageBoxW": "tests/unit/user32/resources_test.cpp"}
BEGIN, END = "<!-- supported: begin -->\n", "<!-- supported: end -->\n"

# The first area whose pattern fits a name has it.
AREAS = [
    ("start, errors", r"WSA(Startup|Cleanup|[GS]etLastError)$"),
    ("handoff", r"WSADuplicateSocket|WSASocket"),
    ("sockets", r"socket$|closesocket|bind|listen|accept|WSAAccept|connect$|WSAConnect$|shutdown|getsockname|getpeername|"
                r"WSA(Send|Recv)Disconnect|WSAJoinLeaf|WSAConnectBy"),
    ("transfer", r"send|recv|WSASend|WSARecv|WSAGetOverlappedResult"),
    ("readiness", r"select$|WSAPoll|__WSAFDIsSet|ProcessSocketNotifications"),
    ("options, controls", r"[gs]etsockopt|ioctlsocket|WSAIoctl|WSAGetQOSByName"),
    ("events", r"WSA(Create|Close|Set|Reset)Event|WSAWaitFor|WSAEventSelect|WSAEnumNetworkEvents"),
    ("byte order, addresses", r"hton|ntoh|WSA[HN]to|inet_|Inet|WSAAddressToString|WSAStringToAddress"),
    ("names", r"getaddrinfo|freeaddrinfo|getnameinfo|[GS]et(Addr|Name)Info|FreeAddrInfo|[gG]ethost|GetHostName|getproto|getserv"),
    ("window messages and hooks of 1.1", r"WSAAsync|WSACancel|WSA(Set|Unhook)Blocking|WSAIsBlocking"),
    ("providers", r"WSC|WPU|WSAEnumProtocols|WSAProvider|WSA(Una|A)dvertise|WSAp|WSAP"),
    ("name spaces", r"WSALookup|WSA.*NameSpace|WSA.*Service|WSANSPIoctl"),
    ("helpers of providers", r"Wah"),
    ("other", r""),
]


def read_spec(path):
    for line in path.read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            _, name, _, support = line.split(None, 3)
            yield name, support.strip() == "works"


def listed(names):
    return " ".join(f"`{name}`" for name in names)


def table():
    exports = list(read_spec(TOP / "dlls/ws2_32/ws2_32.spec"))
    rows = {area: ([], []) for area, _ in AREAS}
    for name, works in exports:
        area = next(area for area, pattern in AREAS if re.match(pattern, name))
        rows[area][0 if works else 1].append(name)
    working = sum(works for _, works in exports)
    lines = [f"Of the {len(exports)} names that ws2_32 exports, {working} work. The others are there and answer with their documented "
             "error, mostly `WSAEOPNOTSUPP`.", "", "| | works | not yet |", "|---|---|---|"]
    for area, (yes, no) in rows.items():
        if yes or no:
            lines.append(f"| {area} | {listed(yes)} | {listed(no) if len(no) <= 12 else f'{len(no)} names'} |")
    for library in ("kernel32", "user32"):
        slice_names = [name for name, works in read_spec(TOP / f"dlls/{library}/{library}.spec") if works]
        lines += ["", f"Of {library}, for programs that run natively: {listed(slice_names)}."]
    lines.append("")
    return "\n".join(lines)


@functools.lru_cache(maxsize=None)
def cases(suites):
    folders = [TOP / suite for suite in suites]
    return Cases(TOP, [str(path.relative_to(TOP)) for folder in folders for path in sorted(folder.glob("*.cpp"))])


def spellings(name):
    """What a test may write for it; none is compiled with UNICODE."""
    return {name, {"__WSAFDIsSet": "FD_ISSET"}.get(name, name), name[:-1] if name.endswith("A") else name}


def cases_of(name, support, known):
    if support != "works":
        return [ANSWERS]
    return list(dict.fromkeys(known.calling(spellings(name)))) or ([NO_CASE[name]] if name in NO_CASE else [])


def coverage():
    """The text of docs/coverage.md, and the exports that have no case."""
    missing = []
    lines = ["# Coverage", "", "Each export, how it answers, and the cases that show it. Made by `docs/supported_table.py --write` from the lists of",
             "exports and the tests; `make check` fails when it is not up to date, or when an export has no case. Cases are of",
             "`tests/regress`, those of kernel32 also of `tests/unit/kernel32`: those that call it themselves, or else those whose helpers do, or",
             f"else the program that cases run as a process of its own. `{ANSWERS}` calls every export that is not supported and",
             "compares with its list.", ""]
    for library in LIBRARIES:
        known = cases(SUITES.get(library, SUITE))
        lines += [f"## {library}", "", "| export | answers | cases |", "|---|---|---|"]
        for line in (TOP / f"dlls/{library}/{library}.spec").read_text().splitlines():
            if not line.strip() or line.startswith("#"):
                continue
            _, name, _, support = line.split(None, 3)
            if support in LIBRARIES:
                lines.append(f"| {name} | as in {support} | `{ANSWERS}` |")
                continue
            found = cases_of(name, support, known)
            if not found:
                missing.append(name)
            more = f" and {len(found) - 3} more" if len(found) > 3 else ""
            lines.append(f"| {name} | {support.split('@')[0] if support == 'works' else support} | {listed(found[:3])}{more} |")
        lines.append("")
    return "\n".join(lines), missing


def main():
    option = sys.argv[1] if len(sys.argv) > 1 else ""
    if not option:
        print(table(), end="")
        return 0
    before, begin, rest = README.read_text().partition(BEGIN)
    old, end, after = rest.partition(END)
    if not begin or not end:
        print(f"{README} has no markers for the table", file=sys.stderr)
        return 1
    if option == "--write":
        README.write_text(before + BEGIN + table() + END + after)
        COVERAGE.write_text(coverage()[0])
        return 0
    text, missing = coverage()
    if missing:
        print("no case calls", *missing, file=sys.stderr)
        return 1
    if not COVERAGE.exists() or COVERAGE.read_text() != text:
        print("docs/coverage.md is not up to date: run docs/supported_table.py --write", file=sys.stderr)
        return 1
    if old == table():
        return 0
    print("README.md does not have the table of the exports as they are: run docs/supported_table.py --write", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
