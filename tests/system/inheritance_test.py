"""Sockets that a process inherits through CreateProcess are duplicates of its creator's: their state is common."""
import itertools
import os

from harness import *

WSAENOTSOCK, WSAEWOULDBLOCK = 10038, 10035


class Streams:
    """What an Actor needs of a process that it did not start itself."""

    def __init__(self, pid, stdin, stdout):
        self.pid, self.stdin, self.stdout = pid, stdin, stdout

    def poll(self):
        return None if not self.stdin.closed else 0

    def wait(self, timeout):
        if self.stdout.closed:
            return 0
        ready, _, _ = select.select([self.stdout], [], [], timeout)
        if not ready or self.stdout.read():
            raise TimeoutError(f"actor {self.pid} does not end")
        return 0


class ChildActor(Actor):
    """An actor that another one made by CreateProcess: it begins when `gate` opens, if there is one, and is attached to."""

    numbers = itertools.count()

    def __init__(self, creator, folder, gate=None):
        self.names = [os.path.join(folder, f"{next(self.numbers)}-{end}") for end in ("in", "out")]
        for name in self.names:
            os.mkfifo(name)
        program = os.path.abspath(os.path.join(BUILD, "tests/system/actor"))
        wait = f"read word <{gate};" if gate else ""
        self.pid = int(creator.do("create_process", f'/bin/sh -c "{wait} exec {program} <{self.names[0]} >{self.names[1]}"'))

    def attach(self):
        stdin = open(self.names[0], "w", buffering=1)
        self.process = Streams(self.pid, stdin, open(self.names[1]))

    def close_pipes(self):
        """Its end is the end of what it writes."""
        if not self.process.stdin.closed:
            self.process.stdin.close()
            self.process.wait(DEADLINE)
        self.process.stdout.close()


class Inheritance(SystemTest):
    def setUp(self):
        super().setUp()
        self.creator, self.peer = self.actor(), self.actor()
        self.socket, self.peer_socket = self.connection(self.creator, self.peer)

    def child(self, creator=None):
        made = ChildActor(creator or self.creator, self.folder)
        made.attach()
        self.actors.insert(0, made)
        return made

    def share(self):
        """The creator's socket gets a duplicate elsewhere, and a Windows-only option that tells whether state is common."""
        self.peer.do("close", self.peer.do("claim", self.creator.do("dup", self.socket, self.peer.pid)))
        self.creator.do("setopt", self.socket, SOL_SOCKET, SO_DEBUG, 1)

    def assert_common(self, one, other):
        for value in (0, 1):
            one.do("setopt", self.socket, SOL_SOCKET, SO_DEBUG, value)
            self.assertEqual(other.do("getopt", self.socket, SOL_SOCKET, SO_DEBUG), str(value))

    def test_the_state_of_a_shared_socket_is_common(self):
        self.share()
        child = self.child()
        self.assertEqual(child.do("getopt", self.socket, SOL_SOCKET, SO_DEBUG), "1")
        self.assert_common(child, self.creator)
        self.assert_common(self.creator, child)
        self.assert_talks(child, self.socket, self.peer, self.peer_socket)

    def test_a_socket_with_windows_only_state_is_shared_for_it(self):
        self.creator.do("setopt", self.socket, SOL_SOCKET, SO_DEBUG, 1)
        child = self.child()
        self.assertEqual(child.do("getopt", self.socket, SOL_SOCKET, SO_DEBUG), "1")
        self.assert_common(child, self.creator)

    def test_a_plain_socket_needs_no_windsockd(self):
        self.creator.do("setopt", self.socket, SOL_SOCKET, SO_RCVTIMEO, 0)
        child = self.child()
        self.assertFalse(self.status()["running"])
        self.assert_talks(child, self.socket, self.peer, self.peer_socket)

    def test_the_mode_of_an_inherited_listener_is_its_own(self):
        for nonblocking in (0, 1):
            listener, port = self.creator.do("listen").split()
            self.creator.do("nonblocking", listener, nonblocking)
            child = self.child()
            if nonblocking:
                self.assertEqual(child.fails("accept", listener), WSAEWOULDBLOCK)
            else:
                child.begin("accept", listener)
                self.peer.do("connect", port)
                child.finish()

    def test_state_outlives_the_creator(self):
        self.share()
        child = self.child()
        self.creator.kill()
        self.assertEqual(child.do("getopt", self.socket, SOL_SOCKET, SO_DEBUG), "1")
        self.wait_until(lambda: len(self.status()["shared_sockets"][0]["owners"]) == 1, "the creator's reference is gone")
        self.assert_talks(child, self.socket, self.peer, self.peer_socket)

    def test_state_waits_for_the_child(self):
        """The creator ends before the child has come to WSAStartup, or to the library at all."""
        self.share()
        gate = os.path.join(self.folder, "gate")
        os.mkfifo(gate)
        child = ChildActor(self.creator, self.folder, gate)
        self.creator.kill()
        self.wait_until(lambda: len(self.status()["clients"]) == 3, "the peer, the child's connection and whoever asks")
        with open(gate, "w") as opened:
            opened.write("go\n")
        child.attach()
        self.actors.insert(0, child)
        self.assertEqual(child.do("getopt", self.socket, SOL_SOCKET, SO_DEBUG), "1")

    def test_a_grandchild_inherits_too(self):
        self.share()
        grandchild = self.child(self.child())
        self.assertEqual(grandchild.do("getopt", self.socket, SOL_SOCKET, SO_DEBUG), "1")
        self.assert_common(grandchild, self.creator)

    def test_what_is_not_inheritable_stays(self):
        self.share()
        self.creator.do("uninheritable", self.socket)
        child = self.child()
        self.assertEqual(child.fails("getopt", self.socket, SOL_SOCKET, SO_DEBUG), WSAENOTSOCK)

    def test_the_child_hands_it_on(self):
        self.share()
        child = self.child()
        claimed = self.peer.do("claim", child.do("dup", self.socket, self.peer.pid))
        self.assertEqual(self.peer.do("getopt", claimed, SOL_SOCKET, SO_DEBUG), "1")

    def test_without_windsockd_it_is_a_plain_socket(self):
        self.share()
        self.kill_server()
        child = self.child()
        self.assert_talks(child, self.socket, self.peer, self.peer_socket)

    def test_nothing_stays_with_the_creator_or_the_child(self):
        self.share()
        first = self.child()
        count = first.do("descriptors")
        first.close_pipes()
        before = int(self.creator.do("descriptors"))  # at most one more for a moment, since it is told of the end
        second = self.child()
        self.assertEqual(second.do("descriptors"), count)
        second.close_pipes()
        self.wait_until(lambda: int(self.creator.do("descriptors")) <= before, "the creator has what it had")
        self.assertEqual(len(self.status()["shared_sockets"]), 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
