// Expectations about the error of a Winsock call, with names instead of numbers when they fail.
//
//   EXPECT_FAILS_WITH(recv(s, buffer, 4, 0), WSAENOTCONN);
//   EXPECT_FAILS_WITH_ONE_OF(accept(s, nullptr, nullptr), closed_while_blocked());
//
// The call must return SOCKET_ERROR or INVALID_SOCKET (both are -1) and leave that last error. The last error is cleared
// first, so a stale code of an earlier call never satisfies the expectation.
#ifndef TESTS_SUPPORT_WSA_ERROR_H
#define TESTS_SUPPORT_WSA_ERROR_H

#include <winsock2.h>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace test_support {

struct Outcome {
  long long result;
  int error;
  bool failed() const { return result == -1; }
};

template <class Call>
Outcome outcome_of(Call call) {
  WSASetLastError(0);
  const auto result = call();
  const int error = WSAGetLastError();
  if (result == static_cast<decltype(call())>(-1)) return {-1, error};
  return {static_cast<long long>(result), error};
}

std::string error_name(int error);
std::string describe(const Outcome& outcome);

::testing::AssertionResult failed_with(const Outcome& outcome, const std::vector<int>& accepted);

}  // namespace test_support

#define EXPECT_FAILS_WITH(call, error) \
  EXPECT_TRUE(::test_support::failed_with(::test_support::outcome_of([&] { return call; }), {error})) << #call
#define EXPECT_FAILS_WITH_ONE_OF(call, errors) \
  EXPECT_TRUE(::test_support::failed_with(::test_support::outcome_of([&] { return call; }), errors)) << #call
#define ASSERT_FAILS_WITH(call, error) \
  ASSERT_TRUE(::test_support::failed_with(::test_support::outcome_of([&] { return call; }), {error})) << #call

// The call must return this value; the last error is shown when it does not.
#define EXPECT_RETURNS(value, call) EXPECT_EQ(value, call) << ::test_support::error_name(WSAGetLastError())
#define ASSERT_RETURNS(value, call) ASSERT_EQ(value, call) << ::test_support::error_name(WSAGetLastError())

#endif
