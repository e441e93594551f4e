"""Many at once: racing starters, fifty processes handing sockets in all directions, ten thousand parked tickets."""
import random
import resource
import subprocess

from harness import *


class Crowd(SystemTest):
    def test_exactly_one_of_many_racing_starters_wins(self):
        pairs = [(self.actor(), self.actor()) for _ in range(scaled(25, 4))]
        sockets = [source.do("udp").split()[0] for source, _ in pairs]
        for (source, target), socket in zip(pairs, sockets):
            source.begin("dup_close", socket, target.pid)  # all reach for a windsockd that is not there
        for source, target in pairs:
            target.begin("claim", source.finish())
        for _, target in pairs:
            target.finish()
        status = self.status()
        self.assertEqual(len(status["clients"]), len(pairs) * 2 + 1, "all met the same windsockd")
        self.assertEqual(status["counters"]["claims"], len(pairs))
        for actor in self.actors:
            children = subprocess.run(["ps", "--no-headers", "--ppid", str(actor.pid)], capture_output=True, text=True).stdout
            self.assertEqual(children.strip(), "", "no child, no zombie")
            self.assertEqual(actor.do("children_ended"), "0")

    def test_sockets_in_all_directions_and_none_lost(self):
        actors = [self.actor() for _ in range(50)]
        peer = self.actor()
        listener, port = peer.do("listen").split()
        rounds, through_server = scaled(200, 4), 0
        rng = random.Random(4711)
        # Each actor owns one connection to the peer; in each round every socket goes to another random actor, 50 in flight at once.
        owned = []
        for actor in actors:
            mine = actor.do("connect", port)
            owned.append([actor, mine, peer.do("accept", listener)])
        for _ in range(rounds):
            moves = [(entry, rng.choice(actors)) for entry in owned]
            through_server += sum(entry[0] is not to for entry, to in moves)  # to oneself the way is shorter
            infos = [entry[0].do("dup_close", entry[1], to.pid) for entry, to in moves]
            claimed = [to.do("claim", info) for (_, to), info in zip(moves, infos)]
            for (entry, to), socket in zip(moves, claimed):
                entry[0], entry[1] = to, socket
        for index, (actor, socket, theirs) in enumerate(owned):
            self.assert_talks(actor, socket, peer, theirs, f"socket{index}")
            actor.do("close", socket)
            self.assertEqual(peer.do("recv", theirs, 1), "")
        self.assertEqual(self.status()["counters"]["claims"], through_server)
        # Every actor is left with what it had without any of those sockets.
        left = [int(actor.do("descriptors")) for actor in actors]
        self.assertEqual(len(set(left)), 1, f"descriptors left: {left}")

    def test_parked_tickets_by_the_thousand(self):
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        count = min(scaled(10000, 500), hard - 1000)
        source, target = self.actor(), self.actor()
        socket, _ = source.do("udp").split()
        self.assertEqual(int(source.do("dup_many", socket, target.pid, count)), count)
        self.assertEqual(len(self.status()["tickets"]), count)
        late = source.do("dup_close", socket, target.pid)
        target.do("claim", late)
        target.kill()
        self.wait_until(lambda: not self.status()["tickets"], "all tickets die with their target")
        self.wait_until(lambda: self.status()["server"]["closing"] == 0, "their sockets are closed")

    def test_a_quota_is_answered_and_goes_away(self):
        self.start_server("--max-tickets-per-client=3")
        source, target = self.actor(), self.actor()
        socket, _ = source.do("udp").split()
        infos = [source.do("dup", socket, target.pid) for _ in range(3)]
        self.assertEqual(source.fails("dup", socket, target.pid), WSAENOBUFS)
        target.do("close", target.do("claim", infos[0]))
        target.do("close", target.do("claim", source.do("dup", socket, target.pid)))
        for info in infos[1:]:
            target.do("claim", info)


if __name__ == "__main__":
    unittest.main(verbosity=2)
