"""The handoff, step by step, and what holds when somebody dies, closes or is full at each step."""
import os
import re
import signal
import subprocess
from pathlib import Path

from harness import *


class Handoff(SystemTest):
    def setUp(self):
        super().setUp()
        self.source, self.target, self.peer = self.actor(), self.actor(), self.actor()
        self.socket, self.peer_socket = self.connection(self.source, self.peer)

    def hand_over(self):
        info = self.source.do("dup_close", self.socket, self.target.pid)
        return self.target.do("claim", info)

    def test_the_target_talks_to_the_peer(self):
        claimed = self.hand_over()
        self.assert_talks(self.target, claimed, self.peer, self.peer_socket)
        self.assert_talks(self.peer, self.peer_socket, self.target, claimed, "back")

    def test_the_peer_sees_the_end_when_the_last_descriptor_closes(self):
        info = self.source.do("dup", self.socket, self.target.pid)
        claimed = self.target.do("claim", info)
        self.target.do("close", claimed)
        self.assert_talks(self.source, self.socket, self.peer, self.peer_socket)
        self.source.do("close", self.socket)
        self.assertEqual(self.peer.do("recv", self.peer_socket, 1), "")

    def test_the_ticket_holds_the_socket_when_the_source_is_killed(self):
        info = self.source.do("dup", self.socket, self.target.pid)
        self.source.kill()
        claimed = self.target.do("claim", info)
        self.assert_talks(self.target, claimed, self.peer, self.peer_socket)

    def test_the_connection_ends_when_the_target_is_killed_before_it_claims(self):
        self.source.do("dup_close", self.socket, self.target.pid)
        self.target.kill()
        self.assertEqual(self.peer.do("recv", self.peer_socket, 1), "")
        self.wait_until(lambda: not self.status()["tickets"], "the ticket dies with its target")

    def test_the_connection_ends_when_the_target_is_killed_after_it_claimed(self):
        self.hand_over()
        self.target.kill()
        self.assertEqual(self.peer.do("recv", self.peer_socket, 1), "")

    def test_a_killed_windsockd_takes_its_parked_sockets_along(self):
        info = self.source.do("dup_close", self.socket, self.target.pid)
        self.kill_server()
        self.assertEqual(self.peer.do("recv", self.peer_socket, 1), "")
        self.assertEqual(self.target.fails("claim", info), WSAEINVAL)

    def test_claimed_sockets_live_on_without_windsockd(self):
        claimed = self.hand_over()
        self.kill_server()
        self.assert_talks(self.target, claimed, self.peer, self.peer_socket)
        self.target.do("close", claimed)
        self.assertEqual(self.peer.do("recv", self.peer_socket, 1), "")

    def test_handoffs_go_on_after_windsockd_was_killed(self):
        claimed = self.hand_over()
        self.kill_server()
        info = self.target.do("dup", claimed, self.source.pid)
        again = self.source.do("claim", info)
        self.assert_talks(self.source, again, self.peer, self.peer_socket)

    def test_a_second_claim_is_refused(self):
        info = self.source.do("dup", self.socket, self.target.pid)
        self.target.do("claim", info)
        self.assertEqual(self.target.fails("claim", info), WSAEINVAL)

    def test_another_process_cannot_claim(self):
        info = self.source.do("dup", self.socket, self.target.pid)
        self.assertEqual(self.peer.fails("claim", info), WSAEINVAL)
        self.assertEqual(self.source.fails("claim", info), WSAEINVAL)
        self.assert_talks(self.target, self.target.do("claim", info), self.peer, self.peer_socket)

    def test_a_forged_ticket_is_refused(self):
        info = self.source.do("dup", self.socket, self.target.pid)
        # dwServiceFlags2 begins at byte 4: 8 digits from digit 8 on.
        forged = info[:8] + ("00000001" if info[8:16] != "00000001" else "00000002") + info[16:]
        self.assertEqual(self.target.fails("claim", forged), WSAEINVAL)
        self.target.do("claim", info)

    def test_no_such_process_and_zombies_are_no_targets(self):
        gone = self.actor()
        gone.end()
        self.assertEqual(self.source.fails("dup", self.socket, gone.pid), WSAEINVAL)
        self.assertEqual(self.source.fails("dup", self.socket, 0), WSAEINVAL)
        zombie = os.fork()
        if zombie == 0:
            os._exit(0)
        os.waitid(os.P_PID, zombie, os.WEXITED | os.WNOWAIT)
        self.assertEqual(self.source.fails("dup", self.socket, zombie), WSAEINVAL)
        os.waitpid(zombie, 0)

    def test_a_process_of_another_user_is_no_target(self):
        other, stranger = 1, None  # init is root's
        if os.geteuid() == 0:
            stranger = subprocess.Popen(["sleep", "60"], user=65534)
            other = stranger.pid
        try:
            self.assertEqual(self.source.fails("dup", self.socket, other), WSAEINVAL)
        finally:
            if stranger:
                stranger.kill()
                stranger.wait()

    def test_errors_come_in_their_order(self):
        gone = self.actor()
        gone.end()
        self.assertEqual(self.source.fails("dup_nowhere", -1, gone.pid), WSAENOTSOCK)
        self.assertEqual(self.source.fails("dup_nowhere", self.socket, gone.pid), WSAEINVAL)
        self.assertEqual(self.source.fails("dup_nowhere", self.socket, self.target.pid), WSAEFAULT)
        self.assertFalse(self.status()["running"], "none of them needs windsockd")

    def test_every_call_of_the_way_is_traced(self):
        logs = [os.path.join(self.folder, name) for name in ("source.log", "target.log")]
        source, target = (self.actor(WINDSOCK_DEBUG="trace+api", WINDSOCK_DEBUG_FILE=log) for log in logs)
        socket, peer_socket = self.connection(source, self.peer)
        claimed = target.do("claim", source.do("dup_close", socket, target.pid))
        self.assert_talks(target, claimed, self.peer, peer_socket)
        self.end_actors()
        given, taken = (Path(log).read_text() for log in logs)
        words = rf"WSADuplicateSocketW\({socket}, {target.pid}, {{AF_INET, SOCK_STREAM, IPPROTO_TCP, ticket (\w+)}}\) = 0\n"
        ticket = re.search(words, given)
        self.assertTrue(ticket, given)
        self.assertIn(f"closesocket({socket}) = 0\n", given[ticket.end():])
        words = r"WSASocketW\((?:FROM_PROTOCOL_INFO, ){3}{AF_INET, SOCK_STREAM, IPPROTO_TCP, ticket (\w+)}.*\) = (\d+)\n"
        redeemed = re.search(words, taken)
        self.assertTrue(redeemed, taken)
        self.assertEqual(redeemed.groups(), (ticket[1], claimed))
        self.assertIn(f'send({claimed}, "hello", 5, 0) = 5\n', taken[redeemed.end():])

    def test_a_stopped_target_is_valid_and_claims_when_it_goes_on(self):
        self.target.process.send_signal(signal.SIGSTOP)
        info = self.source.do("dup_close", self.socket, self.target.pid)
        self.target.process.send_signal(signal.SIGCONT)
        self.assert_talks(self.target, self.target.do("claim", info), self.peer, self.peer_socket)

    def test_there_and_back_again(self):
        claimed = self.target.do("claim", self.source.do("dup", self.socket, self.target.pid))
        back = self.source.do("claim", self.target.do("dup_close", claimed, self.source.pid))
        self.source.do("close", self.socket)
        self.assert_talks(self.source, back, self.peer, self.peer_socket)

    def test_a_chain_through_ten_processes(self):
        owner, at = self.source, self.socket
        for step in range(10):
            following = self.actor()
            at = following.do("claim", owner.do("dup_close", at, following.pid))
            owner = following
            self.assert_talks(owner, at, self.peer, self.peer_socket, f"step{step}")

    def test_an_offer_that_was_given_up_leaves_no_ticket(self):
        self.target.do("claim", self.source.do("dup", self.socket, self.target.pid))
        server = os.pidfd_open(self.server_pid())
        signal.pidfd_send_signal(server, signal.SIGSTOP)
        self.assertEqual(self.source.fails("dup", self.socket, self.target.pid), WSAENETDOWN)
        signal.pidfd_send_signal(server, signal.SIGCONT)
        os.close(server)
        self.target.do("claim", self.source.do("dup", self.socket, self.target.pid))
        self.wait_until(lambda: not self.status()["tickets"], "the ticket of the offer that failed is revoked")

    def test_unread_data_travels_along(self):
        self.peer.do("send", self.peer_socket, "early")
        claimed = self.hand_over()
        self.assertEqual(self.target.do("recv", claimed, 64), "early")

    def test_kernel_and_windows_options_are_common(self):
        claimed = self.target.do("claim", self.source.do("dup", self.socket, self.target.pid))
        for option in (SO_KEEPALIVE, SO_DEBUG):
            self.target.do("setopt", claimed, SOL_SOCKET, option, 1)
            self.assertEqual(self.source.do("getopt", self.socket, SOL_SOCKET, option), "1")
            self.source.do("setopt", self.socket, SOL_SOCKET, option, 0)
            self.assertEqual(self.target.do("getopt", claimed, SOL_SOCKET, option), "0")

    def test_options_stay_common_over_a_restart_of_windsockd(self):
        claimed = self.target.do("claim", self.source.do("dup", self.socket, self.target.pid))
        self.target.do("setopt", claimed, SOL_SOCKET, SO_DEBUG, 1)
        self.kill_server()
        self.assertEqual(self.source.do("getopt", self.socket, SOL_SOCKET, SO_DEBUG), "1")
        self.source.do("setopt", self.socket, SOL_SOCKET, SO_DEBUG, 0)
        self.assertEqual(self.target.do("getopt", claimed, SOL_SOCKET, SO_DEBUG), "0")

    def test_datagram_sockets_travel(self):
        socket, port = self.source.do("udp").split()
        claimed = self.target.do("claim", self.source.do("dup_close", socket, self.target.pid))
        sender, _ = self.peer.do("udp").split()
        import socket as host
        with host.socket(host.AF_INET, host.SOCK_DGRAM) as plain:
            plain.sendto(b"datagram", ("127.0.0.1", int(port)))
        self.assertEqual(self.target.do("recv", claimed, 64), "datagram")
        self.peer.do("close", sender)

    def test_a_listener_is_served_by_both(self):
        listener, port = self.source.do("listen").split()
        shared = self.target.do("claim", self.source.do("dup", listener, self.target.pid))
        for owner, at in ((self.source, listener), (self.target, shared)):
            theirs = self.peer.do("connect", port)
            self.assert_talks(owner, owner.do("accept", at), self.peer, theirs)
        self.source.do("nonblocking", listener, 1)
        self.assertEqual(self.target.fails("accept", shared), 10035, "the mode of a listener is common")

    def test_listening_begun_after_sharing_is_seen(self):
        bound, port = self.source.do("bound").split()
        shared = self.target.do("claim", self.source.do("dup", bound, self.target.pid))
        self.source.do("start_listening", bound)
        theirs = self.peer.do("connect", port)
        self.assert_talks(self.target, self.target.do("accept", shared), self.peer, theirs)


