"""What processes have observed of the network events of a socket that they share (actor_log.h), and whether the rule allows it.

The rule: there is one registration. Who calls WSAEventSelect has it from some moment of the call on, until a moment of a later call by
whichever process; and an event is told to nobody but who has it. The log does not show these moments. It shows between which entries they
lie, and so it is right if for each take a moment can be chosen such that everything observed is as the rule has it. violation() looks for
such a choice, by keeping all that are still possible: there are few, for each process has one take under way at most.

A process that is killed may have had the moment of its last take or not, as long as windsockd may still serve it; then the registration is
nobody's, if it was its. When windsockd is killed it is unknown whose the registration is, and a process may be told of what was its before,
until it has taken it anew: what it is told meanwhile is not judged, and that of the others is.
"""
import mmap
import os
import struct
from collections import Counter, namedtuple
from itertools import chain, combinations

TAKE_BEGINS, TAKE_RETURNED, SIGNALLED, ASKS, TOLD, ENDED, SERVER_ENDS, SERVER_ENDED = range(1, 9)

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


def count(path):
    """Of the entries so far."""
    with open(path, "rb") as log:
        return HEAD.unpack(log.read(HEAD.size))[1]


def written(entries, killed):
    """Those but for the last of processes that were killed in the midst of writing it: what it was to announce was not done."""
    found = [entry for entry in entries if entry.what]
    assert len(entries) - len(found) <= killed, "somebody who lives has not written an entry"
    return found


def violation(entries):
    """None, or the index of the first entry that cannot be explained."""
    processes, under_way = set(), set()
    unsure, renewing = set(), set()  # who may have a registration from a windsockd that was killed; and of those, who takes it anew
    server_ended = True
    possible = {Possible(None, frozenset(), frozenset())}
    for index, (process, what, events, _) in enumerate(entries):
        if what == TAKE_BEGINS:
            processes.add(process)
            under_way.add(process)
            if process in unsure and server_ended:
                renewing.add(process)
        elif what == TAKE_RETURNED:
            under_way.remove(process)
            possible = {one._replace(happened=one.happened - {process}) for one in possible if process in one.happened}
            if process in renewing:
                unsure.discard(process)
        elif what == ENDED:
            for those in (processes, under_way, unsure, renewing):
                those.discard(events)
            possible = {Possible(None if one.owner == events else one.owner, one.happened - {events}, one.told - {events}) for one in possible}
        elif what == SERVER_ENDS:
            unsure, renewing, server_ended = set(processes), set(), False
        elif what == SERVER_ENDED:
            server_ended = True
            possible = {Possible(owner, happened, told) for owner in (None, *processes) for happened in subsets(under_way)
                        for told in subsets(processes)}
        elif process in unsure and what in (SIGNALLED, TOLD):
            pass
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


def subsets(those):
    return [frozenset(some) for some in chain.from_iterable(combinations(those, size) for size in range(len(those) + 1))]


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
        elif entry.what == ENDED:
            begun.pop(entry.events, None)
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
        elif what == ENDED:
            for those in (under_way, returned):
                those.pop(events, None)
        elif what == ASKS:
            counts["asked after the loss"] += process in lost
        elif what == TOLD and events:
            counts["told"] += 1
        elif what == SIGNALLED:
            counts["signalled"] += 1
    return counts
