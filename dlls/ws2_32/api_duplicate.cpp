// WSADuplicateSocket. https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-wsaduplicatesocketw
//
// The other half, WSASocket with FROM_PROTOCOL_INFO, is in api_socket.cpp; the walk in between in duplication.h.
#include <winsock2.h>

#include "dlls/ws2_32/duplication.h"
#include "dlls/ws2_32/entry.h"
#include "dlls/ws2_32/program_pointer.h"
#include "dlls/ws2_32/protocol_catalogue.h"
#include "dlls/ws2_32/socket_table.h"

using namespace windsock;

int WSAAPI WSADuplicateSocketW(SOCKET s, DWORD dwProcessId, LPWSAPROTOCOL_INFOW lpProtocolInfo) {
  auto body = [&]() -> WsaResult<int> {
    SocketRef socket = WS_TRY(SocketTable::instance().find(s));
    WS_TRY(duplicate_socket(socket, dwProcessId, lpProtocolInfo));
    return 0;
  };
  return entry::call("WSADuplicateSocketW", SOCKET_ERROR, body, s, dwProcessId, trace::ProtocolInfoResult{lpProtocolInfo});
}

int WSAAPI WSADuplicateSocketA(SOCKET s, DWORD dwProcessId, LPWSAPROTOCOL_INFOA lpProtocolInfo) {
  auto body = [&]() -> WsaResult<int> {
    SocketRef socket = WS_TRY(SocketTable::instance().find(s));
    WSAPROTOCOL_INFOW wide;
    WS_TRY(duplicate_socket(socket, dwProcessId, can_be_memory(lpProtocolInfo) ? &wide : nullptr));
    *lpProtocolInfo = narrow_protocol_info(wide);
    return 0;
  };
  return entry::call("WSADuplicateSocketA", SOCKET_ERROR, body, s, dwProcessId, trace::ProtocolInfoResult{lpProtocolInfo});
}
