#include "dlls/ws2_32/socket_controls.h"

#include <ws2tcpip.h>

#include <cstring>
#include <iterator>

#include "dlls/common/debug.h"
#include "dlls/ws2_32/program_pointer.h"
#include "dlls/ws2_32/socket_life.h"

namespace windsock {
namespace {

using Number = uint32_t;  // u_long

WsaResult<size_t> put_number(const ControlBuffers& buffers, Number number) {
  memcpy(buffers.out, &number, sizeof number);
  return sizeof number;
}

WsaResult<size_t> set_mode(SocketRef& socket, const ControlBuffers& buffers) {
  Number on;
  memcpy(&on, buffers.in, sizeof on);
  WS_TRY(set_socket_nonblocking(socket, on != 0));
  return size_t{0};
}

WsaResult<size_t> count_readable(SocketRef& socket, const ControlBuffers& buffers) {
  return put_number(buffers, static_cast<Number>(WS_TRY_HOST(host::bytes_readable(socket.fd()))));
}

// TRUE: no urgent data is waiting. The host's call of this name asks another question (is it the very next byte?), so the host is
// asked whether urgent data is there.
WsaResult<size_t> no_urgent_data(SocketRef& socket, const ControlBuffers& buffers) {
  if (!socket.socket().is_stream()) return wsa_failure(WSAEINVAL);
  host::PollEntry entry{socket.fd(), host::kPollPri, 0};
  WS_TRY_HOST(host::poll(&entry, 1, 0));
  return put_number(buffers, !(entry.revents & host::kPollPri));
}

struct Control {
  uint32_t code;
  size_t in_size;
  size_t out_size;
  WsaResult<size_t> (*run)(SocketRef& socket, const ControlBuffers& buffers);
};

constexpr Control kControls[] = {
    {static_cast<uint32_t>(FIONBIO), sizeof(Number), 0, set_mode},
    {static_cast<uint32_t>(FIONREAD), 0, sizeof(Number), count_readable},
    {static_cast<uint32_t>(SIOCATMARK), 0, sizeof(Number), no_urgent_data},
};

}  // namespace

WsaResult<void> set_socket_nonblocking(SocketRef& socket, bool nonblocking) {
  // A listener's host fd never blocks: accept() would otherwise hang when another process took the connection.
  UnderlyingSocket& state = socket.socket();
  if (is_listening(socket)) {
    if ((state.get_current(StateField::kNonblocking) != 0) == nonblocking) return {};
    return state.set(StateField::kNonblocking, nonblocking);
  }
  return wsa_result(host::set_nonblocking(socket.fd(), nonblocking));
}

WsaResult<size_t> control_socket(SocketRef& socket, uint32_t code, const ControlBuffers& buffers) {
  for (const Control& control : kControls) {
    if (control.code != code) continue;
    if ((control.in_size && (!can_be_memory(buffers.in) || buffers.in_size < control.in_size)) ||
        (control.out_size && (!can_be_memory(buffers.out) || buffers.out_size < control.out_size)))
      return wsa_failure(WSAEFAULT);
    return control.run(socket, buffers);
  }
  WS_WARN(kOption, "I/O control code 0x%x is not supported", code);
  return wsa_failure(WSAEOPNOTSUPP);
}

}  // namespace windsock
