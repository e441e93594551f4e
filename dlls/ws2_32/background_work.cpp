#include "dlls/ws2_32/background_work.h"

#include <deque>
#include <mutex>
#include <utility>

#include "dlls/ws2_32/host_services.h"

namespace windsock {

namespace {

// What the threads that are starting have to do.
struct Waiting {
  std::mutex mutex;
  std::deque<std::function<void()>> work;
};

Waiting& waiting() {
  static auto* made = new Waiting;
  return *made;
}

// A thread takes the work that has waited longest, whichever that is.
void* run(void*) {
  std::function<void()> work;
  {
    std::lock_guard lock(waiting().mutex);
    work = std::move(waiting().work.front());
    waiting().work.pop_front();
  }
  work();
  return nullptr;
}

}  // namespace

bool run_in_background(std::function<void()> work) {
  std::lock_guard lock(waiting().mutex);
  waiting().work.push_back(std::move(work));
  if (services::start_background_thread(run)) return true;
  waiting().work.pop_back();
  return false;
}

}  // namespace windsock
