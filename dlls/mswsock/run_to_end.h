// Extension functions that may be called without OVERLAPPED: then they wait for their end, whatever the socket's mode is.
#pragma once

#include <memory>

#include "dlls/ws2_32/transfer_operations.h"
#include "dlls/ws2_32/turn.h"
#include "dlls/ws2_32/waiting.h"

namespace windsock {

// An operation of the sending direction; without a structure it is done when this returns.
inline WsaResult<BOOL> run_or_begin(SocketRef& socket, std::unique_ptr<Operation> operation, WSAOVERLAPPED* overlapped) {
  if (overlapped) {
    WS_TRY(begin_operation(socket, SocketIo::Lane::kSend, std::move(operation), {overlapped}, nullptr, nullptr));
    return TRUE;
  }
  auto run = [&]() -> WsaResult<BOOL> {
    for (;;) {
      if (auto end = operation->attempt(socket)) {
        if (end->error != WsaError::kNone) return Failure{end->error};
        return TRUE;
      }
      WS_TRY(wait_until(socket, host::kPollOut));
    }
  };
  return in_turn(socket, SocketIo::Lane::kSend, run, Turn::Waiting::kAlways);
}

}  // namespace windsock
