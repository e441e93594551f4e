// Thread: a thread of this process as an object: it is signalled once the thread has ended, and keeps its exit code.
//
// The object outlives both the thread and its handles. A thread started by CreateThread owns its object from the start; any other
// thread (the first one, one made by the C++ library) gets one when somebody asks for a handle to it.
//
// The signal is given when the thread's C++ thread-locals and nearly all its thread-specific data are destroyed, as on Windows
// DLL_THREAD_DETACH comes first: whoever waited may free what those destructors use.
//
// ExitThread ends the thread by pthread_exit, which unwinds the stack: destructors of its frames run, unlike on Windows, and a
// frame that is noexcept or swallows all exceptions ends the process. Leaving locks held would be the alternative.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "dlls/common/host.h"
#include "dlls/kernel32/dispatcher.h"

namespace windsock::kernel32 {

class Mutex;

inline constexpr uint32_t kStillActive = 259;

class Thread final : public Waitable {
 public:
  static constexpr ObjectKind kKind = ObjectKind::kThread;
  using Routine = uint32_t (*)(void*);

  struct Start {
    Routine routine = nullptr;
    void* argument = nullptr;
    size_t stack_size = 0;  // 0: the host's usual size
    bool suspended = false;
  };
  // An object for a thread to be started by start(). Null when memory is short.
  static Ref<Thread> create();
  // Returns once the thread has its id.
  host::Result<void> start(const Start& start);
  // The object of the calling thread; null when memory is short.
  static Ref<Thread> current();
  [[noreturn]] static void exit_current(uint32_t code);

  int id() const { return id_; }
  // kStillActive until the thread has ended.
  uint32_t exit_code() const { return is_signalled() ? exit_code_ : kStillActive; }
  // The count of suspensions before; a thread that is not suspended gives 0.
  uint32_t resume();
  // The same for one suspension more. A thread stops itself, and one that has stopped stays so; one that runs cannot be stopped from
  // outside: it may hold locks that the other threads, and this library, need.
  enum class Stop : uint8_t { kStopped, kRuns, kTooOften };
  Stop suspend(uint32_t& before);
  // Ends the thread, by the same rule: itself, or one that has stopped.
  Stop terminate(uint32_t code);

  // The thread of that id which has an object and has not ended; null: there is none.
  static Ref<Thread> find(uint32_t id);

  // What the program wishes; the host is not asked for it.
  std::atomic<int> priority{0};

  // Calls for the thread to make when it waits alertably, or before its routine if it has not begun.
  enum class CallResult : uint8_t { kQueued, kEnded, kNoMemory };
  CallResult queue_call(const Call& call);
  // By the thread itself.
  void make_queued_calls();
  CallQueue& calls() { return calls_; }

  // The calls that operations of sockets are going to queue: while it waits for them the thread may serve the sockets.
  std::atomic<uint32_t> awaited_calls{0};

  // The mutexes that the thread owns. Changed by it alone, or on its behalf while it sleeps.
  Mutex* owned_mutexes = nullptr;

  static void lock_for_fork();
  static void unlock_after_fork();
  // The threads of the parent are not here: their objects count as ended.
  static void reset_in_child();

 private:
  Thread();
  ~Thread() override;

  static void* run(void* thread);
  void stay_suspended();
  static void at_thread_end(void* thread);
  [[nodiscard]] bool attach();
  void give_up_what_it_has();

  Start start_;
  std::atomic<int> id_{0};  // looked at by find(), before the thread has set it too
  uint32_t exit_code_ = 0;
  static constexpr uint32_t kNotYet = 0, kStarted = 1, kUnable = 2;
  std::atomic<uint32_t> started_{kNotYet};  // the creator sleeps on it
  // The suspensions, and the two bits; the suspended thread sleeps on it.
  static constexpr uint32_t kMostSuspensions = 127, kBegun = 1U << 30, kTerminated = 1U << 31;
  std::atomic<uint32_t> suspended_{0};
  uint32_t rounds_left_;
  CallQueue calls_;
  // All threads of the process that have an object; under the list's lock.
  Thread* next_ = nullptr;
  Thread* previous_ = nullptr;
};

// The id of the calling thread, without a system call but for the first time.
int current_thread_id();

}  // namespace windsock::kernel32
