#include "dlls/user32/message_queue.h"

#include <handleapi.h>
#include <processthreadsapi.h>
#include <sysinfoapi.h>

#include <algorithm>
#include <array>
#include <map>
#include <new>
#include <utility>

#include "dlls/common/thread_end.h"
#include "dlls/user32/failure.h"
#include "dlls/user32/procedure_call.h"
#include "dlls/user32/window.h"
#include "dlls/user32/window_life.h"

namespace windsock::user32 {

namespace {

// Of the calling thread; it belongs to the value of the key below.
constinit thread_local MessageQueue* this_thread = nullptr;

// Under the lock.
std::map<DWORD, MessageQueue*>& all_queues() {
  static auto& queues = *new std::map<DWORD, MessageQueue*>;
  return queues;
}

const HWND kNoWindow = reinterpret_cast<HWND>(static_cast<INT_PTR>(-1));

}  // namespace

// ---- the queue and its thread ----------------------------------------------------------------------------------------------

MessageQueue::MessageQueue(HANDLE event) : event_(event), thread_id_(GetCurrentThreadId()) {}
MessageQueue::~MessageQueue() = default;

MessageQueue* MessageQueue::current_if_any() { return this_thread; }

MessageQueue* MessageQueue::current() {
  if (this_thread != nullptr) return this_thread;
  HANDLE event = CreateEventA(nullptr, TRUE, FALSE, nullptr);
  if (event == nullptr) return nullptr;
  MessageQueue* made = nullptr;
  bool is_bound = false;
  try {
    made = new MessageQueue(event);
    UserLock lock(user_mutex());
    all_queues().emplace(made->thread_id_, made);
    is_bound = call_at_thread_end<at_thread_end>(made);
    if (!is_bound) all_queues().erase(made->thread_id_);
  } catch (const std::bad_alloc&) {
  }
  if (!is_bound) {
    delete made;
    CloseHandle(event);
    return failed<MessageQueue*>(ERROR_NOT_ENOUGH_MEMORY);
  }
  this_thread = made;
  return made;
}

MessageQueue* MessageQueue::find(DWORD thread_id) {
  auto found = all_queues().find(thread_id);
  return found != all_queues().end() ? found->second : nullptr;
}

// Nobody can come to it any more: its windows are gone, what was sent to it is lost, what it sent is answered to nobody.
void MessageQueue::leave() {
  windows::remove_all_of(this);
  all_queues().erase(thread_id_);
  for (const auto& message : sent_) answer(*message, SentMessage::State::kLost, 0);
  sent_.clear();
}

void MessageQueue::at_thread_end(void* value) {
  auto* queue = static_cast<MessageQueue*>(value);
  this_thread = nullptr;
  {
    UserLock lock(user_mutex());
    queue->leave();
  }
  CloseHandle(queue->event_);
  delete queue;
}

// The other threads are not here: their windows are gone, and what was sent to them is lost. Nobody waits for an answer of this
// thread's.
void MessageQueue::reset_in_child() {
  MessageQueue* own = this_thread;
  for (auto [id, queue] : std::map(all_queues())) {
    if (queue == own) continue;
    if (queue->received_) answer(*queue->received_, SentMessage::State::kLost, 0);
    queue->leave();
    CloseHandle(queue->event_);
    delete queue;
  }
  if (own == nullptr) return;
  own->sent_.clear();
  all_queues().erase(own->thread_id_);
  own->thread_id_ = GetCurrentThreadId();
  all_queues().emplace(own->thread_id_, own);
}

// ---- what arrives -----------------------------------------------------------------------------------------------------------

void MessageQueue::arrive(DWORD bits) {
  arrived_ |= bits;
  if (!(wanted_ & bits) || is_set_) return;
  is_set_ = true;
  SetEvent(event_);
}

bool MessageQueue::post(HWND window, UINT message, WPARAM wparam, LPARAM lparam) {
  if (posted_.size() >= kMostPosted) return false;
  posted_.push_back({window, message, wparam, lparam, GetTickCount(), {0, 0}});
  arrive(QS_POSTMESSAGE | QS_ALLPOSTMESSAGE);
  return true;
}

void MessageQueue::quit(int code) {
  has_quit_ = true;
  quit_code_ = code;
  arrive(QS_POSTMESSAGE | QS_ALLPOSTMESSAGE);
}

void MessageQueue::send(std::shared_ptr<SentMessage> message) {
  sent_.push_back(std::move(message));
  arrive(QS_SENDMESSAGE);
}

void MessageQueue::take_back(const SentMessage& message) {
  std::erase_if(sent_, [&](const auto& one) { return one.get() == &message; });
}

void MessageQueue::forget(HWND window) {
  std::erase_if(posted_, [&](const MSG& message) { return message.hwnd == window; });
  timers_.remove_all_of(window);
  std::erase_if(sent_, [&](const auto& message) {
    if (message->window != window) return false;
    answer(*message, SentMessage::State::kLost, 0);
    return true;
  });
}

void MessageQueue::answer(SentMessage& message, SentMessage::State state, LRESULT result) {
  if (message.is_done()) return;
  message.state = state;
  message.result = result;
  if (message.sender != nullptr) message.sender->arrive(kAnswer);
}

// ---- what the thread looks for ------------------------------------------------------------------------------------------------

DWORD MessageQueue::unread(uint64_t now) const {
  DWORD bits = 0;
  if (!posted_.empty() || has_quit_) bits |= QS_POSTMESSAGE | QS_ALLPOSTMESSAGE;
  if (!sent_.empty()) bits |= QS_SENDMESSAGE;
  if (timers_.has_due(now)) bits |= QS_TIMER;
  return bits;
}

DWORD MessageQueue::status(DWORD bits) {
  UserLock lock(user_mutex());
  uint64_t now = GetTickCount64();
  if (timers_.tell_due(now)) arrive(QS_TIMER);
  DWORD there = unread(now);
  DWORD result = MAKELONG(arrived_ & there & bits, there & bits);
  mark_seen(bits);
  return result;
}

bool MessageQueue::is_meant(const Filter& filter, HWND window, UINT message) const {
  if ((filter.first != 0 || filter.last != 0) && (message < filter.first || message > filter.last)) return false;
  if (filter.window == nullptr) return true;
  if (filter.window == kNoWindow) return window == nullptr;
  return window == filter.window || (window != nullptr && windows::is_descendant(window, filter.window));
}

bool MessageQueue::find_message(const Filter& filter, Taking taking, DWORD kinds, MSG& found) {
  bool removes = taking == Taking::kRemoves;
  if (kinds & QS_POSTMESSAGE) {
    // WM_QUIT passes every filter, be it posted like any message or told by PostQuitMessage.
    auto is_it = [&](const MSG& message) { return message.message == WM_QUIT || is_meant(filter, message.hwnd, message.message); };
    auto message = std::find_if(posted_.begin(), posted_.end(), is_it);
    if (message != posted_.end()) {
      found = *message;
      if (removes) posted_.erase(message);
      return true;
    }
    if (has_quit_) {
      found = {nullptr, WM_QUIT, static_cast<WPARAM>(quit_code_), 0, GetTickCount(), {0, 0}};
      if (removes) has_quit_ = false;
      return true;
    }
  }
  if (!(kinds & QS_TIMER)) return false;
  uint64_t now = GetTickCount64();
  WindowTimer* timer = timers_.next_of(now, [&](const WindowTimer& one) { return is_meant(filter, one.window, WM_TIMER); });
  if (timer == nullptr) return false;
  found = {timer->window, WM_TIMER, timer->id, reinterpret_cast<LPARAM>(timer->procedure), static_cast<DWORD>(now), {0, 0}};
  if (removes) TimerList::renew(*timer, now);
  return true;
}

bool MessageQueue::look(const Filter& filter, Taking taking, DWORD kinds, MSG& found) {
  UserLock lock(user_mutex());
  receive_sent(lock);
  bool is_filtered = filter.window != nullptr || filter.first != 0 || filter.last != 0;
  mark_seen(kinds & (is_filtered ? ~DWORD{QS_ALLPOSTMESSAGE} : ~DWORD{0}));
  if (!find_message(filter, taking, kinds, found)) return false;
  last_time_ = found.time;
  return true;
}

// While it lives the thread runs a procedure for a message of another thread; at last that one has its answer, whichever way the
// procedure is left.
class MessageQueue::Receiving {
 public:
  Receiving(MessageQueue& queue, UserLock& lock, std::shared_ptr<SentMessage> message) : queue_(queue), lock_(lock) {
    outer_ = std::exchange(queue_.received_, std::move(message));
    lock_.unlock();
  }
  ~Receiving() {
    lock_.lock();
    std::shared_ptr<SentMessage> message = std::exchange(queue_.received_, std::move(outer_));
    answer(*message, state_, result_);
  }
  Receiving(const Receiving&) = delete;
  Receiving& operator=(const Receiving&) = delete;
  void answered(LRESULT result) {
    state_ = SentMessage::State::kAnswered;
    result_ = result;
  }

