// MessageQueue: what waits for a thread: messages sent and posted to its windows and to itself, WM_QUIT, timers.
//
// A thread has one from the first call on that needs it, and until it ends; its windows go with it. Others reach it under the lock
// alone, through a window or the thread's id.
//
// The thread waits as for any object of kernel32's: the queue has an event, which is set while something has arrived that the thread
// waits for. That makes MsgWaitForMultipleObjects one wait for all its handles and the queue, lets a waiting thread serve the sockets
// whose messages it waits for (kernel32's waits that lead), and costs nothing while nobody waits: then the event is left alone. Timers
// need neither thread nor signal: the thread that waits wakes in time for them.
//
// What a wait looks at is what has arrived since the thread last asked for messages (QS_ bits, as GetQueueStatus tells them).
#pragma once

#include <synchapi.h>
#include <winuser.h>

#include <deque>
#include <memory>
#include <span>

#include "dlls/user32/sent_message.h"
#include "dlls/user32/timer_list.h"
#include "dlls/user32/user_lock.h"

namespace windsock::user32 {

class MessageQueue {
 public:
  static constexpr size_t kMostPosted = 10'000;
  // Beside QS_: a message that the thread has sent is answered.
  static constexpr DWORD kAnswer = 0x8000;
  // What ends a wait for any message.
  static constexpr DWORD kAnyMessage = QS_POSTMESSAGE | QS_TIMER | QS_SENDMESSAGE;

  // The calling thread's. Null: it has none, and there is no memory for one.
  static MessageQueue* current();
  static MessageQueue* current_if_any();
  // Under the lock. Null: the thread has none.
  static MessageQueue* find(DWORD thread_id);

  MessageQueue(const MessageQueue&) = delete;
  MessageQueue& operator=(const MessageQueue&) = delete;

  DWORD thread_id() const { return thread_id_; }
  HANDLE event() const { return event_; }

  // ---- by any thread, under the lock ---------------------------------------------------------------------------------

  // False: it is full. Throws std::bad_alloc.
  bool post(HWND window, UINT message, WPARAM wparam, LPARAM lparam);
  void send(std::shared_ptr<SentMessage> message);
  // Takes back what has not been begun.
  void take_back(const SentMessage& message);
  // A window goes: so does what waits for it.
  void forget(HWND window);

  // ---- by its own thread -----------------------------------------------------------------------------------------------

  struct Filter {
    HWND window = nullptr;  // -1: what is for no window
    UINT first = 0;
    UINT last = 0;  // both 0: any
  };
  enum class Taking : uint8_t { kLeaves, kRemoves };
  // Deals with what was sent, then looks for a message among the `kinds` (QS_). False: there is none.
  bool look(const Filter& filter, Taking taking, DWORD kinds, MSG& found);
  // Calls procedures, with the lock let go for them.
  void receive_sent(UserLock& lock);

  enum class Counting : uint8_t { kArrivedOnly, kUnreadToo };
  struct Wait {
    std::span<const HANDLE> handles;
    DWORD milliseconds = INFINITE;
    DWORD bits = kAnyMessage;  // QS_ and kAnswer
    Counting counting = Counting::kArrivedOnly;
    bool all = false;
    bool alertable = false;
  };
  // As WaitForMultipleObjectsEx, for the handles and, as one more object after them, the queue.
  DWORD wait(const Wait& wait);
  // As the result of GetQueueStatus.
  DWORD status(DWORD bits);
  // From now on they count as seen. Under the lock.
  void mark_seen(DWORD bits) { arrived_ &= ~bits; }

  void quit(int code);
  DWORD last_time() const { return last_time_; }
  TimerList& timers() { return timers_; }  // under the lock
  // The message that the thread's procedure runs for; null: none that was sent from another thread.
  SentMessage* received() const { return received_.get(); }
  // Under the lock. The first answer counts.
  static void answer(SentMessage& message, SentMessage::State state, LRESULT result);

  static void reset_in_child();

 private:
  explicit MessageQueue(HANDLE event);
  ~MessageQueue();

  static void at_thread_end(void* queue);
  void leave();

  void arrive(DWORD bits);
  DWORD unread(uint64_t now) const;
  bool is_meant(const Filter& filter, HWND window, UINT message) const;
  bool find_message(const Filter& filter, Taking taking, DWORD kinds, MSG& found);
  void begin_wait(const Wait& wait, uint64_t now);
  void end_wait();
  class Receiving;

  const HANDLE event_;
  DWORD thread_id_;  // changes in the child of a fork
  // Of the thread alone:
  DWORD last_time_ = 0;
  std::shared_ptr<SentMessage> received_;
  // Under the lock:
  std::deque<std::shared_ptr<SentMessage>> sent_;
  std::deque<MSG> posted_;
  TimerList timers_;
  bool has_quit_ = false;
  int quit_code_ = 0;
  DWORD arrived_ = 0;    // since the thread last looked
  DWORD wanted_ = 0;     // what ends the wait that it is in
  bool is_set_ = false;  // the event
};

}  // namespace windsock::user32
