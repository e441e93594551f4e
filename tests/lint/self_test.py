#!/usr/bin/env python3
"""Shows that the lint can fail: a small clean tree passes, and each rule reports the one file that breaks it.

Every rule has a case here, or this test fails; so a rule that sees nothing (a pattern with a slip, a folder that moved) is
noticed when it is written.
"""

import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True

import lint  # noqa: E402
import rules  # noqa: E402
import tree as trees  # noqa: E402

COMMENT = "// A file of the small tree.\n"
SPEC_ROWS = {
    "1": "1 accept WS_accept works",
    "2": "2 WSAStartup = works",
    "3": "3 WSAProvider = failure WSAEINVAL",
    "4": "4 FreeAddrInfoW = void -",
}


def spec(**changed):
    rows = {**SPEC_ROWS, **{key.lstrip("_"): row for key, row in changed.items()}}
    return "# the list\n" + "\n".join(row for row in rows.values() if row) + "\n"


CLEAN = {
    "Makefile.am": "include dlls/local.mk\n",
    "dlls/local.mk": "a_SOURCES = dlls/common/result.h dlls/common/host.cpp dlls/common/host.h dlls/ws2_32/translate_kind.cpp \\\n"
                     "  dlls/ws2_32/ws2_32.spec dlls/kernel32/time.cpp server/quota.cpp server/main.cpp dlls/ws2_32/socket_table.h \\\n"
                     "  include/winsock2.h tests/regress/socket_test.cpp extra_file.cpp new_file.cpp\n",
    "include/winsock2.h": COMMENT + "#define WSAEINVAL 10022\n",
    "dlls/common/result.h": COMMENT,
    "dlls/common/host.h": COMMENT + '#include "dlls/common/result.h"\n',
    "dlls/common/host.cpp": '#include "dlls/common/host.h"\n#include <sys/socket.h>\n',
    "dlls/ws2_32/socket_table.h": COMMENT + '#include "dlls/common/host.h"\n',
    "dlls/ws2_32/translate_kind.cpp": COMMENT + '#include <winsock2.h>\n#include "dlls/common/result.h"\n',
    "dlls/ws2_32/ws2_32.spec": spec(),
    "dlls/kernel32/time.cpp": COMMENT,
    "server/quota.cpp": COMMENT + '#include "dlls/common/result.h"\n',
    "server/main.cpp": COMMENT + '#include "dlls/common/host.h"\n',
    "tests/regress/socket_test.cpp": COMMENT + "void a() { accept(); WSAStartup(); }  // a Sleep(1) in a comment is none\n",
}
CLEAN_LIBRARY = {"WS_accept", "WSAStartup", "WSAProvider", "FreeAddrInfoW", *rules.BESIDE}

