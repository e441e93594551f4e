"""windsockd's own life: started on demand, leaving when idle, lame duck, systemd, and the directory it trusts."""
import os
import signal
import socket as host
import subprocess
import sys

from harness import *


class ServerLife(SystemTest):
    leaves_nothing = False

    def test_nothing_but_a_handoff_starts_it(self):
        actor, peer = self.actor(), self.actor()
        ours, theirs = self.connection(actor, peer)
        self.assert_talks(actor, ours, peer, theirs)
        self.assertFalse(self.status()["running"])
        actor.do("claim", actor.do("dup", ours, actor.pid))
        self.assertFalse(self.status()["running"], "a handoff to oneself needs none either")

    def test_it_leaves_when_nobody_needs_it(self):
        server = self.start_server("--idle-seconds=1")
        source, target = self.actor(), self.actor()
        socket, _ = source.do("udp").split()
        target.do("claim", source.do("dup_close", socket, target.pid))
        self.assertIsNone(server.poll())
        self.end_actors()
        self.assertEqual(server.wait(DEADLINE), 0)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "windsockd.socket")))

    def test_a_second_one_gives_way(self):
        self.start_server()
        second = subprocess.run([os.path.join(BUILD, "windsockd")], env=self.environment, capture_output=True, text=True, timeout=DEADLINE)
        self.assertEqual(second.returncode, 0)

    def test_a_stale_socket_is_no_obstacle(self):
        server = self.start_server()
        server.kill()
        server.wait()
        self.assertTrue(os.path.exists(os.path.join(self.folder, "windsockd.socket")))
        source, target = self.actor(), self.actor()
        socket, _ = source.do("udp").split()
        target.do("claim", source.do("dup_close", socket, target.pid))

    def test_a_lame_duck_keeps_what_is_parked(self):
        server = self.start_server()
        source, target = self.actor(), self.actor()
        socket, _ = source.do("udp").split()
        info = source.do("dup", socket, target.pid)
        server.send_signal(signal.SIGTERM)
        self.wait_until(lambda: self.status()["server"]["leaving"], "the signal arrives")
        self.assertEqual(source.fails("dup", socket, target.pid), WSAENETDOWN)
        target.do("claim", info)
        self.assertEqual(server.wait(DEADLINE), 0)

    def test_without_windsockd_a_handoff_is_netdown_and_traffic_goes_on(self):
        source, target, peer = self.actor(WINDSOCK_SERVER="/nonexistent/windsockd"), self.actor(), self.actor()
        ours, theirs = self.connection(source, peer)
        self.assertEqual(source.fails("dup", ours, target.pid), WSAENETDOWN)
        # What is wrong with the call is told before.
        self.assertEqual(source.fails("dup", ours, 0), WSAEINVAL)
        self.assertEqual(source.fails("dup_nowhere", ours, target.pid), WSAEFAULT)
        self.assert_talks(source, ours, peer, theirs)

    def test_a_stopped_windsockd_does_not_stop_traffic(self):
        source, target, peer = self.actor(), self.actor(), self.actor()
        ours, theirs = self.connection(source, peer)
        claimed = target.do("claim", source.do("dup", ours, target.pid))
        pid = self.server_pid()
        os.kill(pid, signal.SIGSTOP)
        try:
            self.assert_talks(target, claimed, peer, theirs)
            source.do("close", ours)
            self.assert_talks(peer, theirs, target, claimed, "back")
        finally:
            os.kill(pid, signal.SIGCONT)

    def test_the_user_is_told_of_a_windsockd_that_takes_its_time(self):
        self.start_server()
        pid = self.server_pid()
        os.kill(pid, signal.SIGSTOP)
        try:
            status = subprocess.Popen([os.path.join(BUILD, "windsock"), "status"], env=self.environment, text=True,
                                      stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            said = status.stderr.readline()
        finally:
            os.kill(pid, signal.SIGCONT)
        report, rest = status.communicate(timeout=DEADLINE)
        self.assertIn("does not answer", said)
        self.assertEqual((status.returncode, rest), (0, ""))
        self.assertIn(str(pid), report)

    def test_a_directory_open_to_others_is_refused(self):
        os.chmod(self.folder, 0o755)
        source, target = self.actor(), self.actor()
        socket, _ = source.do("udp").split()
        self.assertEqual(source.fails("dup", socket, target.pid), WSAENETDOWN)
        doctor = self.windsock("doctor")
        self.assertNotEqual(doctor.returncode, 0)
        self.assertIn("chmod 700", doctor.stdout + doctor.stderr)

    def test_a_link_in_place_of_the_directory_is_refused(self):
        link = self.folder + ".link"
        os.symlink(self.folder, link)
        self.addCleanup(os.unlink, link)
        source, target = self.actor(WINDSOCK_DIR=link), self.actor()
        socket, _ = source.do("udp").split()
        self.assertEqual(source.fails("dup", socket, target.pid), WSAENETDOWN)

    def test_doctor_is_content(self):
        self.start_server()
        doctor = self.windsock("doctor")
        self.assertEqual(doctor.returncode, 0, doctor.stdout + doctor.stderr)
        for subject in ("directory", "server", "descriptors", "signal", "memory", "processes", "proc", "libraries"):
            self.assertRegex(doctor.stdout, rf"(?m)^(ok|warn) +{subject} ")

    def test_status_tells_who_has_what(self):
        self.start_server()
        source, target, peer = self.actor(), self.actor(), self.actor()
        ours, theirs = self.connection(source, peer)
        claimed = target.do("claim", source.do("dup", ours, target.pid))
        parked = source.do("dup", ours, target.pid)
        status = self.status()
        ticket, shared = status["tickets"][0], status["shared_sockets"][0]
        name, peer_name = (f"127.0.0.1:{actor.do('port', socket)}" for actor, socket in ((source, ours), (peer, theirs)))
        self.assertEqual(ticket["target"], {"pid": target.pid, "program": "actor"})
        self.assertEqual(ticket["offered_by"], {"pid": source.pid, "program": "actor"})
        self.assertEqual((ticket["family"], ticket["type"], ticket["local"], ticket["peer"]), ("inet", "stream", name, peer_name))
        self.assertTrue(0 <= ticket["age_seconds"] < DEADLINE)
        self.assertEqual((sorted(shared["owners"]), shared["tickets"]), (sorted((source.pid, target.pid)), 1))
        clients = {client["pid"]: client["program"] for client in status["clients"]}
        self.assertEqual((clients[source.pid], clients[target.pid]), ("actor", "actor"))
        self.assertNotIn(peer.pid, clients)
        self.assertEqual((status["counters"]["offers"], status["counters"]["claims"]), (2, 1))
        table = self.windsock("status").stdout
        for part in (f"{target.pid} actor", f"{name} <- {peer_name}", "offers 2  claims 1"):
            self.assertIn(part, table)
        target.do("claim", parked)
        target.do("close", claimed)

    def test_revoke_closes_the_socket(self):
        self.start_server()
        source, target, peer = self.actor(), self.actor(), self.actor()
        ours, theirs = self.connection(source, peer)
        info = source.do("dup_close", ours, target.pid)
        ticket = self.status()["tickets"][0]["ticket"]
        revoked = self.windsock("revoke", ticket[:12])
        self.assertEqual(revoked.returncode, 0, revoked.stderr)
        self.assertEqual(peer.do("recv", theirs, 1), "")
        self.assertEqual(target.fails("claim", info), WSAEINVAL)

    def skip_without_systemd(self):
        if b"systemd" not in subprocess.run(["ldd", os.path.join(BUILD, "windsockd")], capture_output=True).stdout:
            self.skipTest("built without libsystemd")

    def test_notify_socket(self):
        self.skip_without_systemd()
        address = os.path.join(self.folder, "notify")
        with host.socket(host.AF_UNIX, host.SOCK_DGRAM) as notified:
            notified.bind(address)
            notified.settimeout(DEADLINE)
            self.environment["NOTIFY_SOCKET"] = address
            server = self.start_server()
            self.assertIn(b"READY=1", notified.recv(4096))
            server.send_signal(signal.SIGTERM)
            messages = b""
            while b"STOPPING=1" not in messages:
                messages += notified.recv(4096)

    def test_socket_activation(self):
        """As systemd does it: the listening socket is descriptor 3, and the variables say so to this process alone."""
        self.skip_without_systemd()
        with host.socket(host.AF_UNIX, host.SOCK_SEQPACKET) as listener:
            listener.bind(os.path.join(self.folder, "windsockd.socket"))
            listener.listen()
            become = ("import os, sys; os.dup2(int(sys.argv[1]), 3); os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS='1');"
                      "os.execv(sys.argv[2], sys.argv[2:])")
            process = subprocess.Popen([sys.executable, "-c", become, str(listener.fileno()), os.path.join(BUILD, "windsockd")],
                                       env=self.environment, pass_fds=[listener.fileno()])
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        source, target = self.actor(), self.actor()
        socket, _ = source.do("udp").split()
        target.do("claim", source.do("dup_close", socket, target.pid))
        self.assertEqual(self.server_pid(), process.pid)


if __name__ == "__main__":
    unittest.main(verbosity=2)
