// The host that has nothing: what is left of the core's world when there is neither Win32 nor Wine.
//
// A SOCKET is the host's fd, the last error is a variable, a process id is the host's; there are no events. What links with this
// shows that the core asks its host through host_services.h alone.
#include <cstdio>
#include <utility>

#include "dlls/common/host.h"
#include "dlls/common/host_thread.h"
#include "dlls/ws2_32/host_services.h"
#include "tests/support/null_host.h"

namespace windsock::services {
namespace {

thread_local uint32_t t_last_error = 0;
const SocketOperations* g_operations = nullptr;

constexpr uint32_t kNotImplemented = 120;  // ERROR_CALL_NOT_IMPLEMENTED
constexpr uint32_t kWaitFailed = 0xffffffff;

template <typename T>
T unavailable(T failure) {
  t_last_error = kNotImplemented;
  return failure;
}

}  // namespace

uint32_t last_error() { return t_last_error; }
void set_last_error(uint32_t error) { t_last_error = error; }

void write_standard_error(const char* text, uint32_t size) { fwrite(text, 1, size, stderr); }

constinit const SocketNumbers kSocketNumbers = {.first = 0, .shift = 0};
bool may_adopt(int) { return true; }
constinit const bool kTellsThreadEnds = false;
constinit const bool kBackgroundThreadsCallProcedures = true;

Handle create_event(EventReset, bool) { return unavailable<Handle>(nullptr); }
bool close_event(Handle) { return unavailable(false); }
bool set_event(Handle) { return unavailable(false); }
bool reset_event(Handle) { return unavailable(false); }
uint32_t wait_for_events(uint32_t, const Handle*, bool, uint32_t, bool) { return unavailable(kWaitFailed); }

std::string program_name() { return host::process_name(host::process_id()); }
bool is_own_process(uint32_t process_id) { return static_cast<int>(process_id) == host::process_id(); }
host::Result<UniqueFd> open_target_process(uint32_t process_id) { return host::open_process(static_cast<int>(process_id)); }

host::Result<UniqueFd> open_file_of(Handle) { return host::failure(EBADF); }

// Natively the program's calling convention is our own; more arguments than a procedure takes do it no harm.
uintptr_t call_procedure(const void* procedure, const uintptr_t* arguments, uint32_t count) {
  uintptr_t all[kMaxArguments] = {};
  for (uint32_t i = 0; i < count && i < kMaxArguments; ++i) all[i] = arguments[i];
  using Procedure = uintptr_t (*)(uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t);
  return reinterpret_cast<Procedure>(const_cast<void*>(procedure))(all[0], all[1], all[2], all[3], all[4], all[5], all[6], all[7]);
}

const void* procedure_for_program(const void* function) { return function; }

HeldEvent* hold_event(Handle) { return unavailable<HeldEvent*>(nullptr); }
void signal_event(HeldEvent*) {}
void release_event(HeldEvent*) {}
PendingEvent* prepare_event(Handle event) {
  if (null_host::the_event == nullptr || event != null_host::the_event) return unavailable<PendingEvent*>(nullptr);
  null_host::the_event->is_set = false;
  return reinterpret_cast<PendingEvent*>(event);
}
void tell_event(PendingEvent*) {
  null_host::the_event->before_it_is_set();
  null_host::the_event->is_set = true;
}
void drop_event(PendingEvent*) {}
PendingRoutine* prepare_routine(const void*) { return unavailable<PendingRoutine*>(nullptr); }
void tell_routine(PendingRoutine*, uint32_t, uint32_t, void*, uint32_t) {}
void drop_routine(PendingRoutine*) {}
PendingMessages* prepare_messages(Handle) { return unavailable<PendingMessages*>(nullptr); }
bool tell_message(PendingMessages*, uint32_t, uintptr_t, intptr_t) { return unavailable(false); }
void drop_messages(PendingMessages*) {}

// There are no ports: somebody takes each packet at once.
void retain_port(Port*) { ++null_host::port_references; }
void release_port(Port*) { --null_host::port_references; }
void post_packet(Port*, CompletionPacket* packet) {
  packet->release(packet);
  null_host::references_without_packet = null_host::port_references;
}
IoSource* source_of_port(Port*, IoSource* (*)(Port*)) { return nullptr; }
bool start_background_thread(void* (*run)(void*)) { return host::start_service_thread(run).ok(); }

void register_socket_operations(const SocketOperations* operations) { g_operations = operations; }

}  // namespace windsock::services
