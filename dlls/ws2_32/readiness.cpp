#include "dlls/ws2_32/readiness.h"

#include <winsock2.h>

#include <cerrno>
#include <memory>

#include "dlls/common/host_socket.h"
#include "dlls/ws2_32/blocking.h"
#include "dlls/ws2_32/socket_table.h"
#include "dlls/ws2_32/translate_flags.h"

namespace windsock {

namespace {

static_assert(sizeof(PollDescriptor) == sizeof(WSAPOLLFD) && offsetof(PollDescriptor, revents) == offsetof(WSAPOLLFD, revents));

// The host's array, on the stack up to the size that most programs use.
class Entries {
 public:
  explicit Entries(size_t count) : data_(local_) {
    if (count > kLocal) {
      heap_ = std::make_unique_for_overwrite<host::PollEntry[]>(count);
      data_ = heap_.get();
    }
  }
  host::PollEntry* data() { return data_; }

 private:
  static constexpr size_t kLocal = 256;
  union {
    host::PollEntry local_[kLocal];  // left uninitialised on purpose
  };
  std::unique_ptr<host::PollEntry[]> heap_;
  host::PollEntry* data_;
};

enum class Look { kUsable, kReadableNow, kNone };

// Whether an fd is a socket that may be waited for; the one comparison of the usual case is inlined.
Look look_slowly(int fd) {
  auto found = SocketTable::instance().find(services::socket_from_fd(fd));
  if (!found) return Look::kNone;
  SocketRef socket = std::move(found).take();
  return socket.descriptor().state.load(std::memory_order_relaxed) & Descriptor::kReadable ? Look::kReadableNow : Look::kUsable;
}

inline Look look(int fd) {
  constexpr uint64_t kAsked = Descriptor::kPresent | Descriptor::kClosing | Descriptor::kReadable;
  Descriptor* slot = SocketTable::instance().look(fd);
  if (slot && (slot->state.load(std::memory_order_acquire) & kAsked) == Descriptor::kPresent) [[likely]] return Look::kUsable;
  return fd < 0 ? Look::kNone : look_slowly(fd);
}

// What is left of a timeout.
class Deadline {
 public:
  explicit Deadline(const timespec* timeout) {
    if (!timeout) return;
    left_ = *timeout;
    limited_ = true;
  }
  // For the next wait; null waits for ever.
  const timespec* left() {
    if (!limited_) return nullptr;
    if (end_ == 0) return &left_;  // the first wait needs no clock
    int64_t rest = end_ - host::now_nanoseconds();
    if (rest < 0) rest = 0;
    left_ = {rest / 1000000000, rest % 1000000000};
    return &left_;
  }
  // To be called before the first wait if it may have to be repeated.
  void start() {
    if (limited_ && (left_.tv_sec != 0 || left_.tv_nsec != 0)) end_ = host::now_nanoseconds() + left_.tv_sec * 1000000000 + left_.tv_nsec;
  }

