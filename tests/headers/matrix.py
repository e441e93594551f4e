#!/usr/bin/env python3
"""The include-order matrix: every order x compiler x language x optimisation is compiled, linked and run.

Each cell is one source: the #includes of its order, then cell.inc, whose function calls every name that libc shares
with Winsock and looks whether the call arrived in our symbol (see standin.c). Cells are compiled one by one with
warnings as errors, then linked into one program per compiler and language, which runs them all: a link and a start
per cell would double the time. A second table has the combinations that must be refused, with the message they give.
"""
import concurrent.futures
import itertools
import os
import shutil
import signal
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
INCLUDE = os.path.join(os.environ.get('WINDSOCK_SRCDIR', os.path.join(HERE, '..', '..')), 'include')
C_STANDARDS = ['c11', 'gnu17']
CXX_STANDARDS = ['c++17', 'c++20']
OPTIMISATIONS = [['-O0'], ['-O2'], ['-O2', '-U_FORTIFY_SOURCE', '-D_FORTIFY_SOURCE=2']]
COMPILERS = {'c': ['gcc', 'clang'], 'c++': ['g++', 'clang++']}


class Order:
    """A sequence of headers and #defines, and what must hold after it."""

    def __init__(self, lines, winsock1=False, fd_setsize=64, check='', cxx_only=False, standards=None,
                 flags=()):
        self.lines = lines.split()
        self.winsock1 = winsock1
        self.fd_setsize = fd_setsize
        self.check = check
        self.cxx_only = cxx_only
        self.standards = standards
        self.flags = list(flags)

    def source(self, function):
        out = []
        for line in self.lines:
            if '=' in line:
                out.append('#define ' + line.replace('=', ' '))
            else:
                out.append('#include <%s>' % line)
        tcpip = any(line.lower() in ('ws2tcpip.h',) for line in self.lines)
        out += ['#define CELL ' + function, '#define CELL_FD_SETSIZE %d' % self.fd_setsize]
        if self.winsock1:
            out.append('#define CELL_WINSOCK1 1')
        if tcpip:
            out.append('#define CELL_TCPIP 1')
        if self.check:
            out.append('#define CELL_LIBC_CHECK ' + self.check)
        out.append('#include "%s/cell.inc"' % HERE)
        return '\n'.join(out) + '\n'

    def name(self):
        return ' '.join(self.lines)


