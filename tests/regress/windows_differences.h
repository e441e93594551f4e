// Where Windows' own versions, or its documentation in different places, give different answers: the accepted sets, in one
// place. A case that uses one of these says that any member is right; a case with a single code does not.
#ifndef TESTS_REGRESS_WINDOWS_DIFFERENCES_H
#define TESTS_REGRESS_WINDOWS_DIFFERENCES_H

#include <winsock2.h>

#include <vector>

namespace regress {

using ErrorSet = std::vector<int>;

// A blocking call whose socket another thread closes: the call is cancelled. The lists of the calls' pages name all three.
inline ErrorSet closed_while_blocked() { return {WSAEINTR, WSAENOTSOCK, WSAECONNABORTED}; }

// A pipe whose readers are all closed: ERROR_BROKEN_PIPE by the page of WriteFile, ERROR_NO_DATA in programs' reports.
inline ErrorSet no_reader_left() { return {ERROR_BROKEN_PIPE, ERROR_NO_DATA}; }

// select whose sets contain a socket that is closed meanwhile.
inline ErrorSet closed_while_selected() { return {WSAENOTSOCK, WSAEINTR}; }

// An overlapped call whose socket is closed while another thread waits for its result: the call was aborted, or there is no socket
// to ask any more.
inline ErrorSet closed_while_awaited() { return {WSA_OPERATION_ABORTED, WSAENOTSOCK}; }

// The far end has reset the connection: RST seen by a receive, or by a send after it.
inline ErrorSet connection_lost() { return {WSAECONNRESET, WSAECONNABORTED}; }

// WSAPoll over nothing but invalid sockets: WSAEINVAL by its page, WSAENOTSOCK in programs' reports.
inline ErrorSet no_socket_to_poll() { return {WSAEINVAL, WSAENOTSOCK}; }

// A non-blocking connect repeated while the first is under way: Winsock 1.1 said WSAEINVAL.
inline ErrorSet connect_under_way() { return {WSAEALREADY, WSAEINVAL, WSAEWOULDBLOCK}; }

// A type that does not carry the protocol.
inline ErrorSet wrong_protocol_for_type() { return {WSAEPROTOTYPE, WSAEPROTONOSUPPORT}; }

// An address of another family than the socket's.
inline ErrorSet wrong_family() { return {WSAEFAULT, WSAEAFNOSUPPORT}; }

// An option level or name that the provider does not know.
inline ErrorSet unknown_option() { return {WSAENOPROTOOPT, WSAEINVAL}; }

// A flag that the call does not take.
inline ErrorSet unknown_flag() { return {WSAEOPNOTSUPP, WSAEINVAL}; }

// A datagram socket without a default destination is asked to send to it.
inline ErrorSet no_destination() { return {WSAENOTCONN, WSAEDESTADDRREQ}; }

// Urgent data is asked for and there is none.
inline ErrorSet no_urgent_data() { return {WSAEINVAL, WSAEWOULDBLOCK}; }

// An ioctl that the provider does not know.
inline ErrorSet unknown_ioctl() { return {WSAEINVAL, WSAEOPNOTSUPP}; }

// AcceptEx without room for an address: its page demands the room and names no code.
inline ErrorSet no_room_for_addresses() { return {WSAEINVAL, WSAEFAULT}; }

// WSASendMsg, WSARecvMsg on a socket that is neither datagram nor raw: the pages forbid it and name no code.
inline ErrorSet no_messages() { return {WSAEOPNOTSUPP, WSAEINVAL}; }

// An AF_UNIX address without a path: too short to be one, or one that names nothing.
inline ErrorSet no_unix_name() { return {WSAEINVAL, WSAEFAULT, WSAEADDRNOTAVAIL, WSAECONNREFUSED}; }

// A path in a folder that is not there, to bind to: the page of bind has no code for it alone.
inline ErrorSet no_unix_folder() { return {WSAEADDRNOTAVAIL, WSAEINVAL, WSAEACCES, WSAENETDOWN}; }

}  // namespace regress

#endif
