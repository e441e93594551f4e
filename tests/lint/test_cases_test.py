#!/usr/bin/env python3
"""Shows what docs/test_cases.py takes for a call of an export, and what not: a table of coverage that credits a case with its
neighbours' words would never lose an export's only case."""
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "docs"))

from test_cases import Cases  # noqa: E402

HEADER = """
class Window {
 public:
  Window() : handle_(CreateWindowExA(0, "x")) {}
  bool post() const { return PostMessageA(handle_, 1); }
};
inline int wait(int s) { return WSAPoll(s); }
"""
SOURCE = """
#include "tests/window.h"
class FirstTest : public Base { protected: void SetUp() override { WSAStartup(1); } int select(int s) { return WSAAsyncSelect(s); } };
TEST_F(FirstTest, IsShort) { EXPECT_EQ(0, select(1)) << "send(1)"; }  // listen(1)
int sends(int s) { return send(s, 1'000, '"') + sendto(s); }
class SecondTest : public FirstTest { Window window_; bool wait(int s) { return WSAWaitForMultipleEvents(s); } };
TEST_F(SecondTest, HasHelpers) { window_.post(); sends(2); object.connect(2); if (wait(3)) return; }
#define ROW(name, call) { #name, [] { return call; } }
const Row kRows[] = { ROW(shutdown, shutdown(1)), {"accept", &accept}, {"WSASend", WSASend} };
TEST_P(RowTest, Each) { SOCKET socket(make()); int recv = 0; use(recv, GetParam()); ::select(1); other::getsockname(1); }
INSTANTIATE_TEST_SUITE_P(All, RowTest, ::testing::ValuesIn(kRows));
int behind() { return ioctlsocket(1); }
"""
CALLING = {
    "WSAAsyncSelect": ["FirstTest.IsShort"],  # by the fixture's member `select`
    "select": ["RowTest.Each"],
    "send": ["SecondTest.HasHelpers"],
    "sendto": ["SecondTest.HasHelpers"],
    "listen": [],
    "PostMessageA": ["SecondTest.HasHelpers"],
    "CreateWindowExA": ["SecondTest.HasHelpers"],
    "WSAStartup": ["FirstTest.IsShort", "SecondTest.HasHelpers"],
    "WSAWaitForMultipleEvents": ["SecondTest.HasHelpers"],
    "connect": [],
    "shutdown": ["RowTest.Each"],
    "accept": ["RowTest.Each"],
    "WSASend": ["RowTest.Each"],
    "socket": [],
    "recv": [],
    "getsockname": [],
    "ioctlsocket": [],
    "ExitProcess": ["tests/child.cpp"],
}


class TestCasesTest(unittest.TestCase):
    maxDiff = None

    def test_a_case_calls_what_its_body_and_its_helpers_call(self):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "tests").mkdir()
            for name, text in (("window.h", HEADER), ("source.cpp", SOURCE), ("child.cpp", "int main() { ExitProcess(3); }")):
                (Path(folder) / "tests" / name).write_text(text)
            cases = Cases(Path(folder), ["tests/child.cpp", "tests/source.cpp"])
            self.assertEqual(CALLING, {name: cases.calling({name}) for name in CALLING})


if __name__ == "__main__":
    unittest.main()
