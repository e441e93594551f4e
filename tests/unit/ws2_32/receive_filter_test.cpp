#include "dlls/ws2_32/receive_filter.h"

#include <gtest/gtest.h>

namespace windsock {
namespace {

TEST(ReceiveFilter, comes_back_from_its_program) {
  for (bool by_interface : {false, true}) {
    for (int rules = 0; rules < 4; ++rules) {
      ReceiveFilter filter{by_interface, {}, (rules & 1) != 0, (rules & 2) != 0};
      for (uint32_t index : {7u, 0u, 0xffffffffu}) {
        auto back = decode_filter(encode_filter(filter));
        ASSERT_TRUE(back.has_value());
        EXPECT_EQ(*back, filter);
        if (by_interface) filter.interfaces.push_back(index);
      }
    }
  }
}

TEST(ReceiveFilter, knows_its_own_programs_alone) {
  EXPECT_EQ(decode_filter({}), ReceiveFilter{}) << "no program: everything is received";
  EXPECT_FALSE(decode_filter({{6, 0, 0, 0xffffffff}}).has_value());
  auto program = encode_filter({true, {1, 2}, true, true});
  for (size_t i = 0; i < program.size(); ++i) {
    auto other = program;
    other[i].code ^= 1;
    EXPECT_FALSE(decode_filter(other).has_value()) << i;
    other = program;
    other.resize(i);
    EXPECT_NE(decode_filter(other).value_or(ReceiveFilter{}), (ReceiveFilter{true, {1, 2}, true, true})) << i;
  }
}

TEST(ReceiveFilter, has_jumps_that_stay_in_the_program) {
  ReceiveFilter filter{true, std::vector<uint32_t>(kMaxFilteredInterfaces, 9), true, true};
  auto program = encode_filter(filter);
  for (size_t i = 0; i < program.size(); ++i) {
    EXPECT_LT(i + 1 + program[i].if_true, program.size() + (program[i].code == 6));
    EXPECT_LT(i + 1 + program[i].if_false, program.size() + (program[i].code == 6));
  }
}

}  // namespace
}  // namespace windsock
