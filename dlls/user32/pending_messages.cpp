// What ws2_32 has of windows: a place to which it posts, by way of kernel32 (dlls/kernel32/message_provider.h). Loading hands the
// operations over.
//
// As long as one exists the event of the window's queue counts as awaited: the thread that waits for messages may lead the sockets'
// I/O, and what it brings forward itself wakes nobody.
#include <winuser.h>

#include <new>

#include "dlls/kernel32/message_provider.h"
#include "dlls/kernel32/socket_provider.h"
#include "dlls/user32/failure.h"
#include "dlls/user32/message_queue.h"
#include "dlls/user32/procedure_call.h"
#include "dlls/user32/window.h"

namespace windsock::services {

struct PendingMessages {
  HWND window;
  HeldEvent* event;
};

}  // namespace windsock::services

namespace windsock::user32 {

namespace {

using services::PendingMessages;

PendingMessages* prepare(void* handle) {
  UserLock lock(user_mutex());
  const Window* window = windows::find(static_cast<HWND>(handle));
  if (window == nullptr) return failed<PendingMessages*>(ERROR_INVALID_WINDOW_HANDLE);
  return with_memory<PendingMessages*>(nullptr, [&] {
    return new PendingMessages{window->handle, windsock_hold_event(window->queue->event())};
  });
}

bool tell(PendingMessages* messages, uint32_t message, uintptr_t wparam, intptr_t lparam) {
  return post_message(messages->window, message, wparam, lparam);
}

void drop(PendingMessages* messages) {
  windsock_release_event(messages->event);
  delete messages;
}

constexpr kernel32::MessageOperations kOperations = {
    .prepare = prepare,
    .tell = tell,
    .drop = drop,
    .lock_for_fork = [] { user_mutex().lock(); },
    .unlock_after_fork = [] { user_mutex().unlock(); },
    .reset_in_child = MessageQueue::reset_in_child,
};

[[gnu::constructor]] void loaded() { windsock_set_message_operations(&kOperations); }

}  // namespace

}  // namespace windsock::user32
