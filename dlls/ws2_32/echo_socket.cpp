#include "dlls/ws2_32/echo_socket.h"

#include <winsock2.h>
#include <ws2tcpip.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <vector>

#include "dlls/common/debug.h"
#include "dlls/ws2_32/translate_control.h"
#include "dlls/ws2_32/translate_icmp.h"
#include "dlls/ws2_32/waiting.h"

namespace windsock {
namespace {

constexpr int kOn = 1;

size_t total(std::span<const host::Buffer> buffers) {
  size_t sum = 0;
  for (const host::Buffer& buffer : buffers) sum += buffer.size;
  return sum;
}

// What is left of buffers behind their first `skip` bytes.
std::vector<host::Buffer> behind(std::span<const host::Buffer> buffers, size_t skip) {
  std::vector<host::Buffer> left;
  for (const host::Buffer& buffer : buffers) {
    size_t done = std::min(skip, buffer.size);
    skip -= done;
    left.push_back({static_cast<char*>(buffer.data) + done, buffer.size - done});
  }
  return left;
}

// The first bytes that lie in buffers.
size_t gather(std::span<const host::Buffer> buffers, std::span<std::byte> head) {
  size_t done = 0;
  for (const host::Buffer& buffer : buffers) {
    size_t part = std::min(buffer.size, head.size() - done);
    if (part) memcpy(head.data() + done, buffer.data, part);
    done += part;
  }
  return done;
}
void scatter(std::span<const std::byte> head, std::span<const host::Buffer> buffers) {
  for (const host::Buffer& buffer : buffers) {
    size_t part = std::min(buffer.size, head.size());
    if (part) memcpy(buffer.data, head.data(), part);
    head = head.subspan(part);
  }
}

uint32_t ipv4_of(const host::Address& address) {
  uint32_t bytes = 0;
  memcpy(&bytes, address.bytes.data() + offsetof(sockaddr_in, sin_addr), sizeof bytes);
  return bytes;
}

// The header that came with a message, from what the host tells beside it.
IpHeader ip_header_of(const host::Address& sender, std::span<const std::byte> control) {
  IpHeader header;
  header.protocol = IPPROTO_ICMP;
  header.source = ipv4_of(sender);
  header.type_of_service = find_host_control<uint8_t>(control, host::kIpprotoIp, host::kIpTos).value_or(0);
  header.time_to_live = static_cast<uint8_t>(find_host_control<int>(control, host::kIpprotoIp, host::kIpTtl).value_or(0));
  auto info = find_host_control<host::PacketInfo>(control, host::kIpprotoIp, host::kIpPacketInfo);
  header.destination = info ? info->destination : 0;
  return header;
}

}  // namespace

bool is_echo_kind(SocketKind kind) {
  return kind.type == SOCK_RAW && ((kind.family == AF_INET && kind.protocol == IPPROTO_ICMP) ||
                                   (kind.family == AF_INET6 && kind.protocol == IPPROTO_ICMPV6));
}

host::Result<UniqueFd> create_echo_socket(SocketKind kind) {
  bool ipv4 = kind.family == AF_INET;
  UniqueFd fd = WS_TRY(host::create_socket(ipv4 ? host::kAfInet : host::kAfInet6, host::kSockDgram, kind.protocol, host::Blocking::kYes));
  if (ipv4) {
    for (int name : {host::kIpPacketInfo, host::kIpRecvTtl, host::kIpRecvTos})
      WS_TRY(host::set_option(fd.get(), host::kIpprotoIp, name, kOn));
  }
  WS_TRACE(kSocket, "no privilege for a raw socket: host descriptor %d is one for echoes", fd.get());
  return fd;
}

void recognise_echo_socket(UnderlyingSocket& underlying, int fd) {
  if (!is_echo_kind(underlying.kind())) return;
  auto type = host::get_option<int>(fd, host::kSolSocket, host::kSoType);
  if (type && type.value() == host::kSockDgram) underlying.saw(Seen::kEcho);
}

void note_echo_request(SocketRef& socket, std::span<const host::Buffer> buffers) {
  std::array<std::byte, kIcmpHeaderSize> head;
  echo_to_host(std::span(head).first(gather(buffers, head)), socket.socket().echo_ids());
}

WsaResult<host::ReceivedMessage> receive_echo(SocketRef& socket, std::span<const host::Buffer> buffers, host::Address* from,
                                              std::span<std::byte> control, int host_flags) {
  host::Address sender;
  size_t in_front = socket.socket().kind().family == AF_INET ? kIpHeaderSize : 0;
  std::vector<host::Buffer> rest = behind(buffers, in_front);
  size_t rest_size = total(rest);
  // The header tells the length of all, also of what is lost, which these sockets of the host do not: so nothing is.
  constexpr size_t kLargest = 65536;
  auto lost = std::make_unique_for_overwrite<char[]>(kLargest);
  rest.push_back({lost.get(), kLargest});
  auto received = WS_TRY(transfer(socket, Direction::kReceive, host_flags,
                                  [&] { return host::receive_message(socket.fd(), rest, &sender, host_flags, control); }));
  rest.pop_back();
  size_t delivered = std::min(received.size, rest_size);

  std::array<std::byte, kIcmpHeaderSize> head;
  auto present = std::span(head).first(std::min(gather(rest, head), delivered));
  echo_from_host(present, socket.socket().echo_ids());
  scatter(present, rest);
  if (in_front) scatter(make_ip_header(ip_header_of(sender, control.first(received.control_size)), received.size), buffers);

  if (from) *from = sender;
  size_t whole = in_front + received.size, room = total(buffers);
  received.flags = whole > room ? received.flags | host::kMsgTrunc : received.flags & ~host::kMsgTrunc;
  received.size = std::min(whole, room);
  return received;
}

}  // namespace windsock
