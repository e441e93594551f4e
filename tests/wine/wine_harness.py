"""What the Wine tests have in common: SystemTest's windsockd and actors, and prefixes that all cases of a run share."""
import atexit
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from harness import BUILD, DEADLINE, Actor, SystemTest
from wine_prefix import BOOT_SECONDS, OVERRIDES, WinePrefix

PROGRAMS = Path(BUILD) / "tests/wine"
UNIX_PROCESS = 0x40000000  # the mark of a Unix process's number


class SharedPrefix(WinePrefix):
    """Made by windsock run at its first use, as a newcomer's is, and removed at the end of the run."""

    _made = {}

    @classmethod
    def get(cls, name):
        if name not in cls._made:
            folder = tempfile.mkdtemp(prefix="windsock-wine-")
            atexit.register(shutil.rmtree, folder, True)
            prefix = cls._made[name] = cls(os.path.join(folder, name))
            atexit.register(prefix.remove)
            done = subprocess.run([os.path.join(BUILD, "windsock"), "run", "--prefix", str(prefix.path), "cmd", "/c", "exit"],
                                  env=prefix.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=BOOT_SECONDS)
            assert done.returncode == 0, done.stderr
            prefix.keep_server()
            prefix.first_output = done.stdout + done.stderr
        return cls._made[name]


class WineTest(SystemTest):
    prefix_name = "prefix"

    def setUp(self):
        self.prefix = SharedPrefix.get(self.prefix_name)
        self.more_environment = dict(WINEPREFIX=str(self.prefix.path), WINEDEBUG="-all", WINEDLLOVERRIDES=OVERRIDES, DISPLAY="")
        super().setUp()

    def run_command(self, *command):
        """The command line that runs a program of this folder, or one of Wine's."""
        program = PROGRAMS / command[0]
        return [os.path.join(BUILD, "windsock"), "run", str(program) if program.exists() else command[0], *map(str, command[1:])]

    def run_program(self, *command, **options):
        return self.run_with(self.run_command(*command), **options)

    def run_with(self, command, **options):
        """Until the command has ended. What it leaves running, as Wine's explorer at times, has its output as well, and is not waited for."""
        options.setdefault("input", "")
        with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as complaints:
            done = subprocess.run(command, env=dict(self.environment, **options.pop("environment", {})), text=True,
                                  stdout=output, stderr=complaints, timeout=2 * DEADLINE, **options)
            for written in (output, complaints):
                written.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, output.read(), complaints.read())

    def hosted_actor(self, prefix=None, **environment):
        """An actor that is a Windows program. Its pid is the Unix process's, windows_pid what it has in its prefix."""
        made = Actor(dict(self.environment, WINEPREFIX=str((prefix or self.prefix).path), **environment), self.run_command("actor.exe"))
        self.actors.append(made)
        made.windows_pid = int(made.do("pid"))
        return made


class Mixed:
    """The roles of native cases, in the order in which they ask for actors, which is known from the cases: a Windows program in Wine
    ("hosted", or "other" in a prefix of its own), or a native one. The last is also that of whoever comes later."""

    roles = ()

    def actor(self, **environment):
        role = self.roles[min(len(self.actors), len(self.roles) - 1)]
        if role == "native":
            return super().actor(**environment)
        return self.named(self.hosted_actor(SharedPrefix.get("other") if role == "other" else None, **environment))

    def named(self, actor):
        return actor
