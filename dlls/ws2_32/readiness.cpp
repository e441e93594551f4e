#include "dlls/ws2_32/readiness.h"

#include <winsock2.h>

#include <bit>
#include <cerrno>
#include <cstring>
#include <memory>

#include "dlls/common/host_socket.h"
#include "dlls/ws2_32/blocking.h"
#include "dlls/ws2_32/blocking_hook.h"
#include "dlls/ws2_32/event_selection.h"
#include "dlls/ws2_32/socket_table.h"
#include "dlls/ws2_32/translate_flags.h"

namespace windsock {

namespace {

static_assert(sizeof(PollDescriptor) == sizeof(WSAPOLLFD) && offsetof(PollDescriptor, revents) == offsetof(WSAPOLLFD, revents));

// Room for the host's array on the stack, left uninitialised on purpose: as much as most programs use.
constexpr size_t kLocal = 256;
struct LocalEntries {
  LocalEntries() {}
  union {
    host::PollEntry data[kLocal];
  };
};

// The host's array, however long.
class Entries {
 public:
  explicit Entries(size_t count) : data_(local_.data) {
    if (count > kLocal) {
      heap_ = std::make_unique_for_overwrite<host::PollEntry[]>(count);
      data_ = heap_.get();
    }
  }
  host::PollEntry* data() { return data_; }

 private:
  LocalEntries local_;
  std::unique_ptr<host::PollEntry[]> heap_;
  host::PollEntry* data_;
};

enum class Look { kUsable, kReadableNow, kNone };

[[gnu::noinline]] Look look_slowly(uintptr_t value) {
  auto found = SocketTable::instance().find(value);
  if (!found) return Look::kNone;
  SocketRef socket = std::move(found).take();
  return socket.descriptor().state.load(std::memory_order_relaxed) & Descriptor::kReadable ? Look::kReadableNow : Look::kUsable;
}

// ---- the array, filled and searched ------------------------------------------------------------------------------------
// The two loops over all sockets stand alone, without a call in them, for programs wait for hundreds of sockets at once.

inline uintptr_t socket_of(uintptr_t element) { return element; }
inline uintptr_t socket_of(const PollDescriptor& element) { return element.fd; }
inline short events_of(uintptr_t) { return 0; }
inline short events_of(const PollDescriptor& element) { return element.events; }
// What lies behind the SOCKET in an element that asks for `events` and has no result yet: two fields, in one store.
inline uint32_t tail_of(short events) {
  struct Tail {
    short events, revents;
  };
  static_assert(offsetof(PollDescriptor, revents) == offsetof(PollDescriptor, events) + offsetof(Tail, revents));
  return std::bit_cast<uint32_t>(Tail{events, 0});
}
inline void put_tail(uintptr_t&, uint32_t) {}
inline void put_tail(PollDescriptor& element, uint32_t tail) { memcpy(&element.events, &tail, sizeof tail); }

// Fills entries from `i` on as long as they are plain sockets (open, nothing special about them), have their slots on one page
// and ask for the same; returns where it stopped.
template <typename Element>
[[gnu::always_inline]] inline size_t fill_run(Element* elements, size_t i, size_t count, short host_events, host::PollEntry* entries) {
  constexpr uint64_t kAsked = Descriptor::kPresent | Descriptor::kClosing | Descriptor::kReadable;
  const uintptr_t number = services::number_of_socket(socket_of(elements[i]));
  const Descriptor* page = SocketTable::instance().page_of(number);
  if (!page) [[unlikely]] return i;
  const uintptr_t first = number - number % SocketTable::kPageSize;
  const uintptr_t first_socket = services::socket_from_fd(static_cast<int>(first));
  const unsigned shift = services::kSocketNumbers.shift;
  const short events = events_of(elements[i]);
  const uint32_t tail = tail_of(events);
  // An entry in one store: laid out as host::PollEntry.
  const uint64_t filled = first | std::bit_cast<uint64_t>(host::PollEntry{0, host_events, 0});
  for (; i < count; ++i) {
    uintptr_t offset = (socket_of(elements[i]) - first_socket) >> shift;
    if (offset >= SocketTable::kPageSize) [[unlikely]] break;
    if (events_of(elements[i]) != events) [[unlikely]] break;
    if ((page[offset].state.load(std::memory_order_acquire) & kAsked) != Descriptor::kPresent) [[unlikely]] break;
    put_tail(elements[i], tail);
    const uint64_t entry = filled | offset;
    memcpy(static_cast<void*>(&entries[i]), &entry, sizeof entry);
  }
  return i;
}

// The first entry from `i` on for which the host reported something, else `count`.
[[gnu::always_inline]] inline size_t find_reported(const host::PollEntry* entries, size_t i, size_t count) {
  constexpr uint64_t kReported = std::bit_cast<uint64_t>(host::PollEntry{0, 0, -1});
  auto bits = [entries](size_t at) { return std::bit_cast<uint64_t>(entries[at]); };
  while (i + 4 <= count && ((bits(i) | bits(i + 1) | bits(i + 2) | bits(i + 3)) & kReported) == 0) i += 4;
  while (i < count && entries[i].revents == 0) ++i;
  return i;
}

// Most of the time the only one, or the first.
[[gnu::always_inline]] inline size_t find_first_reported(const host::PollEntry* entries, size_t count) {
  return entries[0].revents ? 0 : find_reported(entries, 1, count);
}

// How long to wait. The clock is read only when there is something to measure: not to wait at all, or for ever, needs none.
class Timeout {
 public:
  static Timeout none() { return Timeout(Kind::kNone, {}); }
  static Timeout of(const timespec* limit) {
    if (!limit) return none();
    return limit->tv_sec == 0 && limit->tv_nsec == 0 ? at_once() : Timeout(Kind::kLimited, *limit);
  }
  static Timeout of_milliseconds(int limit) {
    if (limit <= 0) return limit < 0 ? none() : at_once();
    return Timeout(Kind::kLimited, {limit / 1000, limit % 1000 * 1000000L});
  }

