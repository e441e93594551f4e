// Control data of messages, between Windows' form and the host's.
//
// Both have a row of headers (length, level, type), each with its data behind it, at multiples of the word, and agree in the layout
// of a header; levels, types and the data itself differ. So one reader and one writer serve both, and two tables have the rest:
// what a program may send, and what the host delivers. One thing that the host delivers may be several on Windows (address,
// interface, and both), so what the program asked for (ControlData) chooses. A program's memory need not be aligned.
//
// https://learn.microsoft.com/windows/win32/api/ws2def/ns-ws2def-wsamsg and the pages of the options named in the tables.
// Pure functions.
#pragma once

#include <winsock2.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <optional>
#include <span>

#include "dlls/common/host_message.h"
#include "dlls/ws2_32/underlying_socket.h"
#include "dlls/ws2_32/wsa_error.h"

namespace windsock {

// ---- the layout that both sides have -------------------------------------------------------------------------------------
struct ControlItem {
  int level = 0;
  int type = 0;
  std::span<const std::byte> data;
};

class ControlReader {
 public:
  explicit ControlReader(std::span<const std::byte> control) : rest_(control) {}
  // The next one; false at the end, or at what is no header.
  bool next(ControlItem& item);
  // The last next() met a header whose length is wrong.
  bool is_malformed() const { return malformed_; }

 private:
  std::span<const std::byte> rest_;
  bool malformed_ = false;
};

class ControlWriter {
 public:
  explicit ControlWriter(std::span<std::byte> room) : room_(room) {}
  // False: there is no room for it, and nothing was written.
  bool put(int level, int type, std::span<const std::byte> data);
  template <typename T>
  bool put(int level, int type, const T& value) {
    return put(level, type, std::as_bytes(std::span(&value, 1)));
  }
  size_t size() const { return size_; }
  // Something was left out.
  bool is_truncated() const { return truncated_; }

 private:
  std::span<std::byte> room_;
  size_t size_ = 0;
  bool truncated_ = false;
};

// ---- sending -------------------------------------------------------------------------------------------------------------
// Room for what a message has at most, and for all that the host delivers at once.
struct alignas(host::ControlHeader) HostControlRoom : std::array<std::byte, 512> {};

struct HostControl {
  HostControlRoom bytes;
  size_t size = 0;
  // Where a traffic class stands of which the program gave the ECN bits alone; the other six are the socket's own.
  std::optional<size_t> bare_ecn4, bare_ecn6;

  std::span<const std::byte> span() const { return {bytes.data(), size}; }
  // Fills in the socket's own bits.
  void complete_ecn(size_t at, uint32_t traffic_class);
};
// WSAEINVAL: a header that does not fit, a kind of control data that cannot be sent on this socket, data that is too short or out
// of range, or more than any packet takes.
WsaResult<void> control_to_host(std::span<const std::byte> control, SocketKind kind, HostControl& host);

// ---- receiving -----------------------------------------------------------------------------------------------------------
struct ReceivedControl {
  size_t size = 0;  // what was written
  DWORD flags = 0;  // MSG_CTRUNC: not everything fitted; MSG_BCAST, MSG_MCAST: what the destination was
};
// `wanted`: bits of ControlData. Kinds that have no place any more are left out; the smaller ones behind them are not.
ReceivedControl control_from_host(std::span<const std::byte> host, uint32_t wanted, std::span<std::byte> control);

// What a receive reports in WSAMSG::dwFlags, but for what control_from_host tells.
constexpr DWORD message_flags_from_host(int flags) {
  return static_cast<DWORD>((flags & host::kMsgTrunc ? MSG_TRUNC : 0) | (flags & host::kMsgCtrunc ? MSG_CTRUNC : 0) |
                            (flags & host::kMsgErrQueue ? MSG_ERRQUEUE : 0));
}

// The first piece of host control data of a kind, if it is there and whole.
template <typename T>
std::optional<T> find_host_control(std::span<const std::byte> host, int level, int type) {
  ControlReader reader(host);
  for (ControlItem item; reader.next(item);) {
    if (item.level != level || item.type != type || item.data.size() < sizeof(T)) continue;
    T value;
    memcpy(&value, item.data.data(), sizeof value);
    return value;
  }
  return std::nullopt;
}

}  // namespace windsock
