"""AF_UNIX between a Winsock program and ordinary programs of the host, at the same path."""
import os
import socket as host

from harness import *

FD_READ = 1


class UnixPeers(SystemTest):
    def setUp(self):
        super().setUp()
        self.path = os.path.join(self.folder, "meeting-\u00fc")
        self.one = self.actor()

    def host_socket(self):
        made = host.socket(host.AF_UNIX, host.SOCK_STREAM)
        self.addCleanup(made.close)
        made.settimeout(DEADLINE)
        return made

    def assert_exchange(self, actor, theirs, ours):
        ours.sendall(b"from-the-host")
        self.assertEqual(actor.do("recv", theirs, 64), "from-the-host")
        actor.do("send", theirs, "from-winsock")
        self.assertEqual(ours.recv(64), b"from-winsock")

    def test_a_host_program_connects(self):
        listener = self.one.do("unix_listen", self.path)
        client = self.host_socket()
        client.connect(self.path)
        accepted = self.one.do("accept", listener)
        self.assert_exchange(self.one, accepted, client)
        self.assertEqual(client.getpeername(), self.path)
        self.assertEqual(self.one.do("unix_peer", accepted), str(os.getpid()))

    def test_a_host_program_listens(self):
        server = self.host_socket()
        server.bind(self.path)
        server.listen()
        theirs = self.one.do("unix_connect", self.path)
        ours, _ = server.accept()
        self.addCleanup(ours.close)
        ours.settimeout(DEADLINE)
        self.assert_exchange(self.one, theirs, ours)
        self.assertEqual(self.one.do("unix_peer", theirs), str(os.getpid()))

    def test_the_end_is_seen(self):
        listener = self.one.do("unix_listen", self.path)
        client = self.host_socket()
        client.connect(self.path)
        accepted = self.one.do("accept", listener)
        client.close()
        self.assertEqual(self.one.do("recv", accepted, 64), "")

    def test_a_relative_path_is_the_working_folders(self):
        here = os.path.relpath(self.path)
        listener = self.one.do("unix_listen", here)
        client = self.host_socket()
        client.connect(self.path)
        self.one.do("accept", listener)

    def test_a_connection_is_handed_over(self):
        """The peer's process stays who connected."""
        two = self.actor()
        listener = self.one.do("unix_listen", self.path)
        client = self.host_socket()
        client.connect(self.path)
        accepted = self.one.do("accept", listener)
        claimed = two.do("claim", self.one.do("dup_close", accepted, two.pid))
        self.assert_exchange(two, claimed, client)
        self.assertEqual(two.do("unix_peer", claimed), str(os.getpid()))

    def test_a_listener_is_handed_over(self):
        two = self.actor()
        listener = two.do("claim", self.one.do("dup_close", self.one.do("unix_listen", self.path), two.pid))
        client = self.host_socket()
        client.connect(self.path)
        self.assert_exchange(two, two.do("accept", listener), client)

    def accepted_from(self, listener):
        client = self.host_socket()
        client.connect(self.path)
        return self.one.do("accept", listener), client

    def send_with_a_descriptor_and_go_on(self, client):
        """The host gives a receive what came with the descriptor and no more, however much is there."""
        host.send_fds(client, [b"A"], [client.fileno()])
        client.sendall(b"B")

    def test_what_is_behind_a_descriptor_ends_the_next_overlapped_receive(self):
        listener = self.one.do("unix_listen", self.path)
        (socket, client), (other, beside) = self.accepted_from(listener), self.accepted_from(listener)
        first, of_other = self.one.do("begin_recv", socket, 8), self.one.do("begin_recv", other, 8)
        client.sendall(b"x")
        self.assertEqual(self.one.do("end_recv", first), "x")
        self.send_with_a_descriptor_and_go_on(client)
        beside.sendall(b"y")  # whoever waits for this has been told of the others
        self.assertEqual(self.one.do("end_recv", of_other), "y")
        for expected in "A", "B":
            self.assertEqual(self.one.do("end_recv", self.one.do("begin_recv", socket, 8)), expected)

    def test_what_is_behind_a_descriptor_is_told_as_an_event(self):
        socket, client = self.accepted_from(self.one.do("unix_listen", self.path))
        self.send_with_a_descriptor_and_go_on(client)
        self.one.do("select", socket, FD_READ)
        for expected in "A", "B":
            self.assertEqual(self.one.do("told", socket, DEADLINE * 1000), str(FD_READ))
            self.assertEqual(self.one.do("recv", socket, 8), expected)

    def test_a_file_of_the_host_is_in_use(self):
        with open(self.path, "w"):
            pass
        self.assertEqual(self.one.fails("unix_listen", self.path), 10048)
        self.assertEqual(self.one.fails("unix_connect", self.path), 10061)
