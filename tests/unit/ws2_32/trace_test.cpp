#include "dlls/ws2_32/trace.h"

#include <winsock2.h>
#include <ws2tcpip.h>

#include <afunix.h>

#include <cstdio>
#include <cstring>
#include <string>

#include "dlls/common/host.h"
#include "dlls/ws2_32/translate_protocol_info.h"
#include "tests/unit/ws2_32/support.h"

namespace windsock {
namespace {

using namespace trace;

template <typename Argument>
std::string shown(Line line, const Argument& argument) {
  line.argument(argument);
  return line.text();
}
template <typename Argument>
std::string before(const Argument& argument) {
  return shown(Line(""), argument).substr(1);
}
template <typename Argument>
std::string after(int64_t value, const Argument& argument) {
  return shown(Line::after("", value), argument).substr(1);
}
template <typename Argument>
std::string after_failure(const Argument& argument) {
  return shown(Line::after_failure(""), argument).substr(1);
}

std::string pointer_text(const void* pointer) {
  char text[32];
  snprintf(text, sizeof text, "%p", pointer);
  return text;
}

// Two pages of a file that has one: what lies behind the first cannot be read.
class LastPage {
 public:
  LastPage()
      : fd_(host::create_memory("trace-test", kPage).take()),
        memory_(static_cast<char*>(host::map(fd_.get(), 2 * kPage, true).take())) {}
  ~LastPage() { host::unmap(memory_, 2 * kPage); }
  char* end() const { return memory_ + kPage; }

