"""Network events on a socket that several processes share: whose they are, through stops, deaths and restarts."""
import os
import signal
import time

import take_log
from harness import *

WSAEWOULDBLOCK = 10035
FD_READ, FD_WRITE, FD_CLOSE = 1, 2, 32
ROOM_FOR_LIVES = 10**6  # entries of those who go on until they are killed
MOST_LOOKS = 6  # of an actor between two selections, each of which it may write three entries about
A_WHILE = 1000 * DEADLINE  # milliseconds: until it is told
AT_MOST = 6  # seconds for a selection, which waits for one second: generous, and less than a client waits for windsockd at all (10)


class Sharing(SystemTest):
    """Two processes that have one socket, and the other end of the connection."""

    leaves_nothing = False
    calls = ("select", "select")  # by which the one selects, and everybody else: WSAEventSelect, or WSAAsyncSelect

    def setUp(self):
        super().setUp()
        self.one, self.other, self.peer = self.actor(), self.actor(), self.actor()
        self.socket, self.peer_socket = self.connection(self.one, self.peer)
        self.there = self.other.do("claim", self.one.do("dup", self.socket, self.other.pid))

    def call_of(self, actor):
        return self.calls[actor is not self.one]

    def select(self, actor, socket, events=FD_READ):
        """How long it took, in seconds."""
        begin = time.monotonic()
        actor.do(self.call_of(actor), socket, events)
        return time.monotonic() - begin

    def assert_told(self, actor, socket, other, other_socket):
        """Of data, which it takes; and the other process is not."""
        self.peer.do("send", self.peer_socket, "x")
        self.assertEqual(actor.do("told", socket, A_WHILE), str(FD_READ))
        self.assertEqual(other.do("told", other_socket, 0), "0")
        self.assertEqual(actor.do("recv", socket, 1), "x")

    def assert_one_is_told(self):
        self.assert_told(self.one, self.socket, self.other, self.there)

    def assert_the_other_is_told(self):
        self.assert_told(self.other, self.there, self.one, self.socket)

    def stop_one(self):
        """All its threads have stopped when this returns."""
        os.kill(self.one.pid, signal.SIGSTOP)
        os.waitid(os.P_PID, self.one.pid, os.WSTOPPED)

    def shared(self):
        sockets = self.status()["shared_sockets"]
        self.assertEqual(len(sockets), 1)
        return sockets[0]

    def restarted(self):
        """Waits until the next windsockd knows the owner."""
        self.wait_until(lambda: self.status()["running"] and self.status()["shared_sockets"] and self.shared()["selected_by"], "it is known again")


