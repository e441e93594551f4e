"""A Wine prefix for tests: in a temporary folder, with no trace left behind. Also for the regression suite's columns."""
import os
import shutil
import subprocess
from pathlib import Path

# No debugger, no add-ons that would be downloaded, no menus in the user's desktop.
OVERRIDES = "winedbg.exe=d;winemenubuilder.exe=d;mscoree=;mshtml="
BOOT_SECONDS = 600  # a first start on a loaded machine


def find_wine():
    return os.environ.get("WINE") or shutil.which("wine64") or shutil.which("wine")


def find_server():
    return shutil.which("wineserver") or shutil.which("wineserver-stable") or "/usr/lib/wine/wineserver64"


class WinePrefix:
    def __init__(self, path):
        self.path = Path(path)
        self.environment = dict(os.environ, WINEPREFIX=str(self.path), WINEDEBUG="-all", WINEDLLOVERRIDES=OVERRIDES)
        for name in ("WINEDLLPATH", "WINEPATH", "DISPLAY", "WAYLAND_DISPLAY"):
            self.environment.pop(name, None)

    def boot(self):
        """Makes it, or waits until it is up to date."""
        subprocess.run([find_wine(), "wineboot", "-i"], env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, timeout=BOOT_SECONDS)

    def keep_server(self):
        """Has wineserver stay until end(). By itself it leaves some seconds after the last program, and one that starts in that moment
        fails ("wine client error: recvmsg: Connection reset by peer")."""
        self.end()
        subprocess.run([find_server(), "-p"], env=self.environment, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        self.boot()  # the services start with the first program, and have its output open as long as they run

    def end(self):
        """Ends all of its processes."""
        for argument in ("-k", "-w"):
            subprocess.run([find_server(), argument], env=self.environment, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def remove(self):
        self.end()
        # Debian's wineserver has its socket in a folder beside the prefix, named in the prefix, and leaves the folder there.
        beside = self.path / "wineserver"
        if beside.exists():
            shutil.rmtree(Path("/tmp") / beside.read_text().strip(), ignore_errors=True)
        shutil.rmtree(self.path, ignore_errors=True)
