// The native host of the core (dlls/ws2_32/host_services.h): part of libws2_32.so, on top of the exports of libkernel32.so.
#include "dlls/ws2_32/host_services.h"

#include <errhandlingapi.h>
#include <handleapi.h>
#include <synchapi.h>

#include <cerrno>
#include <cstdio>

#include "dlls/common/host.h"
#include "dlls/common/host_thread.h"
#include "dlls/common/process_register.h"
#include "dlls/kernel32/message_provider.h"
#include "dlls/kernel32/socket_provider.h"

namespace windsock::services {

uint32_t last_error() { return GetLastError(); }
void set_last_error(uint32_t error) { SetLastError(error); }

void write_standard_error(const char* text, uint32_t size) { fwrite(text, 1, size, stderr); }

// A SOCKET is the host fd itself; larger values are other handles.
constinit const SocketNumbers kSocketNumbers = {.first = 0, .shift = 0};
bool may_adopt(int fd) { return fd > 2; }
constinit const bool kTellsThreadEnds = false;
constinit const bool kBackgroundThreadsCallProcedures = true;

Handle create_event(EventReset reset, bool signalled) {
  return CreateEventA(nullptr, reset == EventReset::kManual, signalled, nullptr);
}
bool close_event(Handle event) { return CloseHandle(event); }
bool set_event(Handle event) { return SetEvent(event); }
bool reset_event(Handle event) { return ResetEvent(event); }

uint32_t wait_for_events(uint32_t count, const Handle* events, bool all, uint32_t timeout_milliseconds, bool alertable) {
  return WaitForMultipleObjectsEx(count, events, all, timeout_milliseconds, alertable);
}

std::string program_name() { return host::process_name(host::process_id()); }

bool is_own_process(uint32_t process_id) { return static_cast<int>(process_id & ~kUnixProcessMark) == host::process_id(); }

// A process id here is Linux's; what is none may be Windows' number of a program that runs beside us, if it means only one.
host::Result<UniqueFd> open_target_process(uint32_t process_id) {
  auto own_kind = host::open_living_process(static_cast<int>(process_id & ~kUnixProcessMark));
  if (own_kind || (process_id & kUnixProcessMark) || host::is_want_of_room(own_kind.error())) return own_kind;
  return process_register::find_in_any_space(process_id);
}

host::Result<UniqueFd> open_file_of(Handle file) {
  int fd = windsock_file_descriptor(file);
  if (fd < 0) return host::failure(-fd);
  return UniqueFd::adopt(fd);
}

uintptr_t call_procedure(const void* procedure, const uintptr_t* arguments, uint32_t count) {
  // The host's convention lets a procedure ignore arguments, so one shape serves all.
  using Procedure = uintptr_t (*)(uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t);
  uintptr_t a[kMaxArguments] = {};
  for (uint32_t i = 0; i < count && i < kMaxArguments; ++i) a[i] = arguments[i];
  return reinterpret_cast<Procedure>(reinterpret_cast<uintptr_t>(procedure))(a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7]);
}

const void* procedure_for_program(const void* function) { return function; }

PendingEvent* prepare_event(Handle event) { return windsock_prepare_event(event); }
void tell_event(PendingEvent* event) { windsock_tell_event(event); }
void drop_event(PendingEvent* event) { windsock_drop_event(event); }
HeldEvent* hold_event(Handle event) { return windsock_hold_event(event); }
void signal_event(HeldEvent* event) { windsock_signal_event(event); }
void release_event(HeldEvent* event) { windsock_release_event(event); }

PendingRoutine* prepare_routine(const void* routine) { return windsock_prepare_routine(routine); }
void tell_routine(PendingRoutine* routine, uint32_t error, uint32_t bytes, void* overlapped, uint32_t flags) {
  windsock_tell_routine(routine, error, bytes, overlapped, flags);
}
void drop_routine(PendingRoutine* routine) { windsock_drop_routine(routine); }

PendingMessages* prepare_messages(Handle window) { return windsock_prepare_messages(window); }
bool tell_message(PendingMessages* messages, uint32_t message, uintptr_t wparam, intptr_t lparam) {
  return windsock_tell_message(messages, message, wparam, lparam);
}
void drop_messages(PendingMessages* messages) { windsock_drop_messages(messages); }

bool start_background_thread(void* (*run)(void*)) { return host::start_service_thread(run).ok(); }

void retain_port(Port* port) { windsock_retain_port(port); }
void release_port(Port* port) { windsock_release_port(port); }
void post_packet(Port* port, CompletionPacket* packet) { windsock_post_packet(port, packet); }
IoSource* source_of_port(Port* port, IoSource* (*make)(Port* port)) { return windsock_source_of_port(port, make); }

void register_socket_operations(const SocketOperations* operations) { windsock_set_socket_operations(operations); }

}  // namespace windsock::services
