// The exports for named pipes, but for those that all files have (api_file.cpp).
#include <namedpipeapi.h>
#include <winbase.h>

#include <string>

#include "dlls/kernel32/handle_table.h"
#include "dlls/kernel32/last_error.h"
#include "dlls/kernel32/lookup.h"
#include "dlls/kernel32/named_pipe.h"
#include "dlls/kernel32/pipe_name.h"
#include "dlls/kernel32/pipe_operation.h"
#include "dlls/kernel32/text.h"

using namespace windsock;
using namespace windsock::kernel32;

namespace {

static_assert(kPipeInbound == PIPE_ACCESS_INBOUND && kPipeOutbound == PIPE_ACCESS_OUTBOUND && kPipeDuplex == PIPE_ACCESS_DUPLEX &&
              kUnlimitedInstances == PIPE_UNLIMITED_INSTANCES && kDefaultPipeWait == NMPWAIT_USE_DEFAULT_WAIT);

constexpr DWORD kModes = PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE | PIPE_NOWAIT | PIPE_REJECT_REMOTE_CLIENTS;

std::string text_of(LPCSTR name) { return name != nullptr ? name : ""; }
std::string text_of(LPCWSTR name) { return name != nullptr ? utf8_from_utf16(reinterpret_cast<const char16_t*>(name)) : ""; }

PipeMode mode_of(DWORD mode) {
  return {mode & PIPE_READMODE_MESSAGE ? PipeReadMode::kMessages : PipeReadMode::kBytes,
          mode & PIPE_NOWAIT ? PipeWait::kNoWait : PipeWait::kWait};
}

BOOL result_of(Win32Error error) { return error == Win32Error::kSuccess ? TRUE : fail(error); }

template <typename Value>
void store(Value* where, Value value) {
  if (where != nullptr) *where = value;
}

HANDLE create_pipe(const std::string& path, DWORD open_mode, DWORD pipe_mode, const PipeFacts& facts,
                   const SECURITY_ATTRIBUTES* attributes) {
  auto failed = [](Win32Error error) { return fail(error), INVALID_HANDLE_VALUE; };
  auto name = pipe_name(path);
  if (!name) return failed(Win32Error::kInvalidName);
  bool is_mode = !(pipe_mode & ~kModes) && (facts.type == PipeType::kMessages || !(pipe_mode & PIPE_READMODE_MESSAGE));
  if (facts.access == 0 || !is_mode || facts.most_instances == 0 || facts.most_instances > kUnlimitedInstances)
    return failed(Win32Error::kInvalidParameter);
  auto place = open_mode & FILE_FLAG_FIRST_PIPE_INSTANCE ? PipeInstance::Place::kFirst : PipeInstance::Place::kAny;
  auto manner = open_mode & FILE_FLAG_OVERLAPPED ? FileManner::kOverlapped : FileManner::kSynchronous;
  auto made = NamedPipe::create(*name, facts, place, mode_of(pipe_mode), manner);
  if (!made) return failed(made.error());
  HANDLE handle = handle_table::insert(std::move(made).take(), attributes != nullptr && attributes->bInheritHandle ? kHandleInherit : 0);
  if (handle == nullptr) return failed(Win32Error::kNotEnoughMemory);
  set_last_error(Win32Error::kSuccess);
  return handle;
}

BOOL wait_for_pipe(const std::string& path, DWORD milliseconds) {
  auto name = pipe_name(path);
  if (!name) return fail(Win32Error::kInvalidName);
  auto waited = await_free_instance(*name, milliseconds);
  return waited ? TRUE : fail(waited.error());
}

// Null and the last error for what is none.
Ref<NamedPipe> find_pipe(HANDLE handle) {
  Ref<NamedPipe> pipe = find_object_as<NamedPipe>(handle);
  if (!pipe) set_last_error(find_object(handle) ? Win32Error::kInvalidFunction : Win32Error::kInvalidHandle);
  return pipe;
}

// `work` on the pipe of the handle: its result.
template <typename Work>
BOOL with_pipe(HANDLE handle, Work work) {
  Ref<NamedPipe> pipe = find_pipe(handle);
  return pipe ? result_of(work(*pipe)) : FALSE;
}

BOOL get_state(HANDLE handle, LPDWORD state, LPDWORD instances, LPDWORD collection_count, LPDWORD collect_timeout, bool user_name) {
  return with_pipe(handle, [=](NamedPipe& pipe) {
    // Of pipes between computers.
    if (collection_count != nullptr || collect_timeout != nullptr) return Win32Error::kInvalidParameter;
    if (user_name) return Win32Error::kNotSupported;
    PipeMode mode = pipe.mode();
    DWORD reads = mode.read == PipeReadMode::kMessages ? PIPE_READMODE_MESSAGE : PIPE_READMODE_BYTE;
    store<DWORD>(state, reads | (mode.wait == PipeWait::kNoWait ? PIPE_NOWAIT : PIPE_WAIT));
    if (instances != nullptr) *instances = count_instances(pipe.name());
    return Win32Error::kSuccess;
  });
}

// A request and its answer; the data of a longer answer stays.
Win32Error transact(NamedPipe& pipe, const void* request, DWORD size, void* answer, DWORD room, LPDWORD got) {
  if (!pipe.is_open_for(PipeUse::kBoth)) return Win32Error::kAccessDenied;
  if (pipe.mode().read != PipeReadMode::kMessages) return Win32Error::kBadPipe;
  auto unread = pipe.peek(nullptr, 0);
  if (unread && unread.value().available != 0) return Win32Error::kPipeBusy;
  PipeEnd end = pipe.write(request, size);
  if (end.error == Win32Error::kSuccess) end = pipe.read(answer, room);
  *got = end.bytes;
  return end.error;
}

BOOL call_pipe(const std::string& path, LPVOID request, DWORD size, LPVOID answer, DWORD room, LPDWORD got, DWORD milliseconds) {
  if (got == nullptr) return fail(Win32Error::kInvalidParameter);
  auto name = pipe_name(path);
  if (!name) return fail(Win32Error::kInvalidName);
  auto open = [&] { return NamedPipe::open(*name, PipeUse::kBoth, FileManner::kSynchronous); };
  auto opened = open();
  while (!opened && opened.error() == Win32Error::kPipeBusy && milliseconds != NMPWAIT_NOWAIT) {
    if (!wait_for_pipe(path, milliseconds)) return FALSE;
    opened = open();
  }
  if (!opened) return fail(opened.error());
  Ref<NamedPipe> pipe = std::move(opened).take();
  Win32Error error = pipe->set_mode(mode_of(PIPE_READMODE_MESSAGE));
  return result_of(error == Win32Error::kSuccess ? transact(*pipe, request, size, answer, room, got) : error);
}

PipeFacts facts_of(DWORD open_mode, DWORD pipe_mode, DWORD most, DWORD out_size, DWORD in_size, DWORD timeout) {
  PipeType type = pipe_mode & PIPE_TYPE_MESSAGE ? PipeType::kMessages : PipeType::kBytes;
  return {type, open_mode & PIPE_ACCESS_DUPLEX, most, out_size, in_size, timeout};
}

}  // namespace

