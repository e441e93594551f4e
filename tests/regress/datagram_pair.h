// Two bound datagram sockets of one family on loopback: what comes from here arrives there.
#ifndef TESTS_REGRESS_DATAGRAM_PAIR_H
#define TESTS_REGRESS_DATAGRAM_PAIR_H

#include <string>

#include "tests/regress/fixture.h"

namespace regress {

class DatagramPairTest : public FamilyTest {
 protected:
  void SetUp() override {
    FamilyTest::SetUp();
    here_ = bound_socket(family(), SOCK_DGRAM);
    there_ = bound_socket(family(), SOCK_DGRAM);
    ASSERT_TRUE(here_.valid() && there_.valid()) << error_name(WSAGetLastError());
    target_ = local_name(there_.get());
  }
  void TearDown() override {
    here_ = Socket();
    there_ = Socket();
    FamilyTest::TearDown();
  }
  SOCKET here() const { return here_.get(); }
  SOCKET there() const { return there_.get(); }
  // Sends one datagram that can be received without waiting.
  bool arrived(const std::string& data) {
    return sendto(here(), data.data(), static_cast<int>(data.size()), 0, target_.address(), target_.length) ==
               static_cast<int>(data.size()) &&
           wait_for(there(), Readiness::kRead);
  }

  Socket here_, there_;
  Endpoint target_;
};

}  // namespace regress

#endif