# rule -> cases of (path of the violation, {path: text or None to remove}); the library is given by its symbols.
CASES = {
    "rows": [
        ("dlls/common/host.h", {"dlls/common/host.h": COMMENT + '#include "dlls/common/debug.h"\n', "dlls/common/debug.h": COMMENT}),
        ("dlls/ws2_32/socket_table.h", {"dlls/ws2_32/socket_table.h": COMMENT + '#include "dlls/ws2_32/api_socket.cpp"\n',
                                        "dlls/ws2_32/api_socket.cpp": COMMENT}),
        ("server/quota.cpp", {"server/quota.cpp": COMMENT + '#include "server/daemon.h"\n', "server/daemon.h": COMMENT}),
        ("dlls/common/surprise.h", {"dlls/common/surprise.h": COMMENT}),
    ],
    "meeting_places": [
        ("server/main.cpp", {"server/main.cpp": COMMENT + '#include "dlls/ws2_32/socket_table.h"\n'}),
        ("dlls/ws2_32/socket_table.h", {"dlls/ws2_32/socket_table.h": COMMENT + '#include "server/quota.h"\n', "server/quota.h": COMMENT}),
        ("dlls/kernel32/time.cpp", {"dlls/kernel32/time.cpp": COMMENT + '#include "dlls/ws2_32/socket_table.h"\n'}),
        ("dlls/kernel32/time.cpp", {"dlls/kernel32/time.cpp": COMMENT + '#include "dlls/common/wire.h"\n', "dlls/common/wire.h": COMMENT}),
        ("dlls/common/host.h", {"dlls/common/host.h": COMMENT + '#include "dlls/kernel32/time.h"\n', "dlls/kernel32/time.h": COMMENT}),
    ],
    "pure_files": [
        ("dlls/ws2_32/translate_kind.cpp", {  # not even through another header
            "dlls/ws2_32/translate_kind.cpp": COMMENT + '#include "dlls/ws2_32/wsa_error.h"\n',
            "dlls/ws2_32/wsa_error.h": COMMENT + '#include "dlls/ws2_32/server_client.h"\n', "dlls/ws2_32/server_client.h": COMMENT}),
        ("server/quota.cpp", {"server/quota.cpp": COMMENT + "#include <event2/event.h>\n"}),
        ("server/quota.cpp", {"server/quota.cpp": COMMENT + "long a() { return host::now_nanoseconds(); }\n"}),
    ],
    "quoted_includes_exist": [("server/main.cpp", {"server/main.cpp": COMMENT + '#include "nowhere.h"\n'})],
    "host_socket_headers": [
        ("server/main.cpp", {"server/main.cpp": COMMENT + "#include <netinet/in.h>\n"}),
        ("dlls/common/host.h", {"dlls/common/host.h": COMMENT + "#include <sys/un.h>\n"}),
        ("dlls/kernel32/time.cpp", {"dlls/kernel32/time.cpp": COMMENT + "#include <sys/socket.h>\n"}),
    ],
    "event_headers": [("server/main.cpp", {"server/main.cpp": COMMENT + "#include <event2/event.h>\n"})],
    "windows_headers": [
        ("server/main.cpp", {"server/main.cpp": COMMENT + "#include <winsock2.h>\n"}),
        ("dlls/common/host.cpp", {"dlls/common/host.cpp": COMMENT + "#include <winsock2.h>\n"}),
    ],
    "wine_stays_in_its_folder": [
        ("dlls/kernel32/time.cpp", {"dlls/kernel32/time.cpp": COMMENT + "void wine_server_call();\n"}),
        ("dlls/kernel32/time.cpp", {"dlls/kernel32/time.cpp": COMMENT + "#include <winternl.h>\n"}),
    ],
    "file_length": [("server/main.cpp", {"server/main.cpp": COMMENT + "int a;\n" * rules.LIMIT})],
    "header_comment": [
        ("server/main.cpp", {"server/main.cpp": "int a;\nint b;\n"}),
        ("tests/regress/a.py", {"tests/regress/a.py": "#!/usr/bin/env python3\nimport os\n"}),
    ],
    "markers": [("server/main.cpp", {"server/main.cpp": COMMENT + "// TO" "DO: the rest\n"})],
    "machine_paths": [
        ("server/main.cpp", {"server/main.cpp": COMMENT + 'auto a = "/wo' 'rk/main";\n'}),
        ("README.md", {"README.md": "https://regi" "stry.example.com/simple\n"}),
    ],
    "no_sleeping_tests": [
        ("tests/regress/socket_test.cpp", {"tests/regress/socket_test.cpp": CLEAN["tests/regress/socket_test.cpp"] + "void b() { Sleep(5); }\n"}),
        ("tests/regress/a.py", {"tests/regress/a.py": '"""A test."""\nimport time\ntime.sl' "eep(1)\n"}),
    ],
    "no_barriers_in_windows_programs": [
        ("tests/regress/socket_test.cpp",
         {"tests/regress/socket_test.cpp": CLEAN["tests/regress/socket_test.cpp"].replace(COMMENT, COMMENT + "#include <barrier>\n")}),
    ],
    "built_and_shipped": [
        ("server/unlisted.cpp", {"server/unlisted.cpp": COMMENT}),
        ("server/unlisted.cpp", {"server/unlisted.cpp": COMMENT, "Makefile.am": "# server/unlisted.cpp\n"}),
    ],
    "list_of_exports": [
        ("dlls/ws2_32/ws2_32.spec", {"dlls/ws2_32/ws2_32.spec": spec(_3=None)}),
        ("dlls/ws2_32/ws2_32.spec", {"dlls/ws2_32/ws2_32.spec": spec(_3="2 WSAProvider = failure WSAEINVAL")}),
        ("dlls/ws2_32/ws2_32.spec", {"dlls/ws2_32/ws2_32.spec": spec(_3="3 WSAStartup = works")}),
        ("dlls/ws2_32/ws2_32.spec", {"dlls/ws2_32/ws2_32.spec": spec(_3="3 WSAProvider = works somehow")}),
        ("dlls/ws2_32/ws2_32.spec", {"dlls/ws2_32/ws2_32.spec": spec(_3="3 WSAProvider = failure WSAENOSUCHCODE")}),
        ("dlls/ws2_32/ws2_32.spec", {"dlls/ws2_32/ws2_32.spec": spec(_1="1 accept W_accept works")}),
        ("dlls/ws2_32/ws2_32.spec", {"dlls/ws2_32/ws2_32.spec": spec(_3="3 WSAProvider")}),
    ],
    "exports_of_the_library": [
        ("dlls/ws2_32/ws2_32.spec", CLEAN_LIBRARY | {"accept"}),
        ("dlls/ws2_32/ws2_32.spec", CLEAN_LIBRARY | {"our_own_helper"}),
        ("dlls/ws2_32/ws2_32.spec", CLEAN_LIBRARY - {"WSAStartup"}),
    ],
}


