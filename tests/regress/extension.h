// Microsoft's extension functions, by their identifiers.
#ifndef TESTS_REGRESS_EXTENSION_H
#define TESTS_REGRESS_EXTENSION_H

#include <winsock2.h>

#include <mswsock.h>

namespace regress {

template <typename Function>
Function extension(SOCKET socket, GUID guid) {
  Function function = nullptr;
  DWORD size = 0;
  if (WSAIoctl(socket, SIO_GET_EXTENSION_FUNCTION_POINTER, &guid, sizeof guid, &function, sizeof function, &size, nullptr, nullptr) != 0)
    return nullptr;
  return size == sizeof function ? function : nullptr;
}
inline LPFN_WSARECVMSG receive_function(SOCKET socket) { return extension<LPFN_WSARECVMSG>(socket, WSAID_WSARECVMSG); }

}  // namespace regress

#endif
