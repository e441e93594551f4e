// A completion port, and what it tells.
#ifndef TESTS_REGRESS_COMPLETION_PORT_H
#define TESTS_REGRESS_COMPLETION_PORT_H

#include <ostream>

#include "tests/regress/overlapped_call.h"

namespace regress {

// What a port has told.
struct Packet {
  bool success;
  DWORD error, bytes;
  ULONG_PTR key;
  OVERLAPPED* overlapped;
};

inline std::ostream& operator<<(std::ostream& out, const Packet& packet) {
  return out << "key " << packet.key << ", " << packet.bytes << " bytes, error " << packet.error << ", structure " << packet.overlapped;
}

class Port {
 public:
  Port() : handle_(CreateIoCompletionPort(INVALID_HANDLE_VALUE, nullptr, 0, 0)) {}
  Port(const Port&) = delete;
  Port& operator=(const Port&) = delete;
  ~Port() { EXPECT_TRUE(CloseHandle(handle_)); }

  HANDLE get() const { return handle_; }
  bool take(SOCKET socket, ULONG_PTR key) const {
    SetLastError(0);
    return CreateIoCompletionPort(handle_of(socket), handle_, key, 0) == handle_;
  }
  Packet next(DWORD milliseconds = kDeadlineMs) const {
    Packet packet{};
    SetLastError(0);
    packet.success = GetQueuedCompletionStatus(handle_, &packet.bytes, &packet.key, &packet.overlapped, milliseconds) != FALSE;
    packet.error = packet.success ? 0 : GetLastError();
    return packet;
  }
  bool post(ULONG_PTR key) const { return PostQueuedCompletionStatus(handle_, 0, key, nullptr) != FALSE; }
  // Packets come in the order in which they were queued: one that is posted now is next if there is none.
  ::testing::AssertionResult nothing_told() const {
    constexpr ULONG_PTR kMark = 0x5eed;
    if (!post(kMark)) return ::testing::AssertionFailure() << "cannot post";
    const Packet packet = next();
    if (packet.key == kMark && !packet.overlapped) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << packet;
  }

 private:
  HANDLE handle_;
};

inline ::testing::AssertionResult tells(const Packet& packet, const OverlappedCall& call, ULONG_PTR key, DWORD bytes) {
  if (packet.success && packet.overlapped == &call.overlapped && packet.key == key && packet.bytes == bytes)
    return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << packet << " of " << &call.overlapped;
}
inline ::testing::AssertionResult fails(const Packet& packet, const OverlappedCall& call, ULONG_PTR key, DWORD error) {
  if (!packet.success && packet.overlapped == &call.overlapped && packet.key == key && packet.error == error)
    return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << packet << " of " << &call.overlapped;
}

}  // namespace regress

#endif
