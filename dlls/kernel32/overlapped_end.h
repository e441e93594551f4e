// OverlappedEnd: how the end of an overlapped operation on a file or a pipe is told: in its OVERLAPPED, by its event, to the port, by a
// call of its routine. Everything is made ready when the operation begins, so that telling cannot fail; what is not told is dropped.
#pragma once

#include <minwinbase.h>

#include <memory>

#include "dlls/common/result.h"
#include "dlls/kernel32/port_association.h"
#include "dlls/kernel32/posted_packet.h"
#include "dlls/kernel32/socket_provider.h"
#include "dlls/kernel32/win32_error.h"

namespace windsock::kernel32 {

class OverlappedEnd {
 public:
  // kInvalidHandle: the event is none. With a routine (else null) the structure's event is the program's own.
  static Result<OverlappedEnd, Win32Error> prepare(OVERLAPPED* overlapped, const PortAssociation::Values& association, const void* routine);
  OverlappedEnd() = default;
  OverlappedEnd(OverlappedEnd&& other) noexcept { swap(other); }
  OverlappedEnd& operator=(OverlappedEnd other) noexcept {
    swap(other);
    return *this;
  }
  ~OverlappedEnd();

  // The structure says that the operation is under way.
  void mark_pending();
  // It has gone on for longer than the call that began it.
  void tell(Win32Error error, uint32_t bytes) { tell(error, bytes, Telling::kLater); }
  // The call itself reports it. A failure is told nowhere else.
  void end_at_once(Win32Error error, uint32_t bytes);

  const OVERLAPPED* overlapped() const { return overlapped_; }
  bool tells_port() const { return packet_ != nullptr; }

 private:
  enum class Telling : uint8_t { kAtOnce, kLater };
  void store(Win32Error error, uint32_t bytes) const;
  void tell(Win32Error error, uint32_t bytes, Telling telling);
  void swap(OverlappedEnd& other) noexcept;

  OVERLAPPED* overlapped_ = nullptr;
  services::PendingEvent* event_ = nullptr;
  services::PendingRoutine* routine_ = nullptr;
  Ref<CompletionPort> port_;
  std::unique_ptr<PostedPacket> packet_;
  bool skips_success_ = false;
};

}  // namespace windsock::kernel32
