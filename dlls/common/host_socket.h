// The part of host.h about sockets: the host's calls under our own names, with the host's numbers, so that the files that
// see Windows' names never meet the host's socket headers.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "dlls/common/host.h"

namespace windsock::host {

// ---- numbers (checked against the host's headers in host_socket.cpp) ---------------------------------------------------
inline constexpr int kAfUnspec = 0, kAfUnix = 1, kAfInet = 2, kAfInet6 = 10;
inline constexpr int kSockStream = 1, kSockDgram = 2, kSockRaw = 3, kSockSeqpacket = 5;
inline constexpr int kIpprotoIp = 0, kIpprotoIcmp = 1, kIpprotoTcp = 6, kIpprotoUdp = 17, kIpprotoIpv6 = 41;
inline constexpr int kMsgOob = 0x1, kMsgPeek = 0x2, kMsgTrunc = 0x20, kMsgDontWait = 0x40, kMsgWaitAll = 0x100, kMsgMore = 0x8000,
                     kMsgNoSignal = 0x4000;
inline constexpr int kShutRead = 0, kShutWrite = 1, kShutBoth = 2;

inline constexpr int kSolSocket = 1;
inline constexpr int kSoReuseAddr = 2, kSoType = 3, kSoError = 4, kSoBroadcast = 6, kSoSndBuf = 7,
                     kSoRcvBuf = 8, kSoKeepAlive = 9, kSoOobInline = 10, kSoLinger = 13, kSoReusePort = 15,
                     kSoRcvTimeo = 20, kSoSndTimeo = 21, kSoAcceptConn = 30, kSoProtocol = 38, kSoDomain = 39,
                     kSoCookie = 57, kSoNoCheck = 11, kSoIncomingCpu = 49;
inline constexpr int kTcpNodelay = 1, kTcpMaxSegment = 2, kTcpKeepIdle = 4, kTcpKeepIntvl = 5, kTcpKeepCnt = 6, kTcpSynCount = 7,
                     kTcpCongestion = 13, kTcpUserTimeout = 18, kTcpFastopen = 23;
inline constexpr int kIpv6Checksum = 7, kIpv6FreeBind = 78, kIpv6RecvErr = 25, kIpv6RecvPacketInfo = 49, kIpv6RecvHopLimit = 51, kIpv6RecvRoutingHeader = 56,
                     kIpv6RecvTrafficClass = 66;
inline constexpr int kIpv6UnicastHops = 16, kIpv6MulticastIf = 17, kIpv6MulticastHops = 18, kIpv6MulticastLoop = 19,
                     kIpv6JoinGroup = 20, kIpv6LeaveGroup = 21, kIpv6MtuDiscover = 23, kIpv6Mtu = 24, kIpv6V6only = 26,
                     kIpv6HeaderIncluded = 36, kIpv6DontFragment = 62, kIpv6TrafficClass = 67, kIpv6UnicastIf = 76;
inline constexpr int kIpOptions = 4, kIpPacketInfo = 8, kIpFreeBind = 15, kIpRecvErr = 11, kIpRecvTtl = 12, kIpRecvTos = 13, kIpSourceFilter = 41;
// Of both levels.
inline constexpr int kMcastJoinGroup = 42, kMcastBlockSource = 43, kMcastUnblockSource = 44, kMcastLeaveGroup = 45,
                     kMcastJoinSourceGroup = 46, kMcastLeaveSourceGroup = 47;
inline constexpr int kIpTos = 1, kIpTtl = 2, kIpHeaderIncluded = 3, kIpMtuDiscover = 10, kIpMtu = 14, kIpMulticastIf = 32,
                     kIpMulticastTtl = 33, kIpAddMembership = 35, kIpDropMembership = 36, kIpUnblockSource = 37,
                     kIpBlockSource = 38, kIpAddSourceMembership = 39, kIpDropSourceMembership = 40, kIpUnicastIf = 50;
// Values of kIpMtuDiscover and kIpv6MtuDiscover.
inline constexpr int kMtuDont = 0, kMtuWant = 1, kMtuDo = 2, kMtuProbe = 3;
inline constexpr int kUdpSegment = 103, kUdpCoalesce = 104;
// The least and the most that the host takes.
inline constexpr uint32_t kMaxKeepAliveSeconds = 32767, kMaxKeepAliveProbes = 127;

// A socket address in the host's form. The first two bytes are the family.
struct Address {
  alignas(8) std::array<unsigned char, 128> bytes{};
  uint32_t length = 0;

