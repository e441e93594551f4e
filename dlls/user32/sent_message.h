// SentMessage: a message that another thread has sent, from there to here and back. Shared by the sender and the receiver's queue:
// either may leave before the other.
#pragma once

#include <winuser.h>

#include "dlls/user32/message_text.h"

namespace windsock::user32 {

class MessageQueue;

struct SentMessage {
  enum class State : uint8_t { kQueued, kRunning, kAnswered, kLost };

  SentMessage(HWND to, UINT what, const MessageText& with, Encoding as, MessageQueue* from)
      : window(to), message(what), arguments(with), encoding(as), is_notification(from == nullptr), sender(from) {}

  const HWND window;
  const UINT message;
  MessageText arguments;
  const Encoding encoding;
  const bool is_notification;
  // Under the lock:
  MessageQueue* sender;  // who waits for the answer; null: nobody, or no more
  State state = State::kQueued;
  LRESULT result = 0;

  bool is_done() const { return state == State::kAnswered || state == State::kLost; }
};

}  // namespace windsock::user32
