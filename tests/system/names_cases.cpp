// Names that somebody has: tests/system/names_test gives this program a file of hosts of its own, with
//
//   127.0.0.7   xn--bcher-kva.example     which is "bücher.example"
//   127.0.0.8   bücher.raw                in UTF-8
//   127.0.0.9   one.example one
//   127.0.0.10  one.example               a second address of the same name
//   ::1         six.example
//
// Through the public API alone.
#include <winsock2.h>
#include <ws2tcpip.h>

#include <windows.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "tests/regress/fixture.h"

namespace {

using namespace test_support;
using Wide = std::basic_string<WCHAR>;

Wide wide(std::u16string_view text) { return {text.begin(), text.end()}; }

std::string text_of(const sockaddr* address, size_t length) {
  char text[64];
  DWORD room = sizeof text;
  return WSAAddressToStringA(const_cast<sockaddr*>(address), static_cast<DWORD>(length), nullptr, text, &room) == 0 ? text : "?";
}

struct Found {
  int error = 0;
  std::vector<std::string> addresses;
};
Found look_up(const Wide& node, int flags = 0, int family = AF_UNSPEC) {
  ADDRINFOW hints{}, *list = nullptr;
  hints.ai_flags = flags;
  hints.ai_family = family;
  Found found;
  found.error = GetAddrInfoW(node.c_str(), nullptr, &hints, &list);
  if (found.error != 0) return found;
  for (const ADDRINFOW* one = list; one; one = one->ai_next) found.addresses.push_back(text_of(one->ai_addr, one->ai_addrlen));
  FreeAddrInfoW(list);
  return found;
}
using Addresses = std::vector<std::string>;

class NamesTest : public regress::WinsockTest {};

TEST_F(NamesTest, AWideNameIsAskedForInItsAsciiForm) {
  EXPECT_EQ(Addresses{"127.0.0.7"}, look_up(wide(u"b\u00fccher.example")).addresses);
  EXPECT_EQ(Addresses{"127.0.0.7"}, look_up(wide(u"B\u00dcCHER.example")).addresses) << "a host name knows no case";
  EXPECT_EQ(Addresses{"127.0.0.7"}, look_up(wide(u"xn--bcher-kva.example")).addresses);
}

TEST_F(NamesTest, EveryFormOfTheCallDoesSo) {
  addrinfo* list = nullptr;
  ASSERT_EQ(0, getaddrinfo("b\xc3\xbc" "cher.example", nullptr, nullptr, &list));
  EXPECT_EQ("127.0.0.7", text_of(list->ai_addr, list->ai_addrlen));
  freeaddrinfo(list);
  ADDRINFOEXW* extended = nullptr;
  ASSERT_EQ(0, GetAddrInfoExW(wide(u"b\u00fccher.example").c_str(), nullptr, NS_DNS, nullptr, nullptr, &extended, nullptr, nullptr, nullptr, nullptr));
  EXPECT_EQ("127.0.0.7", text_of(extended->ai_addr, extended->ai_addrlen));
  FreeAddrInfoExW(extended);
}

TEST_F(NamesTest, WithoutTheEncodingItIsAskedForAsItIs) {
  EXPECT_EQ(Addresses{"127.0.0.8"}, look_up(wide(u"b\u00fccher.raw"), AI_DISABLE_IDN_ENCODING).addresses);
  EXPECT_NE(0, look_up(wide(u"b\u00fccher.example"), AI_DISABLE_IDN_ENCODING).error);
}

TEST_F(NamesTest, AnAddressHasTheNameThatIsWritten) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(0x7f000008);
  WCHAR node[NI_MAXHOST];
  ASSERT_EQ(0, GetNameInfoW(reinterpret_cast<const sockaddr*>(&address), sizeof address, node, NI_MAXHOST, nullptr, 0, NI_NAMEREQD));
  EXPECT_EQ(wide(u"b\u00fccher.raw"), Wide(node));
  address.sin_addr.s_addr = htonl(0x7f000007);
  ASSERT_EQ(0, GetNameInfoW(reinterpret_cast<const sockaddr*>(&address), sizeof address, node, NI_MAXHOST, nullptr, 0, NI_NAMEREQD));
  EXPECT_EQ(wide(u"xn--bcher-kva.example"), Wide(node));
}

