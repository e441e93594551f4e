// What holds for every row of the option table: the cases are made from the rows.
#include <cstring>

#include "dlls/ws2_32/option_table.h"
#include "tests/unit/ws2_32/socket_states.h"

namespace windsock {
namespace {

using ws2_32_test::Kind;
using ws2_32_test::kStates;
using ws2_32_test::SocketIn;

class OptionRows : public ws2_32_test::Started {
 protected:
  // 0, or the error.
  static int get(SOCKET s, const Option& row, void* value, int* length) {
    return getsockopt(s, row.level, row.name, static_cast<char*>(value), length) == 0 ? 0 : WSAGetLastError();
  }
  static int set(SOCKET s, const Option& row, const void* value, int length) {
    return setsockopt(s, row.level, row.name, static_cast<const char*>(value), length) == 0 ? 0 : WSAGetLastError();
  }
  // The number, or minus the error.
  static int64_t number(SOCKET s, const Option& row) {
    DWORD value = 0xeeeeeeee;
    int length = sizeof value;
    int error = get(s, row, &value, &length);
    return error ? -int64_t{error} : int64_t{value};
  }
  static bool is_number(const Option& row) { return row.home != OptionHome::kBytes && row.home != OptionHome::kMissing; }
  // Those that a new socket can be asked for.
  static bool reads_at_once(const Option& row) { return is_number(row) && row.readable && (row.get_states & kUnbound); }

  // Calls `body` for each row that `fits` and each kind of socket that has it, with a new socket; counts the cases.
  template <typename Fits, typename Body>
  void for_rows(Fits fits, Body body) {
    for (const Option& row : all_options()) {
      if (!fits(row)) continue;
      for (const Kind& kind : kinds_) {
        if (!(row.sockets & kind.set)) continue;
        SCOPED_TRACE(std::string(row.text) + " on " + kind.text);
        SocketIn socket(kind, kUnbound);
        body(row, socket.get());
        ++cases_;
      }
    }
    EXPECT_GT(cases_, 0);
  }

