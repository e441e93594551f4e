// Operations: the calls of the library that are tried with every host call failing.
//
// `allowed` are the errors that the documentation of the call has for what can go wrong outside the program. Codes for mistakes
// of the caller (WSAEINVAL, WSAENOTSOCK, WSAEFAULT) are not among them even where the call has them: the program made none, and
// one that is told it did would never try again.
#pragma once

#include <winsock2.h>

#include <functional>
#include <memory>
#include <vector>

#include "tests/fault/attempt.h"

namespace windsock::fault {

// What an operation works on; made anew for each attempt.
struct World {
  SOCKET listener = INVALID_SOCKET;
  SOCKET client = INVALID_SOCKET;
  SOCKET server = INVALID_SOCKET;
  SOCKET datagram = INVALID_SOCKET;
  sockaddr_in address{};
  WSAPROTOCOL_INFOW info{};
  std::vector<SOCKET> made;  // by the operation; closed after it
  HANDLE file = nullptr;
  std::unique_ptr<Partner> partner;
  std::string directory;
};

struct Operation {
  const char* name;
  std::vector<int> allowed;
  std::function<void(World&)> set_up;
  std::function<int(World&)> run;  // 0, or the Winsock error
  // The operation may leave the connection to windsockd behind, one descriptor that stays.
  bool meets_server = false;
  // The connection that the set-up made is found broken.
  bool loses_connection = false;
  // A socket that has arrived and could not become a SOCKET stays until the next try, which takes it.
  bool keeps_socket = false;
  // The least number of host calls; fewer mean that the test has lost sight of them.
  unsigned least_calls = 1;
  // Whether an error after this fault means that the operation cannot succeed any more. Never for a claim that says WSAEMFILE.
  std::function<bool(const Fired&, int error)> is_final = nullptr;
  std::function<void(World&)> tear_down = nullptr;
};

const std::vector<Operation>& operations();

// Tries one operation with one fault: the error is allowed, no descriptor and no socket of the table is left over, and the next
// try without a fault succeeds. Runs in a process of its own. Empty, or what is wrong.
std::string attempt(const Operation& operation, unsigned call, unsigned error, Fired& fired);

// A partner that makes `count` datagram sockets when it is told a process id, offers them to it and answers with the structures.
std::unique_ptr<Partner> make_source(int count);
bool ask_source(const Partner& source, int pid, WSAPROTOCOL_INFOW* infos, int count);
SOCKET claim(WSAPROTOCOL_INFOW& info);
void start_winsock();
// Sockets in the table of this process.
int sockets_in_table();

}  // namespace windsock::fault
