#include "dlls/kernel32/address_wait.h"

#include <synchapi.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>

#include "dlls/common/host_futex.h"
#include "dlls/kernel32/completion_port.h"
#include "dlls/kernel32/last_error.h"
#include "dlls/kernel32/time.h"

using namespace windsock::kernel32;
namespace host = windsock::host;

namespace {

struct Sleeper {
  const volatile void* address;
  std::atomic<uint32_t> woken{0};
  Sleeper* next = nullptr;
  Sleeper* previous = nullptr;
};

const uint32_t* word_of(const Sleeper& sleeper) { return reinterpret_cast<const uint32_t*>(&sleeper.woken); }

// Oldest first. All under the mutex but for the count.
struct List {
  std::atomic<uint32_t> count{0};
  std::mutex mutex;
  Sleeper* first = nullptr;
  Sleeper* last = nullptr;

  void append(Sleeper& sleeper) {
    sleeper.previous = last;
    (last != nullptr ? last->next : first) = &sleeper;
    last = &sleeper;
  }
  void remove(Sleeper& sleeper) {
    (sleeper.previous != nullptr ? sleeper.previous->next : first) = sleeper.next;
    (sleeper.next != nullptr ? sleeper.next->previous : last) = sleeper.previous;
  }
};

constexpr size_t kLists = 64;
List lists[kLists];

List& list_of(const volatile void* address) {
  auto number = reinterpret_cast<uintptr_t>(address);
  return lists[(number >> 3 ^ number >> 12) % kLists];
}

template <typename Value>
bool same(const volatile void* address, const void* expected) {
  return __atomic_load_n(static_cast<const volatile Value*>(address), __ATOMIC_SEQ_CST) == *static_cast<const Value*>(expected);
}

using Compare = bool (*)(const volatile void*, const void*);
Compare comparison(size_t size) {
  switch (size) {
    case 1:
      return same<uint8_t>;
    case 2:
      return same<uint16_t>;
    case 4:
      return same<uint32_t>;
    case 8:
      return same<uint64_t>;
    default:
      return nullptr;
  }
}

// True: woken. False: the time was over first.
bool sleep_in(List& list, Sleeper& sleeper, int64_t deadline) {
  BlockedThread blocked;
  while (sleeper.woken.load(std::memory_order_acquire) == 0) {
    if (host::futex_sleep(word_of(sleeper), 0, deadline) != host::SleepEnd::kTimedOut) continue;
    std::lock_guard lock(list.mutex);
    if (sleeper.woken.load(std::memory_order_relaxed) != 0) break;
    list.remove(sleeper);
    return false;
  }
  return true;
}

void wake(const void* address, uint32_t most) {
  List& list = list_of(address);
  // Written, not only read: who raises the count after this sees what the caller has changed before.
  if (list.count.fetch_add(0, std::memory_order_acq_rel) == 0) return;
  std::lock_guard lock(list.mutex);
  for (Sleeper* sleeper = list.first; sleeper != nullptr && most > 0;) {
    Sleeper* next = sleeper->next;
    if (sleeper->address == address) {
      --most;
      list.remove(*sleeper);
      const uint32_t* word = word_of(*sleeper);
      sleeper->woken.store(1, std::memory_order_release);
      // *sleeper may be gone now; only the address is used.
      host::futex_wake(word, 1);
    }
    sleeper = next;
  }
}

}  // namespace

BOOL WaitOnAddress(volatile VOID* address, PVOID compare, SIZE_T size, DWORD milliseconds) {
  Compare is_same = comparison(size);
  if (address == nullptr || compare == nullptr || is_same == nullptr) return fail(Win32Error::kInvalidParameter);
  if (!is_same(address, compare)) return TRUE;
  if (milliseconds == 0) return fail(Win32Error::kTimeout);
  List& list = list_of(address);
  Sleeper sleeper{.address = address};
  list.count.fetch_add(1, std::memory_order_acq_rel);
  bool ended = true;
  {
    std::unique_lock lock(list.mutex);
    if (is_same(address, compare)) {
      list.append(sleeper);
      lock.unlock();
      ended = sleep_in(list, sleeper, deadline_after(milliseconds));
    }
  }
  list.count.fetch_sub(1, std::memory_order_relaxed);
  return ended ? TRUE : fail(Win32Error::kTimeout);
}

void WakeByAddressSingle(PVOID address) { wake(address, 1); }
void WakeByAddressAll(PVOID address) { wake(address, UINT32_MAX); }

namespace windsock::kernel32::address_wait {

void reset_in_child() {
  for (List& list : lists) std::construct_at(&list);
}

}  // namespace windsock::kernel32::address_wait
