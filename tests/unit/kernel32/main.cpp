// The tests of kernel32: this program, and what it does when a case starts it again as a child.
#include <gtest/gtest.h>

#include <string_view>

#include "tests/unit/kernel32/support.h"

int main(int argc, char** argv) {
  if (argc > 1 && std::string_view(argv[1]) == kernel32_test::kChildMark) return kernel32_test::run_child(argc, argv);
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
