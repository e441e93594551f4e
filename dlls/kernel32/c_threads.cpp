// The threads of the C run time: CreateThread with a handle that closes itself, and errno for the last error.
#include <errhandlingapi.h>
#include <handleapi.h>
#include <process.h>

#include <cerrno>
#include <memory>
#include <new>
#include <utility>

#include "dlls/kernel32/last_error.h"

using namespace windsock::kernel32;

namespace {

struct Start {
  _beginthread_proc_type routine;
  void* argument;
  HANDLE self = nullptr;
};

// Of a thread that _beginthread made: to be closed when it ends.
constinit thread_local HANDLE own_handle = nullptr;

void close_own_handle() {
  if (HANDLE handle = std::exchange(own_handle, nullptr)) CloseHandle(handle);
}

DWORD run(void* value) {
  auto* start = static_cast<Start*>(value);
  auto [routine, argument, self] = *start;
  delete start;
  own_handle = self;
  routine(argument);
  close_own_handle();
  return 0;
}

int errno_of_last_error() {
  switch (static_cast<Win32Error>(GetLastError())) {
    case Win32Error::kNotEnoughMemory:  // also what the host says when there are too many threads
      return EAGAIN;
    case Win32Error::kInvalidParameter:
      return EINVAL;
    default:
      return EACCES;
  }
}

}  // namespace

uintptr_t _beginthreadex(void* security, unsigned stack_size, _beginthreadex_proc_type routine, void* argument, unsigned flags, unsigned* id) {
  DWORD made = 0;
  HANDLE thread = CreateThread(static_cast<LPSECURITY_ATTRIBUTES>(security), stack_size, routine, argument, flags, &made);
  if (thread == nullptr) errno = errno_of_last_error();
  if (thread != nullptr && id != nullptr) *id = made;
  return reinterpret_cast<uintptr_t>(thread);
}

uintptr_t _beginthread(_beginthread_proc_type routine, unsigned stack_size, void* argument) {
  constexpr auto kFailed = static_cast<uintptr_t>(-1);
  std::unique_ptr<Start> start(new (std::nothrow) Start{routine, argument});
  if (routine == nullptr || !start) {
    errno = routine == nullptr ? EINVAL : EACCES;
    return kFailed;
  }
  // Suspended, so that it knows its handle before it can end.
  HANDLE thread = CreateThread(nullptr, stack_size, run, start.get(), CREATE_SUSPENDED, nullptr);
  if (thread == nullptr) {
    errno = errno_of_last_error();
    return kFailed;
  }
  start.release()->self = thread;
  ResumeThread(thread);
  return reinterpret_cast<uintptr_t>(thread);
}

void _endthreadex(unsigned code) { ExitThread(code); }

void _endthread() {
  close_own_handle();
  ExitThread(0);
}
