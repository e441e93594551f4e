// The tests of the core.
#include <gtest/gtest.h>

#include "dlls/ws2_32/loading.h"

// With what the library does around a fork.
[[gnu::used]] static void (*const kLoaded)() = windsock::loaded;

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