class SharedEvents(Sharing):
    # ---- what windsockd shows

    def test_the_owner_is_shown(self):
        self.assertIsNone(self.shared()["selected_by"])
        self.select(self.one, self.socket, FD_READ | FD_CLOSE)
        self.assertEqual((self.shared()["selected_by"], self.shared()["selected_events"]), (self.one.pid, FD_READ | FD_CLOSE))
        self.assertIn(f"{self.one.pid}: READ CLOSE", self.windsock("status").stdout)
        self.select(self.other, self.there)
        self.assertEqual((self.shared()["selected_by"], self.shared()["selected_events"]), (self.other.pid, FD_READ))
        self.select(self.one, self.socket, 0)
        self.assertEqual((self.shared()["selected_by"], self.shared()["selected_events"]), (None, 0))

    # ---- ends

    def test_a_killed_owner_is_not_waited_for(self):
        self.select(self.other, self.there)
        self.other.kill()
        self.select(self.one, self.socket)
        self.peer.do("send", self.peer_socket, "x")
        self.assertEqual(self.one.do("told", self.socket, A_WHILE), str(FD_READ))

    def test_a_killed_taker_does_no_harm(self):
        self.select(self.one, self.socket)
        self.stop_one()
        self.other.begin(self.call_of(self.other), self.there, FD_READ)
        self.wait_until(lambda: self.shared()["selected_by"] == self.other.pid, "the take arrives")
        self.other.kill()
        os.kill(self.one.pid, signal.SIGCONT)
        self.select(self.one, self.socket)
        self.peer.do("send", self.peer_socket, "x")
        self.assertEqual(self.one.do("told", self.socket, A_WHILE), str(FD_READ))

    def test_a_stopped_owner_tells_nothing_more(self):
        self.select(self.one, self.socket)
        self.stop_one()
        try:
            took = self.select(self.other, self.there)
            self.assertTrue(0.9 < took < AT_MOST, f"it has a second to cease; it took {took}")
            third = self.actor()
            elsewhere = third.do("claim", self.other.do("dup", self.there, third.pid))
            self.assertLess(self.select(third, elsewhere), 0.9, "which is not waited for again")
            self.select(self.other, self.there)
            self.peer.do("send", self.peer_socket, "x")
            self.assertEqual(self.other.do("told", self.there, A_WHILE), str(FD_READ))
        finally:
            os.kill(self.one.pid, signal.SIGCONT)
        self.assertEqual(self.one.do("told", self.socket, 0), "0")

    # ---- another windsockd

    def test_an_idle_owner_finds_the_next_windsockd(self):
        self.select(self.one, self.socket)
        self.kill_server()
        self.restarted()
        self.assertEqual(self.shared()["selected_by"], self.one.pid)
        self.assert_one_is_told()
        self.select(self.other, self.there)
        self.assert_the_other_is_told()

    def test_a_blocking_mode_is_refused_after_a_restart_too(self):
        self.select(self.one, self.socket)
        self.kill_server()
        self.restarted()
        self.assertEqual(self.other.fails("nonblocking", self.there, 0), WSAEINVAL)

    def test_the_selection_is_taken_while_its_owner_is_stopped_and_windsockd_killed(self):
        self.select(self.one, self.socket)
        self.stop_one()
        try:
            self.kill_server()
            self.select(self.other, self.there)
        finally:
            os.kill(self.one.pid, signal.SIGCONT)
        self.wait_until(lambda: len(self.shared()["owners"]) == 2, "the former owner is back")
        self.assert_the_other_is_told()

    def test_without_windsockd_a_shared_socket_has_no_new_selection(self):
        source = self.actor(WINDSOCK_SERVER="/nonexistent/windsockd")
        socket = source.do("claim", self.one.do("dup", self.socket, source.pid))
        self.end_others(source)
        self.kill_server()
        self.assertEqual(source.fails(self.call_of(source), socket, FD_READ), WSAENETDOWN)
        unshared, _ = source.do("udp").split()
        self.select(source, unshared)

    def end_others(self, kept):
        """Nobody is left who would start a windsockd."""
        for actor in (self.one, self.other):
            actor.end()
        self.assertIsNone(kept.process.poll())

    # ---- windsockd is told to stop

    def stop_windsockd(self):
        stopped = self.windsock("stop", "--now")
        self.assertEqual(stopped.returncode, 0, stopped.stderr)

    def test_windsockd_stays_away_when_it_was_stopped_though_events_are_selected(self):
        log = os.path.join(self.folder, "log")
        owner = self.actor(WINDSOCK_DEBUG="trace+server", WINDSOCK_DEBUG_FILE=log)
        socket = owner.do("claim", self.one.do("dup", self.socket, owner.pid))
        self.select(owner, socket)
        self.stop_windsockd()

        def has_looked():
            with open(log) as lines:
                return "the next one is waited for" in lines.read()

        self.wait_until(has_looked, "the owner has found that it left")
        self.assertFalse(self.status()["running"])
        self.assert_told(owner, socket, self.other, self.there)
        self.assertEqual(self.other.fails("nonblocking", self.there, 0), WSAEINVAL)
        self.assertFalse(self.status()["running"], "nor is it needed for that")

    def test_an_idle_owner_finds_the_windsockd_that_another_process_starts_after_a_stop(self):
        self.select(self.one, self.socket)
        self.stop_windsockd()
        self.other.do("dup", self.there, self.peer.pid)
        self.restarted()
        self.assertEqual(self.shared()["selected_by"], self.one.pid)
        self.assert_one_is_told()
        self.select(self.other, self.there)
        self.assert_the_other_is_told()

    def test_the_selection_is_taken_after_a_stop(self):
        self.select(self.one, self.socket)
        self.stop_windsockd()
        self.select(self.other, self.there)
        self.wait_until(lambda: len(self.shared()["owners"]) == 2, "the former owner is back")
        self.assert_the_other_is_told()

    # ---- many

    def test_in_turn(self):
        took = {self.one: [], self.other: []}
        for i in range(scaled(300, 10)):
            with self.subTest(i):
                took[self.one].append(self.select(self.one, self.socket))
                self.assert_one_is_told()
                took[self.other].append(self.select(self.other, self.there))
                self.assert_the_other_is_told()
        for taker, times in took.items():
            self.assertLess(min(times[1:]), 0.9, f"an owner that lives ceases at once, and is not waited for till the second is over, by {taker.pid}")


