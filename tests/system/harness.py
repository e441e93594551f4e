"""What the system tests have in common: a windsockd of their own, and actors (actor.cpp) to play against each other.

Everything lives in a temporary folder and ends with the test, also when it fails: actors end when their standard input does,
windsockd is stopped and must have nothing left.
"""
import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

BUILD = os.environ.get("WINDSOCK_BUILDDIR", ".")
SCALE = float(os.environ.get("WINDSOCK_TEST_SCALE", "1"))
DEADLINE = 60  # seconds, generous: only a failure waits so long

WSAEFAULT, WSAEINVAL, WSAEMFILE, WSAENOTSOCK = 10014, 10022, 10024, 10038
WSAENETDOWN, WSAECONNRESET, WSAENOBUFS = 10050, 10054, 10055
SOL_SOCKET, SO_LINGER, SO_RCVTIMEO, SO_DEBUG, SO_KEEPALIVE = 0xFFFF, 0x80, 0x1006, 0x1, 0x8
SO_CONDITIONAL_ACCEPT = 0x3002


def scaled(count, least=1):
    return max(least, int(count * SCALE))


class ActorError(Exception):
    def __init__(self, code):
        super().__init__(f"Winsock error {code}")
        self.code = int(code) if code.lstrip("-").isdigit() else code


class Actor:
    """A process that executes Winsock calls on command."""

    def __init__(self, environment, command=None):
        command = command or [os.path.join(BUILD, "tests/system/actor")]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
                                        env=environment)
        self.pid = self.process.pid

    def begin(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()

    def finish(self):
        ready, _, _ = select.select([self.process.stdout], [], [], DEADLINE)
        if not ready:
            raise TimeoutError(f"actor {self.pid} does not answer")
        line = self.process.stdout.readline()
        if not line:
            raise EOFError(f"actor {self.pid} has ended with status {self.process.wait(DEADLINE)}")
        status, _, answer = line.rstrip("\n").partition(" ")
        if status == "error":
            raise ActorError(answer)
        return answer

    def do(self, *words):
        self.begin(*words)
        return self.finish()

    def fails(self, *words):
        """The error of a command that must fail."""
        try:
            answer = self.do(*words)
        except ActorError as error:
            return error.code
        raise AssertionError(f"{words[0]} succeeded: {answer[:60]}")

    def kill(self, number=signal.SIGKILL):
        self.process.send_signal(number)
        self.process.wait(DEADLINE)
        self.close_pipes()

    def close_pipes(self):
        for pipe in (self.process.stdin, self.process.stdout):
            try:
                pipe.close()
            except BrokenPipeError:
                pass

    def end(self):
        self.close_pipes()
        return self.process.wait(DEADLINE)


class SystemTest(unittest.TestCase):
    """A folder, a windsockd that the first actor starts, and the proof at the end that nothing is left in it."""

    more_environment = {}
    leaves_nothing = True  # a test that kills windsockd says False

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="windsock-system-")
        self.environment = dict(os.environ, WINDSOCK_DIR=self.folder, WINDSOCK_SERVER=os.path.join(BUILD, "windsockd"),
                                **self.more_environment)
        self.actors = []
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.addCleanup(self.stop_server)
        self.addCleanup(self.end_actors)

    def tearDown(self):
        self.end_actors()
        if not self.leaves_nothing or not self.status()["running"]:
            return
        self.wait_until(lambda: not self.status()["tickets"] and not self.status()["shared_sockets"], "windsockd is empty")

    def actor(self, **environment):
        made = Actor(dict(self.environment, **environment))
        self.actors.append(made)
        return made

    def end_actors(self):
        for actor in self.actors:
            if actor.process.poll() is None:
                actor.close_pipes()
                try:
                    actor.process.wait(DEADLINE)
                except subprocess.TimeoutExpired:
                    actor.process.kill()
                    actor.process.wait()
            actor.close_pipes()
        self.actors = []

    def windsock(self, *arguments):
        return subprocess.run([os.path.join(BUILD, "windsock"), *arguments], env=self.environment, text=True, capture_output=True,
                              timeout=DEADLINE)

    def status(self):
        run = self.windsock("status", "--json")
        self.assertEqual(run.returncode, 0, run.stderr)
        return json.loads(run.stdout)

    def server_pid(self):
        return self.status()["server"]["pid"]

    def start_server(self, *options):
        """A windsockd of ours, listening when this returns."""
        ready, tell = os.pipe()
        server = subprocess.Popen([os.path.join(BUILD, "windsockd"), f"--ready-fd={tell}", *options], env=self.environment,
                                  pass_fds=[tell])
        os.close(tell)
        self.assertEqual(os.read(ready, 1), b"\n")
        os.close(ready)

        def end():
            if server.poll() is None:
                server.kill()
            server.wait()

        self.addCleanup(end)
        return server

    def stop_server(self):
        self.windsock("stop", "--now")

    def kill_server(self, number=signal.SIGKILL):
        pid = self.server_pid()
        pidfd = os.pidfd_open(pid)
        signal.pidfd_send_signal(pidfd, number)
        select.select([pidfd], [], [], DEADLINE)
        os.close(pidfd)

    def wait_until(self, condition, what):
        end = time.monotonic() + DEADLINE
        while not condition():
            self.assertLess(time.monotonic(), end, f"never true: {what}")
            os.sched_yield()

    def connection(self, a, b):
        """A TCP connection: a's end, b's end."""
        listener, port = a.do("listen").split()
        theirs = b.do("connect", port)
        ours = a.do("accept", listener)
        a.do("close", listener)
        return ours, theirs

    def assert_talks(self, a, a_socket, b, b_socket, word="hello"):
        a.do("send", a_socket, word)
        self.assertEqual(b.do("recv", b_socket, 64), word)