def orders():
    result = []
    libc = ['stdlib.h', 'unistd.h', 'stdlib.h unistd.h', 'sys/time.h string.h', 'sys/types.h', 'wchar.h time.h stdio.h']
    for first in libc:
        result.append(Order('winsock2.h ws2tcpip.h ' + first))
        result.append(Order(first + ' winsock2.h ws2tcpip.h'))
    result.append(Order('stdlib.h winsock2.h unistd.h'))
    result.append(Order('unistd.h winsock2.h stdlib.h'))
    result.append(Order('stdio.h winsock2.h stdlib.h unistd.h', check='HOLDS(getpid() > 0 && atoi("7") == 7);'))
    # Every order of the three headers that programs mix, with and without the lean windows.h, libc before and after.
    for three in itertools.permutations(['windows.h', 'winsock2.h', 'ws2tcpip.h']):
        result.append(Order(' '.join(three)))
        result.append(Order('stdlib.h unistd.h ' + ' '.join(three)))
        result.append(Order(' '.join(three) + ' stdlib.h unistd.h'))
    result.append(Order('WIN32_LEAN_AND_MEAN=1 windows.h winsock2.h ws2tcpip.h stdlib.h unistd.h'))
    result.append(Order('WIN32_LEAN_AND_MEAN=1 stdlib.h unistd.h windows.h ws2tcpip.h'))
    # Winsock 1.1 alone, by way of windows.h, and followed by Winsock 2.
    result.append(Order('winsock.h', winsock1=True))
    result.append(Order('windows.h', winsock1=True))
    result.append(Order('stdlib.h unistd.h winsock.h', winsock1=True))
    result.append(Order('winsock.h winsock2.h ws2tcpip.h'))
    result.append(Order('stdlib.h winsock.h winsock2.h unistd.h'))
    result.append(Order('winsock2.h winsock.h windows.h'))
    # The others first, and everything at once.
    for first in ('mswsock.h', 'ws2tcpip.h', 'ws2spi.h', 'sporder.h'):
        result.append(Order(first + ' stdlib.h'))
    result.append(Order('mstcpip.h winsock2.h'))
    result.append(Order('ws2def.h ws2ipdef.h in6addr.h inaddr.h winsock2.h'))
    result.append(Order('winsock2.h afunix.h mstcpip.h qos.h ws2spi.h sporder.h mswsock.h windows.h ws2tcpip.h'))
    result.append(Order('UNICODE=1 INCL_WINSOCK_API_TYPEDEFS=1 winsock2.h ws2tcpip.h mswsock.h ws2spi.h'))
    result.append(Order('stdlib.h unistd.h INCL_WINSOCK_API_TYPEDEFS=1 winsock2.h ws2tcpip.h'))
    # As programs from case-insensitive file systems spell them.
    result.append(Order('WinSock2.h WS2tcpip.h Windows.h MSWSock.h'))
    result.append(Order('Windows.h Winsock2.h Ws2tcpip.h Mswsock.h'))
    # A program's own FD_SETSIZE, which glibc would overwrite.
    result.append(Order('FD_SETSIZE=512 winsock2.h stdlib.h', fd_setsize=512))
    result.append(Order('FD_SETSIZE=512 stdlib.h unistd.h winsock2.h', fd_setsize=512))
    # Host headers that share macros, not structures.
    result.append(Order('sys/ioctl.h winsock2.h', check='HOLDS(FIONBIO == 0x8004667e);'))
    result.append(Order('winsock2.h sys/ioctl.h', check='HOLDS(FIONBIO == 0x8004667e && FIONREAD == 0x4004667f);'))
    result.append(Order('pthread.h signal.h fcntl.h sys/stat.h winsock2.h sys/wait.h sys/uio.h errno.h'))
    # 16-bit wchar_t: the common wide functions must then walk 16-bit characters.
    wide = ('WCHAR wide_text[9]; wcscpy(wide_text, L"abc"); wcscat(wide_text, L"de"); HOLDS(wcslen(wide_text) == 5); '
            'HOLDS(wcscmp(wide_text, L"abcde") == 0 && wcsncmp(L"abd", L"abc", 3) > 0 && *wcschr(wide_text, 100) == 100);')
    result.append(Order('winsock2.h stdlib.h', check=wide, flags=['-fshort-wchar']))
    result.append(Order('stdlib.h wchar.h ws2tcpip.h', check=wide, flags=['-fshort-wchar']))
    # The C++ library. Its heavy headers bring in <stdlib.h>, <pthread.h> and, some of them, <unistd.h>.
    std = 'string thread mutex filesystem'
    check = 'HOLDS(std::string("ab").size() == 2 && !std::filesystem::path("a/b").filename().empty());'
    result.append(Order('winsock2.h ws2tcpip.h ' + std, check=check, cxx_only=True))
    result.append(Order(std + ' winsock2.h ws2tcpip.h', check=check, cxx_only=True))
    result.append(Order('string winsock2.h thread', cxx_only=True))
    result.append(Order('cstdlib functional map windows.h memory winsock2.h iostream', cxx_only=True))
    if os.path.exists('/usr/include/gtest/gtest.h'):
        result.append(Order('winsock2.h gtest/gtest.h', cxx_only=True, standards=['c++20']))
        result.append(Order('gtest/gtest.h winsock2.h ws2tcpip.h', cxx_only=True, standards=['c++20']))
    return result


HOST_HEADERS = ['sys/socket.h', 'netinet/in.h', 'arpa/inet.h', 'netdb.h', 'poll.h', 'sys/un.h', 'netinet/tcp.h']
REFUSAL = "Winsock and the host's socket headers cannot be used in one file"


def run(command, **more):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the folder goes
    folder = tempfile.mkdtemp(prefix='windsock-headers-')
    try:
        return matrix(folder)
    finally:
        shutil.rmtree(folder)