HANDLE CreateNamedPipeA(LPCSTR name, DWORD open_mode, DWORD pipe_mode, DWORD most, DWORD out_size, DWORD in_size, DWORD timeout,
                        LPSECURITY_ATTRIBUTES attributes) {
  return create_pipe(text_of(name), open_mode, pipe_mode, facts_of(open_mode, pipe_mode, most, out_size, in_size, timeout), attributes);
}

HANDLE CreateNamedPipeW(LPCWSTR name, DWORD open_mode, DWORD pipe_mode, DWORD most, DWORD out_size, DWORD in_size, DWORD timeout,
                        LPSECURITY_ATTRIBUTES attributes) {
  return create_pipe(text_of(name), open_mode, pipe_mode, facts_of(open_mode, pipe_mode, most, out_size, in_size, timeout), attributes);
}

BOOL WaitNamedPipeA(LPCSTR name, DWORD milliseconds) { return wait_for_pipe(text_of(name), milliseconds); }
BOOL WaitNamedPipeW(LPCWSTR name, DWORD milliseconds) { return wait_for_pipe(text_of(name), milliseconds); }

BOOL ConnectNamedPipe(HANDLE handle, LPOVERLAPPED overlapped) {
  Ref<NamedPipe> pipe = find_pipe(handle);
  return pipe ? connect_pipe(*pipe, overlapped) : FALSE;
}

