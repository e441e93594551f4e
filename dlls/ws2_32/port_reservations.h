// Ports set aside at run time (SIO_ACQUIRE_PORT_RESERVATION): a block that no other socket gets, for sockets of this process that are
// associated with it.
//
// The host knows no such thing. A reservation is a socket of our own for each port, bound and doing nothing; a socket that is
// associated with it takes the place of one when it binds. The reservation ends with the socket it was acquired on, as documented, or
// by its release. Between the end of a holder and the bind that takes its place another program could get the port; then the next
// one of the block is tried.
//
// Threads: a mutex. https://learn.microsoft.com/windows/win32/winsock/sio-acquire-port-reservation
#pragma once

#include <map>
#include <mutex>

#include "dlls/ws2_32/descriptor.h"
#include "dlls/ws2_32/wsa_error.h"

namespace windsock {

class PortReservations {
 public:
  static PortReservations& instance();

  struct Granted {
    uint64_t token = 0;
    uint16_t first = 0;
  };
  // `first` 0: any block. WSAEINVAL: no ports, or more than there are. WSAEADDRINUSE: not all of them are free.
  WsaResult<Granted> acquire(SocketRef& owner, uint16_t first, uint16_t count);
  // WSAEINVAL: no such reservation.
  WsaResult<void> release(uint64_t token);
  WsaResult<void> associate(SocketRef& socket, uint64_t token);

  // Binds a socket that is associated with a reservation: to a port of the block when `address` names none. WSAEADDRINUSE: none left.
  WsaResult<void> bind(SocketRef& socket, const host::Address& address);
  // The socket has gone, and with it the reservations it owns.
  void forget(const UnderlyingSocket& socket);

 private:
  struct Reservation {
    const UnderlyingSocket* owner;
    SocketKind kind;
    uint16_t first;
    std::map<uint16_t, UniqueFd> holders;  // one that is taken has no fd
  };
  using Reservations = std::map<uint64_t, Reservation>;
  void end(Reservations::iterator reservation);  // under mutex_

  std::mutex mutex_;
  uint64_t next_token_ = 1;
  Reservations reservations_;
  std::map<const UnderlyingSocket*, uint64_t> associations_;
};

}  // namespace windsock
