// What the calls that move data make of their arguments, before the socket is asked: buffers, lengths, addresses.
//
// Inline, for all of it stands on the way of every call.
#pragma once

#include <winsock2.h>

#include <array>
#include <vector>

#include "dlls/ws2_32/descriptor.h"
#include "dlls/ws2_32/program_pointer.h"
#include "dlls/ws2_32/translate_address.h"
#include "dlls/ws2_32/wsa_error.h"

namespace windsock {

// The host's form of WSABUFs: on the stack for as many as programs usually have.
class BufferList {
 public:
  // WSAEFAULT: no array. WSAEINVAL: none in it, or more than the host takes in one call.
  static WsaResult<BufferList> from(const WSABUF* buffers, DWORD count) {
    if (!can_be_memory(buffers)) return wsa_failure(WSAEFAULT);
    if (count == 0 || count > host::kMaxBuffers) return wsa_failure(WSAEINVAL);
    BufferList list;
    list.count_ = count;
    if (count > list.few_.size()) list.many_.resize(count);
    host::Buffer* out = list.many_.empty() ? list.few_.data() : list.many_.data();
    for (DWORD i = 0; i < count; ++i) out[i] = {buffers[i].buf, buffers[i].len};
    return list;
  }
  std::span<const host::Buffer> span() const { return {many_.empty() ? few_.data() : many_.data(), count_}; }

 private:
  std::array<host::Buffer, 16> few_;
  std::vector<host::Buffer> many_;
  size_t count_ = 0;
};

inline WsaResult<size_t> size_of(int length) {
  if (length < 0) return wsa_failure(WSAEFAULT);
  return static_cast<size_t>(length);
}

// The address a datagram goes to; a connected stream ignores it.
struct Destination {
  host::Address address;
  bool given = false;
  const host::Address* pointer() const { return given ? &address : nullptr; }
};
inline WsaResult<Destination> destination(SocketRef& socket, const sockaddr* to, int tolen) {
  Destination result;
  if (!to || socket.socket().is_stream()) return result;
  result.address = WS_TRY(address_to_host(to, tolen, socket.socket().kind().family));
  result.given = true;
  bool has_port = socket.socket().kind().type == SOCK_DGRAM && socket.socket().kind().family != AF_UNIX;
  if (is_wildcard(result.address) || (has_port && port_of(result.address) == 0)) return wsa_failure(WSAEADDRNOTAVAIL);
  return result;
}

// A sender's address has room, or the call is refused before a datagram is taken.
inline WsaResult<bool> wants_sender(SocketRef& socket, const sockaddr* from, const int* fromlen) {
  if (!from && !fromlen) return false;
  if (!null_or_memory(from) || !can_be_memory(fromlen) || (from && *fromlen < max_address_length(socket.socket().kind().family))) return wsa_failure(WSAEFAULT);
  return from != nullptr && !socket.socket().is_stream();
}

// An unconnected datagram socket and no destination.
template <typename T>
WsaResult<T> not_connected(WsaResult<T> result) {
  if (!result && result.error() == static_cast<WsaError>(WSAEDESTADDRREQ)) return wsa_failure(WSAENOTCONN);
  return result;
}

}  // namespace windsock