def matrix(folder):
    tools = [tool for pair in COMPILERS.values() for tool in pair]
    missing = [tool for tool in tools if not shutil.which(tool)]
    if missing:
        print('1..0 # SKIP no ' + ', '.join(missing))
        return 77
    standin = os.path.join(folder, 'libstandin.so')
    built = run(['gcc', '-shared', '-fPIC', '-o', standin, os.path.join(HERE, 'standin.c')])
    if built.returncode:
        print(built.stdout)
        return 1

    cells = []  # (language, compiler, label, function, object, command)
    for language, suffix, standards in (('c', 'c', C_STANDARDS), ('c++', 'cpp', CXX_STANDARDS)):
        for number, order in enumerate(orders()):
            if order.cxx_only and language == 'c':
                continue
            for compiler, standard, optimisation in itertools.product(COMPILERS[language], standards, OPTIMISATIONS):
                if order.standards and standard not in order.standards:
                    continue
                function = 'cell_%d' % len(cells)
                source = os.path.join(folder, function + '.' + suffix)
                with open(source, 'w') as file:
                    file.write(order.source(function))
                label = '%s -std=%s %s: %s' % (compiler, standard, ' '.join(optimisation), order.name())
                command = [compiler, '-std=' + standard, *optimisation, *order.flags, '-Wall', '-Wextra', '-Werror',
                           '-I', INCLUDE, '-c', source, '-o', source + '.o']
                cells.append((language, compiler, label, function, source + '.o', command))
    refusals = []
    for compiler, header, before in itertools.product(COMPILERS['c'] + COMPILERS['c++'], HOST_HEADERS, (True, False)):
        pair = [header, 'winsock2.h'] if before else ['winsock2.h', header]
        refusals.append((compiler, pair))

    failed = []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        compiled = list(pool.map(lambda cell: run(cell[5]), cells))
        refused = list(pool.map(lambda case: run(
            [case[0], '-I', INCLUDE, '-fsyntax-only', '-x', 'c++' if '++' in case[0] else 'c', '-'],
            input=''.join('#include <%s>\n' % header for header in case[1])), refusals))
    groups = {}
    for cell, result in zip(cells, compiled):
        if result.returncode:
            failed.append((cell[2], result.stdout))
        else:
            groups.setdefault(cell[:2], []).append(cell)
    for (compiler, pair), result in zip(refusals, refused):
        if result.returncode == 0 or REFUSAL not in result.stdout:
            failed.append(('%s: %s must be refused' % (compiler, ' '.join(pair)), result.stdout))

    ran = 0
    for (language, compiler), group in sorted(groups.items()):
        driver = os.path.join(folder, 'driver-%s.c' % compiler)
        with open(driver, 'w') as file:
            file.write('#include <stdio.h>\n')
            file.writelines('int %s(void);\n' % cell[3] for cell in group)
            file.write('int main(void)\n{\n    int failures = 0;\n')
            for cell in group:
                file.write('    { int n = %s(); printf("%s %%d\\n", n); failures += n != 0; }\n' % (cell[3], cell[3]))
            file.write('    return failures != 0;\n}\n')
        program = driver[:-2]
        run(['gcc', '-c', driver, '-o', driver + '.o'])
        linked = run([compiler, '-o', program, driver + '.o', *[cell[4] for cell in group], standin,
                      '-Wl,-rpath,' + folder, '-pthread'])
        if linked.returncode:
            failed.append(('link of %s' % compiler, linked.stdout[-4000:]))
            continue
        output = run([program])
        results = dict(line.split() for line in output.stdout.splitlines() if line.startswith('cell_'))
        ran += len(results)
        for cell in group:
            if results.get(cell[3]) != '0':
                failed.append((cell[2], output.stdout if len(results) < len(group) else 'see the calls above'))
        if output.returncode:
            print(output.stdout)

    for label, text in failed[:20]:
        print('FAILED %s\n%s' % (label, text))
    print('include orders %d, cells compiled %d of %d, run %d, refusals %d, failures %d' % (
        len(orders()), sum(result.returncode == 0 for result in compiled), len(cells), ran, len(refusals), len(failed)))
    return 1 if failed or ran != len(cells) else 0


if __name__ == '__main__':
    sys.exit(main())
