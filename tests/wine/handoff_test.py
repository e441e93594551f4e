"""Handoffs between Windows programs in Wine and native ones: the cases of the native handoff, with other actors; and whom a process id
means."""
import signal

import handoff_walk_test  # not its classes: they would be run here as well

from harness import *
from wine_harness import UNIX_PROCESS, Mixed, SharedPrefix, WineTest

IN_A_ROW = scaled(1000, 50)


class InARow(Mixed):
    def test_a_thousand_in_a_row_and_none_lost(self):
        listener, port = self.peer.do("listen").split()
        for number in range(IN_A_ROW):
            mine = self.source.do("connect", port)
            theirs = self.peer.do("accept", listener)
            claimed = self.target.do("claim", self.source.do("dup_close", mine, self.target.pid))
            self.assert_talks(self.target, claimed, self.peer, theirs, f"number{number}")
            self.target.do("close", claimed)
            self.peer.do("close", theirs)


class ExeToExe(InARow, WineTest, handoff_walk_test.Handoff):
    roles = ("hosted", "hosted", "native", "hosted")

    def named(self, actor):
        actor.pid = actor.windows_pid
        return actor


class ExeToNative(InARow, WineTest, handoff_walk_test.Handoff):
    roles = ("hosted", "native", "native")


class NativeToExe(InARow, WineTest, handoff_walk_test.Handoff):
    roles = ("native", "hosted", "native", "hosted")


class AcrossPrefixes(InARow, WineTest, handoff_walk_test.Handoff):
    roles = ("hosted", "other", "native", "hosted")

    def named(self, actor):
        actor.pid |= UNIX_PROCESS
        return actor


class Overlapped(WineTest):
    def assert_receives(self, actor, socket, peer, peer_socket, text):
        receive = actor.do("begin_recv", socket, len(text))
        peer.do("send", peer_socket, text)
        self.assertEqual(actor.do("end_recv", receive), text)

    def test_either_side_of_a_handoff_receives_overlapped(self):
        hosted, native, peer = self.hosted_actor(), self.actor(), self.actor()
        for source, target in ((hosted, native), (native, hosted), (hosted, self.hosted_actor())):
            socket, peer_socket = self.connection(source, peer)
            self.assert_receives(source, socket, peer, peer_socket, "before")
            claimed = target.do("claim", source.do("dup", socket, target.pid | UNIX_PROCESS))
            self.assert_receives(source, socket, peer, peer_socket, "source")
            self.assert_receives(target, claimed, peer, peer_socket, "target")
            receive = target.do("begin_recv", claimed, 5)
            source.do("close", socket)
            peer.do("send", peer_socket, "after")
            self.assertEqual(target.do("end_recv", receive), "after")
            receive = target.do("begin_recv", claimed, 5)
            peer.do("close", peer_socket)
            self.assertEqual(target.do("end_recv", receive), "")


class WhomANumberMeans(WineTest):
    def setUp(self):
        super().setUp()
        self.source, self.peer = self.hosted_actor(), self.actor()
        self.socket, self.peer_socket = self.connection(self.source, self.peer)

    def assert_reaches(self, source, socket, number, target):
        claimed = target.do("claim", source.do("dup", socket, number))
        self.assert_talks(target, claimed, self.peer, self.peer_socket)
        target.do("close", claimed)

    def test_in_a_prefix_it_is_a_windows_process_first_and_then_a_unix_process(self):
        target, native = self.hosted_actor(), self.actor()
        self.assert_reaches(self.source, self.socket, target.windows_pid, target)
        self.assert_reaches(self.source, self.socket, target.pid, target)
        self.assert_reaches(self.source, self.socket, native.pid, native)
        self.assert_reaches(self.source, self.socket, native.pid | UNIX_PROCESS, native)

    def test_natively_it_is_a_unix_process_first_and_then_a_windows_process_of_one_prefix(self):
        native = self.actor()
        socket, _ = self.connection(native, self.peer)
        self.socket, self.peer_socket = self.connection(native, self.peer)
        target = self.hosted_actor()
        self.assert_reaches(native, self.socket, target.pid, target)
        if not self.is_unix_process(target.windows_pid):
            self.assert_reaches(native, self.socket, target.windows_pid, target)
        self.assertEqual(native.fails("dup", socket, target.windows_pid | UNIX_PROCESS) if not self.is_unix_process(target.windows_pid)
                         else WSAEINVAL, WSAEINVAL)

    def test_a_number_that_two_prefixes_have_means_neither(self):
        for prefix in (self.prefix, SharedPrefix.get("other")):
            prefix.keep_server()  # a new one, whose numbers begin again
        self.source = self.hosted_actor()
        self.socket, self.peer_socket = self.connection(self.source, self.peer)
        native = self.actor()
        socket, _ = self.connection(native, self.peer)
        # Numbers are given in order, so the two sets come to have one in common if the one that lags behind grows. A process takes two,
        # with its thread; a thread in between shifts odd against even.
        here, there = {}, {}
        while not here.keys() & there.keys():
            self.assertLess(len(here) + len(there), 60, (sorted(here), sorted(there)))
            lags, prefix = (here, None) if max(here, default=0) <= max(there, default=0) else (there, SharedPrefix.get("other"))
            made = self.hosted_actor(prefix)
            lags[made.windows_pid] = made
            if len(here) + len(there) == 20:
                made.do("take_id")
        number = (here.keys() & there.keys()).pop()
        if self.is_unix_process(number):
            self.skipTest(f"{number} is a Unix process's number, too")
        self.assertEqual(native.fails("dup", socket, number), WSAEINVAL)
        # In its own prefix it is clear.
        self.assert_reaches(self.source, self.socket, number, here[number])

    def test_a_process_that_has_not_run_one_instruction_is_a_target_and_its_end_ends_the_ticket(self):
        pid, process, _ = self.source.do("start_suspended", "cmd.exe").split()
        self.source.do("dup_close", self.socket, pid)
        self.assertEqual(len(self.status()["tickets"]), 1)
        self.source.do("terminate", process)
        self.assertEqual(self.peer.do("recv", self.peer_socket, 1), "")
        self.wait_until(lambda: not self.status()["tickets"], "the ticket ends with its target")

    def test_the_ticket_for_a_process_that_has_not_run_outlives_its_source(self):
        pid, process, _ = self.source.do("start_suspended", "cmd.exe").split()
        self.source.do("dup", self.socket, pid)
        self.source.kill()
        self.assertEqual(len(self.status()["tickets"]), 1)
        self.prefix.keep_server()  # ends the prefix's processes: with them their tickets go
        self.assertEqual(self.peer.do("recv", self.peer_socket, 1), "")
        self.wait_until(lambda: not self.status()["tickets"], "the ticket ends with its target")

    def test_what_no_process_has_is_no_target(self):
        for number in (0, 0x3FFFFFFC, UNIX_PROCESS, UNIX_PROCESS | 0x3FFFFFFC):
            self.assertEqual(self.source.fails("dup", self.socket, number), WSAEINVAL)

    def test_status_shows_both_numbers_and_the_program(self):
        target = self.hosted_actor()
        self.source.do("dup", self.socket, target.windows_pid)
        clients = {client["pid"]: client["program"] for client in self.status()["clients"]}
        self.assertEqual(clients[self.source.pid], f"actor.exe (Windows process {self.source.windows_pid})")
        self.assertEqual(self.status()["tickets"][0]["target"]["pid"], target.pid)

    @staticmethod
    def is_unix_process(number):
        return os.path.exists(f"/proc/{number}")