class SharedMessages(SharedEvents):
    calls = ("async_select", "async_select")


class EventAndMessages(SharedEvents):
    calls = ("select", "async_select")


class MessagesAndEvent(SharedEvents):
    calls = ("async_select", "select")


class AroundAFork(SystemTest):
    """A socket that nobody else has, until its process forks."""

    call = "select"

    def setUp(self):
        super().setUp()
        self.parent, self.peer = self.actor(), self.actor()
        self.socket, self.peer_socket = self.connection(self.parent, self.peer)

    def test_a_child_cannot_make_it_block(self):
        self.parent.do(self.call, self.socket, FD_READ)
        self.assertEqual(self.parent.do("child", "nonblocking", self.socket, 0), f"error_{WSAEINVAL}")
        self.assertEqual(self.parent.fails("recv", self.socket, 1), WSAEWOULDBLOCK)

    def test_what_a_child_selects_is_its_parents_no_more(self):
        self.parent.do(self.call, self.socket, FD_READ)
        self.parent.begin("child", "take", self.socket, FD_READ, A_WHILE)
        self.wait_until(lambda: self.owner() not in (None, self.parent.pid), "the child has selected")
        self.peer.do("send", self.peer_socket, "x")
        self.assertEqual(self.parent.finish(), str(FD_READ))
        self.assertEqual(self.parent.do("told", self.socket, 0), "0")
        self.parent.do(self.call, self.socket, FD_READ)
        self.assertEqual(self.parent.do("told", self.socket, A_WHILE), str(FD_READ))

    def owner(self):
        sockets = self.status()["shared_sockets"]
        return sockets[0]["selected_by"] if sockets else None

    def test_the_parent_is_told_on_when_the_child_selects_nothing(self):
        self.parent.do(self.call, self.socket, FD_READ)
        self.parent.do("child_hold")
        self.assertEqual(self.owner(), self.parent.pid)
        self.peer.do("send", self.peer_socket, "x")
        self.assertEqual(self.parent.do("told", self.socket, A_WHILE), str(FD_READ))
        self.assertEqual(self.parent.do("child_end"), "0")
        self.assertEqual(self.parent.do("recv", self.socket, 1), "x")
        self.peer.do("send", self.peer_socket, "x")
        self.assertEqual(self.parent.do("told", self.socket, A_WHILE), str(FD_READ))

    def test_a_process_that_has_selected_nothing_needs_no_windsockd_to_fork(self):
        self.parent.do(self.call, self.socket, FD_READ)
        self.parent.do(self.call, self.socket, 0)
        self.parent.do("child", "send", self.socket, "x")
        self.assertFalse(self.status()["running"])

    def test_a_process_forks_without_windsockd_too(self):
        parent = self.actor(WINDSOCK_SERVER="/nonexistent/windsockd")
        socket, peer_socket = self.connection(parent, self.peer)
        parent.do(self.call, socket, FD_READ)
        parent.do("child", "send", socket, "x")
        self.assertEqual(self.peer.do("recv", peer_socket, 1), "x")


class MessagesAroundAFork(AroundAFork):
    call = "async_select"