class FullTables(SystemTest):
    def test_a_full_target_claims_again_when_a_descriptor_is_free(self):
        source, target, peer = self.actor(), self.actor(), self.actor()
        socket, peer_socket = self.connection(source, peer)
        # The connection to windsockd exists before the table is full.
        warm, _ = self.connection(source, peer)
        target.do("close", target.do("claim", source.do("dup_close", warm, target.pid)))
        info = source.do("dup_close", socket, target.pid)
        target.do("fill", 100)
        self.assertEqual(target.fails("claim", info), WSAEMFILE)
        self.assertEqual(target.fails("claim", info), WSAEMFILE)
        target.do("free", 1)
        claimed = target.do("claim", info)
        self.assert_talks(target, claimed, peer, peer_socket)
        target.do("free", 100)

    def test_a_full_target_that_never_met_windsockd(self):
        source, target, peer = self.actor(), self.actor(), self.actor()
        socket, peer_socket = self.connection(source, peer)
        info = source.do("dup_close", socket, target.pid)
        target.do("fill", 100)
        self.assertIn(target.fails("claim", info), (WSAEMFILE, WSAENETDOWN))
        target.do("free", 8)
        self.assert_talks(target, target.do("claim", info), peer, peer_socket)
        target.do("free", 100)

    def test_a_full_source_offers_again_when_descriptors_are_free(self):
        source, target, peer = self.actor(), self.actor(), self.actor()
        socket, peer_socket = self.connection(source, peer)
        source.do("fill", 100)
        self.assertIn(source.fails("dup", socket, target.pid), (WSAEMFILE, WSAENETDOWN, WSAEINVAL))
        source.do("free", 100)
        claimed = target.do("claim", source.do("dup_close", socket, target.pid))
        self.assert_talks(target, claimed, peer, peer_socket)