  void SetUp() override {
    Started::SetUp();
    kinds_ = ws2_32_test::possible_kinds();
  }
  std::vector<Kind> kinds_;
  int cases_ = 0;
};

TEST_F(OptionRows, have_a_text_and_are_found) {
  EXPECT_GT(all_options().size(), 130u);
  for (const Option& row : all_options()) {
    EXPECT_GT(strlen(row.text), 5u);
    EXPECT_EQ(find_option(row.level, row.name), &row) << row.text;
    EXPECT_NE(row.sockets, 0) << row.text;
  }
}

TEST_F(OptionRows, begin_with_their_default) {
  for_rows([](const Option& row) { return reads_at_once(row) && row.initial != kHostDecides; },
           [](const Option& row, SOCKET s) { EXPECT_EQ(number(s, row), row.initial); });
}

TEST_F(OptionRows, can_be_read_at_once_or_say_in_which_state) {
  for_rows([](const Option& row) { return is_number(row) && row.readable; },
           [](const Option& row, SOCKET s) {
             // The path MTU of a raw socket and such: the host may say no where the documentation says nothing.
             int64_t value = number(s, row);
             if (!reads_at_once(row)) {
               EXPECT_EQ(value, -int64_t{row.state_error});
             } else {
               EXPECT_GE(value, 0);
             }
           });
}

// The value that was read may be set again and stays; of booleans both values come back.
TEST_F(OptionRows, read_back_what_was_set) {
  for_rows([](const Option& row) { return reads_at_once(row) && row.writable && (row.set_states & kUnbound); },
           [](const Option& row, SOCKET s) {
             auto before = static_cast<DWORD>(number(s, row));
             ASSERT_EQ(set(s, row, &before, sizeof before), 0);
             EXPECT_EQ(number(s, row), before);
             if (row.value != OptionValue::kBoolean) return;
             DWORD other = !before;
             ASSERT_EQ(set(s, row, &other, sizeof other), 0);
             EXPECT_EQ(number(s, row), other);
             DWORD odd = 0x300;
             int error = set(s, row, &odd, sizeof odd);
             EXPECT_EQ(number(s, row), error ? other : 1u) << "any value but 0 is TRUE";
           });
}

TEST_F(OptionRows, take_and_give_booleans_of_one_byte) {
  for_rows([](const Option& row) { return reads_at_once(row) && row.value == OptionValue::kBoolean; },
           [](const Option& row, SOCKET s) {
             unsigned char bytes[2] = {0x55, 0x66};
             int length = 1;
             ASSERT_EQ(get(s, row, bytes, &length), 0);
             EXPECT_EQ(length, 1);
             EXPECT_LE(bytes[0], 1);
             EXPECT_EQ(bytes[1], 0x66) << "written past the length";
             if (row.writable && (row.set_states & kUnbound)) {
               unsigned char on = 2;
               EXPECT_EQ(set(s, row, &on, 1), 0);
               EXPECT_EQ(number(s, row), 1);
             }
           });
}

TEST_F(OptionRows, refuse_short_buffers_and_take_long_ones) {
  for_rows([](const Option& row) { return reads_at_once(row); },
           [](const Option& row, SOCKET s) {
             DWORD values[3] = {1, 1, 0x77777777};
             int length = sizeof values;
             ASSERT_EQ(get(s, row, values, &length), 0);
             EXPECT_EQ(length, 4);
             EXPECT_EQ(values[2], 0x77777777u) << "written past the value";
             length = 0;
             EXPECT_EQ(get(s, row, values, &length), WSAEFAULT);
             if (row.value == OptionValue::kInteger) {
               length = 3;
               EXPECT_EQ(get(s, row, values, &length), WSAEFAULT);
             }
             if (!row.writable || !(row.set_states & kUnbound)) return;
             EXPECT_EQ(set(s, row, values, sizeof values), 0) << "a long buffer";
             EXPECT_EQ(set(s, row, values, 0), WSAEFAULT);
             if (row.value == OptionValue::kInteger) {
               EXPECT_EQ(set(s, row, values, 3), WSAEFAULT);
             }
           });
}

TEST_F(OptionRows, refuse_structures_that_are_too_short) {
  for_rows([](const Option& row) { return row.home == OptionHome::kBytes && row.value == OptionValue::kBytes; },
           [](const Option& row, SOCKET s) {
             char byte = 0x55;
             int length = 0;
             if (row.readable && row.get_states == kAnyState) {
               int error = get(s, row, &byte, &length);
               // What may be empty is (no IP options, no ICMP error), or must be switched on first.
               EXPECT_TRUE(error == WSAEFAULT || (error == 0 && length == 0) || error == WSAEINVAL) << error;
               EXPECT_EQ(byte, 0x55);
             }
             if (row.writable && row.set_states == kAnyState && row.name != IP_OPTIONS) {
               EXPECT_EQ(set(s, row, &byte, 0), WSAEFAULT);
             }
           });
}

TEST_F(OptionRows, find_null_pointers) {
  for_rows([](const Option& row) { return row.home != OptionHome::kMissing; },
           [](const Option& row, SOCKET s) {
             DWORD value = 0;
             int length = sizeof value;
             if (row.readable) {
               EXPECT_EQ(get(s, row, nullptr, &length), WSAEFAULT);
               EXPECT_EQ(get(s, row, &value, nullptr), WSAEFAULT);
             }
             if (row.writable && row.value != OptionValue::kNothing) {
               EXPECT_EQ(set(s, row, nullptr, sizeof value), WSAEFAULT);
             }
           });
}

TEST_F(OptionRows, say_who_may_read_and_write) {
  for_rows([](const Option& row) { return !row.readable || !row.writable; },
           [](const Option& row, SOCKET s) {
             DWORD value[64] = {};
             int length = sizeof value;
             if (!row.readable) {
               EXPECT_EQ(get(s, row, value, &length), WSAENOPROTOOPT);
             }
             if (!row.writable) {
               EXPECT_EQ(set(s, row, value, sizeof value), WSAENOPROTOOPT);
             }
           });
}

TEST_F(OptionRows, answer_for_what_is_missing) {
  for_rows([](const Option& row) { return row.home == OptionHome::kMissing; },
           [](const Option& row, SOCKET s) {
             DWORD value = 0;
             int length = sizeof value;
             EXPECT_EQ(get(s, row, &value, &length), row.state_error);
             EXPECT_EQ(set(s, row, &value, length), row.state_error);
           });
}

TEST_F(OptionRows, belong_to_kinds_of_sockets_and_to_a_level) {
  for (const Option& row : all_options()) {
    for (const Kind& kind : kinds_) {
      SCOPED_TRACE(std::string(row.text) + " on " + kind.text);
      SocketIn socket(kind, kUnbound);
      DWORD value[64] = {};
      int length = sizeof value;
      if (!(row.sockets & kind.set)) {
        int error = get(socket.get(), row, value, &length);
        EXPECT_TRUE(error == WSAENOPROTOOPT || error == WSAEINVAL) << error;
        EXPECT_EQ(set(socket.get(), row, value, sizeof value), error);
      }
      Option elsewhere = row;
      elsewhere.level = 0x1234;
      EXPECT_EQ(get(socket.get(), elsewhere, value, &length), WSAEINVAL);
      EXPECT_EQ(set(socket.get(), elsewhere, value, sizeof value), WSAEINVAL);
    }
  }
}

TEST_F(OptionRows, are_for_the_states_they_name) {
  int refused = 0, taken = 0;
  for (const Option& row : all_options()) {
    if (row.home == OptionHome::kMissing || (row.set_states == kAnyState && row.get_states == kAnyState)) continue;
    for (const Kind& kind : kinds_) {
      if (!(row.sockets & kind.set)) continue;
      for (SocketStates state : kStates) {
        SCOPED_TRACE(std::string(row.text) + " on " + kind.text + " in state " + std::to_string(state));
        SocketIn socket(kind, state);
        if (!socket.possible()) continue;
        DWORD value[64] = {1};
        int length = sizeof value;
        if (row.readable) {
          int error = get(socket.get(), row, value, &length);
          EXPECT_EQ(error, (row.get_states & state) ? 0 : row.state_error);
          ++(error ? refused : taken);
        }
        if (row.writable) {
          int64_t before = is_number(row) ? number(socket.get(), row) : 0;
          DWORD one = 1;
          int error = set(socket.get(), row, &one, sizeof one);
          if (!(row.set_states & state)) {
            EXPECT_EQ(error, row.state_error);
            if (is_number(row)) {
              EXPECT_EQ(number(socket.get(), row), before) << "changed nevertheless";
            }
          } else if (is_number(row)) {
            EXPECT_EQ(error, 0);
          }
          ++(error ? refused : taken);
        }
      }
    }
  }
  EXPECT_GT(refused, 10);
  EXPECT_GT(taken, 10);
}

}  // namespace
}  // namespace windsock
