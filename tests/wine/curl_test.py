"""curl as a Windows program on our Winsock: somebody else's code, unmodified, in each of its ways to wait for sockets."""
import hashlib
import os
import socket
import subprocess

import curl_build

from harness import DEADLINE
from http_server import Server, content
from wine_harness import WineTest

SMALL, LARGE = 1000, 8 << 20
# curl's exit statuses
REFUSED, PARTIAL, TIMED_OUT, NOTHING = 7, 18, 28, 52


def setUpModule():
    global programs
    programs = curl_build.curls()


class CurlTest(WineTest):
    """A server, and a program `way` that fetches from it with the arguments `loop`."""

    def setUp(self):
        super().setUp()
        self.server = Server()
        self.addCleanup(self.server.end)

    def command(self, *arguments):
        return self.run_command(programs[self.way], *self.loop, "-sS", *arguments)

    def curl(self, *arguments, status=0):
        """The output of curl, which must end with this status."""
        done = self.run_with(self.command(*arguments))
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stdout

    def path(self, name, data=None):
        path = os.path.join(self.folder, name)
        if data is not None:
            with open(path, "wb") as file:
                file.write(data)
        return path

    def assert_holds(self, path, data):
        with open(path, "rb") as file:
            self.assertEqual(hashlib.sha256(file.read()).digest(), hashlib.sha256(data).digest(), path)


class Transfers:
    def test_small_bodies_on_one_connection(self):
        outputs = [self.path(f"small-{number}") for number in range(3)]
        arguments = [word for output in outputs for word in (self.server.url(f"bytes/{SMALL}"), "-o", output)]
        self.curl(*arguments)
        for output in outputs:
            self.assert_holds(output, content(SMALL))
        self.assertEqual(self.server.connections, 1)

    def test_a_large_body_from_a_server_with_a_name(self):
        output = self.path("large")
        self.curl(self.server.url(f"bytes/{LARGE}", "localhost"), "-o", output)
        self.assert_holds(output, content(LARGE))

    def test_uploads(self):
        data = content(LARGE)
        told = f"{LARGE} {hashlib.sha256(data).hexdigest()}"
        file = self.path("upload", data)
        self.assertEqual(self.curl("-T", file, self.server.url("put")), told)
        self.assertEqual(self.curl("--data-binary", f"@{file}", self.server.url("post")), told)

    def test_several_programs_at_the_same_time(self):
        outputs = [self.path(f"large-{number}") for number in range(4)]
        processes = [subprocess.Popen(self.command(self.server.url(f"bytes/{LARGE}"), "-o", output), env=self.environment,
                                      stdin=subprocess.DEVNULL) for output in outputs]
        self.assertEqual([process.wait(2 * DEADLINE) for process in processes], [0] * len(outputs))
        for output in outputs:
            self.assert_holds(output, content(LARGE))

    def test_a_server_that_does_not_answer(self):
        self.curl("-m", "1", self.server.url("never"), status=TIMED_OUT)

    def test_connections_that_end_too_soon(self):
        self.curl(self.server.url("nothing"), status=NOTHING)
        self.assertEqual(self.curl(self.server.url("cut"), status=PARTIAL), "ten bytes.")

    def test_a_refused_connection(self):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))  # and not listening
            self.curl(f"http://127.0.0.1:{unused.getsockname()[1]}/", status=REFUSED)


class BySelect(Transfers, CurlTest):
    way, loop = "select", ["--test-event"]


class ByPoll(Transfers, CurlTest):
    way, loop = "poll", ["--test-event"]


class ByNetworkEvents(Transfers, CurlTest):
    """curl's usual loop."""

    way, loop = "select", []

    def test_in_parallel(self):
        outputs = [self.path(f"parallel-{number}") for number in range(20)]
        arguments = [word for output in outputs for word in (self.server.url(f"bytes/{SMALL}"), "-o", output)]
        self.curl("--parallel", *arguments)
        for output in outputs:
            self.assert_holds(output, content(SMALL))
