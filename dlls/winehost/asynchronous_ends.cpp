// The events and completion routines by which the core tells the ends of operations, and the thread that it may tell them from.
//
// A request to wineserver costs more than a transfer, so they are few: an event is known by its handle, with no duplicate of ours, and
// a thread that wants its routines called is opened once.
#include "dlls/winehost/asynchronous_ends.h"

#include <dlfcn.h>

#include <atomic>
#include <new>
#include <utility>

#include "dlls/winehost/attachment.h"
#include "dlls/winehost/nt_functions.h"
#include "dlls/ws2_32/host_services.h"

namespace windsock::winehost {

namespace {

// No address has this bit.
constexpr uintptr_t kSystemRoutine = uintptr_t{1} << 63;

// A thread whose routines are to be called: shared by the thread itself and by its routines that have not been told.
struct CalledThread {
  std::atomic<uint32_t> users{1};
  NtHandle handle = nullptr;

  void release() {
    if (users.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    g_nt.close(handle);
    delete this;
  }
};

constinit thread_local CalledThread* t_self = nullptr;

CalledThread* calling_thread() {
  if (t_self) return t_self;
  auto* made = new (std::nothrow) CalledThread;
  if (!made) {
    set_teb_last_error(win32_error(kNoMemory));
    return nullptr;
  }
  if (!succeeded(g_nt.duplicate_object(kOwnProcess, kOwnThread, kOwnProcess, &made->handle, 0, 0, kSameAccess))) {
    delete made;
    return nullptr;
  }
  return t_self = made;
}

}  // namespace

const void* as_completion_routine(const SystemRoutine& routine) {
  return reinterpret_cast<const void*>(reinterpret_cast<uintptr_t>(&routine) | kSystemRoutine);
}

void forget_calling_thread() {
  if (CalledThread* self = std::exchange(t_self, nullptr)) self->release();
}

}  // namespace windsock::winehost

namespace windsock::services {

using namespace winehost;

// ---- events -------------------------------------------------------------------------------------------------------------------

PendingEvent* prepare_event(Handle event) { return reset_event(event) ? static_cast<PendingEvent*>(event) : nullptr; }
// The program may have closed it.
void tell_event(PendingEvent* event) { g_nt.set_event(event, nullptr); }
void drop_event(PendingEvent*) {}

// It outlives the program's handle.
HeldEvent* hold_event(Handle event) {
  NtHandle held = nullptr;
  if (NtStatus status = g_nt.duplicate_object(kOwnProcess, event, kOwnProcess, &held, 0, 0, kSameAccess); !succeeded(status)) {
    set_teb_last_error(win32_error(status));
    return nullptr;
  }
  return static_cast<HeldEvent*>(held);
}
void signal_event(HeldEvent* event) { g_nt.set_event(event, nullptr); }
void release_event(HeldEvent* event) { g_nt.close(event); }

// ---- messages -----------------------------------------------------------------------------------------------------------------

namespace {

// Of Wine's win32u.so, which is there once a program has a window.
using GetAncestor = void*(WINDSOCK_MS_ABI*)(void* window, uint32_t which);
using PostMessage = int32_t(WINDSOCK_MS_ABI*)(void* window, uint32_t message, uint64_t wparam, int64_t lparam);

template <typename Function>
Function find_user_function(const char* name) {
  void* library = dlopen("win32u.so", RTLD_NOW | RTLD_NOLOAD);
  return library ? reinterpret_cast<Function>(dlsym(library, name)) : nullptr;
}

constinit std::atomic<PostMessage> post_message{nullptr};

}  // namespace

PendingMessages* prepare_messages(Handle window) {
  constexpr uint32_t kParent = 1, kInvalidWindowHandle = 1400;
  auto get_ancestor = find_user_function<GetAncestor>("NtUserGetAncestor");
  auto post = find_user_function<PostMessage>("NtUserPostMessage");
  if (!get_ancestor || !post || !get_ancestor(window, kParent)) {
    set_teb_last_error(kInvalidWindowHandle);
    return nullptr;
  }
  post_message.store(post, std::memory_order_relaxed);
  return static_cast<PendingMessages*>(window);
}
bool tell_message(PendingMessages* messages, uint32_t message, uintptr_t wparam, intptr_t lparam) {
  return post_message.load(std::memory_order_relaxed)(messages, message, wparam, lparam) != 0;
}
void drop_messages(PendingMessages*) {}

// ---- completion routines ------------------------------------------------------------------------------------------------------

struct PendingRoutine {
  CalledThread* thread;
  uintptr_t routine;
  void* context;
  bool is_systems;
};

PendingRoutine* prepare_routine(const void* routine) {
  CalledThread* thread = calling_thread();
  if (!thread) return nullptr;
  auto* pending = new (std::nothrow) PendingRoutine{thread, reinterpret_cast<uintptr_t>(routine), nullptr, false};
  if (!pending) {
    set_teb_last_error(win32_error(kNoMemory));
    return nullptr;
  }
  if (pending->routine & kSystemRoutine) {
    const auto* given = reinterpret_cast<const SystemRoutine*>(pending->routine & ~kSystemRoutine);
    *pending = {thread, reinterpret_cast<uintptr_t>(given->routine), given->context, true};
  }
  thread->users.fetch_add(1, std::memory_order_relaxed);
  return pending;
}

// A thread that has ended calls nothing.
void tell_routine(PendingRoutine* pending, uint32_t error, uint32_t bytes, void* overlapped, uint32_t flags) {
  const auto address = reinterpret_cast<uintptr_t>(overlapped);
  if (pending->is_systems) {
    g_nt.queue_call(pending->thread->handle, pending->routine, reinterpret_cast<uintptr_t>(pending->context), address, 0);
  } else {
    const CompletionWords words{pending->routine | uint64_t{flags} << kFlagsShift, error | uint64_t{bytes} << kBytesShift, address};
    g_nt.queue_call(pending->thread->handle, attachment().completion_routine, words.routine_and_flags, words.error_and_bytes, words.overlapped);
  }
  drop_routine(pending);
}

void drop_routine(PendingRoutine* pending) {
  pending->thread->release();
  delete pending;
}

// ---- the thread -------------------------------------------------------------------------------------------------------------------

// It is one of Wine's, for only those may make requests to wineserver. The program's DLLs are not told of it.
bool start_background_thread(void* (*run)(void*)) {
  constexpr uint32_t kAllAccess = 0x1fffff, kSkipThreadAttach = 2;
  constexpr size_t kStack = 0x10000;  // on the program's side; it runs on the other
  NtHandle thread = nullptr;
  if (!succeeded(g_nt.create_thread(&thread, kAllAccess, nullptr, kOwnProcess, attachment().thread_start, reinterpret_cast<uintptr_t>(run),
                                    kSkipThreadAttach, 0, 0, kStack, nullptr)))
    return false;
  g_nt.close(thread);
  return true;
}

}  // namespace windsock::services
