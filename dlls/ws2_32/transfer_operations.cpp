#include "dlls/ws2_32/transfer_operations.h"

#include <algorithm>

#include "dlls/ws2_32/program_pointer.h"
#include "dlls/ws2_32/translate_address.h"
#include "dlls/ws2_32/translate_flags.h"

namespace windsock {

std::optional<OperationEnd> end_by(WsaError error) {
  if (error == static_cast<WsaError>(WSAEWOULDBLOCK) || error == static_cast<WsaError>(WSAEINTR)) return std::nullopt;
  return OperationEnd{.error = error};
}

WsaResult<void> prepare_operation(SocketRef& socket, Operation& operation, HowToTell how) {
  if (!can_be_memory(how.overlapped)) return wsa_failure(WSAEFAULT);
  return operation.prepare(socket.socket(), how);
}

WsaResult<int> begin_operation(SocketRef& socket, SocketIo::Lane lane, std::unique_ptr<Operation> operation, HowToTell how, DWORD* bytes,
                               DWORD* flags) {
  WS_TRY(prepare_operation(socket, *operation, how));
  return begin_prepared(socket, lane, std::move(operation), bytes, flags);
}

WsaResult<int> begin_prepared(SocketRef& socket, SocketIo::Lane lane, std::unique_ptr<Operation> operation, DWORD* bytes, DWORD* flags) {
  OperationEnd end = WS_TRY(SocketIo::of(socket).begin(socket, lane, std::move(operation)));
  if (bytes) *bytes = end.bytes;
  if (flags) *flags = end.flags;
  if (end.error != WsaError::kNone) return Failure{end.error};
  return 0;
}

// ---- BuffersLeft ----------------------------------------------------------------------------------------------------------------

BuffersLeft::BuffersLeft(std::span<const host::Buffer> buffers) : count_(static_cast<uint32_t>(buffers.size())) {
  if (count_ > 1) one_.data = new host::Buffer[count_];
  std::copy(buffers.begin(), buffers.end(), begin());
}

size_t BuffersLeft::size() const {
  size_t sum = 0;
  for (const host::Buffer& buffer : span()) sum += buffer.size;
  return sum;
}

void BuffersLeft::moved(size_t bytes) {
  while (first_ < count_) {
    host::Buffer& buffer = begin()[first_];
    size_t part = std::min(bytes, buffer.size);
    buffer = {static_cast<char*>(buffer.data) + part, buffer.size - part};
    bytes -= part;
    if (buffer.size != 0) return;
    ++first_;
  }
}

// ---- receiving --------------------------------------------------------------------------------------------------------------------

// A receive into no room at all ends when there is something to receive, and leaves it.
std::optional<OperationEnd> ReceiveOperation::await_data(SocketRef& socket) {
  char byte;
  host::Buffer buffer{&byte, 1};
  auto seen = receive_buffers(socket, {&buffer, 1}, nullptr, host::kMsgPeek | host::kMsgDontWait);
  if (!seen) return end_by(seen.error());
  return OperationEnd{};
}

std::optional<OperationEnd> ReceiveOperation::attempt(SocketRef& socket) {
  const bool stream = socket.socket().is_stream(), all = host_flags_ & host::kMsgWaitAll;
  size_t room = buffers_.size();
  if (stream && room == 0) return await_data(socket);
  for (;;) {
    auto data = receive_buffers(socket, buffers_.span(), sender_ ? &sender_->address : nullptr, (host_flags_ & ~host::kMsgWaitAll) | host::kMsgDontWait);
    if (!data) {
      auto end = end_by(data.error());
      return end && received_ != 0 ? OperationEnd{.bytes = received_} : end;
    }
    const ReceivedData got = data.value();
    received_ += got.size;
    if (all && stream && got.size != 0 && got.size < room) {
      buffers_.moved(got.size);
      room -= got.size;
      continue;
    }
    OperationEnd end{.bytes = received_, .flags = static_cast<uint32_t>(received_flags_from_host(got.host_flags))};
    end.drained = got.size < room && socket.socket().less_is_all() && !(host_flags_ & host::kMsgPeek);
    if (sender_) {
      if (auto stored = address_from_host(sender_->address, sender_->from, sender_->fromlen); !stored) end.error = stored.error();
    }
    if (got.host_flags & host::kMsgTrunc) end.error = static_cast<WsaError>(WSAEMSGSIZE);
    return end;
  }
}

// ---- sending ----------------------------------------------------------------------------------------------------------------------

SendOperation::SendOperation(std::span<const host::Buffer> buffers, int host_flags, const host::Address* to, std::span<const std::byte> control)
    : buffers_(buffers), control_(control.begin(), control.end()), host_flags_(host_flags | host::kMsgDontWait) {
  if (to) to_ = std::make_unique<host::Address>(*to);
}

// A stream's send is done when all is sent.
std::optional<OperationEnd> SendOperation::attempt(SocketRef& socket) {
  auto sent = control_.empty() ? send_buffers(socket, buffers_.span(), to_.get(), host_flags_)
                               : send_message(socket, buffers_.span(), to_.get(), control_, host_flags_);
  if (!sent) return end_by(sent.error() == static_cast<WsaError>(WSAEDESTADDRREQ) ? static_cast<WsaError>(WSAENOTCONN) : sent.error());
  sent_ += sent.value();
  buffers_.moved(sent.value());
  if (socket.socket().is_stream() && buffers_.size() != 0) return std::nullopt;  // until the host would block
  return OperationEnd{.bytes = sent_};
}

}  // namespace windsock
