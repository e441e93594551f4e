// The minimal central relay: the least that a correct handoff through a server can cost, written by hand.
//
// A server process keeps descriptors under 128-bit tokens. An offer is acknowledged with the token, for without the
// acknowledgement the target's claim, on another connection, overtakes it; a claim by the process that the offer named is
// answered with the descriptor. No quotas, no pidfd, no state, nothing that could fail: what windsockd does beyond this is
// what the rows of the handoff show.
//
// It also knows whose the events of one socket are, for the row of those: who takes them is answered when the former owner has
// been told, and has said that it has ceased.
#ifndef TESTS_BENCH_RELAY_H
#define TESTS_BENCH_RELAY_H

#include <cstddef>
#include <functional>

namespace bench {

inline constexpr char kRelayPathVariable[] = "WINDSOCK_BENCH_RELAY";

// Binds the relay's socket to a path; returns the listening descriptor, for the relay to inherit.
int listen_for_relay(const char* path);

// Serves until a signal ends the process.
[[noreturn]] void serve_relay(int listening);

// The client's part. The path stands in the environment.
void connect_to_relay();
std::size_t offer_to_relay(long socket, int target, void* ticket, std::size_t capacity);
long claim_from_relay(const void* ticket, std::size_t size);
void take_at_relay();
// The former owner's part: waits until it is told, and makes sure of it (`cease`) before it says so.
void cease_at_relay(const std::function<void()>& cease);

// One packet, with at most one descriptor. receive_packet returns the size, 0 at the end of the connection.
void send_packet(int channel, const void* data, std::size_t size, int descriptor = -1);
std::size_t receive_packet(int channel, void* data, std::size_t capacity, int* descriptor = nullptr);

}  // namespace bench

#endif
