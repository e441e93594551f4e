#include "dlls/common/fd_channel.h"

#include <cerrno>

namespace windsock {

host::Result<void> FdChannel::send(const wire::Packet& packet, std::span<const int> fds) {
  for (;;) {
    auto sent = host::send_packet(socket_.get(), packet.span(), fds);
    if (sent || static_cast<int>(sent.error()) != EINTR) return sent;
  }
}

host::Result<Arrival> FdChannel::receive(host::Take take, host::Blocking wait) {
  Arrival arrival;
  host::PacketHead head = WS_TRY(host::receive_packet(socket_.get(), arrival.packet.bytes, arrival.fds, take, wait));
  arrival.packet.size = head.size;
  arrival.truncated = head.data_truncated;
  arrival.fds_truncated = head.fds_truncated;
  return arrival;
}

}  // namespace windsock
