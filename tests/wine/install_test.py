"""windsock wine install, remove, status: a prefix in which plain wine uses our Winsock, and which is afterwards as it was before."""
import hashlib
import http.server
import os
import re
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path

from harness import BUILD, Actor
from installation import Installation
from run_test import lines_of
from wine_harness import PROGRAMS, SharedPrefix, WineTest
from wine_prefix import BOOT_SECONDS, find_wine


def tree(prefix, normalised=False):
    """Every file, folder and link of a prefix with its contents. normalised: without the times that Wine writes with each registry key."""
    found = {}
    for folder, folders, files in os.walk(prefix):
        for name in folders + files:
            path = Path(folder) / name
            if path.is_symlink():
                content = os.readlink(path)
            elif path.is_dir():
                content = "a folder"
            else:
                content = path.read_bytes()
                if normalised and path.suffix == ".reg":
                    content = re.sub(rb"(?m)^#time=.*\n|(?<=\]) \d+$", b"", content)
                content = (hashlib.blake2b(content).hexdigest(), path.stat().st_mode)
            found[str(path.relative_to(prefix))] = content
    return found


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"hello from the host")

    def log_message(self, *_):
        pass


class PrefixTest(WineTest):
    """One prefix for all, at rest and without Windsock before each case."""

    prefix_name = "installed"
    bin = Path(BUILD)

    def setUp(self):
        super().setUp()
        self.prefix.end()
        self.wine_command("remove")

    def wine_command(self, *words, status=0):
        done = subprocess.run([self.bin / "windsock", "wine", *words], env=self.environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=BOOT_SECONDS)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def plain_command(self, *command):
        """Without windsock run."""
        program = PROGRAMS / command[0]
        return [find_wine(), str(program) if program.exists() else command[0], *map(str, command[1:])]

    def plain(self, *command, **options):
        return self.run_with(self.plain_command(*command), **options)

    def host_of(self, *command):
        return lines_of(self.plain(*command).stdout)["host"]

    def snapshot(self, **options):
        self.prefix.end()
        return tree(self.prefix.path, **options)

    def assert_same(self, after, before):
        self.assertEqual({path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}, set())


