// Slim reader/writer locks, condition variables and one-time initialisation: one word in memory of the program, free of system
// calls unless somebody has to sleep. All zeros is the state they begin with, and nothing has to be freed.
//
// A lock is not fair, as on Windows: whoever comes when it is free takes it. Bit 31 tells that a writer has it, bit 30 that threads
// sleep, the rest counts the readers. A condition variable counts its wake-ups. One-time initialisation keeps the context and, in
// the two bits that a context leaves free, how far it has come.
#include <synchapi.h>

#include <atomic>

#include "dlls/common/host_futex.h"
#include "dlls/kernel32/completion_port.h"
#include "dlls/kernel32/last_error.h"
#include "dlls/kernel32/time.h"

using namespace windsock;
using namespace windsock::kernel32;

namespace {

// The low half of the structure's only member; the futex sleeps on it.
template <typename Structure>
std::atomic_ref<uint32_t> word_of(Structure* structure) {
  static_assert(sizeof(Structure) == sizeof(uint64_t) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);
  return std::atomic_ref<uint32_t>(*reinterpret_cast<uint32_t*>(structure));
}
template <typename Structure>
const uint32_t* address_of(Structure* structure) {
  return reinterpret_cast<const uint32_t*>(structure);
}

constexpr int kEverybody = 0x7fffffff;

// ---- reader/writer locks -------------------------------------------------------------------------------------------------

constexpr uint32_t kWriter = 1U << 31, kSleepers = 1U << 30, kReaders = kSleepers - 1;

struct Side {
  uint32_t blocked_by;  // who must not be there
  uint32_t adds;
};
constexpr Side kExclusive = {kWriter | kReaders, kWriter}, kShared = {kWriter, 1};

bool try_acquire(PSRWLOCK lock, Side side) {
  auto word = word_of(lock);
  uint32_t state = word.load(std::memory_order_relaxed);
  while (!(state & side.blocked_by))
    if (word.compare_exchange_weak(state, state + side.adds, std::memory_order_acquire, std::memory_order_relaxed)) return true;
  return false;
}

void acquire(PSRWLOCK lock, Side side) {
  auto word = word_of(lock);
  while (!try_acquire(lock, side)) {
    uint32_t state = word.load(std::memory_order_relaxed);
    if (!(state & side.blocked_by)) continue;
    if (!(state & kSleepers) && !word.compare_exchange_weak(state, state | kSleepers, std::memory_order_relaxed)) continue;
    host::futex_sleep(address_of(lock), state | kSleepers, host::kNoDeadline);
  }
}

// Whoever leaves it free wakes all: writers and readers sleep on the same word.
void release(PSRWLOCK lock, Side side) {
  auto word = word_of(lock);
  uint32_t state = word.load(std::memory_order_relaxed), after;
  do {
    after = state - side.adds;
    if (!(after & (kWriter | kReaders))) after = 0;
  } while (!word.compare_exchange_weak(state, after, std::memory_order_release, std::memory_order_relaxed));
  if ((state & kSleepers) && after == 0) host::futex_wake(address_of(lock), kEverybody);
}

// ---- condition variables --------------------------------------------------------------------------------------------------

void wake(PCONDITION_VARIABLE variable, int sleepers) {
  word_of(variable).fetch_add(1, std::memory_order_relaxed);
  host::futex_wake(address_of(variable), sleepers);
}

// The count is read while the lock is held, so that a wake-up after it was given away is not slept through.
template <typename Leave, typename Enter>
BOOL sleep_on(PCONDITION_VARIABLE variable, DWORD milliseconds, Leave leave, Enter enter) {
  uint32_t seen = word_of(variable).load(std::memory_order_relaxed);
  int64_t deadline = deadline_after(milliseconds);
  leave();
  host::SleepEnd end;
  {
    BlockedThread blocked;
    end = host::futex_sleep(address_of(variable), seen, deadline);
  }
  enter();
  return end == host::SleepEnd::kTimedOut ? fail(Win32Error::kTimeout) : TRUE;
}

// ---- one-time initialisation -----------------------------------------------------------------------------------------------

constexpr uintptr_t kBegun = 1, kDone = 2, kBegunBySeveral = 3, kStage = (1 << INIT_ONCE_CTX_RESERVED_BITS) - 1;

std::atomic_ref<uintptr_t> once_word(PINIT_ONCE once) { return std::atomic_ref<uintptr_t>(*reinterpret_cast<uintptr_t*>(once)); }

void set_context(LPVOID* context, uintptr_t word) {
  if (context != nullptr) *context = reinterpret_cast<LPVOID>(word & ~kStage);
}

}  // namespace

