"""Which file may include which: the rows of the house, as a table.

A file may include its own row and the rows below. The first line that matches a path gives its row; a file that no line matches
has no place yet and is reported. The data that several rows hand to each other (SocketKind in underlying_socket.h, a pinned
descriptor) stands in headers of a lower row than the functions that work on it.
"""

import re

# (row, pattern of paths). Row names are for people.
ROWS = (
    # dlls/common, in its own order: one owner per descriptor, the host's calls, messages about them, the wire.
    (0, r"dlls/common/(result|unique_fd|shared_state|thread_end|utf|forwards|nt_status)\.(h|cpp|def)"),
    (1, r"dlls/common/fd_list\.h"),
    (2, r"dlls/common/(host(_\w+)?|lock)\.(h|cpp)"),
    (3, r"dlls/common/(debug|telling_lock)\.(h|cpp)"),
    (4, r"dlls/common/runtime_directory\.(h|cpp)"),
    (5, r"dlls/common/process_register\.(h|cpp)"),
    (10, r"dlls/common/wire\.(h|cpp|def)"),
    (11, r"dlls/common/fd_channel\.(h|cpp)"),
    # The core. Values and pure functions first.
    (20, r"dlls/ws2_32/(wsa_error\.h|program_pointer\.h|errno\.def|host_services\.h)"),
    (20, r"dlls/ws2_32/(underlying_socket|descriptor|socket_sets|shape)\.h"),
    (20, r"dlls/ws2_32/(translate_\w+|protocol_catalogue|provider_catalogue|packed_buffer|inet_text|address_order|option_table|option_functions|control_table|control_functions)\.h"),
    (20, r"dlls/ws2_32/(translate_\w+|protocol_catalogue|provider_catalogue|inet_text|address_order)\.cpp"),
    (30, r"dlls/ws2_32/api_\w+\.h"),
    (40, r"dlls/ws2_32/(api_\w+\.cpp|loading\.(h|cpp))"),
    (30, r"dlls/ws2_32/\w+\.(h|cpp)"),
    (30, r"dlls/mswsock/export\.h"),
    # The native host beside the core, and what runs programs in Wine above it.
    (30, r"dlls/kernel32/\w+\.h"),
    (40, r"dlls/kernel32/\w+\.cpp"),
    (40, r"dlls/(mswsock|wsock32|user32|winehost)/.*\.(h|cpp|c|def)"),
    # The server. Rules without plumbing first.
    (20, r"server/(quota|shared_state|duplication_table|registration_table|peer|request_handlers|status_report|options)\.(h|cpp)"),
    (30, r"server/(closer|connection|daemon|event_loop|listener|readiness)\.(h|cpp)"),
    (40, r"server/\w+\.(h|cpp)"),
)
_COMPILED = [(row, re.compile(pattern + r"\Z")) for row, pattern in ROWS]

# (who, what it may include of the tree). Two folders meet only in what both lines name.
MEETING = (
    (r"dlls/common/", r"dlls/common/"),
    (r"dlls/ws2_32/", r"dlls/(common|ws2_32)/"),
    (r"dlls/kernel32/", r"dlls/(common/(?!wire|fd_channel)|kernel32/|ws2_32/host_services\.h)"),
    (r"dlls/mswsock/", r"dlls/(common|ws2_32|mswsock)/"),
    (r"dlls/wsock32/", r"dlls/(common|ws2_32|wsock32)/"),
    (r"dlls/user32/", r"dlls/(common|user32)/|dlls/ws2_32/host_services\.h|dlls/kernel32/(message|socket)_provider\.h"),
    (r"dlls/winehost/", r"dlls/(common|ws2_32|winehost)/|dlls/mswsock/extensions\.h"),
    (r"server/", r"dlls/common/|server/|dlls/winehost/(installation|installer|launcher)\.h"),  # windsock run, windsock wine
)

# Pure files: the same answer for the same arguments. They reach none of these headers, not even through others.
PURE = (
    (r"dlls/ws2_32/translate_\w+\.(h|cpp)", r"dlls/ws2_32/(server_\w+|socket_table|blocking|waiting|host_services)\.h|event2?/.*|event2?\.h"),
    (r"server/(quota|duplication_table|registration_table|shared_state|peer|request_handlers)\.(h|cpp)",
     r"server/(event_loop|connection|listener|closer|daemon)\.h|event2/.*|event\.h|chrono"),
    (r"dlls/winehost/registry_file\.(h|cpp)", r"dlls/common/.*|filesystem|fstream|unistd\.h"),
    (r"dlls/common/wire\.(h|cpp)", r"dlls/common/host(_\w+)?\.h|dlls/common/fd_channel\.h"),
)


def row_of(path):
    for row, pattern in _COMPILED:
        if pattern.match(path):
            return row
    return None


def may_meet(path, included):
    for who, what in MEETING:
        if re.match(who, path):
            return re.match(what, included) is not None
    return True