class Install(PrefixTest):
    def test_plain_wine_finds_ours_in_an_installed_prefix(self):
        self.assertEqual(self.host_of("plain.exe"), "none")
        self.prefix.end()
        self.assertIn("for every program", self.wine_command("install"))
        self.assertTrue(self.host_of("plain.exe").lower().endswith("winehost.dll"))
        self.prefix.end()
        self.wine_command("remove")
        self.assertEqual(self.host_of("plain.exe"), "none")

    def test_install_then_remove_leaves_the_prefix_byte_identical(self):
        before = self.snapshot()
        for words in ([], ["--app", "X.exe"]):
            self.wine_command("install", *words)
            self.assertNotEqual(self.snapshot(), before)
            self.wine_command("remove")
            self.assert_same(self.snapshot(), before)
        # In any number and order.
        for words in ("install --app a.exe", "install", "install", "install --app B.EXE", "remove --app A.EXE", "install --app b.exe"):
            self.wine_command(*words.split())
        self.wine_command("remove")
        self.assert_same(self.snapshot(), before)
        self.wine_command("install", "--app", "one.exe")
        self.wine_command("remove", "--app", "one.exe")
        self.assert_same(self.snapshot(), before)

    def test_what_the_user_has_set_comes_back(self):
        registry = self.prefix.path / "user.reg"
        kept = registry.read_bytes()
        self.addCleanup(registry.write_bytes, kept)
        head = b"[Software\\\\Wine\\\\DllOverrides]"
        text = re.sub(rb"(?m)^" + re.escape(head) + rb"[^[]*", b"", kept)
        registry.write_bytes(text + b"\n" + head + b" 1700000000\n#time=1da0000000000000\n\"*zlib1\"=\"native\"\n\"ws2_32\"=\"builtin\"\n")
        before = self.snapshot()
        self.wine_command("install")
        self.assertTrue(self.host_of("plain.exe").lower().endswith("winehost.dll"))
        self.prefix.end()
        self.wine_command("remove")
        self.assertIn(b"\"ws2_32\"=\"builtin\"\n", registry.read_bytes())
        self.assertEqual(tree(self.prefix.path, normalised=True), self.normalised(before))

    def normalised(self, before):
        """The snapshot's files again, the registry's without times: it was taken byte for byte."""
        return {**before, **{path: content for path, content in tree(self.prefix.path, normalised=True).items() if path.endswith(".reg")}}

    def test_what_wine_has_written_in_between_stays_and_nothing_else(self):
        def use():
            for key in ("HKCU\\Software\\Windsock Test", "HKLM\\Software\\Windsock Test"):
                self.assertEqual(self.plain("reg", "add", key, "/v", "here", "/d", "yes", "/f").returncode, 0)
            self.plain("plain.exe")
            return self.snapshot(normalised=True)

        use()
        control = use()
        self.wine_command("install")
        use()
        self.wine_command("remove")
        self.assert_same(tree(self.prefix.path, normalised=True), control)

    def test_a_program_is_told_by_its_name(self):
        served = Path(self.folder) / "Served.exe"
        shutil.copy(PROGRAMS / "plain.exe", served)
        self.wine_command("install", "--app", str(served))
        self.assertTrue(self.host_of(str(served)).lower().endswith("winehost.dll"))
        self.assertEqual(self.host_of("plain.exe"), "none")

    def test_nothing_is_changed_while_programs_run(self):
        actor = Actor(self.environment, self.plain_command("actor.exe"))
        self.actors.append(actor)
        actor.do("pid")
        before = (self.prefix.path / "user.reg").read_bytes()
        said = self.wine_command("install", status=1)
        self.assertIn("wineserver -k", said)
        self.assertEqual((self.prefix.path / "user.reg").read_bytes(), before)
        self.assertFalse((self.prefix.path / "windsock").exists())

    def test_a_prefix_that_is_not_there_is_made(self):
        fresh = SharedPrefix(os.path.join(self.folder, "a fresh one"))
        self.addCleanup(fresh.remove)
        self.wine_command("status", "--prefix", str(fresh.path), status=1)
        self.wine_command("remove", "--prefix", str(fresh.path), status=1)
        self.wine_command("install", "--prefix", str(fresh.path))
        self.environment["WINEPREFIX"] = str(fresh.path)
        self.assertTrue(self.host_of("plain.exe").lower().endswith("winehost.dll"))
        self.assertIn("Windows 10", self.plain("cmd", "/c", "ver").stdout)
        self.assertIn("null", self.plain("reg", "query", "HKCU\\Software\\Wine\\Drivers", "/v", "Graphics").stdout)
        fresh.end()
        self.wine_command("remove", "--prefix", str(fresh.path))
        self.assertIn(f"do: windsock wine install --prefix '{fresh.path}'", self.wine_command("status", "--prefix", str(fresh.path), status=1))

    def test_mistakes_are_refused(self):
        self.assertIn("no name of a program", self.wine_command("install", "--app", "a[b].exe", status=1))
        self.assertIn("no name of a program", self.wine_command("install", "--app", "folder/", status=1))
        self.assertIn("not installed", self.wine_command("remove", "--app", "other.exe", status=1))
        self.wine_command(status=2)
        self.wine_command("install", "extra", status=2)
        narrow = Path(self.folder) / "narrow"
        narrow.mkdir()
        (narrow / "system.reg").write_text("WINE REGISTRY Version 2\n;; All keys relative to REGISTRY\\\\Machine\n\n#arch=win32\n")
        for command in ("install", "remove", "status"):
            self.assertIn("32-bit prefix", self.wine_command(command, "--prefix", str(narrow), status=1))
        self.assertEqual(self.windsock("run", "--prefix", str(narrow), "cmd").returncode, 126)
        self.assertEqual([path.name for path in narrow.iterdir()], ["system.reg"])
        record = self.prefix.path / "windsock/installed.json"
        record.parent.mkdir()
        record.write_text("{")
        for command in ("install", "remove", "status"):
            self.assertIn("installed.json", self.wine_command(command, status=1))
        shutil.rmtree(record.parent)


class Status(PrefixTest):
    def test_status_says_what_is_there_and_whether_it_works(self):
        said = self.wine_command("status", status=1)
        self.assertIn("none of Windsock", said)
        self.assertIn("windsock wine install", said)
        self.prefix.end()
        self.wine_command("install", "--app", "One.exe")
        said = self.wine_command("status", "--app", "one.exe")
        for words in ("of this Windsock", "installed for one.exe", "yes: one.exe finds it", "wine-8"):
            self.assertIn(words, said)
        self.assertIn("Wine's own", self.wine_command("status", status=1))
        self.prefix.end()
        self.wine_command("install")
        self.assertIn("installed for one.exe, every program", self.wine_command("status"))

    def test_status_sees_damage_and_another_windsock(self):
        self.wine_command("install")
        system32 = self.prefix.path / "drive_c/windows/system32"
        os.utime(system32 / "ws2_32.dll", (1, 1))
        self.assertIn("of another Windsock", self.wine_command("status"))
        (system32 / "winehost.so").unlink()
        said = self.wine_command("status", status=1)
        self.assertIn("some of Windsock are missing", said)
        self.assertIn("WSASYSNOTREADY", said)
        self.prefix.end()
        self.wine_command("install")
        self.assertIn("yes:", self.wine_command("status"))


