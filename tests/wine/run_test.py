"""windsock run: an unmodified program finds our Winsock, and its surroundings as they were."""
import os
import re
import signal
import shutil
import subprocess
from pathlib import Path

from harness import BUILD, DEADLINE
from wine_harness import PROGRAMS, WineTest
from wine_prefix import find_wine

OURS = Path(BUILD) / "dlls/winehost/wine/x86_64-windows"
# What a service host calls in Windows' mswsock, and a call of Windows 95 that was never documented.
NOT_OURS = {"ServiceMain", "SvchostPushServiceGlobals", "WsControl"}
EXPORT_LINE = re.compile(r"^\s+[0-9A-F]{8}\s+(\d+)\s+(\S+)", re.M)


def lines_of(output):
    """The lines "name value" of plain.exe."""
    return dict(line.split(" ", 1) for line in output.splitlines() if " " in line)


class Run(WineTest):
    def test_a_plain_program_works_on_our_winsock(self):
        done = self.run_program("plain.exe")
        said = lines_of(done.stdout)
        self.assertEqual((done.returncode, said.get("failures")), (42, "0"), done.stdout + done.stderr)
        self.assertTrue(said["host"].lower().endswith("winehost.dll"), said)
        self.assertTrue(0x40000000 <= int(said["socket"], 16) < 0x44000000 and int(said["socket"], 16) % 4 == 0, said)
        self.assertFalse(self.status()["running"])  # no windsockd for plain traffic

    def test_the_windsockd_of_the_build_tree_is_found(self):
        del self.environment["WINDSOCK_SERVER"]
        source, peer = self.hosted_actor(), self.hosted_actor()
        socket, peer_socket = self.connection(source, peer)
        self.assert_talks(peer, peer.do("claim", source.do("dup_close", socket, peer.windows_pid)), peer, peer_socket)
        self.assertEqual(os.path.realpath(f"/proc/{self.server_pid()}/exe"), os.path.realpath(os.path.join(BUILD, "windsockd")))

    def test_sockets_are_handles_of_kernel32(self):
        done = self.run_program("handles.exe")
        self.assertEqual((done.returncode, done.stdout), (0, "failures 0\n"), done.stderr)

    def test_overlapped_calls_end_in_wines_events_calls_and_ports(self):
        done = self.run_program("overlapped.exe")
        self.assertEqual((done.returncode, done.stdout), (0, "failures 0\n"), done.stderr)

    def test_the_same_prefix_without_windsock_run_stays_with_wines_own(self):
        done = subprocess.run([find_wine(), str(PROGRAMS / "plain.exe")], env=self.environment, input="", capture_output=True, text=True,
                              timeout=2 * DEADLINE)
        self.assertEqual(lines_of(done.stdout)["host"], "none")

    def test_arguments_environment_streams_folder_and_status_pass_through(self):
        words = ["plain", "two words", "", "--help", "--", "-v", "*", 'a"b', "back\\"]
        folder = os.path.join(self.folder, "a folder")
        os.mkdir(folder)
        done = self.run_program("plain.exe", *words, input="a line\n", environment={"WINDSOCK_TEST_WORD": "a word"}, cwd=folder)
        said = lines_of(done.stdout)
        self.assertEqual(done.returncode, 42)
        self.assertEqual(said["arguments"], f"{len(words)} " + " ".join(f"[{word}]" for word in words))
        self.assertEqual(said["environment"], "a word")
        self.assertEqual(said["input"], "a line")
        self.assertEqual(done.stderr, "to the standard error\n")
        self.assertTrue(said["folder"].endswith("\\a folder"), said)

    def test_a_signal_ends_the_program_that_windsock_has_become(self):
        process = subprocess.Popen(self.run_command("plain.exe"), env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL)
        for line in process.stdout:
            if line.startswith(b"ready"):
                break
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(DEADLINE), -signal.SIGTERM)
        process.stdin.close()
        process.stdout.close()

    def test_programs_of_wine_run_by_name(self):
        done = self.run_program("cmd", "/c", "echo", "hello")
        self.assertEqual((done.returncode, done.stdout.strip()), (0, "hello"))
        self.assertEqual(self.run_program("cmd", "/c", "exit", "7").returncode, 7)
        self.assertEqual(self.run_program("reg", "add", "HKCU\\Software\\Windsock Test", "/v", "two words", "/d", "x y", "/f").returncode, 0)
        self.assertIn("x y", self.run_program("reg", "query", "HKCU\\Software\\Windsock Test", "/v", "two words").stdout)
        self.assertNotEqual(self.run_program("reg", "query", "HKCU\\Software\\Nothing").returncode, 0)
        self.assertEqual(self.run_program("winecfg", "/v", "win10").returncode, 0)
        self.assertEqual(self.run_program("wineboot", "-u").returncode, 0)

    def test_a_fresh_prefix_is_quiet_and_windows_10(self):
        self.assertEqual(self.prefix.first_output, "")
        self.assertIn("Windows 10", self.run_program("cmd", "/c", "ver").stdout)
        drivers = self.run_program("reg", "query", "HKCU\\Software\\Wine\\Drivers", "/v", "Graphics")
        self.assertIn("null", drivers.stdout)

    def test_wines_own_programs_find_what_they_need_of_winsock(self):
        self.prefix.end()  # the next program boots the prefix anew, on ours
        self.addCleanup(self.prefix.keep_server)
        name = self.run_program("cmd", "/c", "echo", "%COMPUTERNAME%").stdout.strip()
        self.assertEqual(name.lower(), os.uname().nodename.split(".")[0][:15].lower())

    def test_other_machines_programs_are_refused_by_name_and_reason(self):
        image = bytearray((PROGRAMS / "plain.exe").read_bytes())
        machine = int.from_bytes(image[0x3C:0x40], "little") + 4
        other = Path(self.folder) / "other.exe"
        for number, word in ((0x14C, "32-bit"), (0xAA64, "ARM64"), (0x1234, "0x1234")):
            image[machine:machine + 2] = number.to_bytes(2, "little")
            other.write_bytes(image)
            done = self.run_program(str(other))
            self.assertEqual(done.returncode, 126)
            self.assertIn(str(other), done.stderr)
            self.assertIn(word, done.stderr)
        other.write_bytes(b"MZ" + bytes(100))
        self.assertIn("16-bit", self.run_program(str(other)).stderr)

    def test_what_is_missing_is_said(self):
        self.assertEqual(self.windsock("run").returncode, 2)
        self.environment["WINDSOCK_WINE"] = "/nonexistent/wine"
        done = self.run_program("plain.exe")
        self.assertEqual(done.returncode, 127)
        self.assertIn("/nonexistent/wine", done.stderr)

    def test_our_dlls_have_every_export_of_wines_with_its_ordinal(self):
        winedump = shutil.which("winedump") or shutil.which("winedump-stable")
        if not winedump:
            self.skipTest("no winedump")

        def exports(path):
            done = subprocess.run([winedump, "-j", "export", str(path)], capture_output=True, text=True, check=True)
            return {name: int(ordinal) for ordinal, name in EXPORT_LINE.findall(done.stdout)}

        for name in ("ws2_32.dll", "mswsock.dll", "wsock32.dll"):
            wines, ours = exports(self.prefix.path / "windsock" / name), exports(OURS / name)
            self.assertTrue(wines)
            wines = {export: ordinal for export, ordinal in wines.items() if export not in NOT_OURS}
            # mswsock's have no fixed ordinals: programs import it by name.
            differing = {export: (ordinal, ours.get(export)) for export, ordinal in wines.items()
                         if (ours.get(export) != ordinal if name != "mswsock.dll" else export not in ours)}
            self.assertEqual(differing, {}, name)
