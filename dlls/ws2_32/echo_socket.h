// Raw ICMP sockets for programs that may not open one: the host's socket for echoes, which asks for no privilege where
// net.ipv4.ping_group_range allows it, presented as what the program asked for (translate_icmp.h tells how they differ).
//
// It sends echo requests and receives the replies to them, which is what ping programs do; another ICMP message is refused with
// WSAEINVAL. Seen::kEcho marks these sockets; everything else about them is an ordinary datagram socket.
//
// Threads: as safe as the host's calls.
#pragma once

#include <span>

#include "dlls/common/host_message.h"
#include "dlls/ws2_32/descriptor.h"
#include "dlls/ws2_32/wsa_error.h"

namespace windsock {

// Whether a socket of this kind may be one for echoes.
bool is_echo_kind(SocketKind kind);
// The host's socket, to be marked with Seen::kEcho.
host::Result<UniqueFd> create_echo_socket(SocketKind kind);
// A raw socket that another process has handed over: marks it if it is one of these.
void recognise_echo_socket(UnderlyingSocket& underlying, int fd);

// Before a message goes to the host.
void note_echo_request(SocketRef& socket, std::span<const host::Buffer> buffers);
// One message as a raw socket receives it; sizes and flags are of that form. `control` is the host's, whole.
WsaResult<host::ReceivedMessage> receive_echo(SocketRef& socket, std::span<const host::Buffer> buffers, host::Address* from,
                                              std::span<std::byte> control, int host_flags);

}  // namespace windsock
