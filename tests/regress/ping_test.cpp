// Raw ICMP sockets, as ping programs use them. Where raw sockets are refused the host's sockets for echoes stand in; both ways a
// program sees the same, so these cases ask nothing about which it is.
#include <winsock2.h>
#include <ws2tcpip.h>

#include <mswsock.h>

#include <cstring>
#include <string>
#include <vector>

#include "tests/regress/fixture.h"
#include "tests/regress/windows_differences.h"

namespace regress {
namespace {

struct Echo {
  unsigned char type, code;
  unsigned short checksum, id, sequence;
};
static_assert(sizeof(Echo) == 8);

constexpr size_t kIpHeader = 20;

unsigned short checksum_of(const void* data, size_t size) {
  const unsigned char* bytes = static_cast<const unsigned char*>(data);
  unsigned long sum = 0;
  for (size_t i = 0; i < size; ++i) sum += static_cast<unsigned long>(i % 2 ? bytes[i] : bytes[i] << 8);
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  return htons(static_cast<unsigned short>(~sum));
}

class PingTest : public FamilyTest {
 protected:
  void SetUp() override {
    FamilyTest::SetUp();
    const Outcome made = outcome_of([&] { return socket(GetParam(), SOCK_RAW, protocol()); });
    if (made.failed()) {
      ASSERT_EQ(WSAEACCES, made.error) << error_name(made.error);
      GTEST_SKIP() << "neither raw sockets nor echoes are allowed";
    }
    socket_ = Socket(static_cast<SOCKET>(made.result));
    target_ = loopback(family());
  }
  void TearDown() override {
    socket_ = Socket();
    FamilyTest::TearDown();
  }
  bool is_ipv4() const { return family() == AF_INET; }
  int protocol() const { return is_ipv4() ? static_cast<int>(IPPROTO_ICMP) : static_cast<int>(IPPROTO_ICMPV6); }
  size_t header() const { return is_ipv4() ? kIpHeader : 0; }
  SOCKET s() const { return socket_.get(); }

  // The system fills in the checksum of IPv6, which covers the addresses.
  std::vector<char> request(unsigned short id, unsigned short sequence, const std::string& data) const {
    std::vector<char> bytes(sizeof(Echo) + data.size());
    Echo echo{static_cast<unsigned char>(is_ipv4() ? 8 : 128), 0, 0, htons(id), htons(sequence)};
    memcpy(bytes.data(), &echo, sizeof echo);
    memcpy(bytes.data() + sizeof echo, data.data(), data.size());
    echo.checksum = is_ipv4() ? checksum_of(bytes.data(), bytes.size()) : static_cast<unsigned short>(0);
    memcpy(bytes.data(), &echo, sizeof echo);
    return bytes;
  }
  void ping(unsigned short id, unsigned short sequence, const std::string& data) {
    auto bytes = request(id, sequence, data);
    ASSERT_RETURNS(static_cast<int>(bytes.size()),
                   sendto(s(), bytes.data(), static_cast<int>(bytes.size()), 0, target_.address(), target_.length));
  }
  bool is_reply(const std::vector<char>& packet) const {
    if (packet.size() < header() + sizeof(Echo)) return false;
    return static_cast<unsigned char>(packet[header()]) == (is_ipv4() ? 0 : 129);
  }
  // A raw socket also sees the request on its way, and what others are told.
  std::vector<char> receive_reply() {
    while (wait_for(s(), Readiness::kRead)) {
      std::vector<char> packet(512);
      from_.length = sizeof from_.storage;
      int size = recvfrom(s(), packet.data(), static_cast<int>(packet.size()), 0, from_.address(), &from_.length);
      if (size == SOCKET_ERROR) break;
      packet.resize(static_cast<size_t>(size));
      if (is_reply(packet)) return packet;
    }
    return {};
  }
  Echo echo_in(const std::vector<char>& packet) const {
    Echo echo;
    memcpy(&echo, packet.data() + header(), sizeof echo);
    return echo;
  }

