// The records between a test and its agent (see agent.h), and how each end moves one.
#ifndef TESTS_SUPPORT_AGENT_RECORDS_H
#define TESTS_SUPPORT_AGENT_RECORDS_H

#include "tests/support/agent.h"

namespace test_support {

enum class AgentVerb : int {
  kClaim,
  kDuplicate,
  kConnect,
  kBind,
  kAccept,
  kSend,
  kReceive,
  kReceiveExactly,
  kGetOption,
  kSetOption,
  kSetNonblocking,
  kShutdown,
  kClose,
  kPort,
  kSelectEvents,
  kNextEvents,
  kExitAtOnce,
};

inline constexpr size_t kAgentDataSize = 4096;

struct Agent::Request {
  AgentVerb verb;
  SOCKET socket;
  int numbers[4];
  DWORD process;
  WSAPROTOCOL_INFOW info;
  size_t size;
  char data[kAgentDataSize];
};

struct Agent::Reply {
  Outcome outcome;
  WSAPROTOCOL_INFOW info;
  size_t size;
  char data[kAgentDataSize];
};

template <class Record>
bool send_record(SOCKET socket, const Record& record) {
  return send_all(socket, std::string(reinterpret_cast<const char*>(&record), sizeof record));
}

template <class Record>
bool receive_record(SOCKET socket, Record* record) {
  const std::string bytes = receive_exactly(socket, sizeof *record);
  if (bytes.size() != sizeof *record) return false;
  bytes.copy(reinterpret_cast<char*>(record), sizeof *record);
  return true;
}

}  // namespace test_support

#endif
