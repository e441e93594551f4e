#include "dlls/ws2_32/window_messages.h"

#include <atomic>

#include "dlls/common/debug.h"

namespace windsock {

namespace {

constinit std::atomic<const void*> post_routine{nullptr};

}  // namespace

void set_post_routine(const void* routine) { post_routine.store(routine, std::memory_order_release); }

std::unique_ptr<WindowMessages> WindowMessages::to(services::Handle window, uint32_t message) {
  services::PendingMessages* messages = nullptr;
  if (!post_routine.load(std::memory_order_acquire)) {
    messages = services::prepare_messages(window);
    if (!messages) return nullptr;
  }
  return std::unique_ptr<WindowMessages>(new WindowMessages(window, message, messages));
}

WindowMessages::~WindowMessages() {
  if (messages_) services::drop_messages(messages_);
}

void WindowMessages::post(uintptr_t number, uint32_t low, uint32_t high) const {
  const auto lparam = static_cast<intptr_t>((high & 0xffff) << 16 | (low & 0xffff));
  bool posted = false;
  if (const void* routine = post_routine.load(std::memory_order_acquire)) {
    const uintptr_t arguments[] = {reinterpret_cast<uintptr_t>(window_), message_, number, static_cast<uintptr_t>(lparam)};
    posted = static_cast<int>(services::call_procedure(routine, arguments, 4)) != 0;
  } else if (messages_) {
    posted = services::tell_message(messages_, message_, number, lparam);
  }
  if (!posted) WS_WARN(kSocket, "window %p does not take message %u: what it tells is lost", window_, message_);
}

}  // namespace windsock
