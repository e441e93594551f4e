"""What the Wine tests have in common: SystemTest's windsockd and actors, and one prefix for all cases of a class."""
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from harness import BUILD, DEADLINE, SystemTest
from wine_prefix import BOOT_SECONDS, OVERRIDES, WinePrefix

PROGRAMS = Path(BUILD) / "tests/wine"


class WineTest(SystemTest):
    @classmethod
    def setUpClass(cls):
        cls.class_folder = tempfile.mkdtemp(prefix="windsock-wine-")
        cls.addClassCleanup(shutil.rmtree, cls.class_folder, True)
        cls.prefix = cls.make_prefix("prefix")

    @classmethod
    def make_prefix(cls, name):
        """Made by windsock run, as a newcomer's is."""
        prefix = WinePrefix(os.path.join(cls.class_folder, name))
        cls.addClassCleanup(prefix.remove)
        done = subprocess.run([os.path.join(BUILD, "windsock"), "run", "--prefix", str(prefix.path), "cmd", "/c", "exit"],
                              env=prefix.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=BOOT_SECONDS)
        assert done.returncode == 0, done.stderr
        cls.first_output = done.stdout + done.stderr
        return prefix

    def setUp(self):
        super().setUp()
        self.environment.update(WINEPREFIX=str(self.prefix.path), WINEDEBUG="-all", WINEDLLOVERRIDES=OVERRIDES)
        self.environment.pop("DISPLAY", None)

    def run_command(self, *command):
        """The command line that runs a program of this folder, or one of Wine's."""
        program = PROGRAMS / command[0]
        return [os.path.join(BUILD, "windsock"), "run", str(program) if program.exists() else command[0], *map(str, command[1:])]

    def run_program(self, *command, **options):
        options.setdefault("input", "")
        return subprocess.run(self.run_command(*command), env=dict(self.environment, **options.pop("environment", {})), text=True,
                              capture_output=True, timeout=2 * DEADLINE, **options)
