// Messages to a window of the program: how WSAAsyncSelect and its neighbours tell.
#pragma once

#include <cstdint>
#include <memory>

#include "dlls/ws2_32/host_services.h"

namespace windsock {

// Instead of PostMessage (WSApSetPostRoutine): BOOL (HWND, UINT, WPARAM, LPARAM). A window is then whatever the routine knows by the handle.
// It may be called by any thread, and must only post: it may not call Winsock. Null: PostMessage again.
void set_post_routine(const void* routine);

class WindowMessages {
 public:
  // Null: there is no such window.
  static std::unique_ptr<WindowMessages> to(services::Handle window, uint32_t message);
  ~WindowMessages();
  WindowMessages(const WindowMessages&) = delete;
  WindowMessages& operator=(const WindowMessages&) = delete;

  // The number, and two halves of an LPARAM.
  void post(uintptr_t number, uint32_t low, uint32_t high) const;

 private:
  WindowMessages(services::Handle window, uint32_t message, services::PendingMessages* messages)
      : window_(window), message_(message), messages_(messages) {}

  const services::Handle window_;
  const uint32_t message_;
  services::PendingMessages* const messages_;  // null: the routine's
};

}  // namespace windsock
