// A second descriptor of a socket in the same process.
#ifndef TESTS_REGRESS_SECOND_DESCRIPTOR_H
#define TESTS_REGRESS_SECOND_DESCRIPTOR_H

#include <winsock2.h>

#include <windows.h>

#include "tests/support/sockets.h"

namespace regress {

inline int duplicate_to_self(SOCKET socket, WSAPROTOCOL_INFOW* info) { return WSADuplicateSocketW(socket, GetCurrentProcessId(), info); }

inline SOCKET claim(WSAPROTOCOL_INFOW info) {
  return WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &info, 0, WSA_FLAG_OVERLAPPED);
}

inline test_support::Socket second_descriptor(SOCKET socket) {
  WSAPROTOCOL_INFOW info;
  if (duplicate_to_self(socket, &info) != 0) return {};
  return test_support::Socket(claim(info));
}

}  // namespace regress

#endif