 private:
  static constexpr size_t kPage = 4096;
  UniqueFd fd_;
  char* memory_;
};

TEST(Trace, numbers_that_have_names_are_shown_by_them) {
  EXPECT_EQ(before(Family{AF_INET6}), "AF_INET6");
  EXPECT_EQ(before(Family{FROM_PROTOCOL_INFO}), "FROM_PROTOCOL_INFO");
  EXPECT_EQ(before(Family{99}), "99");
  EXPECT_EQ(before(SocketType{SOCK_DGRAM}), "SOCK_DGRAM");
  EXPECT_EQ(before(Protocol{IPPROTO_UDP}), "IPPROTO_UDP");
  EXPECT_EQ(before(How{SD_SEND}), "SD_SEND");
  EXPECT_EQ(before(Backlog{SOMAXCONN}), "SOMAXCONN");
  EXPECT_EQ(before(Backlog{5}), "5");
  EXPECT_EQ(before(Option{SOL_SOCKET, SO_RCVTIMEO}), "SOL_SOCKET, SO_RCVTIMEO");
  EXPECT_EQ(before(Option{IPPROTO_TCP, TCP_NODELAY}), "IPPROTO_TCP, TCP_NODELAY");
  EXPECT_EQ(before(Option{IPPROTO_IP, 4}), "IPPROTO_IP, 4");
  EXPECT_EQ(before(Control{static_cast<uint32_t>(FIONBIO)}), "FIONBIO");
  EXPECT_EQ(before(Control{0x12345}), "0x00012345");
  EXPECT_EQ(before(Version{MAKEWORD(2, 1)}), "2.1");
}

TEST(Trace, flags_are_taken_apart) {
  EXPECT_EQ(before(Flags{0}), "0");
  EXPECT_EQ(before(Flags{MSG_OOB | MSG_PEEK}), "MSG_OOB|MSG_PEEK");
  EXPECT_EQ(before(Flags{MSG_PEEK | 0x40000000}), "MSG_PEEK|0x40000000");
  EXPECT_EQ(before(Flags{0x40000000}), "0x40000000");
  EXPECT_EQ(before(CreationFlags{WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT}), "WSA_FLAG_OVERLAPPED|WSA_FLAG_NO_HANDLE_INHERIT");
}

TEST(Trace, addresses_and_text) {
  sockaddr_in four{};
  four.sin_family = AF_INET;
  four.sin_port = htons(80);
  four.sin_addr.s_addr = htonl(0x7f000001);
  EXPECT_EQ(before(Name{&four, sizeof four}), "127.0.0.1:80");
  EXPECT_EQ(before(Name{&four, 1}), pointer_text(&four) + ", 1");
  EXPECT_EQ(before(Name{nullptr, 16}), "NULL, 16");
  sockaddr_in6 six{};
  six.sin6_family = AF_INET6;
  six.sin6_port = htons(443);
  six.sin6_addr.s6_addr[15] = 1;
  EXPECT_EQ(before(Name{&six, sizeof six}), "[0:0:0:0:0:0:0:1]:443");
  sockaddr_un local{};
  local.sun_family = AF_UNIX;
  strcpy(local.sun_path, "/run/x");
  EXPECT_EQ(before(Name{&local, sizeof local}), "unix:/run/x");
  EXPECT_EQ(before(Text{"localhost"}), "\"localhost\"");
  EXPECT_EQ(before(Text{nullptr}), "NULL");
  EXPECT_EQ(before(Bytes{"a\"b\r\n\x01", 6}), "\"a\\x22b\\r\\n\\x01\"");
  EXPECT_EQ(before(Bytes{std::string(40, 'x').c_str(), 40}), "\"" + std::string(32, 'x') + "\"..");
  timeval time{1, 500000};
  EXPECT_EQ(before(Time{&time}), "1.500000 s");
  EXPECT_EQ(before(Time{nullptr}), "NULL");
}

TEST(Trace, what_a_call_gives_is_shown_after_it) {
  DWORD count = 17;
  EXPECT_EQ(before(NumberResult{&count}), pointer_text(&count));
  EXPECT_EQ(after(0, NumberResult{&count}), "[17]");
  const char data[] = "hello";
  EXPECT_EQ(before(BytesResult{data}), pointer_text(data));
  EXPECT_EQ(after(3, BytesResult{data}), "\"hel\"");
  EXPECT_EQ(after(0, BytesResult{data}), pointer_text(data));
  EXPECT_EQ(after_failure(BytesResult{data}), pointer_text(data));
  sockaddr_in name{};
  name.sin_family = AF_INET;
  int length = sizeof name;
  EXPECT_EQ(before(NameResult{&name, &length}), pointer_text(&name) + ", " + pointer_text(&length));
  EXPECT_EQ(after(0, NameResult{&name, &length}), "0.0.0.0:0, [16]");
  EXPECT_EQ(after_failure(NameResult{&name, &length}), pointer_text(&name) + ", [16]");
  EXPECT_EQ(after(0, NameResult{nullptr, nullptr}), "NULL, NULL");
}

TEST(Trace, option_values_are_shown_as_numbers) {
  int value = 5000;
  int length = sizeof value;
  EXPECT_EQ(before(OptionValue{&value, length}), "[5000]");
  EXPECT_EQ(after(0, OptionResult{&value, &length}), "[5000], [4]");
  bool yes = true;
  EXPECT_EQ(before(OptionValue{&yes, sizeof yes}), "[1]");
  ip_mreq membership{};
  EXPECT_EQ(before(OptionValue{&membership, sizeof membership}), pointer_text(&membership));
  EXPECT_EQ(before(OptionValue{nullptr, 4}), "NULL");
}

TEST(Trace, buffers_show_the_first) {
  char a[] = "one", b[] = "two";
  WSABUF array[] = {{3, a}, {3, b}};
  DWORD size = 2;
  EXPECT_EQ(before(Buffers{array, 1}), "{\"one\"}");
  EXPECT_EQ(before(Buffers{array, 2}), "{\"one\", and 1 more}");
  EXPECT_EQ(before(Buffers{nullptr, 1}), "NULL");
  EXPECT_EQ(before(BuffersResult{array, 2, &size}), pointer_text(array));
  EXPECT_EQ(after(0, BuffersResult{array, 2, &size}), "{\"on\", and 1 more}");
}

TEST(Trace, sets_and_polled_sockets) {
  fd_set set;
  FD_ZERO(&set);
  EXPECT_EQ(before(Sockets{&set}), "{}");
  for (SOCKET s = 3; s < 13; ++s) FD_SET(s, &set);
  EXPECT_EQ(before(Sockets{&set}), "{3, 4, 5, 6, 7, 8, 9, 10, and 2 more}");
  EXPECT_EQ(before(Sockets{nullptr}), "NULL");
  WSAPOLLFD entries[] = {{3, POLLIN, POLLRDNORM}, {INVALID_SOCKET, POLLOUT, 0}};
  EXPECT_EQ(before(Polled{entries, 2}), "{3: POLLRDNORM|POLLRDBAND, -1: POLLWRNORM}");
  EXPECT_EQ(after(1, Polled{entries, 2}), "{3: POLLRDNORM|POLLRDBAND -> POLLRDNORM, -1: POLLWRNORM -> 0}");
  EXPECT_EQ(before(Polled{nullptr, 2}), "NULL");
}

TEST(Trace, a_protocol_info_shows_its_ticket) {
  WSAPROTOCOL_INFOW info{};
  info.iAddressFamily = AF_INET;
  info.iSocketType = SOCK_STREAM;
  info.iProtocol = IPPROTO_TCP;
  EXPECT_EQ(before(ProtocolInfo{&info}), "{AF_INET, SOCK_STREAM, IPPROTO_TCP}");
  wire::Ticket ticket{};
  ticket[0] = std::byte{0xab};
  put_ticket(info, ticket);
  EXPECT_EQ(before(ProtocolInfo{&info}), "{AF_INET, SOCK_STREAM, IPPROTO_TCP, ticket ab000000}");
  EXPECT_EQ(before(ProtocolInfoResult{&info}), pointer_text(&info));
  EXPECT_EQ(after(0, ProtocolInfoResult{&info}), before(ProtocolInfo{&info}));
}

// A trace must not end a program that the call itself would answer.
TEST(Trace, a_bad_pointer_is_shown_and_not_followed) {
  auto* bad = reinterpret_cast<char*>(0x10);
  EXPECT_EQ(before(Name{bad, 16}), "0x10, 16");
  EXPECT_EQ(before(Bytes{bad, 5}), "0x10");
  EXPECT_EQ(before(Buffers{bad, 2}), "0x10");
  EXPECT_EQ(before(Text{bad}), "0x10");
  EXPECT_EQ(before(Time{bad}), "0x10");
  EXPECT_EQ(before(OptionValue{bad, 4}), "0x10");
  EXPECT_EQ(before(ProtocolInfo{bad}), "0x10");
  EXPECT_EQ(before(Sockets{bad}), "0x10");
  EXPECT_EQ(before(Polled{bad, 3}), "0x10");
  EXPECT_EQ(after(1, NumberResult{reinterpret_cast<DWORD*>(bad)}), "0x10");
  EXPECT_EQ(after(0, NameResult{bad, reinterpret_cast<int*>(bad)}), "0x10, 0x10");
  EXPECT_EQ(after(0, BuffersResult{bad, 1, bad}), "0x10");
  EXPECT_EQ(after(0, OptionResult{bad, reinterpret_cast<int*>(bad)}), "0x10, 0x10");
}

TEST(Trace, memory_is_read_up_to_its_end) {
  const LastPage page;
  memcpy(page.end() - 3, "abc", 3);
  EXPECT_EQ(before(Text{page.end() - 3}), "\"abc\"");
  EXPECT_EQ(before(Bytes{page.end() - 3, 8}), "\"abc\"..");
  char copy[8];
  EXPECT_EQ(host::peek(page.end() - 3, copy, sizeof copy), 3U);
  EXPECT_EQ(host::peek(page.end(), copy, sizeof copy), 0U);
}

TEST(Trace, a_long_line_is_cut) {
  Line line("call");
  for (int i = 0; i < 100; ++i) line.argument(Text{"sixteen letters!"});
  EXPECT_LT(std::string(line.text()).size(), 700U);
}

}  // namespace
}  // namespace windsock