  // Waits with what is left.
  host::Result<int> poll(host::PollEntry* entries, size_t count) {
    if (kind_ != Kind::kLimited) [[likely]] return host::poll(entries, count, static_cast<int>(kind_));
    return poll_until_end(entries, count);
  }

 private:
  enum class Kind : int { kNone = -1, kAtOnce = 0, kLimited = 1 };  // the first two are the host's milliseconds
  Timeout(Kind kind, timespec left) : kind_(kind), left_(left) {}
  static Timeout at_once() { return Timeout(Kind::kAtOnce, {}); }

  [[gnu::noinline]] host::Result<int> poll_until_end(host::PollEntry* entries, size_t count) {
    int64_t now = host::now_nanoseconds();
    if (end_ == 0)
      end_ = now + left_.tv_sec * 1000000000 + left_.tv_nsec;
    else
      left_ = from_nanoseconds(end_ - now);
    return host::poll(entries, count, &left_);
  }
  static timespec from_nanoseconds(int64_t nanoseconds) {
    if (nanoseconds < 0) nanoseconds = 0;
    return {nanoseconds / 1000000000, nanoseconds % 1000000000};
  }

  Kind kind_;
  timespec left_;
  int64_t end_ = 0;
};

enum class Waited { kDone, kLookAgain, kFailed };

[[gnu::noinline]] Waited after_failure(host::Errno error, WsaError& failed) {
  if (static_cast<int>(error) == EINTR) {
    auto hooked = blocking_hook::run();
    if (hooked) return Waited::kLookAgain;
    failed = hooked.error();
    return Waited::kFailed;
  }
  failed = wsa_error_from_host(error);
  return Waited::kFailed;
}

// Waits with an array that was validated when g_closings was `validated`. The value is in `ready`, or in `failed`.
[[gnu::always_inline]] inline Waited wait(host::PollEntry* entries, size_t count, uint64_t validated, Timeout& timeout, bool at_once, int& ready,
                   WsaError& failed) {
  blocking::PollScope scope(entries, count);
  if (blocking::g_closings.load(std::memory_order_seq_cst) != validated) [[unlikely]] return Waited::kLookAgain;
  auto polled = at_once ? host::poll(entries, count, 0) : timeout.poll(entries, count);
  if (!polled) [[unlikely]] return after_failure(polled.error(), failed);
  ready = polled.value();
  return Waited::kDone;
}

// ---- select ------------------------------------------------------------------------------------------------------------

// A failed connect and urgent data are exceptions; everything that makes a call return at once makes it readable or writable.
constexpr short kReadEvents = host::kPollIn | host::kPollHup | host::kPollErr | host::kPollReadHangUp;
constexpr short kWriteEvents = host::kPollOut;
constexpr short kExceptEvents = host::kPollPri;

enum class Set { kRead, kWrite, kExcept };

constexpr short asked_events(Set set) {
  return set == Set::kRead ? host::kPollIn | host::kPollReadHangUp : set == Set::kWrite ? kWriteEvents : kExceptEvents;
}

// Fills the part of the array for one set. `ready_now` counts those that are ready without the host's word. False: one is no socket.
[[gnu::noinline]] bool fill_slowly(const SocketArray& set, Set kind, host::PollEntry* entries, size_t i, int& ready_now) {
  while (i < *set.count) {
    Look seen = look_slowly(set.sockets[i]);
    if (seen == Look::kNone) return false;
    if (seen == Look::kReadableNow && kind == Set::kRead) ++ready_now;
    entries[i] = {SocketTable::to_fd(set.sockets[i]), asked_events(kind), 0};
    if (++i < *set.count) i = fill_run(set.sockets, i, *set.count, asked_events(kind), entries);
  }
  return true;
}

[[gnu::always_inline]] inline bool fill(const SocketArray& set, size_t count, Set kind, host::PollEntry* entries, int& ready_now) {
  if (count == 0) return true;
  size_t filled = fill_run(set.sockets, 0, count, asked_events(kind), entries);
  return filled == count || fill_slowly(set, kind, entries, filled, ready_now);
}

// A connect that failed: the host reports it as an error on a socket that is writable and readable at once.
bool connect_failed(const host::PollEntry& entry) {
  if (!(entry.revents & (host::kPollErr | host::kPollHup))) return false;
  auto found = SocketTable::instance().find(services::socket_from_fd(entry.fd));
  if (!found) return false;
  SocketRef socket = std::move(found).take();
  const UnderlyingSocket& underlying = socket.socket();
  // FD_CONNECT has told of it, and taken the host's error.
  const EventSelection* selection = underlying.selection();
  if (selection && selection->told_error() != WsaError::kNone && !underlying.has_seen(Seen::kConnected)) [[unlikely]] return true;
  return (entry.revents & host::kPollErr) && (underlying.has_seen(Seen::kConnecting) || underlying.has_seen(Seen::kForeign)) && underlying.is_stream() &&
         !host::peer_address(socket.fd());
}

// A stream that never had a peer and has none on the way: the host says that it hung up, Windows says nothing of it.
bool never_connected(const host::PollEntry& entry) {
  if ((entry.revents & (host::kPollHup | host::kPollErr)) != host::kPollHup) return false;
  auto found = SocketTable::instance().find(services::socket_from_fd(entry.fd));
  if (!found) return false;
  SocketRef socket = std::move(found).take();
  const UnderlyingSocket& underlying = socket.socket();
  return underlying.is_stream() && !underlying.has_seen(Seen::kConnected) && !underlying.has_seen(Seen::kConnecting) &&
         !underlying.has_seen(Seen::kForeign);
}

// Urgent data is an exception unless it is read inline with the rest.
bool has_urgent_data(const host::PollEntry& entry) {
  if (!(entry.revents & kExceptEvents)) return false;
  auto in_line = host::get_option<int>(entry.fd, host::kSolSocket, host::kSoOobInline);
  return !in_line || in_line.value() == 0;
}

[[gnu::noinline]] bool counts_as_ready(Set set, const host::PollEntry& entry) {
  if (set != Set::kExcept && never_connected(entry)) return false;
  if (set == Set::kExcept) return has_urgent_data(entry) || connect_failed(entry);
  if (entry.revents & (host::kPollErr | host::kPollHup) && connect_failed(entry)) return false;
  if (set == Set::kWrite) return entry.revents & (kWriteEvents | host::kPollErr | host::kPollHup);
  return (entry.revents & kReadEvents) || look_slowly(services::socket_from_fd(entry.fd)) == Look::kReadableNow;
}

// Leaves the sockets that are ready at the front of the set, the others behind them. An entry that the host reports but that
// is not ready by Windows' rules (a failed connect in the read set) is muted, so that waiting on makes sense.
uint32_t move_ready_to_front(const SocketArray& set, Set kind, host::PollEntry* entries, bool deferred) {
  uint32_t ready = 0;
  auto next = [&, count = *set.count](size_t i) { return deferred ? i : find_reported(entries, i, count); };
  for (size_t i = next(0), n = *set.count; i < n; i = next(i + 1)) {
    if (counts_as_ready(kind, entries[i])) {
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

// One look, or one wait without an end, at an array that is filled; kNotPlain if anything but readiness came of it.
[[gnu::always_inline]] inline int poll_plainly(host::PollEntry* entries, size_t count, uint64_t validated, int milliseconds) {
  blocking::Place& place = blocking::place();
  if (blocking::is_in_poll(place)) [[unlikely]] return kNotPlain;
  blocking::PlainPollScope scope(place, entries, count);
  if (blocking::g_closings.load(std::memory_order_seq_cst) != validated) [[unlikely]] return kNotPlain;
  static_assert(kNotPlain == -1);
  return host::poll_or_minus_one(entries, count, milliseconds);
}

}  // namespace

WsaResult<int> select_sockets(SocketArray read, SocketArray write, SocketArray except, const timespec* limit) {
  size_t reads = read.count ? *read.count : 0, writes = write.count ? *write.count : 0, excepts = except.count ? *except.count : 0;
  size_t count = reads + writes + excepts;
  if (count == 0) return wsa_failure(WSAEINVAL);
  if (limit && (limit->tv_sec < 0 || limit->tv_nsec < 0)) return wsa_failure(WSAEINVAL);
  Entries entries(count);
  host::PollEntry* const read_entries = entries.data();
  host::PollEntry* const write_entries = read_entries + reads;
  host::PollEntry* const except_entries = write_entries + writes;
  Timeout timeout = Timeout::of(limit);
  uint64_t validated = 0;
  int ready_now = 0;
  for (bool filled = false;;) {
    if (!filled) {
      validated = blocking::g_closings.load(std::memory_order_seq_cst);
      ready_now = 0;
      bool all_sockets = fill(read, reads, Set::kRead, read_entries, ready_now) &&
                         fill(write, writes, Set::kWrite, write_entries, ready_now) &&
                         fill(except, excepts, Set::kExcept, except_entries, ready_now);
      if (!all_sockets) [[unlikely]] return wsa_failure(WSAENOTSOCK);
    }
    int reported = 0;
    WsaError failed{};
    Waited waited = wait(read_entries, count, validated, timeout, ready_now != 0, reported, failed);
    if (waited == Waited::kFailed) [[unlikely]] return Failure{failed};
    filled = waited == Waited::kDone;
    if (!filled) [[unlikely]] continue;

    uint32_t readable = reads ? move_ready_to_front(read, Set::kRead, read_entries, ready_now > 0) : 0;
    uint32_t writable = writes ? move_ready_to_front(write, Set::kWrite, write_entries, false) : 0;
    uint32_t exceptional = excepts ? move_ready_to_front(except, Set::kExcept, except_entries, false) : 0;
    uint32_t ready = readable + writable + exceptional;
    if (ready == 0 && reported != 0) [[unlikely]] continue;  // all that the host reported is muted now
    cut(read, readable);
    cut(write, writable);
    cut(except, exceptional);
    return static_cast<int>(ready);
  }
}

// At most kLocal plain sockets in one set that is looked at at once or for ever: the same as above without all that cannot happen
// then. The array is not initialised, and nothing is allocated.
template <Set kind>
int select_plainly(uint32_t& set_count, uintptr_t* sockets, int milliseconds) {
  LocalEntries room;
  host::PollEntry* const entries = room.data;
  const size_t count = set_count;
  if (count - 1 >= kLocal) [[unlikely]] return kNotPlain;
  uint64_t validated = blocking::g_closings.load(std::memory_order_seq_cst);
  if (fill_run(sockets, 0, count, asked_events(kind), entries) != count) [[unlikely]] return kNotPlain;
  int reported = poll_plainly(entries, count, validated, milliseconds);
  if (reported <= 0) return reported == 0 && milliseconds == 0 ? static_cast<int>(set_count = 0) : kNotPlain;
  constexpr short kPlain = kind == Set::kRead ? kReadEvents & ~(host::kPollErr | host::kPollHup) : kWriteEvents;
  constexpr short kSpecial = host::kPollErr | host::kPollHup;
  uint32_t ready = 0;
  for (size_t i = find_first_reported(entries, count);; i = find_reported(entries, i + 1, count)) {
    if ((entries[i].revents & kPlain) == 0 || (entries[i].revents & kSpecial)) [[unlikely]] return kNotPlain;
    std::swap(sockets[ready++], sockets[i]);
    if (--reported == 0) break;
  }
  set_count = ready;
  return static_cast<int>(ready);
}

int select_readable_plainly(SocketArray set, int milliseconds) {
  return select_plainly<Set::kRead>(*set.count, set.sockets, milliseconds);
}

int select_writable_plainly(SocketArray set, int milliseconds) {
  return select_plainly<Set::kWrite>(*set.count, set.sockets, milliseconds);
}

// ---- WSAPoll -----------------------------------------------------------------------------------------------------------
namespace {

// Entries that are not plain sockets.
struct Oddities {
  uint32_t invalid = 0;   // no sockets: POLLNVAL
  uint32_t skipped = 0;   // negative: not asked
  bool readable_now = false;
  bool any() const { return invalid + skipped + readable_now != 0; }
};

// The host's fd for an entry that did not look like a plain socket; -1: none.
[[gnu::noinline]] int judge(const PollDescriptor& descriptor, Oddities& odd) {
  Look seen = look_slowly(descriptor.fd);
  if (seen != Look::kNone) {
    odd.readable_now |= seen == Look::kReadableNow;
    return SocketTable::to_fd(descriptor.fd);
  }
  ++(static_cast<intptr_t>(descriptor.fd) < 0 ? odd.skipped : odd.invalid);
  return -1;
}

short revents_of(const PollDescriptor& descriptor, const host::PollEntry& entry, const Oddities& odd) {
  if (entry.fd < 0) return static_cast<intptr_t>(descriptor.fd) < 0 ? 0 : POLLNVAL;
  short revents = poll_events_from_host(entry.revents);
  if (odd.readable_now && look_slowly(services::socket_from_fd(entry.fd)) == Look::kReadableNow) revents |= descriptor.events & POLLRDNORM;
  return revents;
}

[[gnu::noinline]] WsaResult<int> poll_generally(PollDescriptor* descriptors, uint32_t count, int timeout_milliseconds) {
  Entries entries(count);
  host::PollEntry* const asked = entries.data();
  Timeout timeout = Timeout::of_milliseconds(timeout_milliseconds);
  for (;;) {
    uint64_t validated = blocking::g_closings.load(std::memory_order_seq_cst);
    Oddities odd;
    for (size_t i = 0; i < count;) {
      short events = descriptors[i].events;
      if (events & ~kPollAllowed) [[unlikely]] return wsa_failure(WSAEINVAL);
      size_t filled = fill_run(descriptors, i, count, poll_events_to_host(events), asked);
      if (filled == i) [[unlikely]] {
        asked[i] = {judge(descriptors[i], odd), poll_events_to_host(events), 0};
        descriptors[i].revents = 0;
        ++filled;
      }
      i = filled;
    }
    if (odd.any()) [[unlikely]] {
      if (odd.skipped == count) return wsa_failure(WSAEINVAL);
      if (odd.invalid + odd.skipped == count) return wsa_failure(WSAENOTSOCK);
    }

    int ready = 0;
    WsaError failed{};
    bool at_once = odd.invalid != 0 || odd.readable_now;
    Waited waited = wait(asked, count, validated, timeout, at_once, ready, failed);
    if (waited == Waited::kFailed) [[unlikely]] return Failure{failed};
    if (waited == Waited::kLookAgain) [[unlikely]] continue;

    int reported = 0;
    auto next = [&](size_t i) { return odd.any() ? i : find_reported(asked, i, count); };
    for (size_t i = next(0); i < count; i = next(i + 1)) {
      descriptors[i].revents = revents_of(descriptors[i], asked[i], odd);
      reported += descriptors[i].revents != 0;
    }
    // The host had something to say that Windows has no bit for: nothing is ready yet.
    if (reported == 0 && ready != 0 && timeout_milliseconds != 0) [[unlikely]] continue;
    return reported;
  }
}

// The usual WSAPoll, as select_plainly.
[[gnu::always_inline]] inline int poll_plainly(PollDescriptor* descriptors, size_t count, int milliseconds) {
  LocalEntries room;
  host::PollEntry* const entries = room.data;
  uint64_t validated = blocking::g_closings.load(std::memory_order_seq_cst);
  short events = descriptors[0].events;
  if (events & ~kPollAllowed) [[unlikely]] return kNotPlain;
  if (fill_run(descriptors, 0, count, poll_events_to_host(events), entries) != count) [[unlikely]] return kNotPlain;
  int reported = poll_plainly(entries, count, validated, milliseconds);
  if (reported <= 0) return reported == 0 && milliseconds == 0 ? 0 : kNotPlain;
  int ready = 0;
  for (size_t i = find_first_reported(entries, count);; i = find_reported(entries, i + 1, count)) {
    descriptors[i].revents = poll_events_from_host(entries[i].revents);
    ready += descriptors[i].revents != 0;
    if (--reported == 0) break;
  }
  return ready != 0 || milliseconds == 0 ? ready : kNotPlain;
}

}  // namespace

WsaResult<int> poll_sockets(PollDescriptor* descriptors, uint32_t count, int timeout_milliseconds) {
  if (count - 1 < kLocal && timeout_milliseconds <= 0) [[likely]] {
    int ready = poll_plainly(descriptors, count, timeout_milliseconds);
    if (ready != kNotPlain) [[likely]] return ready;
  }
  if (count == 0) return wsa_failure(WSAEINVAL);
  return poll_generally(descriptors, count, timeout_milliseconds);
}

}  // namespace windsock
