// TransmitFile and TransmitPackets: memory and files through a socket, without a copy of the file by the program.
// https://learn.microsoft.com/windows/win32/api/mswsock/nf-mswsock-transmitfile and …/nc-mswsock-lpfn_transmitpackets
#include <winsock2.h>
#include <mswsock.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "dlls/common/host_file.h"
#include "dlls/mswsock/export.h"
#include "dlls/mswsock/extensions.h"
#include "dlls/mswsock/run_to_end.h"
#include "dlls/ws2_32/entry.h"
#include "dlls/ws2_32/host_mode.h"
#include "dlls/ws2_32/host_services.h"
#include "dlls/ws2_32/program_pointer.h"
#include "dlls/ws2_32/socket_life.h"
#include "dlls/ws2_32/socket_table.h"

using namespace windsock;

MSWSOCK_EXPORT(TransmitFile);

namespace {

constexpr size_t kWholeFile = SIZE_MAX, kMostAtOnce = size_t{1} << 30;

// A piece of memory, or of an open file.
struct Part {
  const char* memory = nullptr;
  UniqueFd file;
  int64_t offset = -1;    // -1: the file's position, which moves
  size_t size = 0;
  bool ends_packet = false;
};

enum class Afterwards : uint8_t { kNothing, kDisconnect, kReuse };

class TransmitOperation final : public Operation {
 public:
  TransmitOperation(std::deque<Part> parts, Afterwards afterwards) : parts_(std::move(parts)), afterwards_(afterwards) {}

  std::optional<OperationEnd> attempt(SocketRef& socket) override {
    while (!parts_.empty() || packet_) {
      auto sent = socket.socket().is_stream() ? send_part(socket) : send_packet(socket);
      if (!sent) return end_by(sent.error());
      sent_ += sent.value();
    }
    if (afterwards_ != Afterwards::kNothing) {
      auto ended = disconnect_socket(socket, afterwards_ == Afterwards::kReuse);
      if (!ended) return OperationEnd{.error = ended.error()};
    }
    return OperationEnd{.bytes = static_cast<uint32_t>(sent_)};
  }

  bool uses_offset() const override { return true; }

 private:
  int more_flag() const { return parts_.size() > 1 && afterwards_ != Afterwards::kNothing ? host::kMsgMore : 0; }

  WsaResult<size_t> send_part(SocketRef& socket) {
    Part& part = parts_.front();
    size_t sent = part.file.is_open() ? WS_TRY(send_from_file(socket, part)) : WS_TRY(send_memory(socket, part));
    part.size -= std::min(sent, part.size);
    if (part.size == 0 || (part.file.is_open() && sent == 0)) parts_.pop_front();  // at the end of the file
    return sent;
  }

  WsaResult<size_t> send_memory(SocketRef& socket, Part& part) {
    if (part.size == 0) return size_t{0};
    host::Buffer buffer{const_cast<char*>(part.memory), part.size};
    size_t sent = WS_TRY(send_buffers(socket, {&buffer, 1}, nullptr, host::kMsgDontWait | more_flag()));
    part.memory += sent;
    return sent;
  }

  WsaResult<size_t> send_from_file(SocketRef& socket, Part& part) {
    NonblockingLoan loan(socket);
    if (!loan.is_granted()) return wsa_failure(WSAENOBUFS);
    return transfer(socket, Direction::kSend, host::kMsgDontWait, [&] {
      return host::send_file(socket.fd(), part.file.get(), part.offset < 0 ? nullptr : &part.offset, std::min(part.size, kMostAtOnce));
    });
  }

  // Datagrams: the parts up to the one that ends the packet. They are read once: a file's position moves.
  WsaResult<size_t> send_packet(SocketRef& socket) {
    if (!packet_) packet_ = WS_TRY(next_packet());
    host::Buffer buffer{packet_->data(), packet_->size()};
    size_t sent = WS_TRY(send_buffers(socket, {&buffer, 1}, nullptr, host::kMsgDontWait));
    packet_.reset();
    return sent;
  }

  WsaResult<std::vector<char>> next_packet() {
    std::vector<char> packet;
    for (bool more = true; more && !parts_.empty(); parts_.pop_front()) {
      WS_TRY(append(packet, parts_.front()));
      more = !parts_.front().ends_packet;
    }
    return packet;
  }

  static WsaResult<void> append(std::vector<char>& packet, Part& part) {
    constexpr size_t kLongest = 65536;
    const size_t before = packet.size(), room = std::min(part.size, kLongest);
    if (!part.file.is_open()) {
      packet.insert(packet.end(), part.memory, part.memory + room);
      return {};
    }
    packet.resize(before + room);
    auto got = part.offset < 0 ? host::read(part.file.get(), packet.data() + before, room)
                               : host::read_at(part.file.get(), packet.data() + before, room, part.offset);
    packet.resize(before + WS_TRY_HOST(std::move(got)));
    return {};
  }

