"""What processes have observed of the network events of a socket that they share (actor_log.h), and whether the rule allows it.

The rule: there is one registration. Who calls WSAEventSelect has it from some moment of the call on, until a moment of a later call by
whichever process; and an event is told to nobody but who has it. The log does not show these moments. It shows between which entries they
lie, and so it is right if for each take a moment can be chosen such that everything observed is as the rule has it. violation() looks for
such a choice, by keeping all that are still possible: there are few, for each process has one take under way at most.
"""
import mmap
import os
import struct
from collections import Counter, namedtuple

TAKE_BEGINS, TAKE_RETURNED, SIGNALLED, ASKS, TOLD = range(1, 6)

Entry = namedtuple("Entry", "process what events nanoseconds", defaults=(0, 0))
LAYOUT = struct.Struct("<IIqq")
HEAD = struct.Struct("<QQ")  # how many entries there is room for, and how many there are

# One way in which it may have been: who has the registration, the processes whose take under way has had its moment, and those that have had
# the registration at some time since they asked last.
Possible = namedtuple("Possible", "owner happened told")


def create(path, room):
    with open(path, "wb") as log:
        log.write(HEAD.pack(room, 0))
        log.truncate(HEAD.size + room * LAYOUT.size)
    os.chmod(path, 0o600)


def read(path):
    with open(path, "rb") as log, mmap.mmap(log.fileno(), 0, access=mmap.ACCESS_READ) as data:
        room, count = HEAD.unpack_from(data)
        assert count <= room, "there was no room for all"
        return [Entry(*fields) for fields in LAYOUT.iter_unpack(data[HEAD.size:HEAD.size + count * LAYOUT.size])]


def violation(entries):
    """None, or the index of the first entry that cannot be explained."""
    under_way = set()
    possible = {Possible(None, frozenset(), frozenset())}
    for index, (process, what, events, _) in enumerate(entries):
        if what == TAKE_BEGINS:
            under_way.add(process)
        elif what == TAKE_RETURNED:
            under_way.remove(process)
            possible = {one._replace(happened=one.happened - {process}) for one in possible if process in one.happened}
        elif what == ASKS:
            possible = {one._replace(told=one.told | {process} if one.owner == process else one.told - {process}) for one in possible}
        elif what == SIGNALLED or (what == TOLD and events):
            possible = {one for one in possible if process in one.told}
        else:
            assert what == TOLD, f"entry {index} was not written"
        if not possible:
            return index
        possible = with_moments(possible, under_way)
    return None


def with_moments(possible, under_way):
    """Those, and what they may have become by takes that have their moment now."""
    found, new = set(possible), possible
    while new:
        new = {Possible(taker, one.happened | {taker}, one.told | {taker}) for one in new for taker in under_way - one.happened} - found
        found |= new
    return found


def longest_take(entries):
    """In seconds."""
    begun, longest = {}, 0
    for entry in entries:
        if entry.what == TAKE_BEGINS:
            begun[entry.process] = entry.nanoseconds
        elif entry.what == TAKE_RETURNED:
            longest = max(longest, entry.nanoseconds - begun.pop(entry.process))
    assert not begun, "a take has not returned"
    return longest / 1e9


def summary(entries):
    """How often what was observed, and how often a process asked that surely had lost the registration: another one's take began after its
    own had returned, and has returned."""
    counts = Counter()
    under_way, returned = {}, {}  # processes to the indices at which their last take began, and returned
    lost = set()
    for index, (process, what, events, _) in enumerate(entries):
        if what == TAKE_BEGINS:
            under_way[process] = index
            lost.discard(process)
        elif what == TAKE_RETURNED:
            counts["takes"] += 1
            returned[process] = index
            lost |= {other for other, at in returned.items() if at < under_way[process] and at >= under_way[other]}
        elif what == ASKS:
            counts["asked after the loss"] += process in lost
        elif what == TOLD and events:
            counts["told"] += 1
        elif what == SIGNALLED:
            counts["signalled"] += 1
    return counts
