// Sets of descriptors that are watched for a change of their readiness (epoll, edge-triggered).
//
// A member is told of once when it becomes ready, and when more arrives; and once when it is added ready already. The set's own
// descriptor is ready while a member is, so that one set may watch others (with Trigger::kLevel).
#pragma once

#include <cstdint>
#include <span>

#include "dlls/common/host.h"

namespace windsock::host {

inline constexpr uint32_t kReadyIn = 0x001, kReadyPri = 0x002, kReadyOut = 0x004, kReadyErr = 0x008, kReadyHup = 0x010,
                          kReadyReadHangUp = 0x2000;

enum class Trigger { kEdge, kLevel };

// Laid out as the host's epoll_event.
struct
#if defined(__x86_64__)
    [[gnu::packed]]
#endif
    ReadyEvent {
  uint32_t events;
  uint64_t token;
};

Result<UniqueFd> create_ready_set();
// Errors and hang-ups are told of in any case. ENOMEM, ENOSPC, EEXIST.
Result<void> add_to_ready_set(int set, int fd, uint32_t events, Trigger trigger, uint64_t token);
void remove_from_ready_set(int set, int fd);
// Waits until a member has something to tell, until the deadline (now_nanoseconds()) at the longest: how many entries were filled. A
// deadline that is over only looks. May report EINTR.
Result<size_t> wait_for_ready(int set, std::span<ReadyEvent> events, int64_t deadline);

}  // namespace windsock::host
