"""The judge of take_log.py, who must find what is wrong: logs that are right, and the same ones with something in them that cannot be."""
import os
import tempfile
import unittest

import take_log
from take_log import (ASKS, ENDED, HEAD, LAYOUT, SERVER_ENDED, SERVER_ENDS, SIGNALLED, TAKE_BEGINS, TAKE_RETURNED, TOLD, Entry)

FD_READ = 1
WORDS = {"takes": [TAKE_BEGINS], "taken": [TAKE_RETURNED], "set": [SIGNALLED], "asks": [ASKS], "told": [TOLD], "nothing": [TOLD], "ended": [ENDED]}
SERVER = {"W.ends": SERVER_ENDS, "W.ended": SERVER_ENDED}


def log(text):
    """Of words as "A.takes A.taken B.asks B.nothing"."""
    entries = []
    for place, word in enumerate(text.split()):
        process, what = word.split(".")
        events = {"told": FD_READ, "ended": ord(process)}.get(what, 0)
        entries.append(Entry(ord(process), SERVER.get(word) or WORDS[what][0], events, place * 10**9))
    return entries


class Judge(unittest.TestCase):
    def assert_right(self, text):
        self.assertIsNone(take_log.violation(log(text)))

    def assert_wrong(self, text):
        """At its last entry, and not before."""
        self.assertEqual(len(text.split()) - 1, take_log.violation(log(text)))

    def test_who_has_taken_is_told(self):
        self.assert_right("A.takes A.taken A.set A.asks A.told A.asks A.nothing A.set A.asks A.told")

    def test_who_has_never_taken_is_not(self):
        self.assert_wrong("A.asks A.told")
        self.assert_wrong("A.set")
        self.assert_wrong("A.takes A.taken B.asks B.told")

    def test_who_has_lost_it_is_told_nothing_more(self):
        taken = "A.takes A.taken B.takes B.taken "
        self.assert_right(taken + "A.asks A.nothing B.asks B.told")
        self.assert_wrong(taken + "A.asks A.told")
        self.assert_wrong(taken + "A.asks A.nothing A.set")
        self.assert_wrong(taken + "B.asks A.asks B.told A.told")
        self.assert_right(taken + "A.takes A.taken A.asks A.told")

    def test_an_event_that_was_set_before_may_be_seen_later(self):
        self.assert_right("A.takes A.taken B.takes B.taken A.set A.asks A.nothing")
        self.assert_right("A.takes A.taken A.asks B.takes B.taken A.nothing A.set")
        self.assert_wrong("A.takes A.taken A.asks A.nothing B.takes B.taken A.asks A.nothing A.set")

    def test_while_it_is_taken_either_may_be_told_in_order(self):
        self.assert_right("A.takes A.taken B.takes A.asks A.told B.asks B.told B.taken")
        self.assert_right("A.takes A.taken B.takes A.asks A.told A.asks A.told B.taken B.asks B.told")
        self.assert_wrong("A.takes A.taken B.takes B.asks B.told A.asks A.told")
        self.assert_wrong("A.takes A.taken B.takes C.takes B.asks B.told C.asks C.told B.asks B.told")

    def test_an_answer_that_began_before_the_loss_may_come_after_it(self):
        self.assert_right("A.takes A.taken A.asks B.takes B.taken A.told")

    def test_of_two_takes_at_once_one_is_the_later(self):
        both = "A.takes B.takes A.taken B.taken "
        self.assert_right(both + "A.asks A.told B.asks B.nothing A.asks A.told")
        self.assert_right(both + "B.asks B.told A.asks A.nothing")
        self.assert_wrong(both + "A.asks A.told B.asks B.told")
        self.assert_wrong("A.takes B.takes A.taken B.asks B.told A.asks A.told")

    def test_more_than_two(self):
        taken = "A.takes A.taken B.takes C.takes C.taken B.taken "
        self.assert_wrong(taken + "A.asks A.told")
        self.assert_right(taken + "C.asks C.told B.asks B.nothing")
        self.assert_wrong(taken + "C.asks C.told B.asks B.told")

    def test_the_last_take_of_one_that_was_killed_may_have_had_its_moment_or_not(self):
        self.assert_right("A.takes A.taken B.takes A.asks A.told")
        self.assert_right("A.takes A.taken B.takes A.asks A.nothing B.ended")
        self.assert_right("A.takes A.taken B.takes A.asks A.told B.ended A.asks A.told")
        self.assert_right("A.takes B.takes A.taken B.ended A.asks A.told")
        self.assert_wrong("A.takes A.taken B.takes B.taken B.ended A.asks A.told")

    def test_nobody_has_what_one_had_that_was_killed(self):
        taken = "A.takes A.taken B.takes B.taken "
        self.assert_wrong(taken + "A.ended B.asks B.told C.asks C.told")
        self.assert_wrong(taken + "B.ended A.asks A.nothing A.set")
        self.assert_right(taken + "B.ended A.takes A.taken A.asks A.told")

    def test_when_windsockd_is_killed_who_has_not_taken_anew_is_not_judged(self):
        taken = "A.takes A.taken B.takes B.taken "
        self.assert_right(taken + "W.ends A.asks A.told B.asks B.told W.ended A.asks A.told B.asks B.told")
        self.assert_right(taken + "W.ends W.ended A.takes A.taken A.asks A.told B.asks B.told A.asks A.told")
        self.assert_right(taken + "W.ends A.takes A.taken W.ended A.asks A.told B.asks B.told")

    def test_who_has_taken_anew_is_judged(self):
        taken = "A.takes A.taken B.takes B.taken W.ends W.ended A.takes A.taken "
        self.assert_wrong(taken + "B.takes B.taken A.asks A.told")
        self.assert_wrong(taken + "B.takes B.taken A.takes A.taken B.asks B.told")
        self.assert_wrong("A.takes A.taken W.ends W.ended A.takes A.taken C.asks C.told")

    def test_a_take_during_which_windsockd_is_killed_may_have_two_moments(self):
        self.assert_right("A.takes A.taken B.takes W.ends A.asks A.told W.ended A.takes A.taken A.asks A.told B.taken A.asks A.nothing B.asks B.told")

    def test_what_one_that_was_killed_has_not_written_is_no_entry(self):
        entries = [Entry(1, TAKE_BEGINS), Entry(0, 0), Entry(1, TAKE_RETURNED)]
        self.assertEqual([entries[0], entries[2]], take_log.written(entries, 1))
        with self.assertRaisesRegex(AssertionError, "somebody who lives"):
            take_log.written(entries, 0)

    def test_an_entry_that_was_not_written_is_no_entry(self):
        with self.assertRaisesRegex(AssertionError, "entry 1 was not written"):
            take_log.violation([Entry(1, TAKE_BEGINS), Entry(0, 0)])


