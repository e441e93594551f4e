"""Runs the cases of one column's program, in several processes at the same time.

Each process has a share of the cases. One that dies or hangs in a case is replaced by another, for the cases after it. Shares are every
n-th case, for those that make a program wait stand side by side, in the suite and in the list.
"""
import os
import re
import selectors
import signal
import subprocess
import tempfile
import time

HUNG_SECONDS = float(os.environ.get("WINDSOCK_HUNG_SECONDS", 150))  # more than any case's own deadlines
KNOWN_SECONDS = min(60, HUNG_SECONDS)  # for a case that is known to fail
CASE_LINE = re.compile(r"^(begin|ok|FAILED|skipped)\s+(\S+\.\S+)$")


class Program:
    """One column's program: how to start it, and where. What it leaves in its folder goes with it."""

    def __init__(self, command, environment, directory):
        self.command, self.environment, self.directory = command, environment, directory

    def list_cases(self):
        done = subprocess.run(self.command + ["--gtest_list_tests"], env=self.environment, stdout=subprocess.PIPE,
                              stdin=subprocess.DEVNULL, timeout=HUNG_SECONDS, check=True, text=True, cwd=self.directory)
        cases, suite = [], ""
        for line in done.stdout.splitlines():
            name = line.split("#")[0].rstrip()
            if not name:
                continue
            if name.startswith(" "):
                cases.append(suite + name.strip())
            else:
                suite = name
        return cases

    def start(self, flag_file):
        return subprocess.Popen(self.command + ["--gtest_flagfile=" + flag_file], env=self.environment, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True, cwd=self.directory)


class Results:
    """How the cases ended: a word for each, and the lines that tell why."""

    def __init__(self, progress):
        self.words, self.reasons, self.progress = {}, {}, progress

    def add(self, case, word, reasons, told=None):
        self.words[case], self.reasons[case] = word, reasons
        self.progress(told or word, case)


class Shard:
    """A share of the cases, and the process that runs it."""

    process = None

    def __init__(self, program, cases, results, patience):
        self.program, self.remaining, self.results, self.patience = program, cases, results, patience

    def start(self):
        self.flags = tempfile.NamedTemporaryFile("w", dir=self.program.directory, suffix=".flags")
        self.flags.write("--gtest_filter=" + ":".join(self.remaining) + "\n")
        self.flags.flush()
        self.case, self.said, self.unfinished = None, [], b""
        self.process = self.program.start(self.flags.name)
        self.be_patient()

    def be_patient(self):
        self.deadline = time.monotonic() + self.patience(self.case)

    def read(self):
        """Takes what the process has said. False: it will say no more."""
        data = os.read(self.process.stdout.fileno(), 65536)
        *lines, self.unfinished = (self.unfinished + data).split(b"\n")
        for line in lines:
            self.take(line.decode(errors="replace").rstrip("\r"))
        self.be_patient()
        return bool(data)

    def take(self, line):
        match = CASE_LINE.match(line)
        if not match:
            self.said.append(line)
            return
        word, case = match.groups()
        if word == "begin":
            self.case = case
        else:
            self.case = None
            self.results.add(case, word, self.said)
        self.said = []

    def end(self, why):
        """The process has died or hangs; True: there are cases that it has not come to."""
        self.kill()
        if self.case:
            self.results.add(self.case, "FAILED", self.said + ["  " + why], why)
        still = [case for case in self.remaining if case not in self.results.words]
        if len(still) == len(self.remaining):
            raise RuntimeError("the program ran no case: " + " ".join([*self.program.command, *self.said]))
        self.remaining = still
        return bool(still)

    def kill(self):
        if self.process:
            if self.process.poll() is None:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
            self.process.stdout.close()
            self.process = None
            self.flags.close()


def run_cases(program, cases, count, progress, is_known):
    """The Results of the cases, run in `count` processes at a time. A case that is known to fail is given up sooner."""
    results = Results(progress)
    shards = [Shard(program, cases[first::count], results, lambda case: KNOWN_SECONDS if case and is_known(case) else HUNG_SECONDS)
              for first in range(min(count, len(cases)))]
    selector = selectors.DefaultSelector()

    def start(shard):
        shard.start()
        selector.register(shard.process.stdout, selectors.EVENT_READ, shard)

    def end(shard, why):
        selector.unregister(shard.process.stdout)
        if shard.end(why):
            start(shard)

    try:
        for shard in shards:
            start(shard)
        while running := [key.data for key in selector.get_map().values()]:
            first = min(shard.deadline for shard in running)
            for key, _ in selector.select(max(0, first - time.monotonic())):
                if not key.data.read():
                    end(key.data, "the program died")
            for shard in running:
                if shard.process and shard.deadline < time.monotonic():
                    end(shard, "the case hung")
    finally:
        for shard in shards:
            shard.kill()
        selector.close()
    return results