def violations(changed):
    """Of the clean tree with the given files changed, or with a library of the given symbols."""
    files, symbols = (CLEAN, changed) if isinstance(changed, set) else ({**CLEAN, **changed}, CLEAN_LIBRARY)
    folder = tempfile.mkdtemp(prefix="windsock-lint-")
    try:
        for path, text in files.items():
            os.makedirs(os.path.dirname(os.path.join(folder, path)) or folder, exist_ok=True)
            with open(os.path.join(folder, path), "w", encoding="utf-8") as file:
                file.write(text)
        if isinstance(changed, set):
            os.makedirs(os.path.join(folder, ".libs"))
            source = "".join(f"void {symbol}(void) {{}}\n" for symbol in sorted(symbols))
            subprocess.run([*os.environ.get("CC", "cc").split(), "-xc", "-", "-shared", "-fPIC", "-nostdlib", "-fno-builtin", "-o",
                            os.path.join(folder, ".libs", "libws2_32.so.1")], input=source, text=True, check=True)
        return lint.violations(trees.Tree(folder))
    finally:
        shutil.rmtree(folder)


def main():
    rules.EXPORTS = len(SPEC_ROWS)
    failures = []
    for changed in ({}, CLEAN_LIBRARY):
        failures += [f"the clean tree: {path}:{line}: {name}: {message}" for path, line, name, message in violations(changed)]
    for check in rules.RULES:
        if check.__name__ not in CASES:
            failures.append(f"{check.__name__} has no case here")
        if not check.__doc__ or "\n" in check.__doc__:
            failures.append(f"{check.__name__} does not give its reason in one line")
    for name, cases in CASES.items():
        for number, (path, changed) in enumerate(cases, 1):
            if not any(found[0] == path and found[2] == name for found in violations(changed)):
                failures.append(f"{name}, case {number}: {path} was not reported")
    print("\n".join(failures) or f"{len(CASES)} rules, {sum(map(len, CASES.values()))} cases")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
