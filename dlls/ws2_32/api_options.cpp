// Socket options and I/O controls.
// https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-getsockopt and its neighbours.
#include <mswsock.h>
#include <winsock2.h>

#include "dlls/ws2_32/entry.h"
#include "dlls/ws2_32/program_pointer.h"
#include "dlls/ws2_32/socket_controls.h"
#include "dlls/ws2_32/socket_options.h"
#include "dlls/ws2_32/socket_table.h"
#include "dlls/ws2_32/transfer_operations.h"

using namespace windsock;

namespace {

WsaResult<SocketRef> find(SOCKET s) { return SocketTable::instance().find(s); }

// SO_OPENTYPE is asked with any SOCKET value, also with INVALID_SOCKET: it is the thread's.
bool is_thread_option(int level, int name) { return level == SOL_SOCKET && name == SO_OPENTYPE; }

[[gnu::always_inline]] inline int get(const char* call, SOCKET s, int level, int name, char* value, int* length) {
  return entry::call(call, SOCKET_ERROR, [=]() -> WsaResult<int> {
    if (is_thread_option(level, name)) [[unlikely]] {
      WS_TRY(get_thread_option(value, length));
      return 0;
    }
    SocketRef socket = WS_TRY(find(s));
    WS_TRY(get_option(socket, level, name, value, length));
    return 0;
  }, s, trace::Option{level, name}, trace::OptionResult{value, length});
}

[[gnu::always_inline]] inline int set(const char* call, SOCKET s, int level, int name, const char* value, int length) {
  return entry::call(call, SOCKET_ERROR, [=]() -> WsaResult<int> {
    if (is_thread_option(level, name)) [[unlikely]] {
      WS_TRY(set_thread_option(value, length));
      return 0;
    }
    SocketRef socket = WS_TRY(find(s));
    WS_TRY(set_option(socket, level, name, value, length));
    if (!socket.socket().has_seen(Seen::kOptionsSet)) [[unlikely]] socket.socket().saw(Seen::kOptionsSet);
    return 0;
  }, s, trace::Option{level, name}, trace::OptionValue{value, length}, length);
}

// An overlapped control: most are done at once.
class ControlOperation final : public Operation {
 public:
  std::optional<OperationEnd> attempt(SocketRef&) override {
    auto ready = host::ready_now(until.get(), host::kPollIn);
    if (!ready || ready.value() == 0) return std::nullopt;
    return OperationEnd{};
  }
  int watched_beside() const override { return until.get(); }

  UniqueFd until;
};

WsaResult<int> begin_control(DWORD code, ControlCall& call, HowToTell how, DWORD* returned) {
  auto operation = std::make_unique<ControlOperation>();
  WS_TRY(prepare_operation(call.socket, *operation, how));
  call.until = &operation->until;
  auto done = control_socket(code, call);
  if (!done) {
    operation->fail_at_once(done.error());
    if (returned) *returned = static_cast<DWORD>(call.returned);
    return Failure{done.error()};
  }
  if (operation->until.is_open()) return begin_prepared(call.socket, SocketIo::Lane::kBeside, std::move(operation), returned, nullptr);
  if (returned) *returned = static_cast<DWORD>(call.returned);
  Operation::tell(std::move(operation), {.bytes = static_cast<uint32_t>(call.returned)}, Operation::Telling::kAtOnce);
  return 0;
}

}  // namespace

extern "C" {

[[gnu::flatten]] int WSAAPI getsockopt(SOCKET s, int level, int optname, char* optval, int* optlen) {
  return get("getsockopt", s, level, optname, optval, optlen);
}

[[gnu::flatten]] int WSAAPI setsockopt(SOCKET s, int level, int optname, const char* optval, int optlen) {
  return set("setsockopt", s, level, optname, optval, optlen);
}

// What winsock.h calls getsockopt and setsockopt.
WINDSOCK_API int WSAAPI WS1_getsockopt(SOCKET s, int level, int optname, char* optval, int* optlen) {
  return get("getsockopt", s, level, option_name_from_winsock1(level, optname), optval, optlen);
}

WINDSOCK_API int WSAAPI WS1_setsockopt(SOCKET s, int level, int optname, const char* optval, int optlen) {
  return set("setsockopt", s, level, option_name_from_winsock1(level, optname), optval, optlen);
}

[[gnu::flatten]] int WSAAPI ioctlsocket(SOCKET s, LONG cmd, u_long* argp) {
  return entry::call("ioctlsocket", SOCKET_ERROR, [=]() -> WsaResult<int> {
    SocketRef socket = WS_TRY(find(s));
    ControlCall call{socket, argp, sizeof *argp, argp, sizeof *argp};
    WS_TRY(control_socket(static_cast<uint32_t>(cmd), call));
    return 0;
  }, s, trace::Control{static_cast<uint32_t>(cmd)}, trace::OptionValue{argp, sizeof *argp});
}

int WSAAPI WSAIoctl(SOCKET s, DWORD dwIoControlCode, LPVOID lpvInBuffer, DWORD cbInBuffer, LPVOID lpvOutBuffer, DWORD cbOutBuffer,
                    LPDWORD lpcbBytesReturned, LPWSAOVERLAPPED lpOverlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine) {
  return entry::call("WSAIoctl", SOCKET_ERROR, [&]() -> WsaResult<int> {
    SocketRef socket = WS_TRY(find(s));
    HowToTell how = heeded(socket, {lpOverlapped, reinterpret_cast<const void*>(lpCompletionRoutine)});
    if (how.overlapped ? !null_or_memory(lpcbBytesReturned) : !can_be_memory(lpcbBytesReturned)) return wsa_failure(WSAEFAULT);
    if (how.overlapped) {
      ControlCall call{socket, lpvInBuffer, cbInBuffer, lpvOutBuffer, cbOutBuffer};
      return begin_control(dwIoControlCode, call, how, lpcbBytesReturned);
    }
    ControlCall call{socket, lpvInBuffer, cbInBuffer, lpvOutBuffer, cbOutBuffer};
    auto done = control_socket(dwIoControlCode, call);
    *lpcbBytesReturned = static_cast<DWORD>(call.returned);  // beside WSAEFAULT: what is needed
    WS_TRY(done);
    return 0;
  }, s, trace::Control{dwIoControlCode}, lpvInBuffer, cbInBuffer, lpvOutBuffer, cbOutBuffer, trace::NumberResult{lpcbBytesReturned});
}

}  // extern "C"
