// Operations: the calls of the library that are tried with every host call failing.
//
// `allowed` are the errors that the documentation of the call has for what can go wrong outside the program. Codes for mistakes
// of the caller (WSAEINVAL, WSAENOTSOCK, WSAEFAULT) are not among them even where the call has them: the program made none, and
// one that is told it did would never try again.
#pragma once

#include <winsock2.h>

#include <functional>
#include <memory>
#include <string>
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
  HANDLE file = nullptr, port = nullptr;
  std::unique_ptr<Partner> partner;
  std::string directory;
  // An operation's end told of an error: it cannot be made again on what is here.
  bool is_spent = false;
  std::string wrong;  // what the operation itself has found
};

struct Operation {
  std::string name;
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
  // Threads of the library take part. What they keep is gone a while after all is closed.
  bool in_background = false;
  // Errors that the host does not have here.
  std::vector<int> impossible = {};
};

const std::vector<Operation>& operations();
// Those that end later (overlapped_operations.cpp), and those that tell later (event_operations.cpp).
const std::vector<Operation>& overlapped_operations();
const std::vector<Operation>& event_operations();

// Tries one operation with one fault: the error is allowed, no descriptor and no socket of the table is left over, and the next
// try without a fault succeeds. Runs in a process of its own. Empty, or what is wrong.
std::string attempt(const Operation& operation, const Fault& fault, Fired& fired);

// A partner that makes `count` datagram sockets when it is told a process id, offers them to it and answers with the structures.
std::unique_ptr<Partner> make_source(int count);
bool ask_source(const Partner& source, int pid, WSAPROTOCOL_INFOW* infos, int count);
SOCKET claim(WSAPROTOCOL_INFOW& info);
void start_winsock();
// Sockets in the table of this process.
int sockets_in_table();

// ---- for the lists ------------------------------------------------------------------------------------------------------

[[noreturn]] void give_up(const char* what);
#define MUST(condition) ((condition) ? void() : give_up(#condition))

SOCKET bound(int type, sockaddr_in& address);
void listening(World& world);
void pending_connection(World& world);  // to the listener
void pair(World& world);                // client and server
void pair_with_file(World& world);
void with_connection(World& world);     // to windsockd: the datagram socket is shared
void peer_sends(SOCKET s);              // "data"; the host calls are not the operation's
extern const std::vector<int> kSending;
// What the threads of the library have a part in. It transfers data; more errors are allowed.
Operation later(std::string name, std::function<void(World&)> set_up, std::function<int(World&)> run, const std::vector<int>& more_errors = {});

inline int error_unless(bool good) { return good ? 0 : WSAGetLastError(); }

}  // namespace windsock::fault
