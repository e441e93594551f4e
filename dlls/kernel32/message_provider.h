// The seam to user32: windows and their messages, which only user32 knows.
//
// When user32 is loaded it hands over its operations, and what ws2_32 posts to a window goes there. Without it there is no window. So
// neither library needs user32 to be there, and a program that has a window has loaded it. The functions have a private symbol version.
#pragma once

#include "dlls/ws2_32/host_services.h"

namespace windsock::kernel32 {

struct MessageOperations {
  // Those of host_services.h.
  services::PendingMessages* (*prepare)(void* window) = nullptr;
  bool (*tell)(services::PendingMessages* messages, uint32_t message, uintptr_t wparam, intptr_t lparam) = nullptr;
  void (*drop)(services::PendingMessages* messages) = nullptr;
  // fork(): user32's lock comes after ws2_32's and before kernel32's, in whatever order the libraries were loaded.
  void (*lock_for_fork)() = nullptr;
  void (*unlock_after_fork)() = nullptr;
  void (*reset_in_child)() = nullptr;
};

namespace message_provider {

void lock_for_fork();
void unlock_after_fork();
void reset_in_child();

}  // namespace message_provider

}  // namespace windsock::kernel32

extern "C" {
#pragma GCC visibility push(default)
void windsock_set_message_operations(const windsock::kernel32::MessageOperations* operations);
// By ws2_32: each is the function of host_services.h of that name.
windsock::services::PendingMessages* windsock_prepare_messages(void* window);
bool windsock_tell_message(windsock::services::PendingMessages* messages, uint32_t message, uintptr_t wparam, intptr_t lparam);
void windsock_drop_messages(windsock::services::PendingMessages* messages);
#pragma GCC visibility pop
}
