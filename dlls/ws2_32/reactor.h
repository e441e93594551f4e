// Reactor: the thread that brings forward the operations that nobody waits for.
//
// It must not be in the way of those who do wait: they lead their driver (io_driver.h) and need no help, and a second thread that is woken
// for each message would double its cost. So a driver that has operations and no leader is taken into care, which costs nothing while
// it is in care already, and the reactor only looks at those once a millisecond: a driver that was led in between is left alone, one
// that was not is watched from then on, until it is led again. A driver whose leader waits without a break leaves care.
//
// The thread begins with the first driver in need of it and ends when there has been none for a while.
#pragma once

#include <cstdint>
#include <mutex>

#include "dlls/common/unique_fd.h"
#include "dlls/ws2_32/io_driver.h"

namespace windsock {

class Reactor {
 public:
  static Reactor& instance();

  // Whoever leaves a driver that has operations without a leader calls this. False: there is no thread, or no descriptors for it.
  bool take_care(IoDriver& driver) { return driver.care.taken.load(std::memory_order_seq_cst) || take_up(driver); }

  // The descriptors of a driver in care are new ones.
  void look_again();

  void lock_for_fork() { mutex_.lock(); }
  void unlock_after_fork() { mutex_.unlock(); }
  void reset_in_child();

 private:
  bool take_up(IoDriver& driver);
  bool start();
  static void* run(void*);
  void look_after();
  bool fetch_arrivals(bool may_end);
  enum class Look : uint8_t { kWatched, kBusy, kNoCare };
  Look look_at(IoDriver& driver, bool quiet);
  void let_go(IoDriver& driver);
  void serve(IoDriver& driver);

  std::mutex mutex_;
  bool running_ = false;           // under mutex_
  IoDriver* arrivals_ = nullptr;   // a list, under mutex_
  UniqueFd set_, wake_;            // changed under mutex_, while the thread does not run
  IoDriver* cared_ = nullptr;      // a list, the thread's
};

}  // namespace windsock
