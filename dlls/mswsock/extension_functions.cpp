// The extension functions by their GUIDs.
#include "dlls/ws2_32/extension_functions.h"

#include <mswsock.h>

#include <cstring>

#include "dlls/mswsock/export.h"
#include "dlls/mswsock/extensions.h"
#include "dlls/ws2_32/api_message.h"
#include "dlls/ws2_32/host_services.h"
#include "dlls/ws2_32/socket_sets.h"

MSWSOCK_EXPORT(GetAcceptExSockaddrs);
MSWSOCK_EXPORT(TransmitFile);

namespace windsock {
namespace {

struct ExtensionFunction {
  GUID guid;
  uint8_t sockets;  // SocketSet
  const void* function;
};

// By its documented type: some names have inline overloads in C++.
template <typename Function>
const void* address(Function function) {
  return reinterpret_cast<const void*>(function);
}

const ExtensionFunction kFunctions[] = {
    {WSAID_ACCEPTEX, kStreams, address<LPFN_ACCEPTEX>(windsock_accept_ex)},
    {WSAID_CONNECTEX, kStreams, address<LPFN_CONNECTEX>(windsock_connect_ex)},
    {WSAID_DISCONNECTEX, kStreams, address<LPFN_DISCONNECTEX>(windsock_disconnect_ex)},
    {WSAID_GETACCEPTEXSOCKADDRS, kAll, address<LPFN_GETACCEPTEXSOCKADDRS>(GetAcceptExSockaddrs)},
    {WSAID_TRANSMITFILE, kStreams, address<LPFN_TRANSMITFILE>(TransmitFile)},
    {WSAID_TRANSMITPACKETS, kAll, address<LPFN_TRANSMITPACKETS>(windsock_transmit_packets)},
    {WSAID_WSAPOLL, kAll, address<LPFN_WSAPOLL>(WSAPoll)},
    {WSAID_WSARECVMSG, kDatagrams, address<LPFN_WSARECVMSG>(windsock_receive_message)},
    {WSAID_WSASENDMSG, kDatagrams, address<LPFN_WSASENDMSG>(WSASendMsg)},
};

}  // namespace

WsaResult<const void*> find_extension_function(const GUID& guid, SocketKind kind) {
  for (const ExtensionFunction& one : kFunctions) {
    if (memcmp(&one.guid, &guid, sizeof guid) != 0) continue;
    if (!(one.sockets & socket_set_of(kind))) return wsa_failure(WSAEINVAL);
    return services::procedure_for_program(one.function);
  }
  return wsa_failure(WSAEINVAL);
}

}  // namespace windsock
