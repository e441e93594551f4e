#!/usr/bin/env python3
"""The table of what is supported, made from the lists of exports: dlls/ws2_32/ws2_32.spec and dlls/kernel32/kernel32.spec.

    docs/supported_table.py            prints it
    docs/supported_table.py --check    fails when README.md has another one
    docs/supported_table.py --write    puts it between the markers in README.md
"""
import re
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
README = TOP / "README.md"
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
    slice_names = [name for name, works in read_spec(TOP / "dlls/kernel32/kernel32.spec") if works]
    lines += ["", f"Of kernel32, for programs that run natively: {listed(slice_names)}.", ""]
    return "\n".join(lines)


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
        return 0
    if old == table():
        return 0
    print("README.md does not have the table of the exports as they are: run docs/supported_table.py --write", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
