// A message with room for everything, and two sockets between which it goes.
#ifndef TESTS_REGRESS_MESSAGE_H
#define TESTS_REGRESS_MESSAGE_H

#include <winsock2.h>
#include <ws2tcpip.h>

#include <mswsock.h>

#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "tests/regress/datagram_pair.h"
#include "tests/regress/extension.h"

// Newer than some Windows headers.
#ifndef IP_ECN
#define IP_ECN 50
#endif
#ifndef IPV6_ECN
#define IPV6_ECN 50
#endif
#ifndef IP_TOS
#define IP_TOS 3
#endif
#ifndef IP_RECVTOS
#define IP_RECVTOS 40
#endif
#ifndef IPV6_TCLASS
#define IPV6_TCLASS 39
#endif
#ifndef IPV6_RECVTCLASS
#define IPV6_RECVTCLASS 40
#endif
#ifndef UDP_SEND_MSG_SIZE
#define UDP_SEND_MSG_SIZE 2
#define UDP_RECV_MAX_COALESCED_SIZE 3
#endif
#ifndef UDP_COALESCED_INFO
#define UDP_COALESCED_INFO 3
#endif
#ifndef IP_ORIGINAL_ARRIVAL_IF
#define IP_ORIGINAL_ARRIVAL_IF 47
#endif
#ifndef MSG_ERRQUEUE
#define MSG_ERRQUEUE 0x1000
#endif
#ifndef IP_RECVERR
#define IP_RECVERR 75
#endif
#ifndef IPV6_RECVERR
#define IPV6_RECVERR 75
#endif

namespace regress {

// A message to be sent or received, with room for everything.
struct Message {
  explicit Message(size_t data_room = 64, size_t control_room = 512) : data(data_room), control(control_room) {
    buffer = {static_cast<ULONG>(data.size()), data.data()};
    sender.length = sizeof sender.storage;
    message.name = sender.address();
    message.namelen = sender.length;
    message.lpBuffers = &buffer;
    message.dwBufferCount = 1;
    message.Control = {static_cast<ULONG>(control_room), control.data()};
  }
  // For sending.
  Message(const std::string& text, Endpoint* to) : Message(text.size(), 512) {
    memcpy(data.data(), text.data(), text.size());
    message.name = to ? to->address() : nullptr;
    message.namelen = to ? to->length : 0;
    message.Control.len = 0;
  }
  template <typename T>
  void add(int level, int type, T value) {
    message.Control.len += static_cast<ULONG>(WSA_CMSG_SPACE(sizeof value));
    WSACMSGHDR* header = reinterpret_cast<WSACMSGHDR*>(control.data() + message.Control.len - WSA_CMSG_SPACE(sizeof value));
    header->cmsg_len = WSA_CMSG_LEN(sizeof value);
    header->cmsg_level = level;
    header->cmsg_type = type;
    memcpy(WSA_CMSG_DATA(header), &value, sizeof value);
  }
  template <typename T>
  std::optional<T> find(int level, int type) {
    for (WSACMSGHDR* header = WSA_CMSG_FIRSTHDR(&message); header; header = WSA_CMSG_NXTHDR(&message, header)) {
      if (header->cmsg_level != level || header->cmsg_type != type) continue;
      if (header->cmsg_len != WSA_CMSG_LEN(sizeof(T))) return std::nullopt;
      T value;
      memcpy(&value, WSA_CMSG_DATA(header), sizeof value);
      return value;
    }
    return std::nullopt;
  }
  int items() {
    int count = 0;
    for (WSACMSGHDR* header = WSA_CMSG_FIRSTHDR(&message); header; header = WSA_CMSG_NXTHDR(&message, header)) ++count;
    return count;
  }

  std::vector<char> data, control;
  WSABUF buffer;
  Endpoint sender;
  WSAMSG message{};
};

class MessageTest : public DatagramPairTest {
 protected:
  void SetUp() override {
    DatagramPairTest::SetUp();
    receive_ = receive_function(there_.get());
    ASSERT_NE(nullptr, receive_) << error_name(WSAGetLastError());
  }
  int ip() const { return family() == AF_INET6 ? static_cast<int>(IPPROTO_IPV6) : static_cast<int>(IPPROTO_IP); }
  int of_family(int v4, int v6) const { return family() == AF_INET6 ? v6 : v4; }
  int receive(Message& into, DWORD* count) { return receive_(there(), &into.message, count, nullptr, nullptr); }
  int send_message(Message& from) { return WSASendMsg(here(), &from.message, 0, &sent_, nullptr, nullptr); }

  LPFN_WSARECVMSG receive_ = nullptr;
  DWORD sent_ = 0;
};

}  // namespace regress

#endif
