#include "dlls/user32/procedure_call.h"

#include <sysinfoapi.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "dlls/user32/failure.h"
#include "dlls/user32/message_queue.h"
#include "dlls/user32/window.h"

namespace windsock::user32 {

namespace {

// The sender's side of a message under way. When it goes, without an answer too, the receiver's answer is for nobody.
class Question {
 public:
  Question(const MessageQueue& receiver, const std::shared_ptr<SentMessage>& message)
      : thread_(receiver.thread_id()), message_(message) {}
  ~Question() {
    UserLock lock(user_mutex());
    message_->sender = nullptr;
    if (message_->state != SentMessage::State::kQueued) return;
    if (MessageQueue* receiver = MessageQueue::find(thread_)) receiver->take_back(*message_);
  }
  Question(const Question&) = delete;
  Question& operator=(const Question&) = delete;

 private:
  const DWORD thread_;
  const std::shared_ptr<SentMessage> message_;
};

// Until there is an answer. Meanwhile the thread receives what is sent to it: two threads that send to each other both go on.
bool await_answer(MessageQueue& self, const SentMessage& message, const Sending& sending) {
  const uint64_t begun = GetTickCount64();
  bool receives = !(sending.flags & SMTO_BLOCK);
  for (;;) {
    {
      UserLock lock(user_mutex());
      self.mark_seen(MessageQueue::kAnswer);
      if (message.is_done()) return true;
      if (receives) self.receive_sent(lock);
      if (message.is_done()) return true;
    }
    uint64_t spent = sending.milliseconds == INFINITE ? 0 : std::min<uint64_t>(GetTickCount64() - begun, sending.milliseconds);
    MessageQueue::Wait wait;
    wait.milliseconds = sending.milliseconds - static_cast<DWORD>(spent);
    wait.bits = MessageQueue::kAnswer | (receives ? QS_SENDMESSAGE : 0);
    if (self.wait(wait) == WAIT_TIMEOUT) return false;
  }
}

// Null, and the last error: no memory. Under the lock.
std::shared_ptr<SentMessage> queue_for(const Window& window, UINT message, const MessageText& arguments, Encoding encoding,
                                       MessageQueue* sender) {
  return with_memory(std::shared_ptr<SentMessage>(), [&] {
    auto sent = std::make_shared<SentMessage>(window.handle, message, arguments, encoding, sender);
    window.queue->send(sent);
    return sent;
  });
}

std::optional<MessageText> convert(UINT message, WPARAM wparam, LPARAM lparam, Encoding from, Encoding to) {
  return with_memory(std::optional<MessageText>(),
                     [&] { return std::optional<MessageText>(std::in_place, message, wparam, lparam, from, to); });
}

LRESULT take_back(const MessageText& text, LRESULT result) {
  return with_memory(LRESULT{0}, [&] { return text.take_back(result); });
}

}  // namespace

LRESULT call_procedure(const Procedure& procedure, Encoding from, HWND window, UINT message, WPARAM wparam, LPARAM lparam) {
  if (from == procedure.encoding) return procedure.function(window, message, wparam, lparam);
  std::optional<MessageText> text = convert(message, wparam, lparam, from, procedure.encoding);
  if (!text) return 0;
  return take_back(*text, procedure.function(window, message, text->wparam(), text->lparam()));
}

bool send_message(HWND handle, UINT message, WPARAM wparam, LPARAM lparam, Encoding from, const Sending& sending, LRESULT& result) {
  MessageQueue* self = MessageQueue::current();
  if (self == nullptr) return false;
  UserLock lock(user_mutex());
  const Window* window = windows::find(handle);
  if (window == nullptr) return failed(ERROR_INVALID_WINDOW_HANDLE, false);
  Procedure procedure = window->procedure;
  if (window->queue == self) {
    lock.unlock();
    result = call_procedure(procedure, from, handle, message, wparam, lparam);
    return true;
  }
  std::optional<MessageText> text = convert(message, wparam, lparam, from, procedure.encoding);
  std::shared_ptr<SentMessage> sent = text ? queue_for(*window, message, *text, procedure.encoding, self) : nullptr;
  if (sent == nullptr) return false;
  Question question(*window->queue, sent);
  lock.unlock();
  if (!await_answer(*self, *sent, sending)) return failed(ERROR_TIMEOUT, false);
  // Once it is done nothing of it changes any more.
  if (sent->state == SentMessage::State::kLost) return failed(ERROR_INVALID_WINDOW_HANDLE, false);
  result = take_back(sent->arguments, sent->result);
  return true;
}

bool send_notification(HWND handle, UINT message, WPARAM wparam, LPARAM lparam, Encoding from) {
  UserLock lock(user_mutex());
  const Window* window = windows::find(handle);
  if (window == nullptr) return failed(ERROR_INVALID_WINDOW_HANDLE, false);
  Procedure procedure = window->procedure;
  if (window->queue != MessageQueue::current_if_any()) {
    if (has_pointers(message)) return failed(ERROR_MESSAGE_SYNC_ONLY, false);
    std::optional<MessageText> arguments = convert(message, wparam, lparam, from, from);
    return arguments && queue_for(*window, message, *arguments, from, nullptr) != nullptr;
  }
  lock.unlock();
  call_procedure(procedure, from, handle, message, wparam, lparam);
  return true;
}

bool post_message(HWND handle, UINT message, WPARAM wparam, LPARAM lparam) {
  if (has_pointers(message)) return failed(ERROR_MESSAGE_SYNC_ONLY, false);
  UserLock lock(user_mutex());
  const Window* window = windows::find(handle);
  if (window == nullptr) return failed(ERROR_INVALID_WINDOW_HANDLE, false);
  return with_memory(false,
                     [&] { return window->queue->post(handle, message, wparam, lparam) || failed(ERROR_NOT_ENOUGH_QUOTA, false); });
}

}  // namespace windsock::user32
