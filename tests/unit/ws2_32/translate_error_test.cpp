#include <winsock2.h>

#include <gtest/gtest.h>

#include <cerrno>

#include "dlls/ws2_32/wsa_error.h"

namespace windsock {
namespace {

int wsa(int error) { return static_cast<int>(wsa_error_from_host(static_cast<host::Errno>(error))); }

struct Case {
  int host;
  int windows;
};

// The mappings that programs decide by, and the ones that are easily got wrong.
TEST(TranslateError, knows_what_programs_decide_by) {
  const Case cases[] = {
      {EAGAIN, WSAEWOULDBLOCK},       {EINPROGRESS, WSAEWOULDBLOCK},  {EALREADY, WSAEALREADY},
      {EISCONN, WSAEISCONN},          {ENOTCONN, WSAENOTCONN},        {EPIPE, WSAESHUTDOWN},
      {ECONNREFUSED, WSAECONNREFUSED}, {ECONNRESET, WSAECONNRESET},   {ECONNABORTED, WSAECONNABORTED},
      {ETIMEDOUT, WSAETIMEDOUT},      {EADDRINUSE, WSAEADDRINUSE},    {EADDRNOTAVAIL, WSAEADDRNOTAVAIL},
      {EBADF, WSAENOTSOCK},           {ENOTSOCK, WSAENOTSOCK},        {EMFILE, WSAEMFILE},
      {ENFILE, WSAEMFILE},            {ENOMEM, WSAENOBUFS},           {ENOBUFS, WSAENOBUFS},
      {EPERM, WSAEACCES},             {EACCES, WSAEACCES},            {EINTR, WSAEINTR},
      {EMSGSIZE, WSAEMSGSIZE},        {EHOSTUNREACH, WSAEHOSTUNREACH}, {ENETUNREACH, WSAENETUNREACH},
      {EFAULT, WSAEFAULT},            {EINVAL, WSAEINVAL},            {ENOPROTOOPT, WSAENOPROTOOPT},
      {EOPNOTSUPP, WSAEOPNOTSUPP},    {EAFNOSUPPORT, WSAEAFNOSUPPORT}, {EPROTONOSUPPORT, WSAEPROTONOSUPPORT},
      {EDESTADDRREQ, WSAEDESTADDRREQ},
  };
  for (const Case& one : cases) EXPECT_EQ(wsa(one.host), one.windows) << "errno " << one.host;
}

TEST(TranslateError, answers_every_number_with_a_code) {
  testing::internal::CaptureStderr();
  for (int error = 1; error < 600; ++error) {
    int code = wsa(error);
    EXPECT_TRUE(code == WSA_OPERATION_ABORTED || (code > WSABASEERR && code <= WSASYSCALLFAILURE)) << "errno " << error;
  }
  testing::internal::GetCapturedStderr();
}

TEST(TranslateError, complains_about_what_it_does_not_know) {
  testing::internal::CaptureStderr();
  EXPECT_EQ(wsa(EXDEV), WSASYSCALLFAILURE);
  EXPECT_NE(testing::internal::GetCapturedStderr().find("error 18"), std::string::npos);
}

}  // namespace
}  // namespace windsock
