"""The examples of overlapped calls as Windows programs on this Winsock, among themselves and with the native ones."""
import os
from pathlib import Path

from async_examples import ChatExample, EchoExamples, FileExample, PreforkExample
from harness import BUILD
from wine_harness import WineTest


class Hosted:
    native = ()

    def example(self, name, *arguments):
        program = Path(BUILD) / "examples" / name
        run = [str(program)] if name in self.native else [os.path.join(BUILD, "windsock"), "run", f"{program}.exe"]
        return [*run, *map(str, arguments)]


class Programs(Hosted, ChatExample, EchoExamples, FileExample, PreforkExample, WineTest):
    pass


class WithANativeClient(Hosted, EchoExamples, WineTest):
    native = ("completion_routine/client",)


class WithANativeServer(Hosted, EchoExamples, WineTest):
    native = ("completion_port/echo_server",)
