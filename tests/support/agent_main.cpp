// The agent's side (see agent.h): one request, one call, one reply, until the control connection ends.
#include <cstdlib>

#include "tests/support/agent_records.h"

namespace test_support {
namespace {

// Exit code of an agent that could not reach its test.
constexpr int kNoControl = 2;

// One for all that it selects.
WSAEVENT the_event() {
  static const WSAEVENT event = WSACreateEvent();
  return event;
}

}  // namespace

int run_agent(const char* port) {
  using Request = Agent::Request;
  using Reply = Agent::Reply;
  using Handler = Outcome (*)(const Request&, Reply&);

  // In the order of AgentVerb.
  static constexpr Handler kHandlers[] = {
      [](const Request& request, Reply&) {
        WSAPROTOCOL_INFOW info = request.info;
        return outcome_of([&] {
          return WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &info, 0,
                            static_cast<DWORD>(request.numbers[0]));
        });
      },
      [](const Request& request, Reply& reply) {
        return outcome_of([&] { return WSADuplicateSocketW(request.socket, request.process, &reply.info); });
      },
      [](const Request& request, Reply&) {
        return outcome_of([&]() -> SOCKET {
          Socket socket = make_socket(request.numbers[0], SOCK_STREAM);
          const Endpoint endpoint = loopback(request.numbers[0], static_cast<unsigned short>(request.numbers[1]));
          if (connect(socket.get(), endpoint.address(), endpoint.length) != 0) return INVALID_SOCKET;
          return socket.release();
        });
      },
      [](const Request& request, Reply&) {
        return outcome_of([&]() -> SOCKET {
          Socket socket = make_socket(request.numbers[0], request.numbers[1]);
          const int option = request.numbers[2];
          if (option != 0 && !test_support::set_option(socket.get(), SOL_SOCKET, option, 1)) return INVALID_SOCKET;
          if (bind(socket.get(), reinterpret_cast<const sockaddr*>(request.data), request.numbers[3]) != 0) {
            const int error = WSAGetLastError();
            socket.close();
            WSASetLastError(error);
            return INVALID_SOCKET;
          }
          return socket.release();
        });
      },
      [](const Request& request, Reply&) { return outcome_of([&] { return accept(request.socket, nullptr, nullptr); }); },
      [](const Request& request, Reply&) {
        return outcome_of([&] { return send(request.socket, request.data, static_cast<int>(request.size), 0); });
      },
      [](const Request& request, Reply& reply) {
        const Outcome outcome = outcome_of([&] { return recv(request.socket, reply.data, request.numbers[0], 0); });
        reply.size = outcome.failed() ? 0 : static_cast<size_t>(outcome.result);
        return outcome;
      },
      [](const Request& request, Reply& reply) {
        const std::string data = receive_exactly(request.socket, request.size);
        reply.size = data.copy(reply.data, sizeof reply.data);
        return Outcome{static_cast<long long>(reply.size), 0};
      },
      [](const Request& request, Reply&) {
        int value = 0;
        int length = sizeof value;
        Outcome outcome = outcome_of([&] {
          return getsockopt(request.socket, request.numbers[0], request.numbers[1], reinterpret_cast<char*>(&value), &length);
        });
        if (!outcome.failed()) outcome.result = value;
        return outcome;
      },
      [](const Request& request, Reply&) {
        return outcome_of([&] {
          return setsockopt(request.socket, request.numbers[0], request.numbers[1],
                            reinterpret_cast<const char*>(&request.numbers[2]), sizeof(int));
        });
      },
      [](const Request& request, Reply&) {
        return outcome_of([&] {
          u_long value = static_cast<u_long>(request.numbers[0]);
          return ioctlsocket(request.socket, FIONBIO, &value);
        });
      },
      [](const Request& request, Reply&) { return outcome_of([&] { return shutdown(request.socket, request.numbers[0]); }); },
      [](const Request& request, Reply&) { return outcome_of([&] { return closesocket(request.socket); }); },
      [](const Request& request, Reply&) {
        return outcome_of([&]() -> int {
          const Endpoint endpoint = local_name(request.socket);
          return endpoint.length == 0 ? -1 : endpoint.port();
        });
      },
      [](const Request& request, Reply&) {
        return outcome_of([&] { return WSAEventSelect(request.socket, the_event(), request.numbers[0]); });
      },
      [](const Request& request, Reply&) {
        WSAEVENT event = the_event();
        if (WSAWaitForMultipleEvents(1, &event, FALSE, static_cast<DWORD>(request.numbers[0]), FALSE) != WSA_WAIT_EVENT_0) return Outcome{0, 0};
        WSANETWORKEVENTS record{};
        Outcome outcome = outcome_of([&] { return WSAEnumNetworkEvents(request.socket, event, &record); });
        if (!outcome.failed()) outcome.result = record.lNetworkEvents;
        return outcome;
      },
      [](const Request&, Reply&) -> Outcome { std::_Exit(0); },
  };

  WSADATA data;
  if (WSAStartup(MAKEWORD(2, 2), &data) != 0) return kNoControl;
  {
    Socket control = make_socket(AF_INET, SOCK_STREAM);
    const Endpoint endpoint = loopback(AF_INET, static_cast<unsigned short>(std::atoi(port)));
    if (connect(control.get(), endpoint.address(), endpoint.length) != 0) return kNoControl;
    set_option(control.get(), IPPROTO_TCP, TCP_NODELAY, 1);
    // An agent waits for its next request as long as its test lives.
    for (;;) {
      Request request{};
      int received = 0;
      while (received < static_cast<int>(sizeof request)) {
        const int count = recv(control.get(), reinterpret_cast<char*>(&request) + received,
                               static_cast<int>(sizeof request) - received, 0);
        if (count <= 0) break;
        received += count;
      }
      if (received < static_cast<int>(sizeof request)) break;
      Reply reply{};
      reply.outcome = kHandlers[static_cast<int>(request.verb)](request, reply);
      if (!send_record(control.get(), reply)) break;
    }
  }
  WSACleanup();
  return 0;
}

}  // namespace test_support
