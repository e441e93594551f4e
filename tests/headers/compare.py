#!/usr/bin/env python3
"""Compares our public headers with mingw-w64's, name by name.

Both sets are read the same way: castxml gives structures with their offsets, enumerators, typedefs and signatures;
the preprocessor's -dD gives the macros and where they stand; clang evaluates the macros. mingw's are read for
x86_64-w64-mingw32, ours natively, so that `long` has 32 bits there and a DWORD has 32 bits here: types are compared by
width and sign, structures by name behind pointers and by layout where they are defined.

For every header that we ship: which of mingw's names does a program have after including ours (at least 95 %; the
windows.h slice is exempt, being a slice), and is each shared name the same? A difference, or a missing name, must stand
in known_differences.txt with its reason; an entry that no longer matches anything is an error too.
"""
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

HERE = os.path.dirname(os.path.abspath(__file__))
OURS = os.path.realpath(os.path.join(os.environ.get('WINDSOCK_SRCDIR', os.path.join(HERE, '..', '..')), 'include'))
MINGW = os.environ.get('MINGW_INCLUDE', '/usr/share/mingw-w64/include')

# The header that programs include -> where mingw keeps parts of it.
SOCKET_HEADERS = {
    'winsock2.h': ['psdk_inc/_fd_types.h', 'psdk_inc/_ip_types.h', 'psdk_inc/_socket_types.h', 'psdk_inc/_wsadata.h',
                   'psdk_inc/_wsa_errnos.h', '_bsd_types.h', '_timeval.h'],
    'ws2tcpip.h': ['psdk_inc/_ip_mreq1.h'],
    'ws2def.h': [], 'ws2ipdef.h': [], 'mswsock.h': ['psdk_inc/_xmitfile.h'], 'mstcpip.h': [], 'afunix.h': [],
    'ws2spi.h': [], 'sporder.h': [], 'qos.h': [], 'inaddr.h': [], 'in6addr.h': [],
    'winsock.h': ['psdk_inc/_fd_types.h', 'psdk_inc/_ip_types.h', 'psdk_inc/_socket_types.h', 'psdk_inc/_wsadata.h',
                  'psdk_inc/_wsa_errnos.h', 'psdk_inc/_ip_mreq1.h', 'psdk_inc/_xmitfile.h'],
}
SLICE_HEADERS = ['basetsd.h', 'guiddef.h', 'minwindef.h', 'windef.h', 'winnt.h', 'winerror.h', 'minwinbase.h',
                 'winbase.h', 'handleapi.h', 'heapapi.h', 'errhandlingapi.h', 'fileapi.h', 'ioapiset.h', 'memoryapi.h', 'namedpipeapi.h', 'synchapi.h', 'processthreadsapi.h',
                 'profileapi.h', 'sysinfoapi.h', 'fibersapi.h', 'libloaderapi.h', 'processenv.h', 'stringapiset.h', 'timezoneapi.h', 'wincon.h',
                 'wingdi.h', 'winuser.h', 'windows.h']
# What has to be included before a header that does not stand by itself, on either side.
BEFORE = {'ws2def.h': 'winsock2.h', 'ws2ipdef.h': 'winsock2.h', 'mstcpip.h': 'winsock2.h ws2ipdef.h',
          'afunix.h': 'winsock2.h', 'qos.h': 'windows.h', 'inaddr.h': 'windows.h', 'in6addr.h': 'windows.h',
          'sporder.h': 'ws2spi.h'}
DEFINES = ['-DINCL_WINSOCK_API_TYPEDEFS=1', '-D_WIN32_WINNT=0x0A00', '-DWINVER=0x0A00', '-DNTDDI_VERSION=0x0A00000C',
           '-DWIN32_LEAN_AND_MEAN=1', '-DWINDSOCK_STRICT_DWORD']


