// Reaching windsockd: finding its socket, starting it when there is none, and the first words on a new connection.
//
// No state of its own; ServerClient keeps what these return.
#pragma once

#include <vector>

#include "dlls/common/fd_channel.h"
#include "dlls/ws2_32/wsa_error.h"

namespace windsock {

struct Greeting {
  FdChannel channel;
  uint64_t epoch = 0;
  uint16_t minor = 0;  // of the protocol that windsockd speaks
  UniqueFd shared_state;
};

// What is done where there is no windsockd. One that was killed has left its name in the directory; one that left because somebody had
// asked it to, or nobody needed it, has taken its name away, and only who needs one starts the next.
enum class IfNone : uint8_t { kStart, kStartAfterKilled };

// Connects and exchanges Hello and Welcome. Exactly one of many starters that race starts windsockd. WSAENETDOWN: there is none
// and none can be started (the log says why). WSASYSNOTREADY: there is none, and none is to be started.
WsaResult<Greeting> greet_server(IfNone if_none = IfNone::kStart);

// One request and its reply on a connection that nobody else uses. WSAENETDOWN: the connection ended, or no answer came in time.
WsaResult<Arrival> exchange(FdChannel& channel, const wire::Packet& packet, std::span<const int> fds = {});

// The message a reply should be; a Failed reply becomes its Winsock error, anything else is a bad peer: WSAENETDOWN.
template <typename Message>
WsaResult<Message> decoded(const Arrival& arrival);
// What a Failed reply, or one that is no known reply, means.
Failure<WsaError> failure_in(const Arrival& arrival);

template <typename Message>
WsaResult<Message> decoded(const Arrival& arrival) {
  auto message = wire::decode<Message>(arrival.packet.span());
  if (!message || arrival.fds.size() != Message::kFds) return failure_in(arrival);
  return std::move(*message);
}

// How long windsockd has for an answer, in nanoseconds.
inline constexpr int64_t kAnswerTime = INT64_C(10) * 1000000000;

}  // namespace windsock
