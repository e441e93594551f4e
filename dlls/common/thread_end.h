// What a library does at the end of a thread that has used it.
#pragma once

#include <pthread.h>

#include <atomic>
#include <cstdint>

namespace windsock {

// The calling thread's end calls at_end(value), once; a value other than null, and the last that was given for this function. at_end
// may ask again, for the next of the four rounds that the host makes. False, and nothing is called: the host has no key or no
// memory left.
template <void (*at_end)(void*)>
bool call_at_thread_end(void* value) {
  // The host's key and one more; 0: none yet. Made by the first thread that needs it, never deleted.
  static constinit std::atomic<uint64_t> known{0};
  uint64_t key = known.load(std::memory_order_acquire);
  if (key == 0) {
    pthread_key_t made;
    if (::pthread_key_create(&made, at_end) != 0) return false;
    if (known.compare_exchange_strong(key, uint64_t{made} + 1, std::memory_order_acq_rel))
      key = uint64_t{made} + 1;
    else
      ::pthread_key_delete(made);  // another thread was first
  }
  return ::pthread_setspecific(static_cast<pthread_key_t>(key - 1), value) == 0;
}

}  // namespace windsock
