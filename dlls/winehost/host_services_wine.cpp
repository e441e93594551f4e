// The Wine host of the core (dlls/ws2_32/host_services.h): part of winehost.so, on top of the Wine that has loaded it.
#include "dlls/ws2_32/host_services.h"

#include <cerrno>

#include "dlls/common/host.h"
#include "dlls/winehost/attachment.h"
#include "dlls/winehost/callback.h"
#include "dlls/winehost/hooks.h"
#include "dlls/winehost/inheritance.h"
#include "dlls/winehost/nt_functions.h"
#include "dlls/winehost/windows_processes.h"

namespace windsock::services {

using namespace winehost;

namespace {

constexpr uint32_t kEventAllAccess = 0x1f0003;
constexpr uint32_t kWaitFailed = 0xffffffff, kInfinite = 0xffffffff;

}  // namespace

uint32_t last_error() { return teb_last_error(); }
void set_last_error(uint32_t error) { set_teb_last_error(error); }

void write_standard_error(const char* text, uint32_t size) {
  IoStatus status;
  g_nt.write_file(standard_error(), nullptr, nullptr, nullptr, &status, text, size, nullptr, nullptr);
}

// A range of numbers that Wine gives to no handle. Of descriptors made elsewhere only the inherited ones are the program's: the others are
// Wine's own.
constinit const SocketNumbers kSocketNumbers = {.first = kFirstSocket, .shift = kSocketShift};
bool may_adopt(int fd) { return inheritance::is_inherited(fd); }
// A thread of Wine's has lost its way to wineserver before the host's thread ends.
constinit const bool kTellsThreadEnds = true;
// Procedures are the program's side's, to which a call returns for them; these threads have no call.
constinit const bool kBackgroundThreadsCallProcedures = false;

Handle create_event(EventReset reset, bool signalled) {
  Handle event = nullptr;
  const uint32_t type = reset == EventReset::kManual ? 0 : 1;  // NotificationEvent, SynchronizationEvent
  return succeeded(g_nt.create_event(&event, kEventAllAccess, nullptr, type, signalled)) ? event : nullptr;
}
bool close_event(Handle event) { return succeeded(g_nt.close(event)); }
bool set_event(Handle event) { return succeeded(g_nt.set_event(event, nullptr)); }
bool reset_event(Handle event) { return succeeded(g_nt.reset_event(event, nullptr)); }

uint32_t wait_for_events(uint32_t count, const Handle* events, bool all, uint32_t timeout_milliseconds, bool alertable) {
  if (alertable) {  // completion routines are the program's code: it waits on its own side
    const uint64_t arguments[] = {count, reinterpret_cast<uintptr_t>(events), all, timeout_milliseconds, true};
    return static_cast<uint32_t>(run_procedure(attachment().wait_for_multiple_objects_ex, arguments, 5));
  }
  const int64_t relative = -int64_t{timeout_milliseconds} * 10000;  // in units of 100 ns
  NtStatus status = g_nt.wait_for_multiple_objects(count, events, !all, false, timeout_milliseconds == kInfinite ? nullptr : &relative);
  if (status < 0x80000000) return status;
  set_teb_last_error(win32_error(status));
  return kWaitFailed;
}

bool is_own_process(uint32_t process_id) {
  if (process_id & kUnixProcessMark) return static_cast<int>(process_id & ~kUnixProcessMark) == host::process_id();
  return process_id == teb_process_id();
}

// A number is first a Windows process of the own prefix, then a Unix process.
host::Result<UniqueFd> open_target_process(uint32_t process_id) {
  if (!(process_id & kUnixProcessMark)) {
    auto found = find_windows_process(process_id);
    if (found || static_cast<int>(found.error()) != ESRCH) return found;
    if (is_windows_process(process_id)) return found;
  }
  return host::open_living_process(static_cast<int>(process_id & ~kUnixProcessMark));
}

std::string program_name() {
  return host::thread_name(host::process_id()) + " (Windows process " + std::to_string(teb_process_id()) + ")";
}

host::Result<UniqueFd> open_file_of(Handle file) {
  constexpr uint32_t kFileReadData = 1;
  int fd = -1;
  NtStatus status = g_nt.handle_to_fd(file, kFileReadData, &fd, nullptr);
  if (status == kSuccess) return UniqueFd::adopt(fd);
  return host::failure(status == kAccessDenied ? EACCES : EBADF);
}

uintptr_t call_procedure(const void* procedure, const uintptr_t* arguments, uint32_t count) {
  return run_procedure(reinterpret_cast<uintptr_t>(procedure), arguments, count);
}

const void* procedure_for_program(const void* function) { return stub_of(function); }

void register_socket_operations(const SocketOperations* operations) { g_socket_operations = operations; }

}  // namespace windsock::services
