"""An installation of the build tree below a temporary folder, as a package would make it, and what examples need of it."""
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from printing import run_suite

SOURCE = Path(os.environ.get("WINDSOCK_SRCDIR", ".")).resolve()
BUILD = Path(os.environ.get("WINDSOCK_BUILDDIR", ".")).resolve()
CC = os.environ.get("CC", "cc").split()
DEADLINE = 120  # seconds; only a failure waits so long


class Installation:
    """make install DESTDIR=...; environment has the variables that make a shell see it as if it were installed."""

    def __init__(self, folder):
        self.root = Path(folder) / "root"
        self.make("install")
        prefix = Path(self.configured("prefix"))
        self.bin = self.below(self.configured("bindir"))
        self.lib = self.below(self.configured("libdir"))
        self.include = self.below(self.configured("includedir"))
        self.man = self.below(self.configured("mandir"))
        self.prefix = self.below(prefix)
        self.environment = clean_environment()
        self.environment.update(
            PATH=f"{self.bin}:{self.environment['PATH']}", LD_LIBRARY_PATH=str(self.lib),
            PKG_CONFIG_PATH=str(self.lib / "pkgconfig"), PKG_CONFIG_SYSROOT_DIR=str(self.root),
            WINDSOCK_DIR=private_folder(folder))

    def make(self, target):
        done = subprocess.run(["make", "-C", str(BUILD), target, f"DESTDIR={self.root}"], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True, env=clean_environment())
        if done.returncode:
            raise AssertionError(f"make {target}: {done.stdout[-4000:]}")

    @staticmethod
    def configured(name):
        done = subprocess.run(["make", "-s", "-C", str(BUILD), "-f", "Makefile", "-f", "-", "windsock-print"], check=True,
                              input=f"windsock-print:\n\t@echo $({name})\n", stdout=subprocess.PIPE, text=True,
                              env=clean_environment())
        return done.stdout.strip()

    def below(self, path):
        return Path(str(self.root) + str(path))

    def files(self):
        return sorted(path for path in self.root.rglob("*") if not path.is_dir())


def private_folder(parent):
    folder = tempfile.mkdtemp(dir=parent, prefix="d")
    os.chmod(folder, 0o700)
    return folder


def clean_environment():
    """Without what make check has set for itself, and what the user has set for Windsock."""
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith(("MAKE", "MFLAGS", "WINDSOCK_", "PKG_CONFIG", "LD_"))}
    return kept


def run(command, environment, **options):
    return subprocess.run(list(map(str, command)), env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=DEADLINE, **options)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Case(unittest.TestCase):
    """A temporary folder; processes started here end with the test."""

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="windsock-"))
        self.addCleanup(shutil.rmtree, self.folder, True)

    def start(self, command, environment, **options):
        process = subprocess.Popen(list(map(str, command)), env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   text=True, **options)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def succeeds(self, command, environment, **options):
        done = run(command, environment, **options)
        self.assertEqual(0, done.returncode, f"{' '.join(map(str, command))}\n{done.stdout}")
        return done.stdout

    def stop_server_at_end(self, windsock, environment):
        self.addCleanup(run, [windsock, "stop", "--now"], environment)

    def shout_answers(self, server, client, environment, client_environment=None):
        """One conversation of examples/port: server and client are commands. The answer must be the question in capitals."""
        serving = self.start([*server, "serve", "0", "1"], environment)
        first = serving.stdout.readline().split()
        self.assertEqual("port", (first or ["nothing"])[0])
        answer = self.succeeds([*client, "ask", "127.0.0.1", first[1], "hello", "", "two words", "x" * 400],
                               client_environment or environment)
        self.assertEqual(["HELLO", "", "TWO WORDS", "X" * 400], answer.splitlines())
        self.assertEqual(0, serving.wait(DEADLINE))


def main():
    """Runs the cases of the program that calls it."""
    raise SystemExit(run_suite(unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])))