 private:
  MessageQueue& queue_;
  UserLock& lock_;
  std::shared_ptr<SentMessage> outer_;
  SentMessage::State state_ = SentMessage::State::kLost;
  LRESULT result_ = 0;
};

void MessageQueue::receive_sent(UserLock& lock) {
  while (!sent_.empty()) {
    std::shared_ptr<SentMessage> message = std::move(sent_.front());
    sent_.pop_front();
    message->state = SentMessage::State::kRunning;
    const Window* window = windows::find(message->window);
    if (window == nullptr) {
      answer(*message, SentMessage::State::kLost, 0);
      continue;
    }
    Procedure procedure = window->procedure;
    Receiving receiving(*this, lock, message);
    receiving.answered(message->message == kDestroyMessage
                           ? destroy_window(message->window)
                           : call_procedure(procedure, message->encoding, message->window, message->message,
                                            message->arguments.wparam(), message->arguments.lparam()));
  }
  mark_seen(QS_SENDMESSAGE);
}

// ---- waiting ------------------------------------------------------------------------------------------------------------------

void MessageQueue::begin_wait(const Wait& wait, uint64_t now) {
  if (timers_.tell_due(now)) arrive(QS_TIMER);
  wanted_ = wait.bits;
  bool is_there = ((arrived_ | (wait.counting == Counting::kUnreadToo ? unread(now) : 0)) & wait.bits) != 0;
  if (is_there == is_set_) return;
  is_set_ = is_there;
  is_there ? SetEvent(event_) : ResetEvent(event_);
}

void MessageQueue::end_wait() {
  UserLock lock(user_mutex());
  wanted_ = 0;
}

DWORD MessageQueue::wait(const Wait& wait) {
  std::array<HANDLE, MAXIMUM_WAIT_OBJECTS> objects;
  *std::copy(wait.handles.begin(), wait.handles.end(), objects.begin()) = event_;
  const uint64_t begun = GetTickCount64();
  for (uint64_t now = begun;; now = GetTickCount64()) {
    uint64_t left =
        wait.milliseconds == INFINITE ? TimerList::kNever : wait.milliseconds - std::min<uint64_t>(now - begun, wait.milliseconds);
    uint64_t until_timer = TimerList::kNever;
    {
      UserLock lock(user_mutex());
      begin_wait(wait, now);
      if (uint64_t next = timers_.next_to_tell(); (wait.bits & QS_TIMER) && next != TimerList::kNever) until_timer = next - now;
    }
    DWORD patience = static_cast<DWORD>(std::min({left, until_timer, uint64_t{INFINITE}}));
    DWORD result =
        WaitForMultipleObjectsEx(static_cast<DWORD>(wait.handles.size() + 1), objects.data(), wait.all, patience, wait.alertable);
    if (result == WAIT_TIMEOUT && until_timer <= left && left != 0) continue;
    end_wait();
    return result;
  }
}

}  // namespace windsock::user32