  Socket socket_;
  Endpoint target_, from_;
};
FOR_BOTH_FAMILIES(PingTest);

class Ipv4PingTest : public PingTest {};
INSTANTIATE_TEST_SUITE_P(Family, Ipv4PingTest, ::testing::Values(AF_INET), family_name);

TEST_P(PingTest, AnEchoComesBack) {
  ASSERT_NO_FATAL_FAILURE(ping(0x1234, 1, "are you there?"));
  auto packet = receive_reply();
  ASSERT_EQ(header() + sizeof(Echo) + 14, packet.size());
  Echo echo = echo_in(packet);
  EXPECT_EQ(0x1234, ntohs(echo.id));
  EXPECT_EQ(1, ntohs(echo.sequence));
  EXPECT_EQ("are you there?", std::string(packet.data() + header() + sizeof echo, 14));
  if (is_ipv4()) {
    EXPECT_EQ(0, checksum_of(packet.data() + kIpHeader, packet.size() - kIpHeader)) << "as it belongs to the message";
  }
}

TEST_P(PingTest, TheSenderIsTold) {
  ASSERT_NO_FATAL_FAILURE(ping(7, 1, "x"));
  ASSERT_FALSE(receive_reply().empty());
  EXPECT_EQ(family(), from_.address()->sa_family);
  from_.set_port(0);
  target_.set_port(0);
  EXPECT_TRUE(from_ == target_);
}

// "an application receives the IP header at the front of each received datagram"; not for IPv6.
TEST_P(Ipv4PingTest, TheHeaderIsInFront) {
  ASSERT_NO_FATAL_FAILURE(ping(7, 1, "data"));
  auto packet = receive_reply();
  ASSERT_EQ(kIpHeader + sizeof(Echo) + 4, packet.size());
  auto byte = [&](size_t at) { return static_cast<int>(static_cast<unsigned char>(packet[at])); };
  EXPECT_EQ(0x45, byte(0)) << "version 4, five words";
  EXPECT_EQ(32, byte(2) << 8 | byte(3)) << "the length of all";
  EXPECT_EQ(64, byte(8)) << "the time to live of this system";
  EXPECT_EQ(1, byte(9)) << "ICMP";
  EXPECT_EQ(0, checksum_of(packet.data(), kIpHeader));
  unsigned long loopback_address = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(0, memcmp(&packet[12], &loopback_address, 4)) << "from";
  EXPECT_EQ(0, memcmp(&packet[16], &loopback_address, 4)) << "to";
}

TEST_P(PingTest, IdentifiersMayChange) {
  for (unsigned short id : {0, 1, 0xffff, 0x1234}) {
    for (unsigned short sequence : {1, 2}) {
      ASSERT_NO_FATAL_FAILURE(ping(id, sequence, "x"));
      auto packet = receive_reply();
      ASSERT_FALSE(packet.empty());
      EXPECT_EQ(id, ntohs(echo_in(packet).id));
      EXPECT_EQ(sequence, ntohs(echo_in(packet).sequence));
    }
  }
}

TEST_P(PingTest, ManyUnderWayComeBackEachWithItsOwn) {
  for (unsigned short i = 0; i < 16; ++i) ASSERT_NO_FATAL_FAILURE(ping(static_cast<unsigned short>(100 + i), i, "x"));
  for (unsigned short i = 0; i < 16; ++i) {
    auto packet = receive_reply();
    ASSERT_FALSE(packet.empty());
    EXPECT_EQ(100 + ntohs(echo_in(packet).sequence), ntohs(echo_in(packet).id));
  }
}

TEST_P(PingTest, ConnectedItSendsAndReceives) {
  ASSERT_RETURNS(0, connect(s(), target_.address(), target_.length));
  auto bytes = request(9, 3, "x");
  ASSERT_RETURNS(static_cast<int>(bytes.size()), send(s(), bytes.data(), static_cast<int>(bytes.size()), 0));
  for (;;) {
    ASSERT_TRUE(wait_for(s(), Readiness::kRead));
    std::vector<char> packet(512);
    int size = recv(s(), packet.data(), static_cast<int>(packet.size()), 0);
    ASSERT_NE(SOCKET_ERROR, size) << error_name(WSAGetLastError());
    packet.resize(static_cast<size_t>(size));
    if (!is_reply(packet)) continue;
    EXPECT_EQ(9, ntohs(echo_in(packet).id));
    break;
  }
}

TEST_P(PingTest, AShortBufferIsFilledAndTheRestLost) {
  for (int room : {10, 24}) {
    ASSERT_NO_FATAL_FAILURE(ping(7, 1, "0123456789"));
    // On a raw socket the request is the first to come, as long as the reply.
    ASSERT_TRUE(wait_for(s(), Readiness::kRead));
    char buffer[32];
    memset(buffer, 0x55, sizeof buffer);
    EXPECT_FAILS_WITH(recv(s(), buffer, is_ipv4() ? room : 10, 0), WSAEMSGSIZE);
    EXPECT_EQ(is_ipv4() ? 0x45 : buffer[0], buffer[0]);
    EXPECT_EQ(0x55, buffer[30]);
    socket_ = Socket(socket(family(), SOCK_RAW, protocol()));
  }
}

TEST_P(PingTest, IsRawToTheProgram) {
  EXPECT_EQ(SOCK_RAW, get_option(s(), SOL_SOCKET, SO_TYPE));
  WSAPROTOCOL_INFOW info{};
  int length = sizeof info;
  ASSERT_RETURNS(0, getsockopt(s(), SOL_SOCKET, SO_PROTOCOL_INFOW, bytes_of(&info), &length));
  EXPECT_EQ(SOCK_RAW, info.iSocketType);
  EXPECT_EQ(protocol(), info.iProtocol);
}

TEST_P(PingTest, BoundToAnAddressItAnswers) {
  ASSERT_RETURNS(0, bind(s(), target_.address(), target_.length));
  ASSERT_NO_FATAL_FAILURE(ping(7, 1, "x"));
  EXPECT_FALSE(receive_reply().empty());
}

TEST_P(PingTest, ControlDataComesBesideAReply) {
  GUID guid = WSAID_WSARECVMSG;
  LPFN_WSARECVMSG receive = nullptr;
  DWORD size = 0;
  ASSERT_RETURNS(0, WSAIoctl(s(), SIO_GET_EXTENSION_FUNCTION_POINTER, &guid, sizeof guid, &receive, sizeof receive, &size, nullptr, nullptr));
  ASSERT_TRUE(is_ipv4() ? set_option(s(), IPPROTO_IP, IP_PKTINFO, 1) : set_option(s(), IPPROTO_IPV6, IPV6_PKTINFO, 1));
  ASSERT_NO_FATAL_FAILURE(ping(7, 1, "x"));
  for (;;) {
    ASSERT_TRUE(wait_for(s(), Readiness::kRead));
    std::vector<char> packet(512);
    alignas(WSACMSGHDR) char control[256];
    WSABUF buffer{static_cast<ULONG>(packet.size()), packet.data()};
    WSAMSG message{from_.address(), static_cast<INT>(sizeof from_.storage), &buffer, 1, {sizeof control, control}, 0};
    DWORD count = 0;
    ASSERT_RETURNS(0, receive(s(), &message, &count, nullptr, nullptr));
    packet.resize(count);
    if (!is_reply(packet)) continue;
    EXPECT_EQ(header() + sizeof(Echo) + 1, packet.size());
    WSACMSGHDR* first = WSA_CMSG_FIRSTHDR(&message);
    ASSERT_NE(nullptr, first);
    EXPECT_EQ(is_ipv4() ? static_cast<int>(IPPROTO_IP) : static_cast<int>(IPPROTO_IPV6), first->cmsg_level);
    EXPECT_EQ(is_ipv4() ? IP_PKTINFO : IPV6_PKTINFO, first->cmsg_type);
    break;
  }
}

}  // namespace
}  // namespace regress
