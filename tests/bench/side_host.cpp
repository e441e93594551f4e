// The host's side: the rows in plain host calls, and the handoff through the minimal relay (relay.h).
#include "tests/bench/vocabulary.h"

#include "tests/bench/host_sockets.h"
#include "tests/bench/relay.h"

#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <climits>
#include <cstdio>
#include <cstring>

namespace bench {
namespace host {
namespace {

// The floor of a handoff within one process: the descriptor goes through a socket of the process and is closed again.
struct HandoffToOneself {
  explicit HandoffToOneself(int) {
    int ends[2];
    require(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0, "socketpair");
    from_.reset(ends[0]);
    to_.reset(ends[1]);
  }
  void fill(long) {}
  void run(long count) {
    for (long i = 0; i < count; ++i) {
      send_packet(from_.get(), "x", 1, connection_.near_end.get());
      char byte = 0;
      int received = -1;
      require(receive_packet(to_.get(), &byte, 1, &received) == 1 && received >= 0, "receiving the descriptor");
      require(close(received) == 0, "close");
    }
  }

 private:
  Connection connection_;
  OwnedSocket from_;
  OwnedSocket to_;
};

}  // namespace
}  // namespace host

int make_host_udp_socket() {
  const int socket = host::make_socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC);
  host::bind_to_loopback(socket);
  return socket;
}

void read_exactly(int socket, long bytes) {
  std::vector<char> room(static_cast<std::size_t>(bytes));
  require(recv(socket, room.data(), room.size(), MSG_WAITALL) == bytes, "reading what has been sent");
}

int parent_process() { return getppid(); }

double processor_seconds(std::thread& thread) {
  clockid_t clock;
  timespec time;
  require(pthread_getcpuclockid(thread.native_handle(), &clock) == 0 && clock_gettime(clock, &time) == 0, "a thread's clock");
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

const std::vector<int>& idle_connections(int count) {
  constexpr int kReserve = 1500;  // descriptors for all else
  static const auto& made = *new std::vector<int>([count] {
    rlimit limit;
    require(getrlimit(RLIMIT_NOFILE, &limit) == 0, "RLIMIT_NOFILE");
    const int possible = static_cast<int>(std::min<rlim_t>(limit.rlim_cur, INT_MAX)) - kReserve;
    if (possible < count) std::printf("(idle connections: %d; the limit of descriptors allows no more)\n", possible);
    const host::Listener listener;
    const pid_t owner = fork();
    require(owner >= 0, "fork");
    if (owner == 0) {  // ends with its parent
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      for (int i = 0; i < count; ++i) host::connect_to(host::make_socket(AF_INET, SOCK_STREAM), listener.address());
      for (;;) pause();
    }
    std::vector<int> connections;
    while (static_cast<int>(connections.size()) < std::min(count, possible)) connections.push_back(listener.take());
    return connections;
  }());
  return made;
}

const Side& host_side() {
  static const Side side = [] {
    Side made;
    made.name = "raw";
    made.start = [] {};
    made.stop = [] {};
    made.rows = host::call_rows();
    for (const auto& more : {host::connection_rows(), host::traffic_rows(), host::echo_rows(), host::select_rows()}) {
      made.rows.insert(made.rows.end(), more.begin(), more.end());
    }
    made.rows.push_back(host::row_code<host::HandoffToOneself>("handoff-self"));
    made.handoff.connect = connect_to_relay;
    made.handoff.make_socket = [] { return static_cast<long>(host::accept_connection()); };
    made.handoff.offer = offer_to_relay;
    made.handoff.claim = claim_from_relay;
    made.handoff.close = [](long socket) { require(close(static_cast<int>(socket)) == 0, "close"); };
    made.selection = host::selection();
    return made;
  }();
  return side;
}

}  // namespace bench