class WholePrefix(PrefixTest):
    def test_handoffs_find_windsockd_from_an_installed_prefix(self):
        del self.environment["WINDSOCK_SERVER"]
        self.wine_command("install")
        source, target = (Actor(self.environment, self.plain_command("actor.exe")) for _ in range(2))
        self.actors += [source, target]
        number = target.do("pid")
        socket, peer_socket = self.connection(source, target)
        self.assert_talks(target, target.do("claim", source.do("dup_close", socket, number)), target, peer_socket)
        self.assertEqual(os.path.realpath(f"/proc/{self.server_pid()}/exe"), os.path.realpath(os.path.join(BUILD, "windsockd")))

    def test_wines_own_programs_and_services_run_on_ours(self):
        self.wine_command("install")
        etc = self.prefix.path / "drive_c/windows/system32/drivers/etc"
        for path in etc.iterdir():
            path.unlink()
        (self.prefix.path / ".update-timestamp").write_text("1")  # as after an upgrade of Wine
        self.assertEqual(self.plain("wineboot", "-u").returncode, 0)
        self.assertNotEqual((self.prefix.path / ".update-timestamp").read_text(), "1")
        texts = {path.name: path.read_bytes() for path in etc.iterdir()}
        self.assertEqual(set(texts), {"hosts", "networks", "protocol", "services"})
        self.assertRegex(texts["services"], rb"(?m)^http +80/tcp +www\r$")
        self.assertRegex(texts["protocol"], rb"(?m)^tcp +6 +TCP\r$")

        self.prefix.end()  # the services that are leaving would start no other
        actor = Actor(self.environment, self.plain_command("actor.exe"))  # keeps the services running
        self.actors.append(actor)
        actor.do("pid")
        done = self.plain("net", "start", "rpcss")
        self.assertIn(done.returncode, (0, 2), done.stdout + done.stderr)  # 2: it runs already
        self.assertIn("SystemRoot", self.plain("reg", "query", "HKLM\\Software\\Microsoft\\Windows NT\\CurrentVersion", "/v", "SystemRoot").stdout)
        self.assertEqual(self.plain("winecfg", "/v", "win10").returncode, 0)
        running = self.prefixs_processes()
        self.assertLessEqual({"actor.exe", "rpcss.exe", "services.exe"}, set(running))
        self.assertEqual({name for name, maps in running.items() if "ws2_32.dll" in maps and "winehost.so" not in maps}, set())

    def prefixs_processes(self):
        """What each program of the prefix has in its memory, by name."""
        found = {}
        for process in Path("/proc").iterdir():
            try:
                if process.name.isdigit() and f"WINEPREFIX={self.prefix.path}\0".encode() in (process / "environ").read_bytes():
                    found[(process / "comm").read_text().strip()] = (process / "maps").read_text()
            except OSError:
                continue
        return found

    def test_wines_http_client_works_on_ours(self):
        server = http.server.HTTPServer(("127.0.0.1", 0), Page)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        self.addCleanup(server.server_close)
        self.addCleanup(thread.join)
        self.addCleanup(server.shutdown)
        self.wine_command("install")
        for first in ("winhttp.dll", "ws2_32.dll"):
            done = self.plain("winhttp.exe", server.server_port, first)
            said = lines_of(done.stdout)
            self.assertEqual((done.returncode, said["page"], said["host"]), (0, "hello from the host", "ours"), done.stdout + done.stderr)

    def test_random_numbers_for_todays_go_and_rust(self):
        done = self.run_program("prng.exe")
        self.assertEqual((done.returncode, done.stdout), (0, "failures 0\n"))
        self.prefix.end()
        self.wine_command("install", "--app", "other.exe")  # the DLL serves every program
        self.assertEqual(self.plain("prng.exe").returncode, 0)


class Installed(PrefixTest):
    """The same from below a DESTDIR."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.mkdtemp(prefix="windsock-install-")
        cls.addClassCleanup(shutil.rmtree, folder, True)
        cls.bin = Installation(folder).bin

    def setUp(self):
        super().setUp()
        del self.environment["WINDSOCK_SERVER"]

    def assert_uses_this_windsockd(self, command):
        source, target = (Actor(self.environment, command) for _ in range(2))
        self.actors += [source, target]
        number = target.do("pid")
        socket, peer_socket = self.connection(source, target)
        self.assert_talks(target, target.do("claim", source.do("dup_close", socket, number)), target, peer_socket)
        self.assertEqual(os.path.realpath(f"/proc/{self.server_pid()}/exe"), os.path.realpath(self.bin / "windsockd"))

    def test_windsock_run(self):
        self.assert_uses_this_windsockd([str(self.bin / "windsock"), "run", str(PROGRAMS / "actor.exe")])

    def test_windsock_wine(self):
        self.wine_command("install")
        self.assertIn("yes:", self.wine_command("status"))
        self.assert_uses_this_windsockd(self.plain_command("actor.exe"))
        self.end_actors()
        self.prefix.end()
        self.wine_command("remove")
        self.assertEqual(self.host_of("plain.exe"), "none")
