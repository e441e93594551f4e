// Windsock's side: the rows in Winsock's words, and the handoff as the documentation of WSADuplicateSocket has it.
#include "tests/bench/vocabulary.h"

#include <windows.h>

#include <cstring>

namespace bench {
namespace windsock {
namespace {

void start() {
  WSADATA data;
  require(WSAStartup(MAKEWORD(2, 2), &data) == 0, "WSAStartup");
}

void stop() { require(WSACleanup() == 0, "WSACleanup"); }

std::size_t offer(long socket, int target, void* ticket, std::size_t capacity) {
  WSAPROTOCOL_INFOW info;
  require(capacity >= sizeof info, "room for the protocol information");
  require(WSADuplicateSocketW(static_cast<Socket>(socket), static_cast<DWORD>(target), &info) == 0, "WSADuplicateSocketW");
  std::memcpy(ticket, &info, sizeof info);
  return sizeof info;
}

long claim(const void* ticket, std::size_t size) {
  WSAPROTOCOL_INFOW info;
  require(size == sizeof info, "the size of the protocol information");
  std::memcpy(&info, ticket, sizeof info);
  const Socket claimed = WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &info, 0, 0);
  require(claimed != kNoSocket, "WSASocketW");
  return static_cast<long>(claimed);
}

struct HandoffToOneself {
  explicit HandoffToOneself(int) {}
  void fill(long) {}
  void run(long count) {
    const int self = static_cast<int>(GetCurrentProcessId());
    char ticket[sizeof(WSAPROTOCOL_INFOW)];
    for (long i = 0; i < count; ++i) {
      const std::size_t size = offer(static_cast<long>(connection_.near_end.get()), self, ticket, sizeof ticket);
      require(closesocket(static_cast<Socket>(claim(ticket, size))) == 0, "closesocket");
    }
  }

 private:
  Connection connection_;
};

}  // namespace
}  // namespace windsock

const Side& windsock_side() {
  static const Side side = [] {
    Side made;
    made.name = "windsock";
    made.start = windsock::start;
    made.stop = windsock::stop;
    made.rows = windsock::call_rows();
    for (const auto& more : {windsock::connection_rows(), windsock::traffic_rows(), windsock::echo_rows(), windsock::select_rows()}) {
      made.rows.insert(made.rows.end(), more.begin(), more.end());
    }
    made.rows.push_back(windsock::row_code<windsock::HandoffToOneself>("handoff-self"));
    made.handoff.connect = [] {};  // at the first offer or claim, by itself
    made.handoff.make_socket = [] { return static_cast<long>(windsock::accept_connection()); };
    made.handoff.offer = windsock::offer;
    made.handoff.claim = windsock::claim;
    made.handoff.close = [](long socket) { require(closesocket(static_cast<SOCKET>(socket)) == 0, "closesocket"); };
    made.selection = windsock::selection();
    return made;
  }();
  return side;
}

}  // namespace bench
