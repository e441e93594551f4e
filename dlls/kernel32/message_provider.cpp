#include "dlls/kernel32/message_provider.h"

#include <atomic>

#include "dlls/kernel32/last_error.h"

namespace windsock::kernel32 {

namespace {

constinit std::atomic<const MessageOperations*> the_operations = nullptr;
// Those that the forking thread has locked.
constinit const MessageOperations* locked_operations = nullptr;

}  // namespace

namespace message_provider {

void lock_for_fork() {
  const MessageOperations* operations = the_operations.load(std::memory_order_acquire);
  if (operations != nullptr) operations->lock_for_fork();
  locked_operations = operations;
}

void unlock_after_fork() {
  if (locked_operations != nullptr) locked_operations->unlock_after_fork();
}

void reset_in_child() {
  if (locked_operations != nullptr) locked_operations->reset_in_child();
}

}  // namespace message_provider

}  // namespace windsock::kernel32

using windsock::kernel32::the_operations;

void windsock_set_message_operations(const windsock::kernel32::MessageOperations* operations) {
  the_operations.store(operations, std::memory_order_release);
}

windsock::services::PendingMessages* windsock_prepare_messages(void* window) {
  const auto* operations = the_operations.load(std::memory_order_acquire);
  if (operations != nullptr) return operations->prepare(window);
  set_last_error(windsock::kernel32::Win32Error::kInvalidWindowHandle);
  return nullptr;
}

bool windsock_tell_message(windsock::services::PendingMessages* messages, uint32_t message, uintptr_t wparam, intptr_t lparam) {
  return the_operations.load(std::memory_order_acquire)->tell(messages, message, wparam, lparam);
}

void windsock_drop_messages(windsock::services::PendingMessages* messages) {
  the_operations.load(std::memory_order_acquire)->drop(messages);
}
