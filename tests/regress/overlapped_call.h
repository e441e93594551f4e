// An overlapped call: its structure, event and buffer in one place, how it began, and what came of it.
//
//   OverlappedCall call;
//   ASSERT_PENDING(call.receive(s));
//   EXPECT_EQ("hello", call.received());              waits for the end
//   EXPECT_FAILS_WITH(call.end(), WSAECONNRESET);     the same for one that fails
//
// What a case leaves under way, because it has failed, is cancelled and waited for: no memory goes that the system still
// writes to.
#ifndef TESTS_REGRESS_OVERLAPPED_CALL_H
#define TESTS_REGRESS_OVERLAPPED_CALL_H

#include <winsock2.h>
#include <ws2tcpip.h>

#include <windows.h>

#include <string>
#include <utility>

#include "tests/regress/fixture.h"

namespace regress {

// An alertable wait for nothing else: it ends with the routines that are due.
inline auto* const alertable_pause = &SleepEx;

inline HANDLE handle_of(SOCKET socket) { return reinterpret_cast<HANDLE>(socket); }

class OverlappedCall {
 public:
  explicit OverlappedCall(size_t room = 64) : OverlappedCall(std::string(room, '-')) {}  // to receive
  explicit OverlappedCall(std::string text) : data(std::move(text)) {                     // to send
    buffer = {static_cast<ULONG>(data.size()), data.data()};
    overlapped.hEvent = event_;
    sender.length = sizeof sender.storage;
  }
  OverlappedCall(const OverlappedCall&) = delete;
  OverlappedCall& operator=(const OverlappedCall&) = delete;
  ~OverlappedCall() {
    if (begun_ && !ended()) {
      CancelIoEx(handle_of(socket_), &overlapped);
      EXPECT_TRUE(eventually([this] { return ended(); }));
    }
    if (begun_ && routine) alertable_pause(0, TRUE);
    WSACloseEvent(event_);
  }

  // Each returns 0 or SOCKET_ERROR, as the call does.
  int receive(SOCKET socket, DWORD with_flags = 0) {
    DWORD own_flags = with_flags;
    if (!told_elsewhere) flags = with_flags;
    return begin(socket, [&] {
      return WSARecv(socket, &buffer, 1, place_of_count(), told_elsewhere ? &own_flags : &flags, &overlapped, routine);
    });
  }
  int receive_from(SOCKET socket, DWORD with_flags = 0) {
    flags = with_flags;
    return begin(socket, [&] {
      return WSARecvFrom(socket, &buffer, 1, &at_once, &flags, sender.address(), &sender.length, &overlapped, routine);
    });
  }
  int send(SOCKET socket, DWORD with_flags = 0) {
    return begin(socket, [&] { return WSASend(socket, &buffer, 1, place_of_count(), with_flags, &overlapped, routine); });
  }
  int send_to(SOCKET socket, const Endpoint& to) {
    return begin(socket, [&] {
      return WSASendTo(socket, &buffer, 1, &at_once, 0, to.address(), to.length, &overlapped, routine);
    });
  }
  // The socket as a file.
  int read(SOCKET socket) {
    return begin(socket, [&] { return ReadFile(handle_of(socket), buffer.buf, buffer.len, nullptr, &overlapped) != FALSE; });
  }
  int write(SOCKET socket) {
    return begin(socket, [&] { return WriteFile(handle_of(socket), buffer.buf, buffer.len, nullptr, &overlapped) != FALSE; });
  }
  // Any other that begins with this object's structure; it returns what the others return, or BOOL.
  template <class Call>
  int begin(SOCKET socket, Call call) {
    socket_ = socket;
    begun_ = true;
    if (succeeded(call())) return 0;
    if (WSAGetLastError() != WSA_IO_PENDING) begun_ = false;
    return SOCKET_ERROR;
  }

  bool ended() const { return HasOverlappedIoCompleted(&overlapped); }
  bool told() const { return WaitForSingleObject(event_, 0) == WAIT_OBJECT_0; }
  bool wait() const { return WaitForSingleObject(event_, kDeadlineMs) == WAIT_OBJECT_0; }

  // What it came to, at once: the bytes, or -1 with the last error. Also the flags.
  long long result() {
    DWORD bytes = 0;
    return WSAGetOverlappedResult(socket_, &overlapped, &bytes, FALSE, &flags) ? static_cast<long long>(bytes) : -1;
  }
  // The same when it has told of its end.
  long long end() {
    if (wait()) return result();
    WSASetLastError(WSA_IO_INCOMPLETE);
    return -1;
  }
  // The end of one whose socket is closed, by which WSAGetOverlappedResult could not ask; a Win32 error.
  long long end_of_closed() {
    DWORD bytes = 0;
    if (wait()) return GetOverlappedResult(handle_of(socket_), &overlapped, &bytes, FALSE) ? static_cast<long long>(bytes) : -1;
    WSASetLastError(WSA_IO_INCOMPLETE);
    return -1;
  }
  // The received text, or the name of the error.
  std::string received() {
    const long long bytes = end();
    return bytes >= 0 ? data.substr(0, static_cast<size_t>(bytes)) : error_name(WSAGetLastError());
  }

  OVERLAPPED overlapped{};
  std::string data;
  WSABUF buffer;
  DWORD flags = 0;    // in and out
  DWORD at_once = 0;  // bytes, of a call that returned 0
  Endpoint sender;
  // Another thread may have been told of the end before a call returns: then no call writes to this object when it returns.
  bool told_elsewhere = false;
  LPWSAOVERLAPPED_COMPLETION_ROUTINE routine = nullptr;
  HANDLE event() const { return event_; }

 private:
  LPDWORD place_of_count() { return told_elsewhere ? nullptr : &at_once; }
  static bool succeeded(int result) { return result == 0; }
  // BOOL is an int: what returns it is wrapped to tell.
  static bool succeeded(bool result) { return result; }

  WSAEVENT event_ = WSACreateEvent();
  SOCKET socket_ = INVALID_SOCKET;
  bool begun_ = false;
};

// A call that has begun: it is done, or under way.
inline ::testing::AssertionResult begun(const Outcome& outcome) {
  if (!outcome.failed() || outcome.error == WSA_IO_PENDING) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << describe(outcome);
}

#define ASSERT_PENDING(call) ASSERT_FAILS_WITH(call, WSA_IO_PENDING)
#define ASSERT_BEGUN(call) ASSERT_TRUE(::regress::begun(::test_support::outcome_of([&] { return call; }))) << #call

}  // namespace regress

#endif
