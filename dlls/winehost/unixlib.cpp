// winehost.so: the functions that winehost.dll calls, as the table in which Wine looks for them.
//
// The table has a function for each export, in the order of winehost.exports. All are made from one template by the type of the core's
// function. They do what is the bridge's: touch what pointers lead to, convert, and step aside where the program's code may have to run.
// The core does the rest, as natively.
#include <winsock2.h>

#include <mswsock.h>
#include <nspapi.h>
#include <sporder.h>
#include <ws2spi.h>
#include <ws2tcpip.h>

#include <mutex>
#include <string>

#include "dlls/common/debug.h"
#include "dlls/mswsock/extensions.h"
#include "dlls/winehost/arguments.h"
#include "dlls/winehost/asynchronous_ends.h"
#include "dlls/winehost/attachment.h"
#include "dlls/winehost/callback.h"
#include "dlls/winehost/hooks.h"
#include "dlls/winehost/inheritance.h"
#include "dlls/winehost/nt_functions.h"
#include "dlls/winehost/windows_processes.h"
#include "dlls/ws2_32/api_message.h"
#include "dlls/ws2_32/process.h"

namespace windsock::winehost {

namespace {

Attach g_attachment;

// ---- the functions of the core, by their types -------------------------------------------------------------------------------

// An answer of the core to what is not supported looks at its first six arguments at most.
using Plain = uint64_t(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t);

extern "C" {
#define DECLARE_typed(symbol, name) __typeof__(::name) winehost_##symbol __asm__(#symbol);
#define DECLARE_plain(symbol, name) Plain winehost_##symbol __asm__(#symbol);
#define DECLARE_own(symbol, name)
#define EXPORT(number, symbol, name, how) DECLARE_##how(symbol, name)
#include "dlls/winehost/winehost.exports"
#undef EXPORT
}

// Windows' timeval has members of 32 bits; natively it is libc's.
struct Timeval32 {
  int32_t seconds, microseconds;
};
using NativeSelect = int(int, fd_set*, fd_set*, fd_set*, const timeval*);
extern "C" NativeSelect native_select __asm__("WS_select");
int winehost_WS_select(int count, fd_set* readable, fd_set* writable, fd_set* exceptional, const Timeval32* timeout) {
  if (reinterpret_cast<uintptr_t>(timeout) <= kBadPointer)
    return native_select(count, readable, writable, exceptional, reinterpret_cast<const timeval*>(timeout));
  const timeval native{timeout->seconds, timeout->microseconds};
  return native_select(count, readable, writable, exceptional, &native);
}

// The timeouts of connections by name and by list likewise. Their last argument is reserved.
template <typename Function, typename... Arguments>
BOOL connect_by(Function function, const Timeval32* timeout, LPWSAOVERLAPPED reserved, Arguments... arguments) {
  if (reinterpret_cast<uintptr_t>(timeout) <= kBadPointer)
    return function(arguments..., reinterpret_cast<const timeval*>(timeout), reserved);
  const timeval native{timeout->seconds, timeout->microseconds};
  return function(arguments..., &native, reserved);
}
extern "C" __typeof__(::WSAConnectByNameA) native_connect_by_name_a __asm__("WSAConnectByNameA");
extern "C" __typeof__(::WSAConnectByNameW) native_connect_by_name_w __asm__("WSAConnectByNameW");
extern "C" __typeof__(::WSAConnectByList) native_connect_by_list __asm__("WSAConnectByList");
BOOL winehost_WSAConnectByNameA(SOCKET s, LPCSTR node, LPCSTR service, LPDWORD local_length, LPSOCKADDR local, LPDWORD remote_length,
                                LPSOCKADDR remote, const Timeval32* timeout, LPWSAOVERLAPPED reserved) {
  return connect_by(native_connect_by_name_a, timeout, reserved, s, node, service, local_length, local, remote_length, remote);
}
BOOL winehost_WSAConnectByNameW(SOCKET s, LPWSTR node, LPWSTR service, LPDWORD local_length, LPSOCKADDR local, LPDWORD remote_length,
                                LPSOCKADDR remote, const Timeval32* timeout, LPWSAOVERLAPPED reserved) {
  return connect_by(native_connect_by_name_w, timeout, reserved, s, node, service, local_length, local, remote_length, remote);
}
BOOL winehost_WSAConnectByList(SOCKET s, PSOCKET_ADDRESS_LIST list, LPDWORD local_length, LPSOCKADDR local, LPDWORD remote_length,
                               LPSOCKADDR remote, const Timeval32* timeout, LPWSAOVERLAPPED reserved) {
  return connect_by(native_connect_by_list, timeout, reserved, s, list, local_length, local, remote_length, remote);
}

// A process that has started Winsock can be named by its Windows process id.
extern "C" int native_startup(WORD version, WSADATA* data) __asm__("WSAStartup");
int winehost_WSAStartup(WORD version, WSADATA* data) {
  int error = native_startup(version, data);
  static std::once_flag registered;
  if (error == 0) std::call_once(registered, register_own_process);
  return error;
}

// Whose buffers the core looks into itself.
template <auto function>
inline constexpr bool kVoidsAreData = false;
template <>
inline constexpr bool kVoidsAreData<winehost_WSAIoctl> = true;
template <>
inline constexpr bool kVoidsAreData<winehost_mswsock_GetAcceptExSockaddrs> = true;

// Which calls may run the program's code, apart from threads with a blocking hook.
template <auto function>
bool may_call_back(const uint64_t*) {
  return false;
}
template <>
bool may_call_back<winehost_WSAAccept>(const uint64_t* arguments) {
  return arguments[3] != 0;  // the condition
}
template <>
bool may_call_back<winehost_WSAWaitForMultipleEvents>(const uint64_t* arguments) {
  return static_cast<int>(arguments[4]) != 0;  // alertable
}

template <auto function, typename R, typename... Arguments, size_t... index>
[[gnu::always_inline]] inline void call_function(Call& call, R (*)(Arguments...), std::index_sequence<index...>) {
  if constexpr (std::is_void_v<R>)
    function(from_word<Arguments>(call.arguments[index])...);
  else
    call.result = as_word(function(from_word<Arguments>(call.arguments[index])...));
}

template <auto function, typename R, typename... Arguments>
[[gnu::always_inline]] inline NtStatus run(Call& call, R (*type)(Arguments...)) {
  using Indices = std::index_sequence_for<Arguments...>;
  [&]<size_t... index>(std::index_sequence<index...>) { (probe<Arguments, kVoidsAreData<function>>(call, index), ...); }(Indices{});
  const_cast<volatile int64_t&>(call.probing) = -1;
  if (!process::is_plain_call() || may_call_back<function>(call.arguments)) [[unlikely]]
    return run_on_own_stack(call, [&call, type] { call_function<function>(call, type, Indices{}); });
  call_function<function>(call, type, Indices{});
  return kSuccess;
}

template <auto function>
NtStatus exported(void* call) {
  return run<function>(*static_cast<Call*>(call), function);
}

// ---- beside the exports --------------------------------------------------------------------------------------------------------

NtStatus attach(void* argument) {
  const Attach& asked = *static_cast<const Attach*>(argument);
  if (asked.version != kBridgeVersion) {
    WS_ERR(kHost, "winehost.dll and winehost.so are of different versions (%u, %u); Winsock stays off", static_cast<unsigned>(asked.version),
             kBridgeVersion);
    return kVersionStatus;
  }
  if (const char* missing = find_nt_functions()) {
    WS_ERR(kHost, "this Wine has no %s; Winsock stays off", missing);
    return kNoHostStatus;
  }
  if (const char* missing = add_service_table()) {
    WS_ERR(kHost, "this Wine has no %s; Winsock stays off", missing);
    return kNoHostStatus;
  }
  g_attachment = asked;
  inheritance::take_over();
  return kSuccess;
}

NtStatus resume_call(void* call) { return resume(*static_cast<Call*>(call)); }

// What a failure of a function of this type looks like.
template <typename R, typename... Arguments>
constexpr uint64_t failure_word(R (*)(Arguments...)) {
  return std::is_pointer_v<R> || std::is_void_v<R> ? 0 : ~uint64_t{0};
}
constexpr uint64_t kFailureWords[] = {
#define EXPORT(number, symbol, name, how) failure_word(winehost_##symbol),
#include "dlls/winehost/winehost.exports"
#undef EXPORT
};

NtStatus failed(void* argument) {
  Call& call = *static_cast<Call*>(argument);
  call.result = kFailureWords[call.number];
  return kSuccess;
}

NtStatus run_body(void* argument) {
  const auto body = reinterpret_cast<BodyOfThread>(argument);
  body(nullptr);
  return kSuccess;
}

NtStatus end_thread(void*) {
  g_socket_operations->end_thread();
  forget_calling_thread();
  return kSuccess;
}

const void* const kFunctions[] = {
#define EXPORT(number, symbol, name, how) reinterpret_cast<const void*>(winehost_##symbol),
#include "dlls/winehost/winehost.exports"
#undef EXPORT
};

}  // namespace

const Attach& attachment() { return g_attachment; }

const void* stub_of(const void* function) {
  for (size_t i = 0; i < std::size(kFunctions); ++i)
    if (kFunctions[i] == function) return reinterpret_cast<const void*>(g_attachment.stubs[i]);
  return nullptr;
}

extern "C" [[gnu::visibility("default")]] NtStatus (*const __wine_unix_call_funcs[])(void*) = {
    attach,
    resume_call,
    failed,
    run_body,
    end_thread,
#define EXPORT(number, symbol, name, how) exported<winehost_##symbol>,
#include "dlls/winehost/winehost.exports"
#undef EXPORT
};

// The entry point of winehost.so as a module of Wine (unix_half.spec). All begins with kAttach.
extern "C" [[gnu::ms_abi]] int windsock_unix_half(void*, unsigned, void*) { return 1; }

}  // namespace windsock::winehost
