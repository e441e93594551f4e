#include "dlls/common/host_epoll.h"

#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>

#include "dlls/common/host_futex.h"

namespace windsock::host {

static_assert(kReadyIn == EPOLLIN && kReadyPri == EPOLLPRI && kReadyOut == EPOLLOUT && kReadyErr == EPOLLERR && kReadyHup == EPOLLHUP &&
              kReadyReadHangUp == EPOLLRDHUP);
static_assert(sizeof(ReadyEvent) == sizeof(epoll_event) && offsetof(ReadyEvent, token) == offsetof(epoll_event, data));

namespace {

// Rounded up: who waits for a deadline wants it to be over.
int milliseconds_until(int64_t deadline) {
  constexpr int64_t kMillisecond = 1'000'000, kLongest = 1'000'000'000;
  if (deadline == kNoDeadline) return -1;
  if (deadline <= 0) return 0;
  int64_t left = std::max<int64_t>(deadline - now_nanoseconds(), 0);
  return static_cast<int>(std::min((left + kMillisecond - 1) / kMillisecond, kLongest));
}

}  // namespace

Result<UniqueFd> create_ready_set() {
  int fd = ::epoll_create1(EPOLL_CLOEXEC);
  if (fd < 0) return last_failure();
  return UniqueFd::adopt(fd);
}

Result<void> add_to_ready_set(int set, int fd, uint32_t events, Trigger trigger, uint64_t token) {
  epoll_event event{};
  event.events = events | (trigger == Trigger::kEdge ? static_cast<uint32_t>(EPOLLET) : 0);
  event.data.u64 = token;
  if (::epoll_ctl(set, EPOLL_CTL_ADD, fd, &event) < 0) return last_failure();
  return {};
}

void remove_from_ready_set(int set, int fd) {
  epoll_event none{};
  ::epoll_ctl(set, EPOLL_CTL_DEL, fd, &none);
}

Result<size_t> wait_for_ready(int set, std::span<ReadyEvent> events, int64_t deadline) {
  int count = ::epoll_wait(set, reinterpret_cast<epoll_event*>(events.data()), static_cast<int>(events.size()), milliseconds_until(deadline));
  if (count < 0) return last_failure();
  return static_cast<size_t>(count);
}

}  // namespace windsock::host
