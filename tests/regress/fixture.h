// The fixture of the suite: Winsock is started, and nothing is left when the case ends.
#ifndef TESTS_REGRESS_FIXTURE_H
#define TESTS_REGRESS_FIXTURE_H

#include <winsock2.h>
#include <ws2tcpip.h>

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "tests/support/leak_check.h"
#include "tests/support/sockets.h"
#include "tests/support/wsa_error.h"

namespace regress {

using namespace test_support;

inline constexpr WORD kVersion = MAKEWORD(2, 2);

// For cases that start and stop Winsock themselves: the process has not started it when the case begins.
class NotStartedTest : public ::testing::Test {
 protected:
  void TearDown() override {
    WSASetLastError(0);
    EXPECT_EQ(SOCKET_ERROR, WSACleanup()) << "the case left Winsock started";
  }
};

template <class Base>
class StartedTest : public Base {
 protected:
  void SetUp() override {
    WSADATA data;
    ASSERT_EQ(0, WSAStartup(kVersion, &data));
    before_.emplace();
  }
  // The count is taken before WSACleanup, which would close what the case forgot.
  void TearDown() override {
    EXPECT_TRUE(before_->nothing_left());
    EXPECT_EQ(0, WSACleanup());
  }

 private:
  std::optional<LeakCheck> before_;
};

class WinsockTest : public StartedTest<::testing::Test> {};

// Cases that hold for both families: TEST_P with the family as parameter.
class FamilyTest : public StartedTest<::testing::TestWithParam<int>> {
 protected:
  int family() const { return this->GetParam(); }
};

inline std::string family_name(const ::testing::TestParamInfo<int>& info) { return info.param == AF_INET6 ? "v6" : "v4"; }

#define FOR_BOTH_FAMILIES(suite) INSTANTIATE_TEST_SUITE_P(Family, suite, ::testing::Values(AF_INET, AF_INET6), family_name)

inline char* bytes_of(void* pointer) { return static_cast<char*>(pointer); }
inline const char* bytes_of(const void* pointer) { return static_cast<const char*>(pointer); }

// Both ends of a connection.
class ConnectionTest : public FamilyTest {
 protected:
  void SetUp() override {
    FamilyTest::SetUp();
    pair_ = tcp_pair(family());
    ASSERT_TRUE(pair_.valid()) << error_name(WSAGetLastError());
  }
  void TearDown() override {
    pair_ = Pair();
    FamilyTest::TearDown();
  }
  SOCKET here() const { return pair_.client.get(); }
  SOCKET there() const { return pair_.server.get(); }
  // There, the connection is reset.
  void reset_there() {
    EXPECT_TRUE(set_linger(there(), 1, 0));
    pair_.server = Socket();
  }

  Pair pair_;
};

}  // namespace regress

#endif
