// What is measured and what is asked of it: the rows of the benchmark, and those of the exact gates.
//
// docs/performance.md tells where the numbers come from.
#ifndef TESTS_BENCH_GOALS_H
#define TESTS_BENCH_GOALS_H

#include <string_view>

#include "tests/bench/syscall_counter.h"

namespace bench {

// As many connections as the rows with idle ones have, and the bytes that one of them may cost a process (idle_memory).
inline constexpr int kIdleConnections = 10000;
inline constexpr int kIdleSocketGoal = 512;
// The exact gate takes fewer, so that it is done in a moment, and no table grows between its two halves: what is left is the socket's own.
inline constexpr int kGateConnections = 2000;
inline constexpr int kGateSocketGoal = 416;

// A row of the clock: Windsock may take `goal` times as long as the host's own calls, and `goal_in_wine` times when a Windows program in
// Wine calls it; 0: not asked.
struct ClockRow {
  const char* title;
  const char* row;
  int argument;
  long batch;  // operations between two fills
  double goal;
  double goal_in_wine;
};

inline constexpr ClockRow kClockRows[] = {
    {"TCP ping-pong 64 B, blocking", "tcp-ping-pong", 0, 200, 1.05, 1.1},
    {"TCP 64 KiB blocks one way", "tcp-one-way", 0, 100, 1.05, 1.05},
    {"send 1 B", "send", 0, 64, 1.15, 1.4},
    {"recv 1 B, ready", "recv", 0, 1000, 1.15, 1.5},
    {"recv would block", "recv-would-block", 0, 1000, 1.25, 1.8},
    {"socket + close", "socket-close", 4, 200, 1.15, 1.3},
    {"connect + accept + close", "connect-accept-close", 0, 100, 1.10, 1.15},
    {"select, 1 socket", "select", 1, 1000, 1.6, 2},
    {"select, 64 sockets", "select", 64, 200, 1.1, 1.2},
    {"WSAPoll, 1 socket", "poll", 1, 1000, 1.3, 1.8},
    {"WSAPoll, 64 sockets", "poll", 64, 200, 1.1, 1.15},
    {"WSAPoll, 200 sockets", "poll", 200, 100, 1.1, 1.15},
    {"setsockopt TCP_NODELAY", "setsockopt", 0, 1000, 1.25, 1.8},
    {"getsockopt TCP_NODELAY", "getsockopt", 0, 1000, 1.25, 1.8},
    {"getsockname", "getsockname", 0, 1000, 1.25, 1.8},
    {"ioctlsocket FIONREAD", "fionread", 0, 1000, 1.25, 1.8},
    {"WSAIoctl SIO_TCP_INFO", "tcp-info", 0, 1000, 1.25, 0},
    {"getaddrinfo, numbers", "numeric-name", 0, 200, 2.5, 0},
    {"UDP 64 KB by 54 sends", "udp-many", 0, 20, 1.15, 0},
    {"UDP 64 KB by one segmented send", "udp-many", 1, 20, 1.15, 0},
    {"UDP ping-pong 64 B, blocking", "udp-ping-pong", 0, 200, 1.05, 1.1},
    {"handoff to oneself", "handoff-self", 0, 100, 0.5, 0},
    {"port, echo, 1 connection", "port-echo", 1, 200, 1.25, 1.5},
    {"port, echo, 64 connections", "port-echo", 64, 640, 1.15, 0},
    {"port, echo, 512 connections", "port-echo", 512, 1024, 1.15, 0},
    {"port, echo, 1, batched", "port-echo-batched", 1, 200, 1.25, 0},
    {"port, echo, 64, batched", "port-echo-batched", 64, 640, 1.15, 0},
    {"port, echo, 512, batched", "port-echo-batched", 512, 1024, 1.15, 0},
    {"port, echo, 1 beside 10,000 idle", "port-echo-idle", kIdleConnections, 200, 1.25, 0},
    {"events, echo, 1 connection", "event-echo", 1, 200, 1.25, 1.5},
    {"completion routines, echo", "routine-echo", 1, 200, 1.25, 1.5},
    {"network events, echo, 1 connection", "select-echo", 1, 200, 1.25, 1.5},
    {"network events, echo, 60 connections", "select-echo", 60, 600, 1.25, 0},
    {"WSAEventSelect", "event-select", 0, 500, 3, 0},
    {"WSAEventSelect, shared socket", "shared-select", 0, 100, 2, 0},
    {"wait for an event that is set", "event-wait", 0, 1000, 1, 0},
    {"network events, upload to a slow reader", "select-upload", 0, 20, 1.05, 1.05},
    {"AcceptEx + connect + close", "accept-ex", 0, 100, 1.2, 1.3},
};

// The handoff to another process against the minimal relay: time to the claim (p50), and time per handoff of a stream.
inline constexpr double kHandoffLatencyGoal = 1.25;
inline constexpr double kHandoffStreamGoal = 1.25;

// WSAEventSelect on a socket whose events another process has, against a relay that asks the former owner, too.
inline constexpr double kTakeGoal = 2;

// A row of the exact gates. No clock: these numbers repeat.
struct ExactRow {
  const char* title;
  const char* row;
  int argument;
  // The system calls that Windsock may make beyond the host's own program: at most `extra_count`, of this kind alone unless
  // it is empty.
  std::string_view extra_call;
  int extra_count;
  // The user instructions that it may execute beyond; -1: not asked.
  int extra_instructions;
  // Whose system calls: where a thread looks after something by the clock, what it does is no matter of operations, and it is held meanwhile.
  Counted counted = Counted::kAllThreads;
  // How many calls of all operations together the host's own timing may add: a call too many that is ours is there each time.
  int spare = 0;
  // Rows of calls that ask windsockd: counted only where one is there, and without the sleep until it answers, which is a matter of luck.
  enum class Asks { kNobody, kServer } asks = Asks::kNobody;
};

// Segmented sends of ours against plain sends of the host: so many times fewer system calls for the same datagrams, at least.
inline constexpr ExactRow kPlainDatagrams{"datagrams, a send each", "udp-many", 0, "", 0, -1};
inline constexpr ExactRow kSegmentedDatagrams{"datagrams, segmented", "udp-many", 1, "", 0, -1};
inline constexpr int kSegmentationGain = 3;

inline constexpr int kInstructions = 150;
inline constexpr int kPerDescriptor = 25;

inline constexpr ExactRow kExactRows[] = {
    {"send", "send", 0, "", 0, kInstructions},
    {"recv, data ready", "recv", 0, "", 0, kInstructions},
    {"recv would block", "recv-would-block", 0, "", 0, kInstructions},
    {"setsockopt", "setsockopt", 0, "", 0, kInstructions},
    {"getsockopt", "getsockopt", 0, "", 0, kInstructions},
    {"getsockname", "getsockname", 0, "", 0, kInstructions},
    {"ioctlsocket FIONREAD", "fionread", 0, "", 0, kInstructions},
    {"WSAIoctl SIO_TCP_INFO", "tcp-info", 0, "", 0, -1},
    {"getaddrinfo, numbers", "numeric-name", 0, "", 0, -1},
    {"54 datagrams, a send each", "udp-many", 0, "", 0, -1},
    {"54 datagrams, segmented", "udp-many", 1, "", 0, -1},
    {"select, 1 socket", "select", 1, "", 0, kInstructions + kPerDescriptor},
    {"select, 64 sockets", "select", 64, "", 0, kInstructions + 64 * kPerDescriptor},
    {"WSAPoll, 1 socket", "poll", 1, "", 0, kInstructions + kPerDescriptor},
    {"WSAPoll, 64 sockets", "poll", 64, "", 0, kInstructions + 64 * kPerDescriptor},
    {"WSAPoll, 200 sockets", "poll", 200, "", 0, kInstructions + 200 * kPerDescriptor},
    {"socket + close, IPv4", "socket-close", 4, "", 0, -1},
    {"socket + close, IPv6", "socket-close", 6, "setsockopt", 1, -1},
    {"accept", "accept", 0, "poll", 1, -1},
    {"connect + accept + close", "connect-accept-close", 0, "poll", 1, -1},
    {"first use of a host's descriptor", "adopt", 0, "", 3, -1},
    {"echo by network events", "select-echo-one-thread", 1, "", 0, -1, Counted::kCallingThread},
    {"echo by a completion port", "port-echo-one-thread", 1, "", 0, -1, Counted::kCallingThread},
    {"64 echoes by a completion port", "port-echo-one-thread", 64, "epoll_wait", 3, -1, Counted::kCallingThread},
    {"echo by a port, batched", "port-echo-batched-one-thread", 1, "", 0, -1, Counted::kCallingThread},
    {"echo by events", "event-echo-one-thread", 1, "", 0, -1, Counted::kCallingThread},
    {"echo by completion routines", "routine-echo-one-thread", 1, "", 0, -1, Counted::kCallingThread},
    {"AcceptEx + connect + close", "accept-ex", 0, "", 6, -1, Counted::kCallingThread},
    {"upload by network events", "select-upload-one-thread", 0, "", 3, -1, Counted::kCallingThread, 10},
    {"WSAEventSelect", "event-select", 0, "", 2, -1, Counted::kCallingThread},
    {"WSAEventSelect, shared", "shared-select", 0, "", 4, -1, Counted::kCallingThread, 0, ExactRow::Asks::kServer},
    {"wait for an event that is set", "event-wait", 0, "", 0, -1, Counted::kCallingThread},
};

}  // namespace bench

#endif
