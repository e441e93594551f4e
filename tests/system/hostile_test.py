"""Clients that break the protocol, while good clients' handoffs go on."""
import array
import os
import random
import socket as host
import struct

from harness import *

HELLO, OFFER, CLAIM, RETAIN, DECLARE, ASK_STATUS, OFFER_TO = 1, 3, 5, 11, 12, 15, 18


def packet(kind, body=b"", serial=1):
    return struct.pack("<HI", kind, serial) + body


def hello(major=1):
    program = b"hostile"
    return packet(HELLO, struct.pack("<HHH", major, 0, len(program)) + program)


class Hostile(SystemTest):
    def setUp(self):
        super().setUp()
        self.server = self.start_server("--hello-seconds=2")
        self.source, self.target, self.peer = self.actor(), self.actor(), self.actor()

    def tearDown(self):
        self.handoff()
        self.assertIsNone(self.server.poll(), "windsockd is alive")
        super().tearDown()

    def handoff(self):
        ours, theirs = self.connection(self.source, self.peer)
        claimed = self.target.do("claim", self.source.do("dup_close", ours, self.target.pid))
        self.assert_talks(self.target, claimed, self.peer, theirs)
        self.target.do("close", claimed)
        self.peer.do("close", theirs)

    def raw(self, greet=True):
        made = host.socket(host.AF_UNIX, host.SOCK_SEQPACKET)
        self.addCleanup(made.close)
        made.settimeout(DEADLINE)
        made.connect(os.path.join(self.folder, "windsockd.socket"))
        if greet:
            made.send(hello())
            self.assertEqual(struct.unpack("<H", made.recv(4096)[:2])[0], 2)
        return made

    def send_with(self, raw, data, fds):
        ancillary = [(host.SOL_SOCKET, host.SCM_RIGHTS, array.array("i", fds))] if fds else []
        raw.sendmsg([data], ancillary)

    def assert_dropped(self, raw):
        try:
            self.assertEqual(raw.recv(4096), b"")
        except ConnectionResetError:
            pass

    def offer_body(self, pid=None):
        return struct.pack("<IIIIII", pid or os.getpid(), 2, 1, 6, 0xFFFFFFFF, 0) + bytes(128)

    def test_wrong_lengths(self):
        for data in (b"x", packet(OFFER), packet(CLAIM, b"short"), packet(CLAIM, bytes(100)), packet(RETAIN, b"\xff\xff"), packet(999),
                     packet(OFFER, self.offer_body()), bytes(4096), bytes(8192)):
            raw = self.raw()
            raw.send(data)
            self.assert_dropped(raw)
            self.handoff()

    def test_requests_before_hello(self):
        raw = self.raw(greet=False)
        raw.send(packet(ASK_STATUS))
        self.assert_dropped(raw)

    def test_another_major_version_is_told_so(self):
        raw = self.raw(greet=False)
        raw.send(hello(major=2))
        kind, _, status = struct.unpack("<HII", raw.recv(4096))
        self.assertEqual((kind, status), (9, 4))

    def test_surplus_and_missing_descriptors(self):
        null = os.open("/dev/null", os.O_RDONLY)
        self.addCleanup(os.close, null)
        self.handoff()  # from now on the good clients are connected
        before = self.status()["server"]["descriptors"]
        for count in (0, 1, 3, 4, 10, 200):
            raw = self.raw()
            self.send_with(raw, packet(OFFER, self.offer_body()), [null] * count)
            self.assert_dropped(raw)
        for kind, body in ((ASK_STATUS, b""), (CLAIM, bytes(28))):
            raw = self.raw()
            self.send_with(raw, packet(kind, body), [null])
            self.assert_dropped(raw)
        self.handoff()
        self.wait_until(lambda: self.status()["server"]["descriptors"] <= before, "all that came in is closed")

    def test_other_kinds_of_descriptors_are_refused(self):
        null = os.open("/dev/null", os.O_RDONLY)
        self_pid = os.pidfd_open(os.getpid())
        good = host.socket(host.AF_INET, host.SOCK_STREAM)
        other = host.socket(host.AF_NETLINK, host.SOCK_RAW)
        for fd in (null, self_pid):
            self.addCleanup(os.close, fd)
        for sock in (good, other):
            self.addCleanup(sock.close)
        raw = self.raw()
        for fds in ([null, self_pid], [self_pid, self_pid], [good.fileno(), null], [good.fileno(), good.fileno()],
                    [other.fileno(), self_pid], [self_pid, good.fileno()]):
            self.send_with(raw, packet(OFFER, self.offer_body()), fds)
            kind, _, status = struct.unpack("<HII", raw.recv(4096)[:10])
            self.assertEqual((kind, status), (9, 1), fds)
        self.send_with(raw, packet(OFFER, self.offer_body()), [good.fileno(), self_pid])
        self.assertEqual(struct.unpack("<H", raw.recv(4096)[:2])[0], 4, "the good one is taken")
        self.assertEqual(self.windsock("revoke", self.status()["tickets"][0]["ticket"]).returncode, 0)
        raw.close()  # it holds a reference to the slot

    def test_targets_that_nobody_named(self):
        good = host.socket(host.AF_INET, host.SOCK_STREAM)
        self.addCleanup(good.close)
        raw = self.raw()
        for target in (0, 1, 2**63, 2**64 - 1):
            self.send_with(raw, packet(OFFER_TO, struct.pack("<QIIIII", target, 2, 1, 6, 0xFFFFFFFF, 0) + bytes(128)), [good.fileno()])
            kind, _, status = struct.unpack("<HII", raw.recv(4096)[:10])
            self.assertEqual((kind, status), (9, 7), target)
        self.handoff()

    def test_silence(self):
        silent = [self.raw(greet=False) for _ in range(20)]
        self.handoff()
        for raw in silent:
            self.assert_dropped(raw)

    def test_a_flood_does_not_keep_good_clients_waiting(self):
        raw = self.raw()
        raw.setblocking(False)
        sent = 0
        for _ in range(5):
            for _ in range(scaled(20000, 500)):
                try:
                    raw.send(packet(CLAIM, bytes(28), sent))
                    sent += 1
                except BlockingIOError:
                    break
            self.handoff()
        self.assertGreater(sent, 0)

    def test_a_client_that_never_reads(self):
        raw = self.raw()
        raw.setblocking(False)
        for _ in range(100000):
            try:
                raw.send(packet(ASK_STATUS))
            except (BlockingIOError, BrokenPipeError, ConnectionResetError):
                break
        self.handoff()

    def test_random_packets(self):
        rng = random.Random(12345)
        null = os.open("/dev/null", os.O_RDONLY)
        self.addCleanup(os.close, null)
        for _ in range(scaled(2000, 50)):
            raw = self.raw(greet=rng.random() < 0.8)
            try:
                for _ in range(rng.randrange(1, 5)):
                    data = packet(rng.randrange(0, 20), rng.randbytes(rng.randrange(0, 200)), rng.randrange(1 << 32))
                    self.send_with(raw, data, [null] * rng.randrange(0, 3))
            except OSError:
                pass
            raw.close()


if __name__ == "__main__":
    unittest.main(verbosity=2)
