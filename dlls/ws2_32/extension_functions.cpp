#include "dlls/ws2_32/extension_functions.h"

#include <mswsock.h>

#include <cstring>

#include "dlls/common/debug.h"
#include "dlls/ws2_32/api_message.h"
#include "dlls/ws2_32/host_services.h"
#include "dlls/ws2_32/socket_sets.h"

namespace windsock {
namespace {

struct ExtensionFunction {
  GUID guid;
  const char* name;
  uint8_t sockets;       // SocketSet
  const void* function;  // null: not there yet
};

// By its documented type: some names have inline overloads in C++.
template <typename Function>
const void* address(Function function) {
  return reinterpret_cast<const void*>(function);
}

const ExtensionFunction kFunctions[] = {
    {WSAID_ACCEPTEX, "AcceptEx", kStreams, nullptr},
    {WSAID_CONNECTEX, "ConnectEx", kStreams, nullptr},
    {WSAID_DISCONNECTEX, "DisconnectEx", kStreams, nullptr},
    {WSAID_GETACCEPTEXSOCKADDRS, "GetAcceptExSockaddrs", kAll, nullptr},
    {WSAID_TRANSMITFILE, "TransmitFile", kStreams, nullptr},
    {WSAID_TRANSMITPACKETS, "TransmitPackets", kAll, nullptr},
    {WSAID_WSAPOLL, "WSAPoll", kAll, address<LPFN_WSAPOLL>(WSAPoll)},
    {WSAID_WSARECVMSG, "WSARecvMsg", kDatagrams, address<LPFN_WSARECVMSG>(windsock_receive_message)},
    {WSAID_WSASENDMSG, "WSASendMsg", kDatagrams, address<LPFN_WSASENDMSG>(WSASendMsg)},
};

}  // namespace

WsaResult<const void*> find_extension_function(const GUID& guid, SocketKind kind) {
  for (const ExtensionFunction& one : kFunctions) {
    if (memcmp(&one.guid, &guid, sizeof guid) != 0) continue;
    if (!(one.sockets & socket_set_of(kind))) return wsa_failure(WSAEINVAL);
    if (one.function) return services::procedure_for_program(one.function);
    WS_WARN(kOption, "the extension function %s is not supported", one.name);
    return wsa_failure(WSAEOPNOTSUPP);
  }
  return wsa_failure(WSAEINVAL);
}

}  // namespace windsock