BOOL DisconnectNamedPipe(HANDLE handle) {
  return with_pipe(handle, [](NamedPipe& pipe) { return pipe.disconnect(); });
}

BOOL GetNamedPipeInfo(HANDLE handle, LPDWORD flags, LPDWORD out_size, LPDWORD in_size, LPDWORD most) {
  return with_pipe(handle, [=](NamedPipe& pipe) {
    const PipeFacts& facts = pipe.facts();
    store<DWORD>(flags, (facts.type == PipeType::kMessages ? PIPE_TYPE_MESSAGE : 0) | (pipe.is_server() ? PIPE_SERVER_END : 0));
    store<DWORD>(out_size, facts.out_size);
    store<DWORD>(in_size, facts.in_size);
    store<DWORD>(most, facts.most_instances);
    return Win32Error::kSuccess;
  });
}

BOOL GetNamedPipeHandleStateA(HANDLE handle, LPDWORD state, LPDWORD instances, LPDWORD collection_count, LPDWORD collect_timeout,
                              LPSTR user_name, DWORD) {
  return get_state(handle, state, instances, collection_count, collect_timeout, user_name != nullptr);
}

BOOL GetNamedPipeHandleStateW(HANDLE handle, LPDWORD state, LPDWORD instances, LPDWORD collection_count, LPDWORD collect_timeout,
                              LPWSTR user_name, DWORD) {
  return get_state(handle, state, instances, collection_count, collect_timeout, user_name != nullptr);
}

BOOL SetNamedPipeHandleState(HANDLE handle, LPDWORD mode, LPDWORD collection_count, LPDWORD collect_timeout) {
  return with_pipe(handle, [=](NamedPipe& pipe) {
    if (collection_count != nullptr || collect_timeout != nullptr) return Win32Error::kInvalidParameter;
    if (mode == nullptr) return Win32Error::kSuccess;
    return *mode & ~(PIPE_READMODE_MESSAGE | PIPE_NOWAIT) ? Win32Error::kInvalidParameter : pipe.set_mode(mode_of(*mode));
  });
}

BOOL TransactNamedPipe(HANDLE handle, LPVOID request, DWORD size, LPVOID answer, DWORD room, LPDWORD got, LPOVERLAPPED) {
  DWORD unwanted = 0;
  return with_pipe(handle, [=, &unwanted](NamedPipe& pipe) {
    if (pipe.manner() == FileManner::kOverlapped) return Win32Error::kNotSupported;
    return transact(pipe, request, size, answer, room, got != nullptr ? got : &unwanted);
  });
}

BOOL CallNamedPipeA(LPCSTR name, LPVOID request, DWORD size, LPVOID answer, DWORD room, LPDWORD got, DWORD milliseconds) {
  return call_pipe(text_of(name), request, size, answer, room, got, milliseconds);
}

BOOL CallNamedPipeW(LPCWSTR name, LPVOID request, DWORD size, LPVOID answer, DWORD room, LPDWORD got, DWORD milliseconds) {
  return call_pipe(text_of(name), request, size, answer, room, got, milliseconds);
}

BOOL GetNamedPipeClientProcessId(HANDLE handle, PULONG id) {
  if (id == nullptr) return fail(Win32Error::kInvalidParameter);
  return with_pipe(handle, [=](NamedPipe& pipe) {
    auto other = pipe.is_server() ? pipe.other_process() : static_cast<uint32_t>(host::process_id());
    if (other) *id = other.value();
    return other.error();
  });
}

BOOL GetNamedPipeServerProcessId(HANDLE handle, PULONG id) {
  if (id == nullptr) return fail(Win32Error::kInvalidParameter);
  return with_pipe(handle, [=](NamedPipe& pipe) {
    auto other = pipe.is_server() ? static_cast<uint32_t>(host::process_id()) : pipe.other_process();
    if (other) *id = other.value();
    return other.error();
  });
}
