// Another process for handoff tests: the test program started again as an "agent", which does socket calls on request.
//
// The test scripts both sides, so a handoff over three processes still reads from top to bottom in one place. Requests and
// replies are fixed-size records over a loopback TCP connection, the one means of communication that every system under test
// has. Both ends are the same program file: the records need no portable form.
//
// The agent ends when its control connection ends, so a failed test leaves no process behind.
#ifndef TESTS_SUPPORT_AGENT_H
#define TESTS_SUPPORT_AGENT_H

#include <winsock2.h>
#include <windows.h>

#include <string>

#include "tests/support/sockets.h"
#include "tests/support/wsa_error.h"

namespace test_support {

inline constexpr char kAgentArgument[] = "--agent";

class Agent {
 public:
  Agent() = default;
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;
  ~Agent();

  // start() is launch() and then connect(). Between the two the process exists and nothing is known of how far it got.
  bool start() { return launch() && connect(); }
  bool launch();
  bool connect();
  DWORD pid() const { return pid_; }

  // Ends the agent: by request (it closes its sockets and cleans up), or on the spot, with everything still open.
  bool finish();
  bool exit_at_once();

  // Each does one call in the agent, on the agent's sockets. The outcome is that call's.
  Outcome claim(const WSAPROTOCOL_INFOW& info, DWORD flags = WSA_FLAG_OVERLAPPED);
  Outcome duplicate(SOCKET socket, DWORD target, WSAPROTOCOL_INFOW* info);
  Outcome connect_to_port(int family, unsigned short port);  // a new socket, connected
  // A new socket, bound to a port of the wildcard or the loopback address; `option` is SO_REUSEADDR, SO_EXCLUSIVEADDRUSE or 0.
  Outcome bind_to_port(int family, int type, int option, const Endpoint& endpoint);
  Outcome accept_on(SOCKET socket);
  Outcome send_data(SOCKET socket, const std::string& data);
  Outcome receive(SOCKET socket, std::string* data, int length);  // one recv
  Outcome receive_exactly_from(SOCKET socket, std::string* data, size_t length);
  Outcome get_option(SOCKET socket, int level, int name);
  Outcome set_option(SOCKET socket, int level, int name, int value);
  Outcome set_nonblocking(SOCKET socket, bool nonblocking);
  Outcome shutdown_socket(SOCKET socket, int how);
  Outcome close_socket(SOCKET socket);
  Outcome port_of(SOCKET socket);
  // WSAEventSelect with an event object of the agent's.
  Outcome select_events(SOCKET socket, long events);
  // What that event object tells (FD_ bits, which are taken); 0 if it tells nothing for so long.
  Outcome next_events(SOCKET socket, int milliseconds = kDeadlineMs);

 private:
  struct Request;
  struct Reply;
  friend int run_agent(const char* port);

  bool exchange(Request& request, Reply* reply);
  Outcome call(Request& request);
  bool wait_for_exit();

  Socket control_listener_;
  Socket control_;
  HANDLE process_ = nullptr;
  DWORD pid_ = 0;
};

// What the program does when it was started as an agent.
int run_agent(const char* port);

}  // namespace test_support

#endif
