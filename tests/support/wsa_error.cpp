#include "tests/support/wsa_error.h"

#include <algorithm>

namespace test_support {
namespace {

struct NamedError {
  int value;
  const char* name;
};

#define NAMED(error) {error, #error}
const NamedError kErrors[] = {
    {0, "no error"},           NAMED(WSAEINTR),          NAMED(WSAEBADF),           NAMED(WSAEACCES),
    NAMED(WSAEFAULT),          NAMED(WSAEINVAL),         NAMED(WSAEMFILE),          NAMED(WSAEWOULDBLOCK),
    NAMED(WSAEINPROGRESS),     NAMED(WSAEALREADY),       NAMED(WSAENOTSOCK),        NAMED(WSAEDESTADDRREQ),
    NAMED(WSAEMSGSIZE),        NAMED(WSAEPROTOTYPE),     NAMED(WSAENOPROTOOPT),     NAMED(WSAEPROTONOSUPPORT),
    NAMED(WSAESOCKTNOSUPPORT), NAMED(WSAEOPNOTSUPP),     NAMED(WSAEPFNOSUPPORT),    NAMED(WSAEAFNOSUPPORT),
    NAMED(WSAEADDRINUSE),      NAMED(WSAEADDRNOTAVAIL),  NAMED(WSAENETDOWN),        NAMED(WSAENETUNREACH),
    NAMED(WSAENETRESET),       NAMED(WSAECONNABORTED),   NAMED(WSAECONNRESET),      NAMED(WSAENOBUFS),
    NAMED(WSAEISCONN),         NAMED(WSAENOTCONN),       NAMED(WSAESHUTDOWN),       NAMED(WSAETIMEDOUT),
    NAMED(WSAECONNREFUSED),    NAMED(WSAEHOSTUNREACH),   NAMED(WSASYSNOTREADY),     NAMED(WSAVERNOTSUPPORTED),
    NAMED(WSANOTINITIALISED),  NAMED(WSATYPE_NOT_FOUND), NAMED(WSAHOST_NOT_FOUND),  NAMED(WSATRY_AGAIN),
    NAMED(WSANO_RECOVERY),     NAMED(WSANO_DATA),        NAMED(WSA_INVALID_HANDLE), NAMED(WSA_INVALID_PARAMETER),
    {995, "WSA_OPERATION_ABORTED"}, {996, "WSA_IO_INCOMPLETE"}, {997, "WSA_IO_PENDING"},
};
#undef NAMED

}  // namespace

std::string error_name(int error) {
  for (const NamedError& known : kErrors)
    if (known.value == error) return known.name;
  return "error " + std::to_string(error);
}

std::string describe(const Outcome& outcome) {
  return outcome.failed() ? "failed with " + error_name(outcome.error) : "returned " + std::to_string(outcome.result);
}

::testing::AssertionResult failed_with(const Outcome& outcome, const std::vector<int>& accepted) {
  if (outcome.failed() && std::find(accepted.begin(), accepted.end(), outcome.error) != accepted.end())
    return ::testing::AssertionSuccess() << describe(outcome);
  std::string wanted;
  for (const int error : accepted) wanted += (wanted.empty() ? "" : " or ") + error_name(error);
  return ::testing::AssertionFailure() << describe(outcome) << ", expected " << wanted;
}

}  // namespace test_support
