// SocketTable: host fd number -> Descriptor. A SOCKET value becomes a pinned SocketRef here, and nowhere else.
//
// Two levels, so that an fd below 2^24 finds its slot by two loads. Pages are made on demand and never freed.
// A host fd that the table does not know is adopted on first use when it is a socket of a supported family, made elsewhere (by a
// host library, or inherited); our own internal fds are marked and never are.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>

#include "dlls/ws2_32/descriptor.h"
#include "dlls/ws2_32/host_services.h"

namespace windsock {

class SocketTable {
 public:
  static constexpr int kMaxFd = services::kEndOfFds;

  static SocketTable& instance() { return instance_; }

  // The socket of a value, pinned; WSAENOTSOCK.
  WsaResult<SocketRef> find(uintptr_t socket) {
    int fd = to_fd(socket);
    if (Descriptor* slot = look(fd)) [[likely]] {
      if (SocketRef pinned = pin(*slot)) [[likely]] return pinned;
    }
    return adopt(fd);
  }

  // A number for a pinned descriptor that means no later socket with its fd, and the way back: empty, if it has been closed.
  static uint64_t token_of(const Descriptor& descriptor) {
    uint64_t generation = descriptor.state.load(std::memory_order_relaxed) >> kGenerationShift;
    return generation << kFdBits | static_cast<uint64_t>(descriptor.fd);
  }
  static uintptr_t socket_of_token(uint64_t token) { return services::socket_from_fd(static_cast<int>(token & (kMaxFd - 1))); }
  SocketRef find_token(uint64_t token) {
    Descriptor* slot = look(static_cast<int>(token & (kMaxFd - 1)));
    SocketRef pinned = slot ? pin(*slot) : SocketRef();
    if (pinned && token_of(*slot) != token) return {};
    return pinned;
  }

  // Makes room for a new host fd, which gets another number if its own is still in use here. WSAENOBUFS, WSAEMFILE.
  WsaResult<Descriptor*> make_room(UniqueFd& fd);
  // Puts the fd into its room, with a reference of the caller to `underlying` moving in too. Cannot fail.
  uintptr_t insert_at(Descriptor& room, UniqueFd fd, UnderlyingSocket* underlying, bool inheritable);
  // Both. When it fails the fd and the reference are given back.
  WsaResult<uintptr_t> insert(UniqueFd fd, UnderlyingSocket* underlying, bool inheritable);

  // closesocket: takes the socket out, wakes every call blocked on it, and closes the host fd once the last has left.
  WsaResult<void> close(uintptr_t socket);

  // Closes every socket that this process made (the last WSACleanup).
  void close_all();

  // Our own fds are no SOCKETs.
  void mark_internal(int fd);
  void unmark_internal(int fd);

  // The slot of an fd, or null where no page is; only readiness.cpp looks at slots without pinning them (see there).
  Descriptor* look(int fd) const {
    if (static_cast<unsigned>(fd) >= static_cast<unsigned>(kMaxFd)) return nullptr;
    Page* page = pages_[static_cast<unsigned>(fd) / kPageSize].load(std::memory_order_acquire);
    return page ? &(*page)[static_cast<unsigned>(fd) % kPageSize] : nullptr;
  }
  static int to_fd(uintptr_t socket) { return services::fd_from_socket(socket); }

  // The slots of the numbers that share a page with this one (number - number % kPageSize and the following), or null.
  static constexpr unsigned kPageSize = 4096;
  const Descriptor* page_of(uintptr_t number) const {
    if (number >= static_cast<uintptr_t>(kMaxFd)) return nullptr;
    Page* page = pages_[number / kPageSize].load(std::memory_order_acquire);
    return page ? page->data() : nullptr;
  }

  // Calls visit(SocketRef&) for every socket that is present at that moment.
  template <typename Visit>
  void for_each(Visit visit) {
    for (auto& entry : pages_) {
      Page* page = entry.load(std::memory_order_acquire);
      if (!page) continue;
      for (Descriptor& slot : *page)
        if (SocketRef pinned = pin(slot)) visit(pinned);
    }
  }

  // Around fork(), and in the child: the pins of the parent's other threads do not exist here.
  void lock() { mutex_.lock(); }
  void unlock() { mutex_.unlock(); }
  void after_fork_in_child();

 private:
  static constexpr int kFdBits = 24;
  static constexpr int kGenerationShift = 40;
  static_assert(kMaxFd == 1 << kFdBits && Descriptor::kGenerationOne == uint64_t{1} << kGenerationShift);
  using Page = std::array<Descriptor, kPageSize>;

  // A pin of a slot that is present and not closing, else an empty one.
  static SocketRef pin(Descriptor& slot) {
    uint64_t state = slot.state.load(std::memory_order_relaxed);
    while ((state & (Descriptor::kPresent | Descriptor::kClosing)) == Descriptor::kPresent) {
      if (slot.state.compare_exchange_weak(state, state + Descriptor::kOne, std::memory_order_acquire, std::memory_order_relaxed))
        return SocketRef(&slot);
    }
    return {};
  }
  WsaResult<SocketRef> adopt(int fd);
  Descriptor* make(int fd);
  bool begin_closing(Descriptor& slot, uint64_t extra);
  bool clear_for_insert(Descriptor& slot);
  void identify_all();
  static int protocol_of(int fd, int domain, int type);

  std::mutex mutex_;  // adoption and new pages
  std::atomic<bool> has_unidentified_{false};  // since identify_all
  std::array<std::atomic<Page*>, kMaxFd / kPageSize> pages_{};
  [[gnu::visibility("hidden")]] static SocketTable instance_;
};

}  // namespace windsock
