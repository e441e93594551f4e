#include "dlls/ws2_32/socket_controls.h"

#include <array>

#include "dlls/common/debug.h"
#include "dlls/ws2_32/program_pointer.h"
#include "dlls/ws2_32/socket_life.h"

namespace windsock {
namespace {

// Once is enough, as for options.
void complain_once(const Control* control, uint32_t code) {
  static std::array<std::atomic<uint64_t>, 16> told;
  uint32_t hash = code * 0x9e3779b1u >> 22;
  uint64_t bit = uint64_t{1} << (hash & 63);
  if (told[hash >> 6].fetch_or(bit, std::memory_order_relaxed) & bit) return;
  WS_WARN(kOption, "I/O control code 0x%x %s is not supported", code, control ? control->text : "");
}

bool lacks(const void* buffer, size_t size, size_t needed) { return needed != 0 && (!can_be_memory(buffer) || size < needed); }

}  // namespace

WsaResult<void> set_socket_nonblocking(SocketRef& socket, bool nonblocking) {
  // A listener's host fd never blocks: accept() would otherwise hang when another process took the connection.
  UnderlyingSocket& state = socket.socket();
  if (is_listening(socket)) {
    if ((state.get_current(StateField::kNonblocking) != 0) == nonblocking) return {};
    return state.set(StateField::kNonblocking, nonblocking);
  }
  auto lock = state.lock_mode();
  return wsa_result(host::set_nonblocking(socket.fd(), nonblocking));
}

WsaResult<void> control_any_socket(uint32_t code, ControlCall& call) {
  const Control* control = find_control(code);
  if (!control || !control->run) {
    complain_once(control, code);
    return wsa_failure(control ? control->wrong_socket : Control{}.wrong_socket);
  }
  if (!(control->sockets & socket_set_of(call.socket.socket().kind()))) return wsa_failure(control->wrong_socket);
  if (lacks(call.in, call.in_size, control->in_size) || lacks(call.out, call.out_size, control->out_size))
    return wsa_failure(control->too_small);
  if (control->states != kAnyState && !(control->states & state_of(call.socket))) return wsa_failure(control->wrong_state);
  return control->run(call);
}

}  // namespace windsock
