// What the core prepares when an operation begins, to tell its end by: an event, or a call to the thread that began it.
#include <new>

#include "dlls/kernel32/event.h"
#include "dlls/kernel32/last_error.h"
#include "dlls/kernel32/lookup.h"
#include "dlls/kernel32/socket_provider.h"
#include "dlls/kernel32/thread.h"

using namespace windsock::kernel32;

namespace windsock::services {

// The place for the call in the queue of the thread, to which it goes over when it is told.
struct PendingRoutine final : QueuedCall {
  PendingRoutine(Ref<Thread> whose, const void* what) : QueuedCall(Storage::kHeap), thread(std::move(whose)), routine(what) {
    thread->awaited_calls.fetch_add(1, std::memory_order_relaxed);
  }
  ~PendingRoutine() override = default;

  const Ref<Thread> thread;
  const void* const routine;
};

}  // namespace windsock::services

namespace {

using windsock::services::HeldEvent;
using windsock::services::PendingEvent;
using windsock::services::PendingRoutine;

// The core's word for an Event that it has a reference to.
Event* event_of(PendingEvent* event) { return reinterpret_cast<Event*>(event); }
Event* event_of(HeldEvent* event) { return reinterpret_cast<Event*>(event); }

void make_call(const Call& call) {
  // ReadFileEx's routine has no flags; the host's convention lets it ignore them.
  using Routine = void (*)(uint32_t error, uint32_t bytes, void* overlapped, uint32_t flags);
  const auto& [routine, error, bytes, overlapped, flags] = call.values;
  reinterpret_cast<Routine>(routine)(static_cast<uint32_t>(error), static_cast<uint32_t>(bytes), reinterpret_cast<void*>(overlapped),
                                     static_cast<uint32_t>(flags));
}

}  // namespace

HeldEvent* windsock_hold_event(void* handle) {
  Ref<Event> event = find_object_as<Event>(handle);
  if (!event) {
    set_last_error(Win32Error::kInvalidHandle);
    return nullptr;
  }
  event->begin_awaiting();
  return reinterpret_cast<HeldEvent*>(event.release());
}

void windsock_signal_event(HeldEvent* event) { event_of(event)->set(); }

void windsock_release_event(HeldEvent* event) {
  event_of(event)->end_awaiting();
  event_of(event)->drop_reference();
}

// An operation's is a held one that is set once.
PendingEvent* windsock_prepare_event(void* handle) {
  HeldEvent* event = windsock_hold_event(handle);
  if (event != nullptr) event_of(event)->reset();
  return reinterpret_cast<PendingEvent*>(event);
}

void windsock_tell_event(PendingEvent* event) {
  event_of(event)->set();
  windsock_drop_event(event);
}

void windsock_drop_event(PendingEvent* event) { windsock_release_event(reinterpret_cast<HeldEvent*>(event)); }

PendingRoutine* windsock_prepare_routine(const void* routine) {
  Ref<Thread> thread = Thread::current();
  auto* pending = thread ? new (std::nothrow) PendingRoutine(std::move(thread), routine) : nullptr;
  if (pending == nullptr) set_last_error(Win32Error::kNotEnoughMemory);
  return pending;
}

void windsock_tell_routine(PendingRoutine* pending, uint32_t error, uint32_t bytes, void* overlapped, uint32_t flags) {
  Ref<Thread> thread = pending->thread;
  Call call{make_call, {reinterpret_cast<uintptr_t>(pending->routine), error, bytes, reinterpret_cast<uintptr_t>(overlapped), flags}};
  // The thread may make the call, and delete the place, before this returns.
  if (!Dispatcher::queue_call(thread->calls(), *pending, call)) delete pending;
  thread->awaited_calls.fetch_sub(1, std::memory_order_relaxed);
}

void windsock_drop_routine(PendingRoutine* pending) {
  pending->thread->awaited_calls.fetch_sub(1, std::memory_order_relaxed);
  delete pending;
}
