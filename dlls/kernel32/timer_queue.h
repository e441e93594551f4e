// TimerQueue: what is to happen at a time, and the one thread that sees to it.
//
// A timer must be signalled, and its call queued to a thread, whether anybody waits or not; and a wait must be able to end by a timer
// that is set while it goes on. With a thread that is just one more signaller, no wait has to know of timers. It is started with the
// first timer that is set, and sleeps until the earliest is due.
//
// Entries are ordered by their time. The node that the set needs for an entry is made with the entry, so that nothing can fail later.
// All that is said below happens under one lock, expire() too. Locks nest: this one, then the dispatcher's.
//
// fork(): the child has no such thread, and nothing of its parent's is due in it.
#pragma once

#include <cstdint>
#include <mutex>
#include <set>

#include "dlls/common/host.h"
#include "dlls/common/host_futex.h"

namespace windsock::kernel32 {

class TimerQueue {
 public:
  class Entry;
  struct Earlier {
    bool operator()(const Entry* a, const Entry* b) const;
  };
  using Entries = std::set<Entry*, Earlier>;

  class Entry {
   public:
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

   protected:
    // Throws std::bad_alloc. Whoever destroys an entry has removed it.
    Entry();
    virtual ~Entry() = default;
    // What happens when it is due. The next time, or host::kNoDeadline.
    virtual int64_t expire(int64_t due, int64_t now) = 0;

   private:
    friend class TimerQueue;
    int64_t due_ = 0;
    Entries::node_type node_;  // empty while the entry is in the queue
  };

  static std::unique_lock<std::mutex> lock();
  // Under the lock. Times are those of now_nanoseconds(). insert() replaces an earlier time; it fails if there is no thread yet and none
  // can be made.
  static host::Result<void> insert(Entry& entry, int64_t due);
  static void remove(Entry& entry);

  static void lock_for_fork();
  static void unlock_after_fork();
  static void reset_in_child();

 private:
  static void place(Entry& entry, int64_t due);
  static int64_t expire_until(int64_t now);
  static void* run(void*);
};

}  // namespace windsock::kernel32
