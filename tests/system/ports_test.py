"""Completion ports of sockets that several processes share: a socket has one, and its modes, for all of them."""
from harness import *

ERROR_INVALID_PARAMETER = 87
A_WHILE = 1000 * DEADLINE  # milliseconds: until a packet comes


class SharedPorts(SystemTest):
    def setUp(self):
        super().setUp()
        self.one, self.other, self.peer = self.actor(), self.actor(), self.actor()
        self.socket, self.peer_socket = self.connection(self.one, self.peer)

    def claim(self):
        return self.other.do("claim", self.one.do("dup", self.socket, self.other.pid))

    def assert_has_a_port_already(self, actor, socket):
        self.assertEqual(actor.fails("associate", socket), ERROR_INVALID_PARAMETER)

    def assert_event_tells(self, actor, socket):
        """Of a receive that waits, and of one that does not."""
        receive = actor.do("begin_recv", socket, 4)
        self.peer.do("send", self.peer_socket, "wait")
        self.assertEqual(actor.do("end_recv", receive), "wait")
        self.peer.do("send", self.peer_socket, "more")
        self.assertEqual(actor.do("end_recv", actor.do("begin_recv", socket, 4)), "more")

    def assert_port_tells(self, actor, socket, size):
        """Of a receive that waits; before it the port had nothing to tell."""
        receive = actor.do("begin_recv", socket, size)
        self.peer.do("send", self.peer_socket, "x" * size)
        self.assertEqual(actor.do("queued", A_WHILE), f"{socket} {size}")
        self.assertEqual(actor.do("end_recv", receive), "x" * size)

    def assert_port_tells_nothing_of_success_at_once(self, actor, socket):
        self.peer.do("send", self.peer_socket, "xy")
        self.assertEqual(actor.do("recv", socket, 1), "x")  # so the other byte is there, too
        self.assertEqual(actor.do("end_recv", actor.do("begin_recv", socket, 1)), "y")
        self.assert_port_tells(actor, socket, 2)

    def assert_is_ones(self, there):
        self.assert_has_a_port_already(self.other, there)
        self.assert_event_tells(self.other, there)
        self.assert_port_tells(self.one, self.socket, 1)
        self.assertEqual(self.one.do("queued", 0), "none")

    def test_a_port_of_before_the_handoff_is_the_only_one(self):
        self.one.do("associate", self.socket)
        self.assert_is_ones(self.claim())

    def test_a_port_of_after_the_handoff_is_the_only_one(self):
        there = self.claim()
        self.one.do("associate", self.socket)
        self.assert_is_ones(there)

    def test_a_port_of_the_claimants_is_the_only_one(self):
        there = self.claim()
        self.other.do("associate", there)
        self.assert_has_a_port_already(self.one, self.socket)
        self.assert_event_tells(self.one, self.socket)
        self.assert_port_tells(self.other, there, 1)

    def test_it_has_had_its_port_when_who_made_it_has_gone(self):
        self.one.do("associate", self.socket)
        there = self.claim()
        self.one.end()
        self.assert_has_a_port_already(self.other, there)
        self.assert_event_tells(self.other, there)

    def test_modes_of_before_the_handoff_hold_for_the_claimants_port(self):
        self.one.do("skip_port_on_success", self.socket)
        there = self.claim()
        self.other.do("associate", there)
        self.assert_port_tells_nothing_of_success_at_once(self.other, there)

    def test_modes_of_after_the_handoff_hold_for_the_other_process_port(self):
        there = self.claim()
        self.one.do("associate", self.socket)
        self.other.do("skip_port_on_success", there)
        self.assert_port_tells_nothing_of_success_at_once(self.one, self.socket)


class AfterARestart(SharedPorts):
    """The same, with another windsockd than the one that the handoff went through."""

    leaves_nothing = False

    def claim(self):
        there = super().claim()
        self.kill_server()
        return there


if __name__ == "__main__":
    unittest.main(verbosity=2)
