#include "dlls/winehost/asynchronous_ends.h"

#include <gtest/gtest.h>

#include "dlls/winehost/attachment.h"
#include "dlls/ws2_32/host_services.h"
#include "tests/unit/winehost/fake_wine.h"

namespace winehost_test {
namespace {

using namespace windsock;

constexpr uintptr_t kRoutine = 0x00007fff'12345678, kOverlapped = 0x00007ffe'87654320;
const void* const kTheRoutine = reinterpret_cast<const void*>(kRoutine);
void* const kTheOverlapped = reinterpret_cast<void*>(kOverlapped);

class Routines : public testing::Test {
 protected:
  void SetUp() override { wine.begin(); }
  void TearDown() override { winehost::forget_calling_thread(); }
  FakeWine& wine = FakeWine::instance();
};

// As bridge.c takes the words apart.
TEST_F(Routines, four_arguments_travel_in_three_words) {
  services::tell_routine(services::prepare_routine(kTheRoutine), 0xfffffffe, 0xfffffffd, kTheOverlapped, 0x8301);
  ASSERT_EQ(wine.queued.size(), 1u);
  const Queued& call = wine.queued[0];
  EXPECT_EQ(call.procedure, winehost::attachment().completion_routine);
  EXPECT_EQ(call.words[0] & ((uint64_t{1} << kFlagsShift) - 1), kRoutine);
  EXPECT_EQ(call.words[0] >> kFlagsShift, 0x8301u);
  EXPECT_EQ(static_cast<uint32_t>(call.words[1]), 0xfffffffe);
  EXPECT_EQ(call.words[1] >> kBytesShift, 0xfffffffd);
  EXPECT_EQ(call.words[2], kOverlapped);
}

TEST_F(Routines, the_systems_own_form_is_called_with_its_context_and_the_status_block) {
  services::PendingRoutine* pending;
  {
    winehost::SystemRoutine given{reinterpret_cast<void*>(kRoutine), reinterpret_cast<void*>(uintptr_t{0x55})};
    pending = services::prepare_routine(winehost::as_completion_routine(given));
  }
  services::tell_routine(pending, 0, 5, kTheOverlapped, 0);
  ASSERT_EQ(wine.queued.size(), 1u);
  const Queued& call = wine.queued[0];
  EXPECT_EQ(call.procedure, kRoutine);
  EXPECT_EQ(call.words[0], 0x55u);
  EXPECT_EQ(call.words[1], kOverlapped);
  EXPECT_EQ(call.words[2], 0u);
}

TEST_F(Routines, a_thread_is_opened_once_and_closed_after_its_last_routine) {
  services::PendingRoutine* first = services::prepare_routine(kTheRoutine);
  services::PendingRoutine* second = services::prepare_routine(kTheRoutine);
  EXPECT_EQ(wine.objects.size(), 1u);
  services::drop_routine(first);
  winehost::forget_calling_thread();
  EXPECT_EQ(wine.objects.size(), 1u);
  services::tell_routine(second, 995, 0, kTheOverlapped, 0);
  EXPECT_TRUE(wine.objects.empty());
}

}  // namespace
}  // namespace winehost_test