class Side:
    """One set of headers: how to run the tools on it."""

    def __init__(self, name, flags):
        self.name = name
        self.units = {}
        self.flags = flags + DEFINES + ['-std=gnu17', '-w']

    def read(self, folder, header):
        """The unit of a header; those read by way of windows.h share one."""
        if header in SLICE_HEADERS:
            header = 'windows.h'
        if header not in self.units:
            self.units[header] = self.read_anew(folder, header)
        return self.units[header]

    def read_anew(self, folder, header):
        before = [] if header == 'winsock.h' else BEFORE.get(header, '').split()
        source = os.path.join(folder, '%s-%s.c' % (self.name, header))
        with open(source, 'w') as file:
            file.writelines('#include <%s>\n' % name for name in before + [header])
        return Unit(self, source)

    def command(self, tool, *arguments):
        done = subprocess.run([tool, *self.flags, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        return done


class Unit:
    """What one translation unit of one side declares: macros and declarations, each with the file it stands in."""

    def __init__(self, side, source):
        self.side = side
        self.source = source
        self.compiled = source + '.pch'  # the headers, read once for all the questions asked of the macros
        made = side.command('clang', '-x', 'c-header', source, '-o', self.compiled)
        if made.returncode:
            sys.exit('clang: ' + made.stderr)
        self.macros = {}  # name -> (file, parameters or None, body)
        self.read_macros()
        self.declarations = {}  # (kind, name) -> (file, canonical form)
        self.read_declarations()

    def read_macros(self):
        text = self.side.command('clang', '-E', '-dD', self.source).stdout
        file = ''
        places = {}
        for line in text.splitlines():
            marker = re.match(r'# \d+ "([^"]*)"', line)
            if marker:
                file = marker.group(1)
                continue
            found = re.match(r'#define (\w+)(\([^)]*\))?\s?(.*)', line)
            if found:
                places[found.group(1)] = file
        # Which macros are left in the end, and as what: -dD does not see #pragma pop_macro.
        final = {}
        for line in self.side.command('clang', '-E', '-dM', self.source).stdout.splitlines():
            found = re.match(r'#define (\w+)(\([^)]*\))?\s?(.*)', line)
            final[found.group(1)] = (places.get(found.group(1), '<'), found.group(2), found.group(3))
        self.macros = {name: macro for name, macro in final.items() if not macro[0].startswith('<')}

    def read_declarations(self):
        output = self.source + '.xml'
        done = self.side.command('castxml', '--castxml-output=1', '-x', 'c', self.source, '-o', output)
        if done.returncode:
            sys.exit('castxml: ' + done.stderr)
        root = ElementTree.parse(output).getroot()
        self.nodes = {node.get('id'): node for node in root if node.get('id')}
        self.files = {node.get('id'): node.get('name') for node in root if node.tag == 'File'}
        self.resolve_typeof(root)
        for node in root:
            name = node.get('name')
            if not name or name.startswith('__builtin'):
                continue
            file = self.files.get(node.get('file'), '')
            if node.tag in ('Struct', 'Union') and not node.get('incomplete'):
                self.declarations['structure', name] = (file, self.layout(node))
            elif node.tag == 'Typedef':
                self.declarations['type', name] = (file, self.canonical(node.get('id'), True))
            elif node.tag == 'Function':
                self.declarations['function', name] = (file, self.signature(node))
            elif node.tag == 'Variable':
                self.declarations['variable', name] = (file, self.canonical(node.get('type')))
            elif node.tag == 'Enumeration':
                self.declarations['enumeration', name] = (file, 'enum')
            if node.tag == 'Enumeration':
                for value in node.findall('EnumValue'):
                    self.declarations['enumerator', value.get('name')] = (file, value.get('init'))

    def resolve_typeof(self, root):
        """castxml does not follow __typeof__: the typedefs made so are functions' pointers, found by name."""
        text = self.side.command('clang', '-E', '-P', self.source).stdout
        made = dict((new, old) for old, new in
                    re.findall(r'typedef\s+__typeof__\s*\(\s*(\w+)\s*\)\s*\*\s*(\w+)\s*;', text))
        functions = {node.get('name'): node for node in root if node.tag == 'Function'}
        self.typeof = {node.get('id'): functions[made[node.get('name')]] for node in root
                       if node.tag == 'Typedef' and made.get(node.get('name')) in functions}

    def layout(self, node):
        return 'size %s align %s {%s}' % (int(node.get('size')) // 8, int(node.get('align')) // 8,
                                          '; '.join(self.fields(node, 0)))

    def fields(self, node, base):
        result = []
        for identity in node.get('members', '').split():
            member = self.nodes.get(identity)
            if member is None or member.tag != 'Field':
                continue
            offset = base + int(member.get('offset', 0))
            if member.get('name'):
                bits = ':' + member.get('bits') if member.get('bits') else ''
                result.append('%s%s @%d %s' % (member.get('name'), bits, offset // 8,
                                               self.canonical(member.get('type'), True)))
            else:
                inner = self.nodes[member.get('type')]
                while inner.tag in ('ElaboratedType', 'CvQualifiedType'):
                    inner = self.nodes[inner.get('type')]
                result += self.fields(inner, offset)
        return result

    def signature(self, node):
        arguments = [self.canonical(argument.get('type'), top=True) for argument in node.findall('Argument')]
        if node.find('Ellipsis') is not None:
            arguments.append('...')
        return '%s(%s)' % (self.canonical(node.get('returns')), ', '.join(arguments))

    def canonical(self, identity, expand=False, top=False):
        """A type by width and sign. Structures by name, without a name by layout; top drops a top-level const."""
        node = self.nodes.get(identity)
        if node is None:
            base = re.match(r'(_\d+)([cvr]+)$', identity)
            if base:
                inner = self.canonical(base.group(1))
                return inner if top or 'c' not in base.group(2) else 'const ' + inner
            return '?'
        if node.tag == 'FundamentalType':
            name = node.get('name')
            if name in ('void', '_Bool', 'bool') or 'float' in name or 'double' in name:
                return name
            if name == 'char':
                return 'char'
            return ('u' if 'unsigned' in name else 'i') + node.get('size')
        if identity in self.typeof:
            return self.signature(self.typeof[identity]) + '*'
        if node.tag in ('Typedef', 'ElaboratedType'):
            return self.canonical(node.get('type'), expand, top)
        if node.tag == 'CvQualifiedType':
            inner = self.canonical(node.get('type'), expand)
            return inner if top or node.get('const') != '1' else 'const ' + inner
        if node.tag == 'PointerType':
            return self.canonical(node.get('type')) + '*'
        if node.tag == 'ArrayType':
            if top:
                return self.canonical(node.get('type')) + '*'
            count = node.get('max', '')
            return '%s[%s]' % (self.canonical(node.get('type'), expand), int(count) + 1 if count.isdigit() else '')
        if node.tag == 'FunctionType':
            return self.signature(node)
        if node.tag == 'Enumeration':
            return 'enum%s' % node.get('size')
        if node.tag in ('Struct', 'Union'):
            if node.get('name'):
                return 'struct ' + node.get('name').lstrip('_').lower()
            return self.layout(node) if expand else 'struct without name'
        return 'unprototyped' if node.get('type_class') == 'FunctionNoProto' else node.tag

    def names(self):
        found = {}
        for name, (file, _, _) in self.macros.items():
            found.setdefault(name, file)
        for (_, name), (file, _) in self.declarations.items():
            found.setdefault(name, file)
        return found

    def values(self, names):
        """The object-like macros among names that are integers, with their values."""
        names = list(names)
        while True:
            source = self.source + '.values.c'
            text = ['const long long windsock_value_%s = (long long)(%s);' % (label(name), name) for name in names]
            with open(source, 'w') as file:
                file.write('\n'.join(text) + '\n')
            done = self.side.command('clang', '-include-pch', self.compiled, '-S', '-O0', '-ferror-limit=0', '-o', '-',
                                     source)
            if done.returncode == 0:
                break
            bad = {int(line) for line in re.findall(re.escape(source) + r':(\d+):\d+: error', done.stderr)}
            # An error inside a macro is placed at its definition; the use is named in the note that follows.
            bad |= {int(line) for line in re.findall(re.escape(source) + r':(\d+):\d+: note: expanded', done.stderr)}
            bad = {line - 1 for line in bad}
            rest = [name for index, name in enumerate(names) if index not in bad]
            if len(rest) == len(names):
                sys.exit('cannot evaluate macros of %s: %s' % (self.side.name, done.stderr[:2000]))
            names = rest
        found = {}
        current = None
        for line in done.stdout.splitlines():
            symbol = re.match(r'windsock_value_(\w+):', line)
            if symbol:
                current = symbol.group(1)
            value = re.match(r'\s+\.(?:quad|xword)\s+(-?\w+)', line)
            if value and current and re.match(r'-?\d', value.group(1)):
                found[current] = int(value.group(1), 0)
                current = None
        return {name: found[label(name)] for name in names if label(name) in found}

    def expansions(self, names):
        """The text that each macro of names finally stands for, without blanks, brackets around it and type words."""
        source = self.source + '.expand.c'
        with open(source, 'w') as file:
            file.write(''.join('\nWINDSOCK_EXPANSION_%s|%s|\n' % (label(name), name) for name in names))
        output = self.side.command('clang', '-include-pch', self.compiled, '-E', '-P', source).stdout
        found = {}
        for name in names:
            match = re.search(r'WINDSOCK_EXPANSION_%s ?\|(.*?)\|\n' % label(name), output, re.S)
            if match:
                found[name] = re.sub(r'\s+', '', match.group(1)).lower().replace('l"', 'u"').replace('__', '')
        return found


def label(macro):
    """A macro or its use with arguments as part of an identifier that is no macro itself."""
    return 'x_' + re.sub(r'\W', '_', macro)


def sample_uses(name, parameters):
    count = len([p for p in parameters.strip('()').split(',') if p.strip()])
    if '...' in parameters or count > 4:
        return []
    samples = [['0x12345678', '3', '7', '1'], ['0x80000001', '0xfe', '0', '2'], ['0', '1', 'int', '4'],
               ["'t'", '127', 'int', '5'], ['0xe0000001', '5', 'int', '0']]
    return ['%s(%s)' % (name, ', '.join(sample[:count])) for sample in samples] if count else [name + '()']




class Report:
    def __init__(self):
        self.known = {}
        self.used = set()
        self.unknown = []
        self.duplicates = []
        with open(os.path.join(HERE, 'known_differences.txt')) as file:
            for line in file:
                line = line.rstrip('\n')
                if not line or line.startswith('#'):
                    continue
                entry, reason = line.split('  ', 1)
                if entry in self.known:
                    self.duplicates.append(entry)
                self.known[entry] = reason.strip()

    def differs(self, entry, detail):
        if entry in self.known and self.known[entry]:
            self.used.add(entry)
            return
        for pattern in self.known:
            if pattern.endswith('*') and entry.startswith(pattern[:-1]):
                self.used.add(pattern)
                return
        self.unknown.append('%s\n    %s' % (entry, detail))


def compare_header(report, header, parts, mingw, ours, in_slice):
    def belongs(file):
        return file in [os.path.join(MINGW, name) for name in [header] + parts]

    theirs = {name for name, file in mingw.names().items() if belongs(file)}
    theirs = {name for name in theirs if not is_internal(name, mingw)}
    visible = set(ours.names())
    shared = theirs & visible
    missing = sorted(theirs - visible)
    counts = {'macros': 0, 'declarations': 0}

    for (kind, name), (file, form) in sorted(mingw.declarations.items()):
        if name not in shared or not belongs(file):
            continue
        own = ours.declarations.get((kind, name))
        if own is None:
            continue
        counts['declarations'] += 1
        if own[1] != form:
            report.differs('%s %s %s' % (header, kind, name), 'mingw: %s\n    ours:  %s' % (form, own[1]))

    objects = [n for n in shared if n in mingw.macros and n in ours.macros and
               mingw.macros[n][1] is None and ours.macros[n][1] is None]
    functions = [n for n in shared if n in mingw.macros and n in ours.macros and
                 mingw.macros[n][1] is not None and ours.macros[n][1] is not None]
    uses = [use for name in functions for use in sample_uses(name, mingw.macros[name][1])]
    # A constant may be a macro on one side and an enumerator on the other: both evaluate.
    mixed = [n for n in shared if n not in objects and n not in functions and
             {'m' if n in unit.macros else 'e' if ('enumerator', n) in unit.declarations else ''
              for unit in (mingw, ours)} == {'m', 'e'}]
    value_theirs, value_ours = mingw.values(objects + mixed + uses), ours.values(objects + mixed + uses)
    text_theirs, text_ours = mingw.expansions(objects), ours.expansions(objects)
    for name in sorted(set(objects + mixed + uses)):
        plain = name.split('(')[0]
        if name in value_theirs and name in value_ours:
            counts['macros'] += 1
            if value_theirs[name] != value_ours[name]:
                report.differs('%s macro %s' % (header, plain), '%s mingw: %#x ours: %#x' % (
                    name, value_theirs[name], value_ours[name]))
        elif name in text_theirs and name in text_ours:
            counts['macros'] += 1
            if text_theirs[name] != text_ours[name]:
                report.differs('%s macro %s' % (header, plain), 'mingw: %s\n    ours:  %s' % (
                    text_theirs[name], text_ours[name]))
        elif name in value_theirs or name in value_ours:
            report.differs('%s macro %s' % (header, plain), '%s has a value on one side only' % name)
    for name in functions:
        if len(mingw.macros[name][1].split(',')) != len(ours.macros[name][1].split(',')):
            report.differs('%s macro %s' % (header, name), 'another number of parameters')

    share = 100.0 * len(shared) / len(theirs) if theirs else 100.0
    print('%-20s mingw has %5d names, ours %5d (%5.1f %%); compared %5d macros, %4d declarations' % (
        header, len(theirs), len(shared), share, counts['macros'], counts['declarations']))
    if in_slice:
        return len(shared), True
    for name in missing:
        report.differs('%s missing %s' % (header, name), 'a name of mingw that ours does not have')
    if share < 95.0:
        print('    below 95 %%: %s' % ' '.join(missing))
    return len(shared), share >= 95.0


def is_internal(name, unit):
    """Include guards and mingw's own machinery are no part of the interface."""
    if name.startswith(('__MINGW', '_MINGW', '___', '__ms_', '__C_ASSERT')):
        return True
    macro = unit.macros.get(name)
    if macro is not None and macro[1] is None and macro[2].strip() in ('', '1') and name.startswith('_'):
        return True
    return False


def exports_declared(report, mingw_free_unit):
    """Every export of ws2_32 is declared, but for those that the public SDK does not declare either."""
    spec = os.path.join(OURS, '..', 'dlls', 'ws2_32', 'ws2_32.spec')
    names = [line.split()[1] for line in open(spec) if line.strip() and not line.startswith('#')]
    declared = 0
    for name in names:
        if ('function', name) in mingw_free_unit.declarations:
            declared += 1
        else:
            report.differs('ws2_32.spec undeclared %s' % name, 'exported, but no header declares it')
    print('%-20s %d exports, %d declared' % ('ws2_32.spec', len(names), declared))


def main():
    for need in ('castxml', 'clang'):
        if not shutil.which(need):
            print('1..0 # SKIP no ' + need)
            return 77
    if not os.path.exists(os.path.join(MINGW, 'winsock2.h')):
        print('1..0 # SKIP no mingw-w64 headers')
        return 77
    report = Report()
    mingw = Side('mingw', ['-target', 'x86_64-w64-mingw32', '-isystem', MINGW])
    ours = Side('ours', ['-I', OURS])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the folder goes
    folder = tempfile.mkdtemp(prefix='windsock-compare-')
    good, total = True, 0
    try:
        for header in list(SOCKET_HEADERS) + SLICE_HEADERS:
            in_slice = header in SLICE_HEADERS
            shared, enough = compare_header(report, header, SOCKET_HEADERS.get(header, []), mingw.read(folder, header),
                                            ours.read(folder, header), in_slice)
            total += shared
            good = good and enough
        exports_declared(report, everything(ours, folder))
    finally:
        shutil.rmtree(folder)
    stale = sorted(set(report.known) - report.used)
    for entry in report.unknown:
        print('DIFFERENT ' + entry)
    for entry in stale:
        print('STALE ' + entry)
    for entry in report.duplicates:
        print('TWICE ' + entry)
    print('%d names shared, %d known differences, %d unknown, %d stale entries' % (
        total, len(report.used), len(report.unknown), len(stale)))
    return 0 if good and total > 0 and not (report.unknown or stale or report.duplicates) else 1


def everything(side, folder):
    source = os.path.join(folder, 'everything.c')
    with open(source, 'w') as file:
        file.writelines('#include <%s>\n' % name for name in ('winsock2.h', 'ws2tcpip.h', 'ws2spi.h', 'sporder.h'))
    return Unit(side, source)


if __name__ == '__main__':
    sys.exit(main())
