// The extension functions that mswsock does not export: programs get them by SIO_GET_EXTENSION_FUNCTION_POINTER
// (extension_functions.cpp). With C names, for hosts that make their stubs by names.
#pragma once

#include <winsock2.h>
#include <mswsock.h>

extern "C" {
// AcceptEx itself. Its public name has an overload in C++ (windsock/ulong.h), which uses it before it could get the private one.
__attribute__((visibility("default"))) BOOL PASCAL windsock_accept_ex(
    SOCKET sListenSocket, SOCKET sAcceptSocket, PVOID lpOutputBuffer, DWORD dwReceiveDataLength, DWORD dwLocalAddressLength,
    DWORD dwRemoteAddressLength, LPDWORD lpdwBytesReceived, LPOVERLAPPED lpOverlapped) __asm__("mswsock_AcceptEx");
// LPFN_CONNECTEX
BOOL PASCAL windsock_connect_ex(SOCKET s, const struct sockaddr* name, int namelen, PVOID lpSendBuffer, DWORD dwSendDataLength,
                                LPDWORD lpdwBytesSent, LPOVERLAPPED lpOverlapped);
// LPFN_DISCONNECTEX
BOOL PASCAL windsock_disconnect_ex(SOCKET s, LPOVERLAPPED lpOverlapped, DWORD dwFlags, DWORD dwReserved);
// LPFN_TRANSMITPACKETS
BOOL PASCAL windsock_transmit_packets(SOCKET hSocket, LPTRANSMIT_PACKETS_ELEMENT lpPacketArray, DWORD nElementCount, DWORD nSendSize,
                                      LPOVERLAPPED lpOverlapped, DWORD dwFlags);
}
