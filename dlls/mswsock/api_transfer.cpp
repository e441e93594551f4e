// Microsoft's extensions for transfers, without overlapped I/O.
// https://learn.microsoft.com/windows/win32/api/mswsock/
#include <winsock2.h>
#include <mswsock.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include "dlls/common/host_file.h"
#include "dlls/mswsock/export.h"
#include "dlls/ws2_32/data_transfer.h"
#include "dlls/ws2_32/entry.h"
#include "dlls/ws2_32/host_services.h"
#include "dlls/ws2_32/program_pointer.h"
#include "dlls/ws2_32/socket_life.h"
#include "dlls/ws2_32/socket_table.h"
#include "dlls/ws2_32/translate_flags.h"
#include "dlls/ws2_32/waiting.h"

using namespace windsock;

MSWSOCK_EXPORT(WSARecvEx);
MSWSOCK_EXPORT(TransmitFile);
MSWSOCK_EXPORT(GetAcceptExSockaddrs);

namespace {

// An area of the buffer of AcceptEx: the length of the address, then the address.
struct AddressArea {
  const char* begin;
  DWORD size;
};

void get_address(AddressArea area, sockaddr** address, int* length) {
  constexpr DWORD kHead = sizeof(int);
  int stored = 0;
  if (area.size > kHead) memcpy(&stored, area.begin, sizeof stored);
  *address = reinterpret_cast<sockaddr*>(const_cast<char*>(area.begin) + kHead);
  *length = stored;
}

// Sends until all is sent, whatever the socket's mode: the call completes the request.
template <typename Send>
WsaResult<void> send_all(SocketRef& socket, size_t size, Send send) {
  for (size_t sent = 0; sent < size;) {
    WsaResult<size_t> more = send(sent, size - sent);
    if (!more && more.error() == static_cast<WsaError>(WSAEWOULDBLOCK)) {
      WS_TRY(wait_until(socket, host::kPollOut));
      continue;
    }
    if (!more) return Failure{more.error()};
    if (more.value() == 0) break;  // the end of the file
    sent += more.value();
  }
  return {};
}

WsaResult<void> send_memory(SocketRef& socket, const void* data, DWORD size) {
  int flags = WS_TRY(send_flags_to_host(0, FlagsOf::kWsaSend, socket.socket().kind()));
  return send_all(socket, size, [&](size_t sent, size_t left) -> WsaResult<size_t> {
    host::Buffer buffer{static_cast<char*>(const_cast<void*>(data)) + sent, left};
    return size_t{WS_TRY(send_buffers(socket, {&buffer, 1}, nullptr, flags))};
  });
}

WsaResult<void> send_open_file(SocketRef& socket, int file, DWORD size) {
  constexpr size_t kWholeFile = SIZE_MAX, kMostAtOnce = size_t{1} << 30;
  return send_all(socket, size ? size : kWholeFile, [&](size_t, size_t left) {
    return transfer(socket, Direction::kSend, 0, [&] { return host::send_file(socket.fd(), file, std::min(left, kMostAtOnce)); });
  });
}

constexpr DWORD kTransmitFlags = TF_DISCONNECT | TF_REUSE_SOCKET | TF_WRITE_BEHIND | TF_USE_SYSTEM_THREAD | TF_USE_KERNEL_APC;
constexpr DWORD kMostToTransmit = 2147483646;

WsaResult<void> check_transmission(SocketRef& socket, DWORD size, const TRANSMIT_FILE_BUFFERS* buffers, DWORD flags) {
  if (!socket.socket().is_stream() || size > kMostToTransmit || (flags & ~kTransmitFlags)) return wsa_failure(WSAEINVAL);
  if (flags & TF_REUSE_SOCKET) return wsa_failure(flags & TF_DISCONNECT ? WSAEOPNOTSUPP : WSAEINVAL);
  if (!null_or_memory(buffers)) return wsa_failure(WSAEFAULT);
  if (!buffers) return {};
  if ((buffers->HeadLength && !can_be_memory(buffers->Head)) || (buffers->TailLength && !can_be_memory(buffers->Tail)))
    return wsa_failure(WSAEFAULT);
  return {};
}

WsaResult<UniqueFd> file_to_transmit(HANDLE handle) {
  if (!handle) return UniqueFd();
  auto file = services::open_file_of(handle);
  if (!file && static_cast<int>(file.error()) == EBADF) return wsa_failure(WSA_INVALID_HANDLE);
  return wsa_result(std::move(file));
}

}  // namespace

