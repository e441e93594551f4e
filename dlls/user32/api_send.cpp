// The exports that post and send messages, and those for who receives them.
#include <processthreadsapi.h>
#include <winuser.h>

#include <algorithm>

#include "dlls/user32/failure.h"
#include "dlls/user32/message_queue.h"
#include "dlls/user32/procedure_call.h"
#include "dlls/user32/window.h"

using namespace windsock::user32;

namespace {

std::vector<HWND> windows_at_the_top() {
  return with_memory(std::vector<HWND>(), [] {
    UserLock lock(user_mutex());
    return windows::select([](const Window& window) { return window.place == Place::kTopLevel; });
  });
}

// Calls `one` for the window, or for each at the top. False: for one of them it was.
template <typename One>
bool for_windows(HWND window, UINT message, One one) {
  if (message > kLastMessage) return failed(ERROR_INVALID_PARAMETER, false);
  if (window != HWND_BROADCAST) return one(window);
  bool all = true;
  for (HWND each : windows_at_the_top()) all = one(each) && all;
  return all;
}

// The calling thread gets a queue if it has none; another one needs it.
bool post_to_thread(MessageQueue* queue, UINT message, WPARAM wparam, LPARAM lparam) {
  if (queue == nullptr) return failed(ERROR_INVALID_THREAD_ID, false);
  if (has_pointers(message)) return failed(ERROR_MESSAGE_SYNC_ONLY, false);
  return with_memory(false, [&] { return queue->post(nullptr, message, wparam, lparam) || failed(ERROR_NOT_ENOUGH_QUOTA, false); });
}

BOOL post(HWND window, UINT message, WPARAM wparam, LPARAM lparam) {
  if (window != nullptr) return for_windows(window, message, [&](HWND one) { return post_message(one, message, wparam, lparam); });
  MessageQueue* own = MessageQueue::current();
  UserLock lock(user_mutex());
  return post_to_thread(own, message, wparam, lparam);
}

BOOL post_thread(DWORD thread, UINT message, WPARAM wparam, LPARAM lparam) {
  if (thread == GetCurrentThreadId()) MessageQueue::current();
  UserLock lock(user_mutex());
  return post_to_thread(MessageQueue::find(thread), message, wparam, lparam);
}

LRESULT send(HWND window, UINT message, WPARAM wparam, LPARAM lparam, Encoding encoding) {
  LRESULT result = 0;
  bool sent = for_windows(window, message, [&](HWND one) { return send_message(one, message, wparam, lparam, encoding, {}, result); });
  return window == HWND_BROADCAST ? TRUE : sent ? result : 0;
}

LRESULT send_within(HWND window, UINT message, WPARAM wparam, LPARAM lparam, UINT flags, UINT timeout, PDWORD_PTR answer,
                    Encoding encoding) {
  if (answer != nullptr) *answer = 0;
  LRESULT result = 0;
  bool sent = for_windows(window, message, [&](HWND one) {
    return send_message(one, message, wparam, lparam, encoding, {flags, timeout}, result);
  });
  if (sent && answer != nullptr) *answer = static_cast<DWORD_PTR>(result);
  return sent;
}

BOOL notify(HWND window, UINT message, WPARAM wparam, LPARAM lparam, Encoding encoding) {
  return for_windows(window, message, [&](HWND one) { return send_notification(one, message, wparam, lparam, encoding); });
}

const SentMessage* received_message() {
  const MessageQueue* queue = MessageQueue::current_if_any();
  return queue != nullptr ? queue->received() : nullptr;
}

}  // namespace

BOOL PostMessageA(HWND window, UINT message, WPARAM wparam, LPARAM lparam) { return post(window, message, wparam, lparam); }
BOOL PostMessageW(HWND window, UINT message, WPARAM wparam, LPARAM lparam) { return post(window, message, wparam, lparam); }
BOOL PostThreadMessageA(DWORD thread, UINT message, WPARAM wparam, LPARAM lparam) {
  return post_thread(thread, message, wparam, lparam);
}
BOOL PostThreadMessageW(DWORD thread, UINT message, WPARAM wparam, LPARAM lparam) {
  return post_thread(thread, message, wparam, lparam);
}
LRESULT SendMessageA(HWND window, UINT message, WPARAM wparam, LPARAM lparam) {
  return send(window, message, wparam, lparam, Encoding::kAnsi);
}
LRESULT SendMessageW(HWND window, UINT message, WPARAM wparam, LPARAM lparam) {
  return send(window, message, wparam, lparam, Encoding::kWide);
}
LRESULT SendMessageTimeoutA(HWND window, UINT message, WPARAM wparam, LPARAM lparam, UINT flags, UINT timeout, PDWORD_PTR answer) {
  return send_within(window, message, wparam, lparam, flags, timeout, answer, Encoding::kAnsi);
}
LRESULT SendMessageTimeoutW(HWND window, UINT message, WPARAM wparam, LPARAM lparam, UINT flags, UINT timeout, PDWORD_PTR answer) {
  return send_within(window, message, wparam, lparam, flags, timeout, answer, Encoding::kWide);
}
BOOL SendNotifyMessageA(HWND window, UINT message, WPARAM wparam, LPARAM lparam) {
  return notify(window, message, wparam, lparam, Encoding::kAnsi);
}
BOOL SendNotifyMessageW(HWND window, UINT message, WPARAM wparam, LPARAM lparam) {
  return notify(window, message, wparam, lparam, Encoding::kWide);
}

BOOL ReplyMessage(LRESULT result) {
  const MessageQueue* queue = MessageQueue::current_if_any();
  if (queue == nullptr || queue->received() == nullptr) return FALSE;
  UserLock lock(user_mutex());
  MessageQueue::answer(*queue->received(), SentMessage::State::kAnswered, result);
  return TRUE;
}

BOOL InSendMessage() { return received_message() != nullptr; }

DWORD InSendMessageEx(LPVOID) {
  UserLock lock(user_mutex());
  const SentMessage* message = received_message();
  if (message == nullptr) return ISMEX_NOSEND;
  return (message->is_notification ? ISMEX_NOTIFY : ISMEX_SEND) | (message->is_done() ? ISMEX_REPLIED : 0);
}
