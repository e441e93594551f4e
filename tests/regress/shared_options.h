// Options that all descriptors of a socket have in common, each with a value that is not its first.
#ifndef TESTS_REGRESS_SHARED_OPTIONS_H
#define TESTS_REGRESS_SHARED_OPTIONS_H

#include <winsock2.h>

namespace regress {

struct SharedOption {
  const char* name;
  int level, option, value;
};

inline constexpr SharedOption kSharedOptions[] = {
    {"KeepAlive", SOL_SOCKET, SO_KEEPALIVE, 1},      {"ReceiveTimeout", SOL_SOCKET, SO_RCVTIMEO, 4321},
    {"SendTimeout", SOL_SOCKET, SO_SNDTIMEO, 1234},  {"SendBuffer", SOL_SOCKET, SO_SNDBUF, 20000},
    {"ReceiveBuffer", SOL_SOCKET, SO_RCVBUF, 30000}, {"OutOfBandInline", SOL_SOCKET, SO_OOBINLINE, 1},
    {"DontLinger", SOL_SOCKET, SO_DONTLINGER, 0},    {"NoDelay", IPPROTO_TCP, TCP_NODELAY, 1},
};

}  // namespace regress

#endif
