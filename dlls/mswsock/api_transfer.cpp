// Microsoft's extensions for transfers, without overlapped I/O.
// https://learn.microsoft.com/windows/win32/api/mswsock/
#include <winsock2.h>
#include <mswsock.h>

#include <cstring>

#include "dlls/mswsock/export.h"
#include "dlls/ws2_32/data_transfer.h"
#include "dlls/ws2_32/entry.h"
#include "dlls/ws2_32/program_pointer.h"
#include "dlls/ws2_32/socket_table.h"
#include "dlls/ws2_32/translate_flags.h"

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

WsaResult<void> send_all(SocketRef& socket, const void* data, DWORD size) {
  for (DWORD sent = 0; sent < size;) {
    WSABUF rest{size - sent, static_cast<CHAR*>(const_cast<void*>(data)) + sent};
    host::Buffer buffer{rest.buf, rest.len};
    sent += WS_TRY(send_buffers(socket, {&buffer, 1}, nullptr, WS_TRY(send_flags_to_host(0, FlagsOf::kWsaSend, socket.socket().kind()))));
  }
  return {};
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

// There are no handles of files natively yet; the buffers before and behind one are sent.
BOOL PASCAL TransmitFile(SOCKET hSocket, HANDLE hFile, DWORD, DWORD, LPOVERLAPPED lpOverlapped,
                         LPTRANSMIT_FILE_BUFFERS lpTransmitBuffers, DWORD dwFlags) {
  return entry::call("TransmitFile", FALSE, [&]() -> WsaResult<BOOL> {
    SocketRef socket = WS_TRY(SocketTable::instance().find(hSocket));
    if (lpOverlapped) return wsa_failure(WSAEOPNOTSUPP);
    if (dwFlags & ~static_cast<DWORD>(TF_DISCONNECT | TF_REUSE_SOCKET | TF_WRITE_BEHIND | TF_USE_SYSTEM_THREAD | TF_USE_KERNEL_APC))
      return wsa_failure(WSAEINVAL);
    if (dwFlags & (TF_DISCONNECT | TF_REUSE_SOCKET)) return wsa_failure(WSAEOPNOTSUPP);
    if (!socket.socket().is_stream()) return wsa_failure(WSAEOPNOTSUPP);
    if (hFile) return wsa_failure(WSA_INVALID_HANDLE);
    if (!lpTransmitBuffers) return TRUE;
    const TRANSMIT_FILE_BUFFERS& buffers = *lpTransmitBuffers;
    if ((!buffers.Head && buffers.HeadLength) || (!buffers.Tail && buffers.TailLength)) return wsa_failure(WSAEFAULT);
    WS_TRY(send_all(socket, buffers.Head, buffers.HeadLength));
    WS_TRY(send_all(socket, buffers.Tail, buffers.TailLength));
    return TRUE;
  }, hSocket, hFile, lpOverlapped, lpTransmitBuffers, dwFlags);
}

VOID PASCAL GetAcceptExSockaddrs(PVOID lpOutputBuffer, DWORD dwReceiveDataLength, DWORD dwLocalAddressLength,
                                 DWORD dwRemoteAddressLength, struct sockaddr** LocalSockaddr, LPINT LocalSockaddrLength,
                                 struct sockaddr** RemoteSockaddr, LPINT RemoteSockaddrLength) {
  if (!lpOutputBuffer || !LocalSockaddr || !LocalSockaddrLength || !RemoteSockaddr || !RemoteSockaddrLength) return;
  const char* local = static_cast<const char*>(lpOutputBuffer) + dwReceiveDataLength;
  get_address({local, dwLocalAddressLength}, LocalSockaddr, LocalSockaddrLength);
  get_address({local + dwLocalAddressLength, dwRemoteAddressLength}, RemoteSockaddr, RemoteSockaddrLength);
}
