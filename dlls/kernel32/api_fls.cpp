// Fiber-local storage, which is thread-local storage with callbacks (thread_values.h).
#include <fibersapi.h>

#include <atomic>
#include <climits>
#include <mutex>
#include <new>

#include "dlls/common/thread_end.h"
#include "dlls/kernel32/last_error.h"
#include "dlls/kernel32/thread_values.h"

using namespace windsock::kernel32;

namespace {

constexpr DWORD kIndexes = FLS_MAXIMUM_AVAILABLE;
enum class Use : uint8_t { kFree, kInUse, kBeingFreed };

struct Index {
  std::atomic<Use> use{Use::kFree};
  PFLS_CALLBACK_FUNCTION callback = nullptr;  // under the lock
};

struct Values {
  std::atomic<void*> at[kIndexes] = {};
  Values* next = nullptr;  // all threads that have values; under the lock
  Values* previous = nullptr;
};

constinit std::mutex the_lock;
Index indexes[kIndexes];
constinit Values* all_values = nullptr;
constinit thread_local Values* own_values = nullptr;

bool in_use(DWORD index) { return index < kIndexes && indexes[index].use.load(std::memory_order_acquire) == Use::kInUse; }

// Takes a value away and gives it to the callback. The lock is held by the caller, but not during the call. False: there was none.
bool call_back(std::unique_lock<std::mutex>& lock, Values& values, DWORD index) {
  void* value = values.at[index].exchange(nullptr, std::memory_order_relaxed);
  if (value == nullptr) return false;
  if (PFLS_CALLBACK_FUNCTION callback = indexes[index].callback) {
    lock.unlock();
    callback(value);
    lock.lock();
  }
  return true;
}

void unlink(Values& values) {
  (values.previous != nullptr ? values.previous->next : all_values) = values.next;
  if (values.next != nullptr) values.next->previous = values.previous;
}

void at_thread_end(void* pointer) {
  auto* values = static_cast<Values*>(pointer);
  std::unique_lock lock(the_lock);
  // Callbacks may set values again: as often as the host gives its own destructors.
  constexpr int kRounds = PTHREAD_DESTRUCTOR_ITERATIONS;
  bool any = true;
  for (int round = 0; any && round < kRounds; ++round) {
    any = false;
    for (DWORD index = 0; index < kIndexes; ++index) any |= call_back(lock, *values, index);
  }
  unlink(*values);
  own_values = nullptr;
  lock.unlock();
  delete values;
}

// Null when memory is short.
Values* make_own_values() {
  auto* values = new (std::nothrow) Values;
  if (values == nullptr) return nullptr;
  if (!windsock::call_at_thread_end<at_thread_end>(values)) {
    delete values;
    return nullptr;
  }
  std::lock_guard lock(the_lock);
  values->next = all_values;
  if (all_values != nullptr) all_values->previous = values;
  all_values = values;
  return values;
}

}  // namespace

DWORD FlsAlloc(PFLS_CALLBACK_FUNCTION callback) {
  std::lock_guard lock(the_lock);
  for (DWORD index = 0; index < kIndexes; ++index) {
    if (indexes[index].use.load(std::memory_order_relaxed) != Use::kFree) continue;
    indexes[index].callback = callback;
    indexes[index].use.store(Use::kInUse, std::memory_order_release);
    return index;
  }
  set_last_error(Win32Error::kNotEnoughMemory);
  return FLS_OUT_OF_INDEXES;
}

BOOL FlsFree(DWORD index) {
  std::unique_lock lock(the_lock);
  if (!in_use(index)) return fail(Win32Error::kInvalidParameter);
  // No values come from now on, and the index is nobody else's yet. The list may change during a call, so it begins anew.
  indexes[index].use.store(Use::kBeingFreed, std::memory_order_release);
  for (Values* values = all_values; values != nullptr;) values = call_back(lock, *values, index) ? all_values : values->next;
  indexes[index].callback = nullptr;
  indexes[index].use.store(Use::kFree, std::memory_order_release);
  return TRUE;
}

// Null may be the value: the last error tells.
PVOID FlsGetValue(DWORD index) {
  bool valid = in_use(index);
  set_last_error(valid ? Win32Error::kSuccess : Win32Error::kInvalidParameter);
  return valid && own_values != nullptr ? own_values->at[index].load(std::memory_order_relaxed) : nullptr;
}

BOOL FlsSetValue(DWORD index, PVOID value) {
  if (!in_use(index)) return fail(Win32Error::kInvalidParameter);
  if (own_values == nullptr && (own_values = make_own_values()) == nullptr) return fail(Win32Error::kNotEnoughMemory);
  own_values->at[index].store(value, std::memory_order_relaxed);
  return TRUE;
}

namespace windsock::kernel32::thread_values {

void lock_for_fork() { the_lock.lock(); }
void unlock_after_fork() { the_lock.unlock(); }

void reset_in_child() {
  for (Values* values = all_values; values != nullptr;) {
    Values* next = values->next;
    if (values != own_values) {
      unlink(*values);
      delete values;
    }
    values = next;
  }
}

}  // namespace windsock::kernel32::thread_values
