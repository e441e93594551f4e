// The thread that heeds windsockd for the selections of this process. What needs a windsockd: tests/regress, tests/system.
#include "dlls/ws2_32/server_client.h"

#include "tests/support/leak_check.h"
#include "tests/unit/ws2_32/support.h"

namespace windsock {
namespace {

class Keeper : public ws2_32_test::Started {};

// By then another thread's call may have selected nothing in its place.
TEST_F(Keeper, ends_when_the_selection_that_it_is_wanted_for_has_ended_already) {
  const test_support::LeakCheck before;
  constexpr uint64_t kNoConnection = 0;
  EXPECT_TRUE(ServerClient::instance().keep_reading(kNoConnection));
  EXPECT_TRUE(before.nothing_left());
}

}  // namespace
}  // namespace windsock
