// The catalogue of protocols: which kinds of socket there are, and the WSAPROTOCOL_INFOW that stands for each, with the values
// that Windows' own base providers show.
//
// One table, in Windows' order, which matters: the first provider that fits makes the socket. socket() (translate_kind.h),
// SO_PROTOCOL_INFO and WSADuplicateSocket all look here. Pure functions.
#pragma once

#include <winsock2.h>

#include <span>

#include "dlls/ws2_32/underlying_socket.h"

namespace windsock {

struct ProtocolRow {
  SocketKind kind;
  int protocol_span;  // the provider takes kind.protocol … kind.protocol + protocol_span
  uint32_t service_flags;
  uint32_t provider_flags;
  const GUID& provider;
  uint32_t catalogue_id;
  uint32_t max_message;
  const char16_t* name;
};

std::span<const ProtocolRow> protocol_catalogue();

// The row for the kind of an existing socket; null: no provider has it.
const ProtocolRow* find_protocol(SocketKind kind);

// The entry for a kind of socket, with iProtocol as the socket has it. False: no provider has that kind.
bool protocol_info(SocketKind kind, WSAPROTOCOL_INFOW& info);

// The two forms differ only in the name. A character that the other form cannot hold becomes '?'.
WSAPROTOCOL_INFOA narrow_protocol_info(const WSAPROTOCOL_INFOW& info);
WSAPROTOCOL_INFOW wide_protocol_info(const WSAPROTOCOL_INFOA& info);

}  // namespace windsock
