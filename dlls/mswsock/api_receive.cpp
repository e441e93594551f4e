// WSARecvEx. https://learn.microsoft.com/windows/win32/api/winsock/nf-winsock-wsarecvex
#include <winsock2.h>
#include <mswsock.h>

#include "dlls/mswsock/export.h"
#include "dlls/ws2_32/data_transfer.h"
#include "dlls/ws2_32/entry.h"
#include "dlls/ws2_32/program_pointer.h"
#include "dlls/ws2_32/socket_table.h"
#include "dlls/ws2_32/translate_flags.h"
#include "dlls/ws2_32/turn.h"

using namespace windsock;

MSWSOCK_EXPORT(WSARecvEx);

// A datagram that does not fit is no error here: *flags says MSG_PARTIAL.
int PASCAL WSARecvEx(SOCKET s, char* buf, int len, int* flags) {
  return entry::call("WSARecvEx", SOCKET_ERROR, [&]() -> WsaResult<int> {
    SocketRef socket = WS_TRY(SocketTable::instance().find(s));
    if (!can_be_memory(flags)) return wsa_failure(WSAEFAULT);
    if (socket.socket().is_stream() && len <= 0) return wsa_failure(WSAEINVAL);
    if (len < 0 || (!buf && len > 0)) return wsa_failure(WSAEFAULT);
    int host_flags = WS_TRY(receive_flags_to_host(*flags & ~MSG_PARTIAL, FlagsOf::kWsaReceive, socket.socket().kind()));
    host::Buffer buffer{buf, static_cast<size_t>(len)};
    auto receive = [&] { return receive_buffers(socket, {&buffer, 1}, nullptr, host_flags); };
    ReceivedData data = WS_TRY(in_turn(socket, lane_to_receive(host_flags), receive));
    *flags = data.host_flags & host::kMsgTrunc ? MSG_PARTIAL : 0;
    return static_cast<int>(data.size);
  }, s, buf, len, flags);
}
