"""What processes have in common that share a socket, when some are Windows programs in Wine and some are native: the cases of the native ones,
with other actors."""
import events_test  # not its classes: they would be run here as well
import ports_test

from wine_harness import Mixed, WineTest

EXE_AND_NATIVE = ("hosted", "native", "native")
NATIVE_AND_EXE = ("native", "hosted", "native", "hosted")
EXES_OF_TWO_PREFIXES = ("hosted", "other", "native")


class EventsOfExeAndNative(Mixed, WineTest, events_test.SharedEvents):
    roles = EXE_AND_NATIVE


class EventsOfNativeAndExe(Mixed, WineTest, events_test.SharedEvents):
    roles = NATIVE_AND_EXE


class MessagesOfExeAndEventOfNative(Mixed, WineTest, events_test.SharedEvents):
    roles = EXE_AND_NATIVE
    calls = ("async_select", "select")


class EventAndMessagesOfTwoPrefixes(Mixed, WineTest, events_test.SharedEvents):
    roles = EXES_OF_TWO_PREFIXES
    calls = ("select", "async_select")


class LoadOfExeAndNative(Mixed, WineTest, events_test.UnderLoad):
    roles = EXE_AND_NATIVE
    one_in = 50  # the native one is so much quicker


class PortsOfExeAndNative(Mixed, WineTest, ports_test.SharedPorts):
    roles = EXE_AND_NATIVE


class PortsOfNativeAndExe(Mixed, WineTest, ports_test.SharedPorts):
    roles = NATIVE_AND_EXE