class Measures(unittest.TestCase):
    def test_the_longest_take(self):
        self.assertEqual(4, take_log.longest_take(log("A.takes B.takes A.taken A.asks A.nothing B.taken")))
        self.assertEqual(2, take_log.longest_take(log("A.takes B.takes A.taken B.taken A.takes A.taken")))

    def test_a_take_that_does_not_return(self):
        with self.assertRaisesRegex(AssertionError, "has not returned"):
            take_log.longest_take(log("A.takes B.takes A.taken"))

    def test_a_take_of_one_that_was_killed(self):
        self.assertEqual(3, take_log.longest_take(log("A.takes B.takes B.ended A.taken")))

    def test_what_is_counted(self):
        counts = take_log.summary(log("A.takes A.taken A.set A.asks A.told B.takes A.asks A.told B.taken A.asks A.nothing B.asks B.told A.takes "
                                      "A.asks A.nothing A.taken B.asks B.nothing"))
        self.assertEqual({"takes": 3, "told": 3, "signalled": 1, "asked after the loss": 2}, dict(counts))

    def test_of_two_takes_at_once_none_is_surely_lost(self):
        self.assertEqual(0, take_log.summary(log("A.takes B.takes A.taken B.taken A.asks A.nothing B.asks B.told"))["asked after the loss"])


class Files(unittest.TestCase):
    def test_what_was_written_is_read(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "log")
            take_log.create(path, 3)
            self.assertEqual([], take_log.read(path))
            with open(path, "r+b") as file:
                file.write(HEAD.pack(3, 1) + LAYOUT.pack(7, TOLD, FD_READ, 5))
            self.assertEqual([Entry(7, TOLD, FD_READ, 5)], take_log.read(path))
            with open(path, "r+b") as file:
                file.write(HEAD.pack(3, 4))
            with self.assertRaisesRegex(AssertionError, "no room"):
                take_log.read(path)
