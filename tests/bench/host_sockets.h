// What a row needs of the host on both sides alike.
#ifndef TESTS_BENCH_HOST_SOCKETS_H
#define TESTS_BENCH_HOST_SOCKETS_H

#include <thread>
#include <vector>

namespace bench {

// A UDP socket, bound, made by the host's own call, behind Windsock's back.
int make_host_udp_socket();

// Reads so many bytes by one call of the host's own.
void read_exactly(int socket, long bytes);

// The process that started this one: another one, of the same user's.
int parent_process();

// The processor time that a thread has used, in seconds.
double processor_seconds(std::thread& thread);

// So many accepted connections on which nothing ever comes, or as many as the limit of descriptors lets be: made once, and the same ones
// for both sides. Their other ends are in a process of their own.
const std::vector<int>& idle_connections(int count);

}  // namespace bench

#endif
