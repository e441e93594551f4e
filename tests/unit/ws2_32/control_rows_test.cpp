// What holds for every row of the control table: the cases are made from the rows.
#include <cstring>

#include "dlls/ws2_32/control_table.h"
#include "tests/unit/ws2_32/socket_states.h"

namespace windsock {
namespace {

using ws2_32_test::Kind;
using ws2_32_test::kStates;
using ws2_32_test::SocketIn;

class ControlRows : public ws2_32_test::Started {
 protected:
  void SetUp() override {
    Started::SetUp();
    kinds_ = ws2_32_test::possible_kinds();
  }
  static int control(SOCKET s, uint32_t code, const void* in, size_t in_size, void* out, size_t out_size) {
    DWORD returned = 0;
    int result = WSAIoctl(s, code, const_cast<void*>(in), static_cast<DWORD>(in_size), out, static_cast<DWORD>(out_size), &returned,
                          nullptr, nullptr);
    return result == 0 ? 0 : WSAGetLastError();
  }
  std::vector<Kind> kinds_;
  char in_[512] = {}, out_[4096] = {};
};

TEST_F(ControlRows, are_found_by_their_code_alone) {
  EXPECT_GT(all_controls().size(), 50u);
  for (const Control& row : all_controls()) {
    EXPECT_EQ(find_control(row.code), &row) << row.text << ": two rows have one code";
    // The code itself tells who gives and who takes; some of Microsoft's own do not keep to it.
    EXPECT_LE(row.in_size, sizeof in_) << row.text;
  }
  EXPECT_EQ(find_control(0x12345678), nullptr);
}

TEST_F(ControlRows, answer_for_what_is_missing) {
  int missing = 0;
  for (const Control& row : all_controls()) {
    if (row.run) continue;
    ++missing;
    for (const Kind& kind : kinds_) {
      SocketIn socket(kind, kUnbound);
      EXPECT_EQ(control(socket.get(), row.code, in_, sizeof in_, out_, sizeof out_), row.wrong_socket) << row.text << " on " << kind.text;
    }
  }
  EXPECT_GT(missing, 10);
}

TEST_F(ControlRows, belong_to_kinds_of_sockets) {
  int cases = 0;
  for (const Control& row : all_controls()) {
    for (const Kind& kind : kinds_) {
      if (!row.run || (row.sockets & kind.set)) continue;
      ++cases;
      SocketIn socket(kind, kUnbound);
      EXPECT_EQ(control(socket.get(), row.code, in_, sizeof in_, out_, sizeof out_), row.wrong_socket) << row.text << " on " << kind.text;
    }
  }
  EXPECT_GT(cases, 30);
}

TEST_F(ControlRows, want_their_buffers) {
  int cases = 0;
  for (const Control& row : all_controls()) {
    for (const Kind& kind : kinds_) {
      if (!row.run || !(row.sockets & kind.set)) continue;
      SCOPED_TRACE(std::string(row.text) + " on " + kind.text);
      SocketIn socket(kind, kUnbound);
      memset(out_, 0x55, sizeof out_);
      if (row.in_size) {
        EXPECT_EQ(control(socket.get(), row.code, nullptr, sizeof in_, out_, sizeof out_), row.too_small);
        EXPECT_EQ(control(socket.get(), row.code, in_, row.in_size - 1, out_, sizeof out_), row.too_small);
        ++cases;
      }
      if (row.out_size) {
        EXPECT_EQ(control(socket.get(), row.code, in_, sizeof in_, nullptr, sizeof out_), row.too_small);
        EXPECT_EQ(control(socket.get(), row.code, in_, sizeof in_, out_, row.out_size - 1), row.too_small);
        ++cases;
      }
      for (char byte : out_) ASSERT_EQ(byte, 0x55) << "a refused control wrote";
      // Without a place for the count the documentation has WSAEFAULT whatever else is right.
      EXPECT_EQ(WSAIoctl(socket.get(), row.code, in_, sizeof in_, out_, sizeof out_, nullptr, nullptr, nullptr), SOCKET_ERROR);
      EXPECT_EQ(WSAGetLastError(), WSAEFAULT);
    }
  }
  EXPECT_GT(cases, 40);
}

TEST_F(ControlRows, are_for_the_states_they_name) {
  int cases = 0;
  for (const Control& row : all_controls()) {
    if (!row.run || row.states == kAnyState) continue;
    for (const Kind& kind : kinds_) {
      if (!(row.sockets & kind.set)) continue;
      for (SocketStates state : kStates) {
        SocketIn socket(kind, state);
        if (!socket.possible() || (row.states & state)) continue;
        ++cases;
        EXPECT_EQ(control(socket.get(), row.code, in_, sizeof in_, out_, sizeof out_), row.wrong_state)
            << row.text << " on " << kind.text << " in state " << state;
      }
    }
  }
  EXPECT_GT(cases, 5);
}

}  // namespace
}  // namespace windsock