  std::deque<Part> parts_;
  std::optional<std::vector<char>> packet_;  // the one to send next, if it has been read
  uint64_t sent_ = 0;
  Afterwards afterwards_;
};

// ---- arguments --------------------------------------------------------------------------------------------------------------------

constexpr DWORD kTransmitFlags = TF_DISCONNECT | TF_REUSE_SOCKET | TF_WRITE_BEHIND | TF_USE_SYSTEM_THREAD | TF_USE_KERNEL_APC;
constexpr DWORD kMostToTransmit = 2147483646;

WsaResult<Afterwards> afterwards_of(DWORD flags) {
  if (flags & ~kTransmitFlags) return wsa_failure(WSAEINVAL);
  if (flags & TF_REUSE_SOCKET) {
    if (!(flags & TF_DISCONNECT)) return wsa_failure(WSAEINVAL);
    return Afterwards::kReuse;
  }
  return flags & TF_DISCONNECT ? Afterwards::kDisconnect : Afterwards::kNothing;
}

WsaResult<UniqueFd> open_file(HANDLE handle) {
  auto file = services::open_file_of(handle);
  if (!file && static_cast<int>(file.error()) == EBADF) return wsa_failure(WSA_INVALID_HANDLE);
  return wsa_result(std::move(file));
}

WsaResult<Part> part_of_memory(const void* memory, DWORD size) {
  if (size != 0 && !can_be_memory(memory)) return wsa_failure(WSAEFAULT);
  Part part;
  part.memory = static_cast<const char*>(memory);
  part.size = size;
  return part;
}

WsaResult<Part> part_of_file(HANDLE file, int64_t offset, DWORD size) {
  Part part;
  part.file = WS_TRY(open_file(file));
  part.offset = offset;
  part.size = size ? size : kWholeFile;
  return part;
}

int64_t offset_in(const WSAOVERLAPPED& overlapped) {
  return static_cast<int64_t>(static_cast<uint64_t>(overlapped.OffsetHigh) << 32 | overlapped.Offset);
}

WsaResult<BOOL> transmit_file(SOCKET s, HANDLE file, DWORD size, WSAOVERLAPPED* overlapped, const TRANSMIT_FILE_BUFFERS* buffers,
                              DWORD flags) {
  SocketRef socket = WS_TRY(SocketTable::instance().find(s));
  if (!socket.socket().is_stream() || size > kMostToTransmit) return wsa_failure(WSAEINVAL);
  Afterwards afterwards = WS_TRY(afterwards_of(flags));
  if (!null_or_memory(buffers) || !null_or_memory(overlapped)) return wsa_failure(WSAEFAULT);
  WS_TRY_HOST(host::peer_address(socket.fd()));
  std::deque<Part> parts;
  if (buffers && buffers->HeadLength) parts.push_back(WS_TRY(part_of_memory(buffers->Head, buffers->HeadLength)));
  if (file) parts.push_back(WS_TRY(part_of_file(file, overlapped ? offset_in(*overlapped) : -1, size)));
  if (buffers && buffers->TailLength) parts.push_back(WS_TRY(part_of_memory(buffers->Tail, buffers->TailLength)));
  return run_or_begin(socket, std::make_unique<TransmitOperation>(std::move(parts), afterwards), overlapped);
}

WsaResult<BOOL> transmit_packets(SOCKET s, const TRANSMIT_PACKETS_ELEMENT* elements, DWORD count, WSAOVERLAPPED* overlapped, DWORD flags) {
  constexpr DWORD kKnown = TP_ELEMENT_MEMORY | TP_ELEMENT_FILE | TP_ELEMENT_EOP;
  SocketRef socket = WS_TRY(SocketTable::instance().find(s));
  Afterwards afterwards = WS_TRY(afterwards_of(flags));
  if ((count != 0 && !can_be_memory(elements)) || !null_or_memory(overlapped)) return wsa_failure(WSAEFAULT);
  if (!socket.socket().is_stream() && afterwards != Afterwards::kNothing) return wsa_failure(WSAEINVAL);
  WS_TRY_HOST(host::peer_address(socket.fd()));
  std::deque<Part> parts;
  for (const TRANSMIT_PACKETS_ELEMENT& element : std::span(elements, count)) {
    bool memory = element.dwElFlags & TP_ELEMENT_MEMORY, file = element.dwElFlags & TP_ELEMENT_FILE;
    if (memory == file || (element.dwElFlags & ~kKnown)) return wsa_failure(WSAEINVAL);
    parts.push_back(memory ? WS_TRY(part_of_memory(element.pBuffer, element.cLength))
                           : WS_TRY(part_of_file(element.hFile, element.nFileOffset.QuadPart, element.cLength)));
    parts.back().ends_packet = element.dwElFlags & TP_ELEMENT_EOP;
  }
  return run_or_begin(socket, std::make_unique<TransmitOperation>(std::move(parts), afterwards), overlapped);
}

}  // namespace

BOOL PASCAL TransmitFile(SOCKET hSocket, HANDLE hFile, DWORD nNumberOfBytesToWrite, DWORD, LPOVERLAPPED lpOverlapped,
                         LPTRANSMIT_FILE_BUFFERS lpTransmitBuffers, DWORD dwFlags) {
  return entry::call(
      "TransmitFile", FALSE, [=] { return transmit_file(hSocket, hFile, nNumberOfBytesToWrite, lpOverlapped, lpTransmitBuffers, dwFlags); },
      hSocket, hFile, nNumberOfBytesToWrite, lpOverlapped, lpTransmitBuffers, dwFlags);
}

BOOL PASCAL windsock_transmit_packets(SOCKET hSocket, LPTRANSMIT_PACKETS_ELEMENT lpPacketArray, DWORD nElementCount, DWORD,
                                      LPOVERLAPPED lpOverlapped, DWORD dwFlags) {
  return entry::call(
      "TransmitPackets", FALSE, [=] { return transmit_packets(hSocket, lpPacketArray, nElementCount, lpOverlapped, dwFlags); }, hSocket,
      lpPacketArray, nElementCount, lpOverlapped, dwFlags);
}