 private:
  timespec left_{};
  int64_t end_ = 0;
  bool limited_ = false;
};

constexpr timespec kAtOnce{0, 0};

enum class Waited { kDone, kLookAgain };

// Waits with an array that was validated when g_closings was `validated`.
WsaResult<Waited> wait(const host::PollEntry* entries, size_t count, uint64_t validated, const timespec* timeout, int& ready) {
  blocking::PollScope scope(entries, count);
  if (blocking::g_closings.load(std::memory_order_seq_cst) != validated) return Waited::kLookAgain;
  auto polled = host::poll(const_cast<host::PollEntry*>(entries), count, timeout);
  if (!polled) {
    if (static_cast<int>(polled.error()) == EINTR) return Waited::kLookAgain;
    return wsa_failure_from_host(polled.error());
  }
  ready = polled.value();
  return Waited::kDone;
}

// ---- select ------------------------------------------------------------------------------------------------------------

// A failed connect and urgent data are exceptions; everything that makes a call return at once makes it readable or writable.
constexpr short kReadEvents = host::kPollIn | host::kPollHup | host::kPollErr | host::kPollReadHangUp;
constexpr short kWriteEvents = host::kPollOut;
constexpr short kExceptEvents = host::kPollPri;

struct SetRules {
  short asked;
  short counts;
};
constexpr SetRules kRead{host::kPollIn | host::kPollReadHangUp, kReadEvents};
constexpr SetRules kWrite{kWriteEvents, kWriteEvents};
constexpr SetRules kExcept{kExceptEvents, kExceptEvents};

// Fills the part of the array for one set. `ready_now` counts those that are ready without the host's word.
WsaResult<void> fill(const SocketArray& set, const SetRules& rules, host::PollEntry* entries, int& ready_now) {
  if (!set.count) return {};
  for (uint32_t i = 0, n = *set.count; i < n; ++i) {
    int fd = SocketTable::to_fd(set.sockets[i]);
    Look seen = look(fd);
    if (seen == Look::kNone) [[unlikely]] return wsa_failure(WSAENOTSOCK);
    if (seen == Look::kReadableNow && &rules == &kRead) ++ready_now;
    entries[i] = {fd, rules.asked, 0};
  }
  return {};
}

// A connect that failed: the host reports it as an error on a socket that is writable and readable at once.
bool connect_failed(const host::PollEntry& entry) {
  if (!(entry.revents & host::kPollErr)) return false;
  auto found = SocketTable::instance().find(services::socket_from_fd(entry.fd));
  if (!found) return false;
  SocketRef socket = std::move(found).take();
  const UnderlyingSocket& underlying = socket.socket();
  return (underlying.has_seen(Seen::kConnecting) || underlying.has_seen(Seen::kForeign)) && underlying.is_stream() &&
         !host::peer_address(socket.fd());
}

bool counts_as_ready(const SetRules& rules, const host::PollEntry& entry) {
  if (&rules == &kExcept) return (entry.revents & kExceptEvents) || connect_failed(entry);
  if (entry.revents & host::kPollErr && connect_failed(entry)) return false;
  if (&rules == &kWrite) return entry.revents & (kWriteEvents | host::kPollErr | host::kPollHup);
  if (entry.revents & rules.counts) return true;
  return look(entry.fd) == Look::kReadableNow;
}

// Leaves the sockets that are ready at the front of the set, the others behind them. An entry that the host reports but that
// is not ready by Windows' rules (a failed connect in the read set) is muted, so that waiting on makes sense.
uint32_t move_ready_to_front(const SocketArray& set, const SetRules& rules, host::PollEntry* entries, bool deferred) {
  if (!set.count) return 0;
  uint32_t ready = 0;
  for (uint32_t i = 0, n = *set.count; i < n; ++i) {
    if (entries[i].revents == 0 && !deferred) [[likely]] continue;
    if (counts_as_ready(rules, entries[i])) {
      std::swap(set.sockets[ready], set.sockets[i]);
      std::swap(entries[ready], entries[i]);
      ++ready;
    } else if (entries[i].revents != 0) {
      entries[i].fd = -1;
    }
  }
  return ready;
}

void cut(const SocketArray& set, uint32_t count) {
  if (set.count) *set.count = count;
}

}  // namespace

WsaResult<int> select_sockets(SocketArray read, SocketArray write, SocketArray except, const timespec* timeout) {
  size_t reads = read.count ? *read.count : 0, writes = write.count ? *write.count : 0, excepts = except.count ? *except.count : 0;
  size_t count = reads + writes + excepts;
  if (count == 0) return wsa_failure(WSAEINVAL);
  if (timeout && (timeout->tv_sec < 0 || timeout->tv_nsec < 0)) return wsa_failure(WSAEINVAL);

  Entries entries(count);
  host::PollEntry* const read_entries = entries.data();
  host::PollEntry* const write_entries = read_entries + reads;
  host::PollEntry* const except_entries = write_entries + writes;
  Deadline deadline(timeout);
  deadline.start();
  uint64_t validated = 0;
  int ready_now = 0;
  for (bool filled = false;;) {
    if (!filled) {
      validated = blocking::g_closings.load(std::memory_order_seq_cst);
      ready_now = 0;
      WS_TRY(fill(read, kRead, read_entries, ready_now));
      WS_TRY(fill(write, kWrite, write_entries, ready_now));
      WS_TRY(fill(except, kExcept, except_entries, ready_now));
    }
    int reported = 0;
    Waited waited = WS_TRY(wait(read_entries, count, validated, ready_now ? &kAtOnce : deadline.left(), reported));
    filled = waited == Waited::kDone;
    if (!filled) continue;

    uint32_t readable = move_ready_to_front(read, kRead, read_entries, ready_now > 0);
    uint32_t writable = move_ready_to_front(write, kWrite, write_entries, false);
    uint32_t exceptional = move_ready_to_front(except, kExcept, except_entries, false);
    uint32_t ready = readable + writable + exceptional;
    if (ready == 0 && reported != 0) continue;  // all that the host reported is muted now
    cut(read, readable);
    cut(write, writable);
    cut(except, exceptional);
    return static_cast<int>(ready);
  }
}

// ---- WSAPoll -----------------------------------------------------------------------------------------------------------

WsaResult<int> poll_sockets(PollDescriptor* descriptors, uint32_t count, int timeout_milliseconds) {
  if (count == 0) return wsa_failure(WSAEINVAL);
  Entries entries(count);
  timespec timeout{timeout_milliseconds / 1000, timeout_milliseconds % 1000 * 1000000L};
  Deadline deadline(timeout_milliseconds < 0 ? nullptr : &timeout);
  deadline.start();
  for (;;) {
    uint64_t validated = blocking::g_closings.load(std::memory_order_seq_cst);
    uint32_t invalid = 0, skipped = 0;
    bool readable_now = false;
    for (uint32_t i = 0; i < count; ++i) {
      if (descriptors[i].events & ~kPollAllowed) [[unlikely]] {
        if (descriptors[i].events & (POLLPRI | POLLWRBAND)) return wsa_failure(WSAEINVAL);
      }
      int fd = SocketTable::to_fd(descriptors[i].fd);
      Look seen = look(fd);
      if (seen != Look::kUsable) [[unlikely]] {
        if (static_cast<intptr_t>(descriptors[i].fd) < 0)
          ++skipped;
        else if (seen == Look::kNone)
          ++invalid;
        else
          readable_now = true;
        if (seen == Look::kNone) fd = -1;
      }
      entries.data()[i] = {fd, poll_events_to_host(descriptors[i].events), 0};
    }
    if (skipped == count) return wsa_failure(WSAEINVAL);
    if (invalid + skipped == count) return wsa_failure(WSAENOTSOCK);

    int ready = 0;
    bool at_once = invalid != 0 || readable_now;
    Waited waited = WS_TRY(wait(entries.data(), count, validated, at_once ? &kAtOnce : deadline.left(), ready));
    if (waited == Waited::kLookAgain) continue;
    if (ready == 0 && !at_once) {
      for (uint32_t i = 0; i < count; ++i) descriptors[i].revents = 0;
      return 0;
    }

    int reported = 0;
    for (uint32_t i = 0; i < count; ++i) {
      const host::PollEntry& entry = entries.data()[i];
      short revents = poll_events_from_host(entry.revents);
      if (entry.fd < 0 && static_cast<intptr_t>(descriptors[i].fd) >= 0) [[unlikely]] revents = POLLNVAL;
      if (readable_now && look(entry.fd) == Look::kReadableNow) revents |= descriptors[i].events & POLLRDNORM;
      descriptors[i].revents = revents;
      reported += revents != 0;
    }
    // The host had something to say that Windows has no bit for: nothing is ready yet.
    if (reported == 0 && timeout_milliseconds != 0) continue;
    return reported;
  }
}

}  // namespace windsock
