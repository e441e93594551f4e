// Critical sections: recursive locks in memory of the program, free of system calls unless contended.
//
// LockCount is the word that waiters sleep on: -1 free, 0 owned, 1 owned and somebody may be sleeping. A program that looks
// finds what it expects of it on Windows: -1 means free. RecursionCount belongs to the owner. OwningThread is written by the
// owner and compared by others, who can only ever mistake it for "not me", so relaxed order is enough.
//
// InitializeCriticalSection allocates nothing and DeleteCriticalSection frees nothing.
#include <synchapi.h>

#include <atomic>

#include "dlls/common/host_futex.h"
#include "dlls/kernel32/thread.h"

namespace host = windsock::host;

namespace {

constexpr LONG kFree = -1, kOwned = 0, kContended = 1;

std::atomic_ref<LONG> lock_word(LPCRITICAL_SECTION section) { return std::atomic_ref<LONG>(section->LockCount); }
std::atomic_ref<HANDLE> owner(LPCRITICAL_SECTION section) { return std::atomic_ref<HANDLE>(section->OwningThread); }
const uint32_t* address(LPCRITICAL_SECTION section) { return reinterpret_cast<const uint32_t*>(&section->LockCount); }

HANDLE self() { return reinterpret_cast<HANDLE>(static_cast<intptr_t>(windsock::kernel32::current_thread_id())); }

void pause_processor() {
#if defined __x86_64__ || defined __i386__
  __builtin_ia32_pause();
#endif
}

bool try_own(LPCRITICAL_SECTION section) {
  LONG expected = kFree;
  return lock_word(section).compare_exchange_strong(expected, kOwned, std::memory_order_acquire, std::memory_order_relaxed);
}

void own_contended(LPCRITICAL_SECTION section) {
  for (ULONG_PTR spins = section->SpinCount; spins > 0; --spins) {
    if (lock_word(section).load(std::memory_order_relaxed) == kFree && try_own(section)) return;
    pause_processor();
  }
  while (lock_word(section).exchange(kContended, std::memory_order_acquire) != kFree)
    host::futex_sleep(address(section), static_cast<uint32_t>(kContended), host::kNoDeadline);
}

// Whether the caller owned it before already.
bool enter_again(LPCRITICAL_SECTION section) {
  if (owner(section).load(std::memory_order_relaxed) != self()) return false;
  ++section->RecursionCount;
  return true;
}

void note_owned(LPCRITICAL_SECTION section) {
  owner(section).store(self(), std::memory_order_relaxed);
  section->RecursionCount = 1;
}

}  // namespace

BOOL InitializeCriticalSectionAndSpinCount(LPCRITICAL_SECTION section, DWORD spin_count) {
  // The high byte of the count holds flags on Windows.
  *section = {};
  section->LockCount = kFree;
  section->SpinCount = spin_count & 0x00ffffff;
  return TRUE;
}

void InitializeCriticalSection(LPCRITICAL_SECTION section) { InitializeCriticalSectionAndSpinCount(section, 0); }

void EnterCriticalSection(LPCRITICAL_SECTION section) {
  if (enter_again(section)) return;
  if (!try_own(section)) own_contended(section);
  note_owned(section);
}

BOOL TryEnterCriticalSection(LPCRITICAL_SECTION section) {
  if (enter_again(section)) return TRUE;
  if (!try_own(section)) return FALSE;
  note_owned(section);
  return TRUE;
}

void LeaveCriticalSection(LPCRITICAL_SECTION section) {
  if (--section->RecursionCount > 0) return;
  owner(section).store(nullptr, std::memory_order_relaxed);
  const uint32_t* word = address(section);
  // From here on the next owner may delete the section.
  if (lock_word(section).exchange(kFree, std::memory_order_release) == kContended) host::futex_wake(word, 1);
}

void DeleteCriticalSection(LPCRITICAL_SECTION section) { *section = {}; }