  int family() const { return length >= 2 ? bytes[0] | bytes[1] << 8 : kAfUnspec; }
};
// For people: "127.0.0.1:80", "[::1]:80", "/a/path", "@abstract"; empty when there is none.
std::string address_text(const Address& address);

// Laid out as the host's iovec.
struct Buffer {
  void* data = nullptr;
  size_t size = 0;
};
// The most buffers one call takes.
inline constexpr size_t kMaxBuffers = 1024;

// Laid out as the host's struct linger and struct timeval.
struct Linger {
  int on = 0;
  int seconds = 0;
};
struct Interval {
  int64_t seconds = 0;
  int64_t microseconds = 0;
};
// Laid out as the host's ip_mreqn and ip_mreq_source; IPv4 addresses in network byte order.
struct Membership {
  uint32_t group = 0;
  uint32_t interface_address = 0;
  int32_t interface_index = 0;
};
struct SourceMembership {
  uint32_t group = 0;
  uint32_t interface_address = 0;
  uint32_t source = 0;
};

// ---- life ------------------------------------------------------------------------------------------------------------
enum class Blocking { kYes, kNo };
Result<UniqueFd> create_socket(int family, int type, int protocol, Blocking blocking);
Result<void> bind(int fd, const Address& address);
Result<void> listen(int fd, int backlog);
// May report EINTR.
Result<UniqueFd> accept(int fd, Address& peer, Blocking blocking);
// May report EINTR, and EINPROGRESS.
Result<void> connect(int fd, const Address& address);
Result<void> shutdown(int fd, int how);
// Into the caller's own sockaddr: `length` is its room, then the address's. Or as an Address.
Result<void> local_address(int fd, void* address, uint32_t& length);
Result<void> peer_address(int fd, void* address, uint32_t& length);
Result<Address> local_address(int fd);
Result<Address> peer_address(int fd);

// ---- data; all may report EINTR, none raises SIGPIPE --------------------------------------------------------------------
Result<size_t> send(int fd, const void* data, size_t size, int flags);
Result<size_t> receive(int fd, void* data, size_t size, int flags);
// A null `to` sends to the connected peer.
Result<size_t> send_message(int fd, std::span<const Buffer> buffers, const Address* to, int flags, std::span<const std::byte> control = {});
struct ReceivedMessage {
  size_t size = 0;
  int flags = 0;  // kMsgTrunc, kMsgOob, kMsgCtrunc, kMsgErrQueue as the host reports them
  size_t control_size = 0;
};
// A null `from` does not ask for the sender. Control data (host_message.h) comes into `control`, aligned as a ControlHeader.
Result<ReceivedMessage> receive_message(int fd, std::span<const Buffer> buffers, Address* from, int flags, std::span<std::byte> control = {});

// ---- options and controls ------------------------------------------------------------------------------------------------
Result<uint32_t> get_option(int fd, int level, int option, void* value, uint32_t size);
Result<void> set_option(int fd, int level, int option, const void* value, uint32_t size);
template <typename T>
Result<T> get_option(int fd, int level, int option) {
  T value{};
  WS_TRY(get_option(fd, level, option, &value, sizeof value));
  return value;
}
template <typename T>
Result<void> set_option(int fd, int level, int option, const T& value) {
  return set_option(fd, level, option, &value, sizeof value);
}
Result<int> bytes_readable(int fd);
Result<int> bytes_unsent(int fd);
// A TCP connection at a glance.
struct TcpSummary {
  bool connected = false;
  // Since anything was sent or received last; the longer of the two, which count from the connection's beginning.
  uint32_t silent_milliseconds = 0;
};
Result<TcpSummary> summarise_tcp(int fd);

// What a TCP connection has seen. Sizes in bytes; the host counts losses in segments, which are given as such.
enum class TcpState { kClosed, kListen, kSynSent, kSynReceived, kEstablished, kFinWait1, kFinWait2, kCloseWait, kClosing, kLastAck, kTimeWait };
struct TcpStatistics {
  TcpState state = TcpState::kClosed;
  bool timestamps = false;
  uint32_t segment_size = 0;
  uint32_t round_trip_us = 0, least_round_trip_us = 0;
  uint32_t segments_in_flight = 0, congestion_window_segments = 0;
  uint32_t send_window = 0, receive_window = 0, receive_space = 0;
  uint64_t bytes_sent = 0, bytes_received = 0;
  uint32_t bytes_retransmitted = 0, segments_reordered = 0, duplicates_seen = 0, timeouts = 0, retransmits = 0;
  uint64_t limited_by_receiver_us = 0, limited_by_buffer_us = 0, busy_us = 0;
  uint32_t silent_milliseconds = 0;
};
Result<TcpStatistics> tcp_statistics(int fd);

// An error that the host keeps for a datagram socket (IP_RECVERR): taken from its queue. EAGAIN: there is none.
enum class ErrorOrigin { kLocal, kIcmp, kIcmp6, kOther };
struct QueuedError {
  ErrorOrigin origin = ErrorOrigin::kOther;
  uint8_t type = 0, code = 0;
  Errno error{};
};
Result<QueuedError> take_queued_error(int fd);

// A program that looks at each packet before a socket receives it, in the host's classic form; none: everything is received.
// Laid out as the host's sock_filter.
struct FilterStep {
  uint16_t code = 0;
  uint8_t if_true = 0, if_false = 0;
  uint32_t constant = 0;
  bool operator==(const FilterStep&) const = default;
};
Result<std::vector<FilterStep>> get_filter(int fd);
Result<void> set_filter(int fd, const std::vector<FilterStep>& program);

// ---- interfaces and routes ---------------------------------------------------------------------------------------------------
struct InterfaceAddress {
  uint32_t index = 0;
  bool up = false, loopback = false, broadcasts = false, point_to_point = false, multicasts = false;
  Address address, netmask, broadcast;  // length 0: there is none
};
// Every address of every interface, in the host's order.
Result<std::vector<InterfaceAddress>> interface_addresses();
// The address of this machine that packets to `destination` are sent from; its port is 0.
Result<Address> source_address_to(const Address& destination);
// A socket that becomes readable when an address or a route of the family changes.
enum class NetworkChange { kAddresses, kRoutes };
Result<UniqueFd> watch_network(NetworkChange change, int family);

// ---- packets with descriptors (Unix sockets) -----------------------------------------------------------------------------
struct Credentials {
  int pid = -1;
  uint32_t uid = ~0u;
};
Result<Credentials> peer_credentials(int fd);
// A name in a directory that is held open: safe from renames, and of any length.
Result<void> bind_unix_at(int fd, int directory, const char* name);
Result<void> connect_unix_at(int fd, int directory, const char* name);
// May report EINTR and EAGAIN.
Result<void> send_packet(int fd, std::span<const std::byte> data, std::span<const int> fds);
struct PacketHead {
  size_t size = 0;
  bool data_truncated = false;
  bool fds_truncated = false;
};
// A peek delivers copies of the fds and leaves the packet; kDropFds consumes the packet and lets its fds go.
enum class Take { kConsume, kPeek, kDropFds };
// One packet; every fd that arrived is owned by `fds` before anything else is looked at. Size 0: the peer is gone. Does not
// wait when `wait` is kNo. May report EINTR.
Result<PacketHead> receive_packet(int fd, std::span<std::byte> data, FdList& fds, Take take, Blocking wait);

}  // namespace windsock::host
