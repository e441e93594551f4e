#include "dlls/ws2_32/blocking.h"

#include <algorithm>

#include "dlls/common/debug.h"
#include "dlls/common/host_socket.h"
#include "dlls/common/thread_end.h"

namespace windsock::blocking {

constinit thread_local Place* t_place = nullptr;
std::atomic<uint64_t> g_closings{0};

int wake_signal() {
  static const int signal = [] {
    auto reserved = host::reserve_wake_signal();
    if (!reserved) {
      WS_WARN(kClose, "no free real-time signal: closesocket will wake blocked calls by shutting sockets down");
      return 0;
    }
    return reserved.value();
  }();
  return signal;
}

namespace {

constexpr int64_t kMillisecond = 1000000;
constexpr int64_t kResend = kMillisecond;          // how long a signalled thread has before the next signal
constexpr int64_t kDeaf = 50 * kMillisecond;       // after this it is taken to mask the signal
constexpr int64_t kGiveUp = 100 * kMillisecond;    // after this the last to leave closes the fd

std::atomic<Place*> g_places{nullptr};

void leave_place(void* place) { static_cast<Place*>(place)->thread.store(0, std::memory_order_release); }

Place& free_or_new_place(int thread) {
  for (Place* one = g_places.load(std::memory_order_acquire); one; one = one->next) {
    int nobody = 0;
    if (one->thread.compare_exchange_strong(nobody, thread)) return *one;
  }
  auto* made = new Place;
  made->thread.store(thread);
  made->next = g_places.load();
  while (!g_places.compare_exchange_weak(made->next, made)) {
  }
  return *made;
}

void interrupt(Place& place) {
  int thread = place.thread.load(std::memory_order_acquire);
  if (thread != 0 && wake_signal() != 0) (void)host::signal_thread(thread, wake_signal());
}

// Whether the place waits with a poll array that has `fd`; tells how often it has left so far. The caller watches the place.
bool polls(Place& place, int fd, uint32_t& departures) {
  std::lock_guard lock(place.mutex);
  const host::PollEntry* entries = place.entries.load(std::memory_order_seq_cst);
  if (!entries) return false;
  departures = place.departures.load(std::memory_order_relaxed);
  return std::any_of(entries, entries + place.count, [fd](const host::PollEntry& entry) { return entry.fd == fd; });
}

// Interrupts a thread that waits with the descriptor in its array, and gives it a while to leave. False: it does not.
bool interrupt_poller(Place& place, const Descriptor& descriptor) {
  if (!place.entries.load(std::memory_order_seq_cst)) return false;
  place.watchers.fetch_add(1, std::memory_order_seq_cst);
  uint32_t departures = 0;
  bool waits = polls(place, descriptor.fd, departures);
  if (waits) {
    interrupt(place);
    host::wait_futex(&place.departures, departures, kResend);
  }
  place.watchers.fetch_sub(1, std::memory_order_seq_cst);
  return waits;
}

uint32_t references(const Descriptor& descriptor) {
  return static_cast<uint32_t>(descriptor.state.load(std::memory_order_acquire) & Descriptor::kReferences);
}

// One round: signals everybody who is still in. Says whether a poller is.
bool interrupt_all(Descriptor& descriptor) {
  bool poller = false;
  Place* self = t_place;
  for (Place* one = g_places.load(std::memory_order_acquire); one; one = one->next) {
    if (one == self) continue;
    if (one->fd.load(std::memory_order_acquire) == descriptor.fd) interrupt(*one);
    poller |= interrupt_poller(*one, descriptor);
  }
  return poller;
}

}  // namespace

Place& take_place() {
  Place& mine = free_or_new_place(host::thread_id());
  (void)call_at_thread_end<leave_place>(&mine);  // else no other thread gets this place after us
  if (int signal = wake_signal()) host::unblock_signal(signal);
  t_place = &mine;
  return mine;
}

void PlainPollScope::left_while_watched(Place& place) {
  { std::lock_guard lock(place.mutex); }  // nobody reads the array any more
  place.departures.fetch_add(1, std::memory_order_seq_cst);
  host::wake_futex(&place.departures);
}

PollScope::PollScope(const host::PollEntry* entries, size_t count)
    : place_(place()), outer_entries_(place_.entries.load(std::memory_order_relaxed)), outer_count_(place_.count) {
  if (outer_entries_) {
    place_.entries.store(nullptr, std::memory_order_seq_cst);
    if (place_.watchers.load(std::memory_order_seq_cst) != 0) PlainPollScope::left_while_watched(place_);
  }
  place_.count = count;
  place_.entries.store(entries, std::memory_order_seq_cst);
}

PollScope::~PollScope() {
  place_.entries.store(nullptr, std::memory_order_seq_cst);
  if (place_.watchers.load(std::memory_order_seq_cst) != 0) [[unlikely]] PlainPollScope::left_while_watched(place_);
  if (!outer_entries_) return;
  place_.count = outer_count_;
  place_.entries.store(outer_entries_, std::memory_order_seq_cst);
}

void evict(Descriptor& descriptor) {
  g_closings.fetch_add(1, std::memory_order_seq_cst);
  int64_t begun = 0;
  bool shut = false;
  for (;;) {
    bool poller = interrupt_all(descriptor);
    uint32_t held = references(descriptor);
    if (held <= 1 && !poller) return;
    if (begun == 0) begun = host::now_nanoseconds();
    int64_t passed = host::now_nanoseconds() - begun;
    if (passed > kGiveUp) {
      WS_WARN(kClose, "socket %d: a thread stays in its call; the last to leave closes the host descriptor", descriptor.fd);
      return;
    }
    if (passed > kDeaf && !shut && descriptor.underlying && descriptor.underlying->has_one_owner()) {
      (void)host::shutdown(descriptor.fd, host::kShutBoth);
      shut = true;
    }
    if (held > 1) host::wait_futex(&descriptor.state, held, kResend);
  }
}

void after_fork_in_child() {
  for (Place* one = g_places.load(); one; one = one->next) {
    if (one == t_place) {
      one->thread.store(host::thread_id());
      continue;
    }
    one->fd.store(-1);
    one->entries.store(nullptr);
    one->thread.store(0);
  }
}

}  // namespace windsock::blocking
