// Descriptor and SocketRef: what a SOCKET value leads to, and how a call keeps it from vanishing underneath it.
//
// A slot of the socket table, one per host fd number; its memory is never freed, so a stale value can be looked at safely. One
// atomic word tells all: present, closing, and how many hold it (presence itself counts one). Calls pin the slot with one
// compare-and-swap and give it back with one subtraction. closesocket marks the slot closing, wakes who is blocked, and drops
// the presence; whoever drops the last reference closes the host fd, so the fd number cannot be reused under a call.
//
// Invariants: underlying is set while the reference count is not zero. A slot that is closing admits no new pin. After the count
// has reached zero the slot stays "closing" until the host fd is closed; an insert that meets it so (the host gave the number
// out again already) takes it over by its generation.
#pragma once

#include <atomic>
#include <cstdint>

#include "dlls/ws2_32/underlying_socket.h"

namespace windsock {

class SocketIo;

struct alignas(64) Descriptor {
  static constexpr uint64_t kOne = 1;                       // low 32 bits: references
  static constexpr uint64_t kReferences = 0xffffffff;
  static constexpr uint64_t kPresent = uint64_t{1} << 32;
  static constexpr uint64_t kClosing = uint64_t{1} << 33;
  static constexpr uint64_t kAbandoned = uint64_t{1} << 34;  // the host fd was closed by somebody else: do not close it again
  static constexpr uint64_t kInternal = uint64_t{1} << 35;   // a host fd of our own: no SOCKET
  static constexpr uint64_t kReadable = uint64_t{1} << 36;   // readable for a reason the host does not know (a deferred connection)
  static constexpr uint64_t kGenerationOne = uint64_t{1} << 40;
  static constexpr uint64_t kGenerations = ~(kGenerationOne - 1);

  std::atomic<uint64_t> state{0};
  UnderlyingSocket* underlying = nullptr;
  int32_t fd = -1;
  std::atomic<bool> inheritable{true};  // SOCKETs are inheritable by default, as on Windows
  std::atomic<SocketIo*> io{nullptr};   // from the first overlapped call on

  bool closing() const { return state.load(std::memory_order_acquire) & kClosing; }
};
static_assert(sizeof(Descriptor) == 64);

// A pinned descriptor: while it lives the host fd is open and is this socket's.
class SocketRef {
 public:
  SocketRef() = default;
  SocketRef(SocketRef&& other) noexcept : descriptor_(std::exchange(other.descriptor_, nullptr)) {}
  SocketRef& operator=(SocketRef&& other) noexcept {
    SocketRef old(std::move(*this));
    descriptor_ = std::exchange(other.descriptor_, nullptr);
    return *this;
  }
  ~SocketRef() {
    if (descriptor_) unpin(*descriptor_);
  }

  explicit operator bool() const { return descriptor_; }
  int fd() const { return descriptor_->fd; }
  UnderlyingSocket& socket() const { return *descriptor_->underlying; }
  Descriptor& descriptor() const { return *descriptor_; }
  bool closing() const { return descriptor_->closing(); }

 private:
  friend class SocketTable;
  explicit SocketRef(Descriptor* pinned) : descriptor_(pinned) {}

  static void unpin(Descriptor& descriptor) {
    uint64_t before = descriptor.state.fetch_sub(Descriptor::kOne, std::memory_order_acq_rel);
    if (before & Descriptor::kClosing) [[unlikely]] left_while_closing(descriptor, before - Descriptor::kOne);
  }
  // Wakes the closer, or closes the host fd when this was the last reference.
  static void left_while_closing(Descriptor& descriptor, uint64_t now);

  Descriptor* descriptor_ = nullptr;
};

}  // namespace windsock