// A datagram that does not fit is no error here: *flags says MSG_PARTIAL.
int PASCAL WSARecvEx(SOCKET s, char* buf, int len, int* flags) {
  return entry::call("WSARecvEx", SOCKET_ERROR, [&]() -> WsaResult<int> {
    SocketRef socket = WS_TRY(SocketTable::instance().find(s));
    if (!can_be_memory(flags)) return wsa_failure(WSAEFAULT);
    if (socket.socket().is_stream() && len <= 0) return wsa_failure(WSAEINVAL);
    if (len < 0 || (!buf && len > 0)) return wsa_failure(WSAEFAULT);
    int host_flags = WS_TRY(receive_flags_to_host(*flags & ~MSG_PARTIAL, FlagsOf::kWsaReceive, socket.socket().kind()));
    host::Buffer buffer{buf, static_cast<size_t>(len)};
    ReceivedData data = WS_TRY(receive_buffers(socket, {&buffer, 1}, nullptr, host_flags));
    *flags = data.host_flags & host::kMsgTrunc ? MSG_PARTIAL : 0;
    return static_cast<int>(data.size);
  }, s, buf, len, flags);
}

BOOL PASCAL TransmitFile(SOCKET hSocket, HANDLE hFile, DWORD nNumberOfBytesToWrite, DWORD, LPOVERLAPPED lpOverlapped,
                         LPTRANSMIT_FILE_BUFFERS lpTransmitBuffers, DWORD dwFlags) {
  return entry::call("TransmitFile", FALSE, [&]() -> WsaResult<BOOL> {
    SocketRef socket = WS_TRY(SocketTable::instance().find(hSocket));
    if (lpOverlapped) return wsa_failure(WSAEOPNOTSUPP);
    WS_TRY(check_transmission(socket, nNumberOfBytesToWrite, lpTransmitBuffers, dwFlags));
    UniqueFd file = WS_TRY(file_to_transmit(hFile));
    if (lpTransmitBuffers) WS_TRY(send_memory(socket, lpTransmitBuffers->Head, lpTransmitBuffers->HeadLength));
    if (hFile) WS_TRY(send_open_file(socket, file.get(), nNumberOfBytesToWrite));
    if (lpTransmitBuffers) WS_TRY(send_memory(socket, lpTransmitBuffers->Tail, lpTransmitBuffers->TailLength));
    if (dwFlags & TF_DISCONNECT) WS_TRY(shutdown_socket(socket, SD_SEND));
    return TRUE;
  }, hSocket, hFile, nNumberOfBytesToWrite, lpOverlapped, lpTransmitBuffers, dwFlags);
}

VOID PASCAL GetAcceptExSockaddrs(PVOID lpOutputBuffer, DWORD dwReceiveDataLength, DWORD dwLocalAddressLength,
                                 DWORD dwRemoteAddressLength, struct sockaddr** LocalSockaddr, LPINT LocalSockaddrLength,
                                 struct sockaddr** RemoteSockaddr, LPINT RemoteSockaddrLength) {
  if (!lpOutputBuffer || !LocalSockaddr || !LocalSockaddrLength || !RemoteSockaddr || !RemoteSockaddrLength) return;
  const char* local = static_cast<const char*>(lpOutputBuffer) + dwReceiveDataLength;
  get_address({local, dwLocalAddressLength}, LocalSockaddr, LocalSockaddrLength);
  get_address({local + dwLocalAddressLength, dwRemoteAddressLength}, RemoteSockaddr, RemoteSockaddrLength);
}
