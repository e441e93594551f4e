"""Debian's curl as Windows programs, made once in the build folder: the source from where this system's packages come from, compiled by
curl's own makefile for mingw.

The two programs differ in how libcurl waits for sockets: by select, as it does on Windows, or by WSAPoll where it has poll elsewhere.
Debug builds have --test-event, a loop around that wait; curl's other loop is around network events.
"""
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from harness import BUILD

FOLDER = Path(BUILD) / "tests/wine/curl"
HERE = Path(__file__).resolve().parent
WAYS = {"select": "", "poll": f"-DHAVE_POLL_FINE -include {HERE / 'poll_for_curl.h'}"}
SECONDS = 1800  # a loaded machine compiles for long, but not for ever


class CurlMissing(Exception):
    """It could not be had; the message says why."""


def run(*command, **options):
    options.setdefault("check", True)
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              errors="replace", timeout=SECONDS, **options)
    except FileNotFoundError as missing:
        raise CurlMissing(f"no {missing.filename}") from missing
    except subprocess.CalledProcessError as failed:
        raise CurlMissing(f"{' '.join(map(str, command))} failed:\n" + "\n".join(failed.stdout.splitlines()[-30:])) from failed
    return done.stdout


def source_lists(folder):
    """The system's own lists of where packages come from, as lists of where their sources do."""
    for path in [Path("/etc/apt/sources.list"), *Path("/etc/apt/sources.list.d").glob("*")]:
        if path.suffix not in (".list", ".sources") or not path.is_file():
            continue
        text = re.sub(r"^deb(-src)?(?=\s)", "deb-src", path.read_text(), flags=re.M)
        (folder / path.name).write_text(re.sub(r"^Types:.*", "Types: deb-src", text, flags=re.M))


def fetch(into):
    """apt-get source curl, by an ordinary user and without a change to the system: with lists of its own."""
    with tempfile.TemporaryDirectory(prefix="windsock-apt-") as folder:
        folder = Path(folder)
        for name in ("lists/partial", "cache/archives/partial", "sources"):
            (folder / name).mkdir(parents=True)
        source_lists(folder / "sources")
        apt = ["apt-get", "-q", "-o", "Acquire::Retries=3", "-o", f"Dir::State={folder}", "-o", "Dir::State::status=/var/lib/dpkg/status",
               "-o", f"Dir::Cache={folder}/cache", "-o", "Dir::Etc::SourceList=/dev/null", "-o", f"Dir::Etc::SourceParts={folder}/sources"]
        told = run(*apt, "update", check=False)  # it complains of a list without sources; what counts is whether curl's are found
        try:
            run(*apt, "source", "--only-source", "curl", cwd=into)
        except CurlMissing as missing:
            raise CurlMissing(f"{missing}\n{told}") from missing


def compile_in(tree, made):
    compiler = os.environ.get("MINGW_CC") or shutil.which("x86_64-w64-mingw32-gcc-posix") or "x86_64-w64-mingw32-gcc"
    for way, flags in WAYS.items():
        # Only select.c sees the difference.
        for old in ("lib/libcurl.a", "lib/objects/select.o", "src/curl.exe"):
            (tree / old).unlink(missing_ok=True)
        environment = dict(os.environ, CFLAGS="-O1 -w -D_WIN32_WINNT=0x0A00", CPPFLAGS="-DHTTP_ONLY " + flags)
        for name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS"):
            environment.pop(name, None)
        for part, target in (("lib", "libcurl.a"), ("src", "curl.exe")):
            (tree / part / "objects").mkdir(exist_ok=True)
            run("make", "-j2", "-C", tree / part, "-f", "Makefile.mk", "CFG=-debug-trackmem-ipv6", "OBJ_DIR=objects", f"CC={compiler}",
                "AR=x86_64-w64-mingw32-ar", "RC=x86_64-w64-mingw32-windres", target, env=environment)
        shutil.copy(tree / "src/curl.exe", made / f"curl-{way}.exe")


def curls():
    """The program for each way of waiting."""
    if not FOLDER.exists():
        FOLDER.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=FOLDER.parent, prefix="curl-") as folder:
            made = Path(folder) / "made"
            made.mkdir()
            fetch(folder)
            compile_in(next(path for path in Path(folder).glob("curl-*") if path.is_dir()), made)
            made.rename(FOLDER)  # at the end, so that what is there is whole
    return {way: FOLDER / f"curl-{way}.exe" for way in WAYS}
