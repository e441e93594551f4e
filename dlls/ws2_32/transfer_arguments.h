// What the calls that move data make of their arguments, before the socket is asked: buffers, lengths, addresses.
//
// Inline, for all of it stands on the way of every call.
#pragma once

#include <winsock2.h>

#include <cstddef>
#include <memory>
#include <new>
#include <span>

#include "dlls/ws2_32/descriptor.h"
#include "dlls/ws2_32/program_pointer.h"
#include "dlls/ws2_32/translate_address.h"
#include "dlls/ws2_32/wsa_error.h"

namespace windsock {

// The host's form of WSABUFs: on the stack for as many as programs usually have. Nothing is touched but what is used.
class BufferList {
 public:
  BufferList() = default;
  BufferList(const BufferList&) = delete;
  BufferList& operator=(const BufferList&) = delete;

  // WSAEFAULT: no array. WSAEINVAL: none in it, or more than the host takes in one call.
  WsaResult<void> take(const WSABUF* buffers, DWORD count) {
    if (!can_be_memory(buffers)) return wsa_failure(WSAEFAULT);
    if (count == 0 || count > host::kMaxBuffers) return wsa_failure(WSAEINVAL);
    if (count > kFew) many_ = std::make_unique<host::Buffer[]>(count);
    first_ = many_ ? many_.get() : reinterpret_cast<host::Buffer*>(few_);
    count_ = count;
    for (DWORD i = 0; i < count; ++i) new (first_ + i) host::Buffer{buffers[i].buf, buffers[i].len};
    return {};
  }
  std::span<const host::Buffer> span() const { return {first_, count_}; }

 private:
  static constexpr DWORD kFew = 16;

  alignas(host::Buffer) std::byte few_[kFew * sizeof(host::Buffer)];
  std::unique_ptr<host::Buffer[]> many_;
  host::Buffer* first_ = nullptr;
  size_t count_ = 0;
};

inline WsaResult<size_t> size_of(int length) {
  if (length < 0) return wsa_failure(WSAEFAULT);
  return static_cast<size_t>(length);
}

// The address a datagram goes to, in `room`; null: none is given, or a connected stream ignores it.
inline WsaResult<const host::Address*> destination(SocketRef& socket, const sockaddr* to, int tolen, host::Address& room) {
  if (!to || socket.socket().is_stream()) return nullptr;
  room = WS_TRY(address_to_host(to, tolen, socket.socket().kind().family));
  bool has_port = socket.socket().kind().type == SOCK_DGRAM && socket.socket().kind().family != AF_UNIX;
  if (is_wildcard(room) || (has_port && port_of(room) == 0)) return wsa_failure(WSAEADDRNOTAVAIL);
  return &room;
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
