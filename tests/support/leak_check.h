// What a test must not leave behind: descriptors and threads of its process.
//
// The count is compared with the one taken at the start, and waited for: a thread that has just been joined, or a socket that
// is closed in the background, may still be listed for a moment.
#ifndef TESTS_SUPPORT_LEAK_CHECK_H
#define TESTS_SUPPORT_LEAK_CHECK_H

#include <gtest/gtest.h>

#include "tests/support/deadline.h"
#include "tests/support/process_info.h"

namespace test_support {

class LeakCheck {
 public:
  LeakCheck() : descriptors_(open_descriptor_count()), threads_(thread_count()) {}

  ::testing::AssertionResult nothing_left() const {
    constexpr std::chrono::seconds kSettle{5};
    if (eventually([this] { return open_descriptor_count() <= descriptors_ && thread_count() <= threads_; }, kSettle))
      return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << "descriptors " << descriptors_ << " before, " << open_descriptor_count()
                                         << " after; threads " << threads_ << " before, " << thread_count() << " after";
  }

 private:
  long descriptors_;
  long threads_;
};

}  // namespace test_support

#endif