void InitializeSRWLock(PSRWLOCK lock) { *lock = SRWLOCK_INIT; }
void AcquireSRWLockExclusive(PSRWLOCK lock) { acquire(lock, kExclusive); }
void AcquireSRWLockShared(PSRWLOCK lock) { acquire(lock, kShared); }
BOOLEAN TryAcquireSRWLockExclusive(PSRWLOCK lock) { return try_acquire(lock, kExclusive); }
BOOLEAN TryAcquireSRWLockShared(PSRWLOCK lock) { return try_acquire(lock, kShared); }
void ReleaseSRWLockExclusive(PSRWLOCK lock) { release(lock, kExclusive); }
void ReleaseSRWLockShared(PSRWLOCK lock) { release(lock, kShared); }

void InitializeConditionVariable(PCONDITION_VARIABLE variable) { *variable = CONDITION_VARIABLE_INIT; }
void WakeConditionVariable(PCONDITION_VARIABLE variable) { wake(variable, 1); }
void WakeAllConditionVariable(PCONDITION_VARIABLE variable) { wake(variable, kEverybody); }

BOOL SleepConditionVariableCS(PCONDITION_VARIABLE variable, PCRITICAL_SECTION section, DWORD milliseconds) {
  return sleep_on(variable, milliseconds, [=] { LeaveCriticalSection(section); }, [=] { EnterCriticalSection(section); });
}

BOOL SleepConditionVariableSRW(PCONDITION_VARIABLE variable, PSRWLOCK lock, DWORD milliseconds, ULONG flags) {
  if (flags & ~ULONG{CONDITION_VARIABLE_LOCKMODE_SHARED}) return fail(Win32Error::kInvalidParameter);
  Side side = flags & CONDITION_VARIABLE_LOCKMODE_SHARED ? kShared : kExclusive;
  return sleep_on(variable, milliseconds, [=] { release(lock, side); }, [=] { acquire(lock, side); });
}

void InitOnceInitialize(PINIT_ONCE once) { *once = INIT_ONCE_STATIC_INIT; }

BOOL InitOnceBeginInitialize(PINIT_ONCE once, DWORD flags, PBOOL pending, LPVOID* context) {
  if ((flags & ~DWORD{INIT_ONCE_CHECK_ONLY | INIT_ONCE_ASYNC}) || flags == (INIT_ONCE_CHECK_ONLY | INIT_ONCE_ASYNC))
    return fail(Win32Error::kInvalidParameter);
  uintptr_t wanted = flags & INIT_ONCE_ASYNC ? kBegunBySeveral : kBegun;
  auto word = once_word(once);
  for (;;) {
    uintptr_t now = word.load(std::memory_order_acquire);
    if ((now & kStage) == kDone) {
      *pending = FALSE;
      set_context(context, now);
      return TRUE;
    }
    if (flags & INIT_ONCE_CHECK_ONLY) return fail(Win32Error::kGenFailure);
    *pending = TRUE;
    if (now == 0) {
      if (word.compare_exchange_strong(now, wanted, std::memory_order_acquire)) return TRUE;
    } else if (now != wanted) {
      return fail(Win32Error::kInvalidParameter);  // begun by the other way
    } else if (now == kBegunBySeveral) {
      return TRUE;
    } else {
      host::futex_sleep(address_of(once), kBegun, host::kNoDeadline);
    }
  }
}

BOOL InitOnceComplete(PINIT_ONCE once, DWORD flags, LPVOID context) {
  bool failed = flags & INIT_ONCE_INIT_FAILED;
  auto value = reinterpret_cast<uintptr_t>(context);
  if ((flags & ~DWORD{INIT_ONCE_ASYNC | INIT_ONCE_INIT_FAILED}) || (value & kStage) || (failed && (context != nullptr || (flags & INIT_ONCE_ASYNC))))
    return fail(Win32Error::kInvalidParameter);
  uintptr_t begun = flags & INIT_ONCE_ASYNC ? kBegunBySeveral : kBegun;
  if (!once_word(once).compare_exchange_strong(begun, failed ? 0 : value | kDone, std::memory_order_acq_rel))
    return fail(Win32Error::kGenFailure);  // not begun so, or another one was faster
  host::futex_wake(address_of(once), kEverybody);
  return TRUE;
}

BOOL InitOnceExecuteOnce(PINIT_ONCE once, PINIT_ONCE_FN function, PVOID parameter, LPVOID* context) {
  BOOL pending = FALSE;
  if (!InitOnceBeginInitialize(once, 0, &pending, context)) return FALSE;
  if (!pending) return TRUE;
  LPVOID made = nullptr;
  if (!function(once, parameter, &made)) {
    InitOnceComplete(once, INIT_ONCE_INIT_FAILED, nullptr);
    return FALSE;
  }
  if (context != nullptr) *context = made;
  return InitOnceComplete(once, 0, made);
}
