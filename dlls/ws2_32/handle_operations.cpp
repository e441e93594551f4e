#include "dlls/ws2_32/handle_operations.h"

#include <winsock2.h>

#include "dlls/ws2_32/data_transfer.h"
#include "dlls/ws2_32/entry.h"
#include "dlls/ws2_32/inheritance.h"
#include "dlls/ws2_32/io_driver.h"
#include "dlls/ws2_32/operation.h"
#include "dlls/ws2_32/reactor.h"
#include "dlls/ws2_32/socket_io.h"
#include "dlls/ws2_32/socket_life.h"
#include "dlls/ws2_32/socket_table.h"
#include "dlls/ws2_32/transfer_operations.h"

namespace windsock {

namespace {

template <typename T>
bool succeeded(const WsaResult<T>& result) {
  if (result.ok()) return true;
  services::set_last_error(static_cast<uint32_t>(result.error()));
  return false;
}

// `work` done with the pinned socket; whether it succeeded.
template <typename Work>
bool done(Work work, uintptr_t socket) {
  auto found = SocketTable::instance().find(socket);
  if (!found) {
    services::set_last_error(WSA_INVALID_HANDLE);  // it is one of files here
    return false;
  }
  SocketRef pinned = std::move(found).take();
  auto body = [&] { return work(pinned); };
  return succeeded(entry::caught<void>(body));
}

constexpr int kNotFound = 1168;  // ERROR_NOT_FOUND

HowToTell how(void* overlapped, const void* routine) { return {static_cast<WSAOVERLAPPED*>(overlapped), routine, true}; }

bool close_handle(uintptr_t socket) { return succeeded(close_socket(socket)); }

uintptr_t duplicate_handle(uintptr_t socket) {
  auto found = SocketTable::instance().find(socket);
  if (!succeeded(found)) return INVALID_SOCKET;
  SocketRef pinned = std::move(found).take();
  auto fd = wsa_result(host::duplicate(pinned.fd()));
  if (!succeeded(fd)) return INVALID_SOCKET;
  pinned.socket().retain();
  auto inserted = SocketTable::instance().insert(std::move(fd).take(), &pinned.socket(), false);
  return succeeded(inserted) ? inserted.value() : INVALID_SOCKET;
}

bool get_inheritable(uintptr_t socket, bool* inheritable) {
  auto found = SocketTable::instance().find(socket);
  if (!succeeded(found)) return false;
  *inheritable = std::move(found).take().descriptor().inheritable.load();
  return true;
}

bool set_inheritable(uintptr_t socket, bool inheritable) {
  auto found = SocketTable::instance().find(socket);
  if (!succeeded(found)) return false;
  std::move(found).take().descriptor().inheritable.store(inheritable);
  return true;
}

// What is moved by a call that is not overlapped; -1: it has failed.
template <typename Move>
int64_t moved(Move move, uintptr_t socket) {
  int64_t bytes = -1;
  (void)done([&](SocketRef& pinned) -> WsaResult<void> {
    bytes = WS_TRY(move(pinned));
    return {};
  }, socket);
  return bytes;
}

int64_t read_handle(uintptr_t socket, void* data, uint32_t size) {
  return moved([=](SocketRef& pinned) { return receive_bytes(pinned, data, size, 0); }, socket);
}

int64_t write_handle(uintptr_t socket, const void* data, uint32_t size) {
  return moved([=](SocketRef& pinned) { return send_bytes(pinned, data, size, 0); }, socket);
}

bool start_read(uintptr_t socket, void* data, uint32_t size, void* overlapped, const void* routine) {
  return done([=](SocketRef& pinned) -> WsaResult<void> {
    host::Buffer buffer{data, size};
    auto operation = std::make_unique<ReceiveOperation>(std::span(&buffer, 1), 0, nullptr, nullptr);
    WS_TRY(begin_operation(pinned, SocketIo::Lane::kReceive, std::move(operation), how(overlapped, routine), nullptr, nullptr));
    return {};
  }, socket);
}

bool start_write(uintptr_t socket, const void* data, uint32_t size, void* overlapped, const void* routine) {
  return done([=](SocketRef& pinned) -> WsaResult<void> {
    host::Buffer buffer{const_cast<void*>(data), size};
    auto operation = std::make_unique<SendOperation>(std::span(&buffer, 1), 0, nullptr);
    WS_TRY(begin_operation(pinned, SocketIo::Lane::kSend, std::move(operation), how(overlapped, routine), nullptr, nullptr));
    return {};
  }, socket);
}

bool associate(uintptr_t socket, services::Port* port, uintptr_t key) {
  return done([=](SocketRef& pinned) { return pinned.socket().associate(port, key); }, socket);
}

// Modes that are on stay on.
bool set_notification_modes(uintptr_t socket, uint32_t modes) {
  return done([=](SocketRef& pinned) { return pinned.socket().set_bits(StateField::kCompletion, modes, true); }, socket);
}

template <typename Which>
bool cancel_operations(uintptr_t socket, Which which) {
  return done([&](SocketRef& pinned) -> WsaResult<void> {
    SocketIo* io = SocketIo::if_any(pinned.descriptor());
    if (!io || !io->cancel(which)) return wsa_failure(kNotFound);
    return {};
  }, socket);
}

bool cancel_own(uintptr_t socket) {
  int self = operating_thread();
  return cancel_operations(socket, [self](const Operation& operation) { return operation.thread() == self; });
}

bool cancel(uintptr_t socket, void* overlapped) {
  return cancel_operations(socket, [=](const Operation& operation) {
    return operation.thread() != 0 && (!overlapped || operation.overlapped() == overlapped);
  });
}

services::IoSource* common_source() { return IoDriver::common_if_any(); }
services::DescriptorSource* source_for_host(services::Port* port) { return IoDriver::of(port); }

bool wait_for(uintptr_t socket, int64_t deadline) {
  return done([=](SocketRef& pinned) -> WsaResult<void> {
    if (!SocketIo::of(pinned).await_signal(pinned, deadline)) return wsa_failure(WSA_WAIT_TIMEOUT);
    return {};
  }, socket);
}

bool await_end_of(const void* overlapped, int64_t deadline) {
  return await_end(*static_cast<const WSAOVERLAPPED*>(overlapped), deadline);
}

// ---- fork ---------------------------------------------------------------------------------------------------------------------
void lock_sources() {
  IoDriver::lock_for_fork();
  Reactor::instance().lock_for_fork();
}

void unlock_sources() {
  Reactor::instance().unlock_after_fork();
  IoDriver::unlock_after_fork();
}

void reset_sources() {
  Reactor::instance().reset_in_child();
  IoDriver::reset_in_child();
}

}  // namespace

const services::SocketOperations kHandleOperations = {
    .close = close_handle,
    .duplicate = duplicate_handle,
    .get_inheritable = get_inheritable,
    .set_inheritable = set_inheritable,
    .inherit = bequeath,
    .read = read_handle,
    .write = write_handle,
    .start_read = start_read,
    .start_write = start_write,
    .associate = associate,
    .set_notification_modes = set_notification_modes,
    .cancel_own = cancel_own,
    .cancel = cancel,
    .common_source = common_source,
    .source_for_host = source_for_host,
    .tell_readiness = IoDriver::tell_readiness_for_host,
    .await_end = await_end_of,
    .wait = wait_for,
    .end_thread = end_operating_thread,
    .lock_sources_for_fork = lock_sources,
    .unlock_sources_after_fork = unlock_sources,
    .reset_sources_in_child = reset_sources,
};

}  // namespace windsock
