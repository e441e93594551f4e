#include "dlls/kernel32/overlapped_end.h"

#include <errhandlingapi.h>

#include <climits>
#include <utility>

#include "dlls/common/host_futex.h"
#include "dlls/common/nt_status.h"
#include "dlls/common/telling_lock.h"

namespace windsock::kernel32 {

Result<OverlappedEnd, Win32Error> OverlappedEnd::prepare(OVERLAPPED* overlapped, const PortAssociation::Values& association,
                                                         const void* routine) {
  OverlappedEnd end;
  end.overlapped_ = overlapped;
  constexpr uintptr_t kNoPacket = 1;
  auto event = reinterpret_cast<uintptr_t>(overlapped->hEvent);
  if (routine != nullptr) {
    end.routine_ = windsock_prepare_routine(routine);
    if (end.routine_ == nullptr) return Failure{Win32Error::kNotEnoughMemory};
    return end;
  }
  if (association.port && !(event & kNoPacket)) {
    end.packet_ = make_packet(association.key, overlapped);
    if (!end.packet_) return Failure{Win32Error::kNotEnoughMemory};
    end.port_ = association.port;
    end.skips_success_ = association.modes & kSkipPortOnSuccess;
  }
  if (overlapped->hEvent != nullptr) {
    TellingLock lock(overlapped);
    end.event_ = windsock_prepare_event(overlapped->hEvent);
    if (end.event_ == nullptr) return Failure{Win32Error::kInvalidHandle};
  }
  return end;
}

void OverlappedEnd::swap(OverlappedEnd& other) noexcept {
  std::swap(overlapped_, other.overlapped_);
  std::swap(event_, other.event_);
  std::swap(routine_, other.routine_);
  std::swap(port_, other.port_);
  std::swap(packet_, other.packet_);
  std::swap(skips_success_, other.skips_success_);
}

OverlappedEnd::~OverlappedEnd() {
  if (event_ != nullptr) windsock_drop_event(event_);
  if (routine_ != nullptr) windsock_drop_routine(routine_);
}

void OverlappedEnd::mark_pending() {
  overlapped_->InternalHigh = 0;
  __atomic_store_n(&overlapped_->Internal, static_cast<uint32_t>(NtStatus::kPending), __ATOMIC_RELEASE);
}

void OverlappedEnd::store(Win32Error error, uint32_t bytes) const {
  overlapped_->InternalHigh = bytes;
  __atomic_store_n(&overlapped_->Internal, nt_status_from_win32(static_cast<uint32_t>(error)), __ATOMIC_RELEASE);
}

void OverlappedEnd::end_at_once(Win32Error error, uint32_t bytes) {
  // Of warnings, as of success, everybody is told; a routine also of the end of a file.
  bool is_told = error == Win32Error::kSuccess || error == Win32Error::kMoreData ||
                 (error == Win32Error::kHandleEof && routine_ != nullptr);
  if (is_told)
    tell(error, bytes, Telling::kAtOnce);
  else
    store(error, bytes);
}

void OverlappedEnd::tell(Win32Error error, uint32_t bytes, Telling telling) {
  // From here on the structure may be the program's again.
  OVERLAPPED* overlapped = overlapped_;
  uint32_t status = nt_status_from_win32(static_cast<uint32_t>(error));
  if (event_ != nullptr) {
    TellingLock lock(overlapped);
    store(error, bytes);
    windsock_tell_event(std::exchange(event_, nullptr));
  } else {
    store(error, bytes);
    // Who has no event to wait for sleeps on the status (await_end in dlls/ws2_32/operation.cpp).
    if (telling == Telling::kLater) host::futex_wake(reinterpret_cast<const uint32_t*>(&overlapped->Internal), INT_MAX);
  }
  if (routine_ != nullptr)
    windsock_tell_routine(std::exchange(routine_, nullptr), routine_error_from_nt_status(status), bytes, overlapped, 0);
  if (packet_ && !(telling == Telling::kAtOnce && skips_success_)) {
    packet_->status = status;
    post(*port_, std::move(packet_), bytes);
  }
}

}  // namespace windsock::kernel32
