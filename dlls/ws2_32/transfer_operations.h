// Overlapped sends and receives: the rules of data_transfer.h, tried without waiting until they are done.
#pragma once

#include <winsock2.h>

#include <memory>
#include <span>
#include <vector>

#include "dlls/ws2_32/data_transfer.h"
#include "dlls/ws2_32/operation.h"
#include "dlls/ws2_32/socket_io.h"

namespace windsock {

// What an attempt makes of an error: nothing, if the host is not ready or the socket is being closed (who closes it ends the operation).
std::optional<OperationEnd> end_by(WsaError error);

// A socket without the overlapped attribute ignores the structure.
inline HowToTell heeded(const SocketRef& socket, HowToTell how) {
  if (how.overlapped && !socket.socket().is_overlapped()) [[unlikely]] return {};
  return how;
}

// WSAEFAULT, and what Operation::prepare says.
WsaResult<void> prepare_operation(SocketRef& socket, Operation& operation, HowToTell how);
// Begins one that is prepared: what the call returns. `bytes` and `flags` may be null; they are filled if the end came at once.
WsaResult<int> begin_prepared(SocketRef& socket, SocketIo::Lane lane, std::unique_ptr<Operation> operation, DWORD* bytes, DWORD* flags);
// Both.
WsaResult<int> begin_operation(SocketRef& socket, SocketIo::Lane lane, std::unique_ptr<Operation> operation, HowToTell how, DWORD* bytes,
                               DWORD* flags);

// A copy of the program's buffers (not of what is in them), without what has been moved already.
class BuffersLeft {
 public:
  explicit BuffersLeft(std::span<const host::Buffer> buffers);
  ~BuffersLeft() {
    if (count_ > 1) delete[] begin();
  }
  BuffersLeft(const BuffersLeft&) = delete;
  BuffersLeft& operator=(const BuffersLeft&) = delete;
  std::span<const host::Buffer> span() const { return {begin() + first_, count_ - first_}; }
  size_t size() const;
  void moved(size_t bytes);

 private:
  host::Buffer* begin() const { return count_ > 1 ? static_cast<host::Buffer*>(one_.data) : const_cast<host::Buffer*>(&one_); }

  host::Buffer one_;  // or where they are, if there are more
  uint32_t count_;
  uint32_t first_ = 0;
};

class ReceiveOperation final : public Operation {
 public:
  // `from` and `fromlen` are the program's, and written at the end; null: nobody asks.
  ReceiveOperation(std::span<const host::Buffer> buffers, int host_flags, sockaddr* from, int* fromlen)
      : buffers_(buffers), sender_(from ? new Sender{from, fromlen, {}} : nullptr), host_flags_(host_flags) {}
  std::optional<OperationEnd> attempt(SocketRef& socket) override;

 private:
  std::optional<OperationEnd> await_data(SocketRef& socket);

  struct Sender {
    sockaddr* from;
    int* fromlen;
    host::Address address;
  };

  BuffersLeft buffers_;
  std::unique_ptr<Sender> sender_;  // if somebody asks
  int host_flags_;
  uint32_t received_ = 0;  // MSG_WAITALL
};
// There is one for each idle connection of a server.
static_assert(sizeof(ReceiveOperation) <= 120);

class SendOperation final : public Operation {
 public:
  // Null `to`: to the connected peer. `control` is in the host's form.
  SendOperation(std::span<const host::Buffer> buffers, int host_flags, const host::Address* to, std::span<const std::byte> control = {});
  std::optional<OperationEnd> attempt(SocketRef& socket) override;

 private:
  BuffersLeft buffers_;
  std::unique_ptr<host::Address> to_;
  std::vector<std::byte> control_;
  int host_flags_;
  uint32_t sent_ = 0;
};

}  // namespace windsock
