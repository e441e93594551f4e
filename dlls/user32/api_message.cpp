// The exports that get messages from the thread's queue, wait for them, and hand them to windows.
#include <sysinfoapi.h>
#include <winuser.h>

#include <optional>

#include "dlls/user32/failure.h"
#include "dlls/user32/message_queue.h"
#include "dlls/user32/procedure_call.h"
#include "dlls/user32/window.h"

using namespace windsock::user32;

namespace {

constexpr DWORD kAllKinds = 0xffff;

// Whose messages are asked for: nobody's in particular, or those of a window of the calling thread.
bool may_ask_for(HWND handle, const MessageQueue* queue) {
  if (handle == nullptr || handle == reinterpret_cast<HWND>(static_cast<INT_PTR>(-1))) return true;
  UserLock lock(user_mutex());
  const Window* window = windows::find(handle);
  if (window == nullptr) return failed(ERROR_INVALID_WINDOW_HANDLE, false);
  return window->queue == queue || failed(ERROR_WINDOW_OF_OTHER_THREAD, false);
}

BOOL get_message(LPMSG message, const MessageQueue::Filter& filter) {
  if (message == nullptr) return failed(ERROR_NOACCESS, -1);
  MessageQueue* queue = MessageQueue::current();
  if (queue == nullptr || !may_ask_for(filter.window, queue)) return -1;
  while (!queue->look(filter, MessageQueue::Taking::kRemoves, kAllKinds, *message))
    if (queue->wait({}) == WAIT_FAILED) return -1;
  return message->message != WM_QUIT;
}

BOOL peek_message(LPMSG message, const MessageQueue::Filter& filter, UINT how) {
  if (message == nullptr) return failed(ERROR_NOACCESS);
  MessageQueue* queue = MessageQueue::current();
  if (queue == nullptr || !may_ask_for(filter.window, queue)) return FALSE;
  DWORD kinds = HIWORD(how) != 0 ? HIWORD(how) : kAllKinds;
  if (kinds & QS_POSTMESSAGE) kinds |= QS_ALLPOSTMESSAGE;
  return queue->look(filter, how & PM_REMOVE ? MessageQueue::Taking::kRemoves : MessageQueue::Taking::kLeaves, kinds, *message);
}

LRESULT dispatch(const MSG* message, Encoding encoding) {
  if (message == nullptr) return failed(ERROR_NOACCESS, LRESULT{0});
  if (message->message == WM_TIMER && message->lParam != 0) {
    reinterpret_cast<TIMERPROC>(message->lParam)(message->hwnd, WM_TIMER, message->wParam, GetTickCount());
    return 0;
  }
  if (message->hwnd == nullptr) return 0;
  Procedure procedure;
  {
    UserLock lock(user_mutex());
    const Window* window = windows::find(message->hwnd);
    if (window == nullptr) return failed(ERROR_INVALID_WINDOW_HANDLE, LRESULT{0});
    if (window->queue != MessageQueue::current_if_any()) return failed(ERROR_WINDOW_OF_OTHER_THREAD, LRESULT{0});
    procedure = window->procedure;
  }
  return call_procedure(procedure, encoding, message->hwnd, message->message, message->wParam, message->lParam);
}

}  // namespace

BOOL GetMessageA(LPMSG message, HWND window, UINT first, UINT last) { return get_message(message, {window, first, last}); }
BOOL GetMessageW(LPMSG message, HWND window, UINT first, UINT last) { return get_message(message, {window, first, last}); }
BOOL PeekMessageA(LPMSG message, HWND window, UINT first, UINT last, UINT how) {
  return peek_message(message, {window, first, last}, how);
}
BOOL PeekMessageW(LPMSG message, HWND window, UINT first, UINT last, UINT how) {
  return peek_message(message, {window, first, last}, how);
}

// There is no keyboard: no message is one that becomes a character.
BOOL TranslateMessage(const MSG*) { return FALSE; }

LRESULT DispatchMessageA(const MSG* message) { return dispatch(message, Encoding::kAnsi); }
LRESULT DispatchMessageW(const MSG* message) { return dispatch(message, Encoding::kWide); }

LRESULT CallWindowProcA(WNDPROC procedure, HWND window, UINT message, WPARAM wparam, LPARAM lparam) {
  return procedure(window, message, wparam, lparam);
}
LRESULT CallWindowProcW(WNDPROC procedure, HWND window, UINT message, WPARAM wparam, LPARAM lparam) {
  return procedure(window, message, wparam, lparam);
}

// What has come counts as seen from then on, as after GetQueueStatus.
BOOL WaitMessage() {
  MessageQueue* queue = MessageQueue::current();
  if (queue == nullptr || queue->wait({}) == WAIT_FAILED) return FALSE;
  queue->status(QS_ALLINPUT);
  return TRUE;
}

DWORD GetQueueStatus(UINT flags) {
  MessageQueue* queue = MessageQueue::current();
  return queue != nullptr ? queue->status(flags) : 0;
}

LONG GetMessageTime() {
  const MessageQueue* queue = MessageQueue::current_if_any();
  return queue != nullptr ? static_cast<LONG>(queue->last_time()) : 0;
}
DWORD GetMessagePos() { return 0; }

VOID PostQuitMessage(int code) {
  if (MessageQueue* queue = MessageQueue::current()) {
    UserLock lock(user_mutex());
    queue->quit(code);
  }
}

DWORD MsgWaitForMultipleObjectsEx(DWORD count, const HANDLE* handles, DWORD milliseconds, DWORD bits, DWORD flags) {
  constexpr DWORD kFlags = MWMO_WAITALL | MWMO_ALERTABLE | MWMO_INPUTAVAILABLE;
  if (count >= MAXIMUM_WAIT_OBJECTS || (count != 0 && handles == nullptr) || (flags & ~kFlags))
    return failed(ERROR_INVALID_PARAMETER, WAIT_FAILED);
  MessageQueue* queue = MessageQueue::current();
  if (queue == nullptr) return WAIT_FAILED;
  MessageQueue::Wait wait;
  wait.handles = {handles, count};
  wait.milliseconds = milliseconds;
  wait.bits = bits & ~MessageQueue::kAnswer;
  wait.counting = flags & MWMO_INPUTAVAILABLE ? MessageQueue::Counting::kUnreadToo : MessageQueue::Counting::kArrivedOnly;
  wait.all = flags & MWMO_WAITALL;
  wait.alertable = flags & MWMO_ALERTABLE;
  return queue->wait(wait);
}

DWORD MsgWaitForMultipleObjects(DWORD count, const HANDLE* handles, BOOL all, DWORD milliseconds, DWORD bits) {
  return MsgWaitForMultipleObjectsEx(count, handles, milliseconds, bits, all ? MWMO_WAITALL : 0);
}
