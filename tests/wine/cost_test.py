"""What a call costs in Wine, exactly: the host's calls, and never a request to wineserver."""
import collections
import os
import re
import shutil
import unittest

from wine_harness import WineTest

COUNT = 2000


@unittest.skipUnless(shutil.which("strace"), "no strace")
class Cost(WineTest):
    def system_calls(self, count):
        """How often the program makes each system call, its threads included."""
        table = os.path.join(self.folder, f"calls-{count}")
        command = ["strace", "-f", "-c", "-o", table, *self.run_command("calls.exe", count)]
        done = self.run_with(command)
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(table) as lines:
            rows = [line.split() for line in lines if re.match(r"\s+\d", line)]
        return collections.Counter({row[-1]: int(row[3]) for row in rows if row[-1] != "total"})

    def test_the_data_path_makes_the_hosts_calls_and_no_others(self):
        self.hosted_actor()  # as long as it runs, the prefix is up, and no traced program has to start it
        without, with_calls = self.system_calls(0), self.system_calls(COUNT)
        grown = {name: with_calls[name] - without[name] for name in with_calls | without}
        # Starting a program wavers by a few calls; what each round costs stands out by hundreds.
        for name in ("sendto", "recvfrom", "poll", "getsockopt", "socket"):
            self.assertAlmostEqual(grown.pop(name, 0), COUNT, delta=COUNT // 10, msg=name)
        self.assertLessEqual(abs(grown.pop("close", 0) - COUNT), COUNT // 10)
        # A request is a write to wineserver and a read of its answer.
        self.assertEqual({name: count for name, count in grown.items() if count > COUNT // 5}, {})