TEST_F(NamesTest, EveryAddressOfAName) {
  Addresses both = look_up(wide(u"one.example")).addresses;
  std::sort(both.begin(), both.end());
  EXPECT_EQ((Addresses{"127.0.0.10", "127.0.0.9"}), both);
  EXPECT_EQ(Addresses{"::1"}, look_up(wide(u"six.example")).addresses);
  EXPECT_EQ(WSAHOST_NOT_FOUND, look_up(wide(u"no.example")).error);
}

TEST_F(NamesTest, AHostEntryHasAliases) {
  const hostent* host = gethostbyname("one");
  ASSERT_NE(nullptr, host);
  EXPECT_STREQ("one.example", host->h_name);
  ASSERT_NE(nullptr, host->h_aliases[0]);
  EXPECT_STREQ("one", host->h_aliases[0]);
}

TEST_F(NamesTest, ConnectsToANameWithASecondAddress) {
  Endpoint endpoint = loopback(AF_INET);
  reinterpret_cast<sockaddr_in&>(endpoint.storage).sin_addr.s_addr = htonl(0x7f00000a);
  const Socket server = make_socket(AF_INET, SOCK_STREAM), client = make_socket(AF_INET, SOCK_STREAM);
  ASSERT_RETURNS(0, bind(server.get(), endpoint.address(), endpoint.length));
  ASSERT_RETURNS(0, listen(server.get(), 1));
  const std::string port = std::to_string(local_name(server.get()).port());
  ASSERT_RETURNS(TRUE, WSAConnectByNameA(client.get(), "one.example", port.c_str(), nullptr, nullptr, nullptr, nullptr, nullptr, nullptr));
  EXPECT_TRUE(peer_name(client.get()) == local_name(server.get()));
}

TEST_F(NamesTest, ManyThreadsAskAtOnce) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([i] {
      for (int round = 0; round < 50; ++round) {
        if ((i + round) % 2 == 0) {
          EXPECT_EQ(Addresses{"127.0.0.7"}, look_up(wide(u"b\u00fccher.example")).addresses);
        } else {
          const hostent* host = gethostbyname("one");
          ASSERT_NE(nullptr, host);
          EXPECT_STREQ("one.example", host->h_name);
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

// ---- the file of hosts is a pipe that nobody has written to: every look-up waits --------------------------------------------------

class SlowNamesTest : public regress::WinsockTest {
 protected:
  // Lets the look-ups go, or their threads would be left behind.
  void TearDown() override {
    std::ofstream(getenv("HOSTS_PIPE")) << "127.0.0.7 slow.example\n";
    WinsockTest::TearDown();
  }
  INT ask(timeval* timeout = nullptr) {
    overlapped_.hEvent = event_;
    return GetAddrInfoExW(wide(u"slow.example").c_str(), nullptr, NS_DNS, nullptr, nullptr, &found_, timeout, &overlapped_, nullptr, &query_);
  }

  struct Event {
    HANDLE handle = CreateEventA(nullptr, TRUE, FALSE, nullptr);
    ~Event() { CloseHandle(handle); }
    operator HANDLE() const { return handle; }
  } event_;
  OVERLAPPED overlapped_{};
  PADDRINFOEXW found_ = nullptr;
  HANDLE query_ = nullptr;
};

TEST_F(SlowNamesTest, ATimeoutEndsTheQuery) {
  timeval timeout{0, 50000};
  ASSERT_EQ(WSA_IO_PENDING, ask(&timeout));
  ASSERT_EQ(WAIT_OBJECT_0, WaitForSingleObject(event_, kDeadlineMs));
  EXPECT_EQ(WSAETIMEDOUT, GetAddrInfoExOverlappedResult(&overlapped_));
  EXPECT_EQ(nullptr, found_);
}

TEST_F(SlowNamesTest, CancelEndsTheQueryAtOnce) {
  ASSERT_EQ(WSA_IO_PENDING, ask());
  EXPECT_EQ(WSAEINPROGRESS, GetAddrInfoExOverlappedResult(&overlapped_));
  EXPECT_EQ(0, GetAddrInfoExCancel(&query_));
  ASSERT_EQ(WAIT_OBJECT_0, WaitForSingleObject(event_, 0));
  EXPECT_EQ(WSA_E_CANCELLED, GetAddrInfoExOverlappedResult(&overlapped_));
  EXPECT_EQ(WSA_INVALID_HANDLE, GetAddrInfoExCancel(&query_));
  EXPECT_EQ(nullptr, found_);
}

}  // namespace

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  std::thread([] {}).join();  // what a sanitizer starts at the first thread is there before anything is counted
  return RUN_ALL_TESTS();
}
