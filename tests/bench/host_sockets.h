// What a row needs of the host on both sides alike.
#ifndef TESTS_BENCH_HOST_SOCKETS_H
#define TESTS_BENCH_HOST_SOCKETS_H

namespace bench {

// A UDP socket, bound, made by the host's own call, behind Windsock's back.
int make_host_udp_socket();

}  // namespace bench

#endif