class UnderLoad(Sharing):
    one_in = 10  # selections of each, something of each kind is observed at least

    def test_against_each_other(self):
        """At no time both are told. Bytes go round all the while: whoever is told of some sends them back to the peer, who echoes."""
        count = scaled(5000, 50)
        path = os.path.join(self.folder, "log")
        take_log.create(path, 2 * count * (2 + 3 * MOST_LOOKS))
        going_round = "x" * 100
        loads = [self.actor() for _ in range(2)]
        for load in loads:
            load.begin("contend", load.do("udp").split()[0], FD_WRITE, count)
        self.one.do("send", self.socket, going_round)
        self.peer.begin("echo", self.peer_socket)
        for actor, socket in ((self.one, self.socket), (self.other, self.there)):
            actor.do("log", path)
            actor.begin("contend", socket, FD_READ | FD_WRITE, count)
        for actor in (self.one, self.other, *loads):
            actor.finish()
        self.judge(take_log.read(path), observed=count // self.one_in, takes=2 * count)
        self.one.do("send", self.socket, ".")
        self.assertGreater(int(self.peer.finish()), len(going_round))
        for actor, socket in ((self.one, self.socket), (self.other, self.there)):
            actor.do("told", socket, 0)  # what was told before
        self.assertIn(self.shared()["selected_by"], (self.one.pid, self.other.pid))
        self.select(self.one, self.socket)
        self.assertEqual(self.received_by_one(len(going_round)), going_round)
        self.assert_one_is_told()
        self.select(self.other, self.there)
        self.assert_the_other_is_told()

    def test_against_each_other_while_processes_and_windsockd_are_killed(self):
        """Whoever is killed gets a successor. The third process has the socket for it, and notes the deaths in the log."""
        third = self.actor()
        elsewhere = third.do("claim", self.one.do("dup", self.socket, third.pid))
        path = os.path.join(self.folder, "log")
        take_log.create(path, ROOM_FOR_LIVES)
        third.do("log", path)
        self.peer.begin("echo", self.peer_socket)
        lives = [(self.one, self.socket), (self.other, self.there)]
        for actor, socket in lives:
            self.contend_for_ever(actor, socket, path)
        killed = scaled(60, 6)
        for number in range(killed):
            third.do("send", elsewhere, "x" * 20)  # some go with those that are killed
            self.wait_for_entries(path, 300)
            if number % 3 == 2:
                third.do("note", take_log.SERVER_ENDS, 0)
                self.kill_server()
                third.do("note", take_log.SERVER_ENDED, 0)
                continue
            actor, socket = lives.pop(0)
            self.end_life(actor, third)
            successor = self.actor()
            socket = successor.do("claim", third.do("dup", elsewhere, successor.pid))
            self.contend_for_ever(successor, socket, path)
            lives.append((successor, socket))
        self.wait_for_entries(path, 300)
        for actor, socket in lives:
            self.assertIsNone(actor.process.poll())
            self.end_life(actor, third)
        # Who was killed does not ask after its loss.
        self.judge(take_log.written(take_log.read(path), killed + len(lives)), observed=2 * killed)
        third.do("send", elsewhere, ".")
        self.assertGreater(int(self.peer.finish()), 0)

    def contend_for_ever(self, actor, socket, path):
        actor.do("log", path)
        actor.logged_as = int(actor.do("pid"))  # a Windows program has a number of its own
        actor.begin("contend", socket, FD_READ | FD_WRITE, 2**31 - 1)

    def wait_for_entries(self, path, more):
        end = take_log.count(path) + more
        self.wait_until(lambda: take_log.count(path) >= end, "something goes on")

    def end_life(self, actor, third):
        """By force. When it is noted nothing of what it asked of windsockd is left to be done."""
        actor.kill()
        self.wait_until(lambda: actor.pid not in [client["pid"] for client in self.status()["clients"]], "windsockd has seen its end")
        third.do("note", take_log.ENDED, actor.logged_as)

    def judge(self, entries, observed, takes=None):
        """All that was written down: at least so many observations of each kind; so many selections, if that is known."""
        wrong = take_log.violation(entries)
        self.assertIsNone(wrong, f"told to one, and it is the other's: {entries[max(0, (wrong or 0) - 20):(wrong or 0) + 1]}")
        counts = take_log.summary(entries)
        longest = take_log.longest_take(entries)
        print(f"  {counts['takes']} selections, the longest took {1000 * longest:.0f} ms; {counts['told']} times told, "
              f"{counts['asked after the loss']} times asked after the loss")
        self.assertEqual(counts["takes"], takes or counts["takes"])
        self.assertLess(longest, AT_MOST)
        for what in ("told", "signalled", "asked after the loss"):
            self.assertGreaterEqual(counts[what], observed, what)

    def received_by_one(self, size):
        """So many bytes, and there are no more."""
        data = ""
        while len(data) < size:
            self.assertEqual(self.one.do("told", self.socket, A_WHILE), str(FD_READ))
            data += self.one.do("recv", self.socket, 2 * size)
        self.assertEqual(self.one.fails("recv", self.socket, 1), WSAEWOULDBLOCK)
        return data