class Forks(SystemTest):
    def setUp(self):
        super().setUp()
        self.source, self.target, self.peer = self.actor(), self.actor(), self.actor()
        self.socket, self.peer_socket = self.connection(self.source, self.peer)

    def test_a_child_uses_an_inherited_socket(self):
        self.source.do("child", "send", self.socket, "child")
        self.assertEqual(self.peer.do("recv", self.peer_socket, 64), "child")

    def test_a_ticket_for_the_parent_is_not_for_the_child(self):
        info = self.source.do("dup", self.socket, self.target.pid)
        self.assertEqual(self.target.do("child", "claim", info), f"error_{WSAEINVAL}")
        self.assert_talks(self.target, self.target.do("claim", info), self.peer, self.peer_socket)

    def test_a_ticket_to_oneself_is_not_for_the_child(self):
        info = self.source.do("dup", self.socket, self.source.pid)
        self.assertEqual(self.source.do("child", "claim", info), f"error_{WSAEINVAL}")
        self.source.do("claim", info)

    def test_a_child_hands_over_what_it_inherited(self):
        info = self.source.do("child", "dup", self.socket, self.target.pid)
        self.source.do("close", self.socket)
        self.assert_talks(self.target, self.target.do("claim", info), self.peer, self.peer_socket)

    def test_a_child_keeps_the_shared_state_alive(self):
        claimed = self.target.do("claim", self.source.do("dup", self.socket, self.target.pid))
        self.source.do("child_hold")
        self.source.do("close", self.socket)
        self.target.do("close", claimed)
        self.wait_until(lambda: len(self.status()["shared_sockets"]) == 1, "the child holds the slot")
        self.assertEqual(self.source.do("child_end"), "0")
        self.assertEqual(self.peer.do("recv", self.peer_socket, 1), "")
        self.wait_until(lambda: not self.status()["shared_sockets"], "the slot is free")

    def test_a_child_changes_shared_state(self):
        claimed = self.target.do("claim", self.source.do("dup", self.socket, self.target.pid))
        self.source.do("child", "setopt", self.socket, SOL_SOCKET, SO_DEBUG, 1)
        self.assertEqual(self.target.do("getopt", claimed, SOL_SOCKET, SO_DEBUG), "1")


if __name__ == "__main__":
    unittest.main(verbosity=2)
