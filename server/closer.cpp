#include "server/closer.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>

#include "dlls/common/host_socket.h"

namespace windsock::server {

struct Closer::Queue {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<UniqueFd> waiting;
  unsigned threads = 0;
  unsigned idle = 0;
  size_t pending = 0;  // waiting, and being closed
  bool ended = false;
};

Closer::Closer() : queue_(std::make_shared<Queue>()) {}

Closer::~Closer() {
  std::lock_guard lock(queue_->mutex);
  queue_->ended = true;
  queue_->changed.notify_all();
}

void Closer::close(UniqueFd fd) {
  std::lock_guard lock(queue_->mutex);
  queue_->waiting.push_back(std::move(fd));
  ++queue_->pending;
  if (queue_->idle < queue_->waiting.size() && queue_->threads < kMaxThreads) {
    try {
      std::thread(work, queue_).detach();
      ++queue_->threads;
    } catch (const std::system_error&) {
      // No thread to be had: the others will come to it. With none at all, blocking is better than keeping it open.
      if (queue_->threads == 0) {
        queue_->waiting.pop_back();
        --queue_->pending;
      }
      return;
    }
  }
  queue_->changed.notify_one();
}

void Closer::work(std::shared_ptr<Queue> queue) {
  std::unique_lock lock(queue->mutex);
  for (;;) {
    ++queue->idle;
    queue->changed.wait(lock, [&] { return !queue->waiting.empty() || queue->ended; });
    --queue->idle;
    if (queue->waiting.empty()) return;
    UniqueFd fd = std::move(queue->waiting.front());
    queue->waiting.pop_front();
    lock.unlock();
    fd.reset();
    lock.lock();
    --queue->pending;
  }
}

size_t Closer::pending() const {
  std::lock_guard lock(queue_->mutex);
  return queue_->pending;
}

void close_promptly(UniqueFd fd, Closer& closer) {
  auto linger = host::get_option<host::Linger>(fd.get(), host::kSolSocket, host::kSoLinger);
  if (linger && linger.value().on && linger.value().seconds > 0) closer.close(std::move(fd));
}

}  // namespace windsock::server
