// Queries of name spaces (WSALookupServiceBegin and its kin), and service classes.
#include <winsock2.h>
#include <svcguid.h>
#include <ws2tcpip.h>

#include <cstring>
#include <string>
#include <vector>

#include "tests/regress/fixture.h"

namespace regress {
namespace {

GUID g_host_by_name = SVCID_INET_HOSTADDRBYNAME;
GUID g_host_name = SVCID_HOSTNAME;
GUID g_http = SVCID_TCP(80);
GUID g_no_class = {0x12345678, 0x1234, 0x1234, {1, 2, 3, 4, 5, 6, 7, 8}};
char g_loopback[] = "127.0.0.1";

WSAQUERYSETA query_for(GUID* service_class, char* name = nullptr, DWORD name_space = NS_ALL) {
  WSAQUERYSETA query{};
  query.dwSize = sizeof query;
  query.lpServiceClassId = service_class;
  query.lpszServiceInstanceName = name;
  query.dwNameSpace = name_space;
  return query;
}

class NameSpaceTest : public WinsockTest {
 protected:
  void TearDown() override {
    if (lookup_) {
      EXPECT_RETURNS(0, WSALookupServiceEnd(lookup_));
    }
    WinsockTest::TearDown();
  }
  int begin(WSAQUERYSETA query, DWORD flags) { return WSALookupServiceBeginA(&query, flags, &lookup_); }

  HANDLE lookup_ = nullptr;
};

TEST_F(NameSpaceTest, AHostHasItsAddress) {
  ASSERT_RETURNS(0, begin(query_for(&g_host_by_name, g_loopback), LUP_RETURN_NAME | LUP_RETURN_ADDR | LUP_RETURN_TYPE));
  DWORD length = 0;
  EXPECT_FAILS_WITH(WSALookupServiceNextA(lookup_, LUP_RETURN_ALL, &length, nullptr), WSAEFAULT);
  ASSERT_GT(length, sizeof(WSAQUERYSETA));
  std::vector<long long> buffer(length / sizeof(long long) + 1);
  auto* const found = reinterpret_cast<WSAQUERYSETA*>(buffer.data());
  ASSERT_RETURNS(0, WSALookupServiceNextA(lookup_, LUP_RETURN_ALL, &length, found));
  EXPECT_EQ(sizeof *found, found->dwSize);
  ASSERT_NE(nullptr, found->lpszServiceInstanceName);
  EXPECT_STREQ(g_loopback, found->lpszServiceInstanceName);
  ASSERT_NE(nullptr, found->lpServiceClassId);
  EXPECT_EQ(0, std::memcmp(&g_host_by_name, found->lpServiceClassId, sizeof(GUID)));
  ASSERT_EQ(1u, found->dwNumberOfCsAddrs);
  const auto* address = reinterpret_cast<const sockaddr_in*>(found->lpcsaBuffer[0].RemoteAddr.lpSockaddr);
  EXPECT_EQ(AF_INET, address->sin_family);
  EXPECT_EQ(htonl(INADDR_LOOPBACK), address->sin_addr.s_addr);
  length = static_cast<DWORD>(buffer.size() * sizeof buffer[0]);
  EXPECT_FAILS_WITH(WSALookupServiceNextA(lookup_, LUP_RETURN_ALL, &length, found), WSA_E_NO_MORE);
}

TEST_F(NameSpaceTest, OnlyWhatWasAskedForTwiceComesBack) {
  ASSERT_RETURNS(0, begin(query_for(&g_host_by_name, g_loopback), LUP_RETURN_NAME));
  long long buffer[256];
  DWORD length = sizeof buffer;
  auto* const found = reinterpret_cast<WSAQUERYSETA*>(buffer);
  ASSERT_RETURNS(0, WSALookupServiceNextA(lookup_, LUP_RETURN_ALL, &length, found));
  EXPECT_NE(nullptr, found->lpszServiceInstanceName);
  EXPECT_EQ(0u, found->dwNumberOfCsAddrs);
  EXPECT_EQ(nullptr, found->lpServiceClassId);
}

TEST_F(NameSpaceTest, AClassForAPortAddsThePort) {
  WCHAR name[] = {'1', '2', '7', '.', '0', '.', '0', '.', '1', 0};
  WSAQUERYSETW query{};
  query.dwSize = sizeof query;
  query.lpServiceClassId = &g_http;
  query.lpszServiceInstanceName = name;
  AFPROTOCOLS wanted = {AF_INET, IPPROTO_TCP};
  query.dwNumberOfProtocols = 1;
  query.lpafpProtocols = &wanted;
  ASSERT_RETURNS(0, WSALookupServiceBeginW(&query, LUP_RETURN_ADDR, &lookup_));
  long long buffer[256];
  DWORD length = sizeof buffer;
  auto* const found = reinterpret_cast<WSAQUERYSETW*>(buffer);
  ASSERT_RETURNS(0, WSALookupServiceNextW(lookup_, LUP_RETURN_ADDR, &length, found));
  ASSERT_EQ(1u, found->dwNumberOfCsAddrs);
  const CSADDR_INFO& info = found->lpcsaBuffer[0];
  EXPECT_EQ(80, ntohs(reinterpret_cast<const sockaddr_in*>(info.RemoteAddr.lpSockaddr)->sin_port));
  EXPECT_EQ(SOCK_STREAM, info.iSocketType);
  EXPECT_EQ(IPPROTO_TCP, info.iProtocol);
}

TEST_F(NameSpaceTest, WithoutANameItIsThisHost) {
  ASSERT_RETURNS(0, begin(query_for(&g_host_name), LUP_RETURN_NAME));
  long long buffer[256];
  DWORD length = sizeof buffer;
  auto* const found = reinterpret_cast<WSAQUERYSETA*>(buffer);
  ASSERT_RETURNS(0, WSALookupServiceNextA(lookup_, LUP_RETURN_NAME, &length, found));
  char own[256];
  ASSERT_RETURNS(0, gethostname(own, sizeof own));
  ASSERT_NE(nullptr, found->lpszServiceInstanceName);
  // With or without its domain.
  EXPECT_EQ(0u, std::string(found->lpszServiceInstanceName).find(own)) << found->lpszServiceInstanceName;
}

TEST_F(NameSpaceTest, FlushingPassesOverAResult) {
  ASSERT_RETURNS(0, begin(query_for(&g_host_by_name, g_loopback), LUP_RETURN_ALL));
  DWORD length = 0;
  EXPECT_FAILS_WITH(WSALookupServiceNextA(lookup_, 0, &length, nullptr), WSAEFAULT);
  EXPECT_FAILS_WITH(WSALookupServiceNextA(lookup_, LUP_FLUSHPREVIOUS, &length, nullptr), WSA_E_NO_MORE);
}

TEST_F(NameSpaceTest, WhatCannotBeAsked) {
  char nobody[] = "no-such-host.invalid";
  WSAQUERYSETA query = query_for(&g_host_by_name, g_loopback);
  HANDLE lookup = nullptr;
  EXPECT_FAILS_WITH(WSALookupServiceBeginA(nullptr, LUP_RETURN_ALL, &lookup), WSAEFAULT);
  EXPECT_FAILS_WITH(WSALookupServiceBeginA(&query, LUP_RETURN_ALL, nullptr), WSAEFAULT);
  query.dwSize = 4;
  EXPECT_FAILS_WITH(WSALookupServiceBeginA(&query, LUP_RETURN_ALL, &lookup), WSAEINVAL);
  query = query_for(nullptr, g_loopback);
  EXPECT_FAILS_WITH(WSALookupServiceBeginA(&query, LUP_RETURN_ALL, &lookup), WSAEINVAL);
  query = query_for(&g_host_by_name, g_loopback);
  query.lpNSProviderId = &g_no_class;
  EXPECT_FAILS_WITH(WSALookupServiceBeginA(&query, LUP_RETURN_ALL, &lookup), WSAEINVAL);
  query = query_for(&g_no_class, g_loopback);
  EXPECT_FAILS_WITH(WSALookupServiceBeginA(&query, LUP_RETURN_ALL, &lookup), WSASERVICE_NOT_FOUND);
  query = query_for(&g_host_by_name, g_loopback, NS_SLP);
  EXPECT_FAILS_WITH(WSALookupServiceBeginA(&query, LUP_RETURN_ALL, &lookup), WSASERVICE_NOT_FOUND);
  query = query_for(&g_host_by_name, g_loopback);
  EXPECT_FAILS_WITH(WSALookupServiceBeginA(&query, LUP_CONTAINERS, &lookup), WSANO_DATA);
  query = query_for(&g_host_by_name, nobody);
  EXPECT_FAILS_WITH_ONE_OF(WSALookupServiceBeginA(&query, LUP_RETURN_ALL, &lookup),
                           (std::vector<int>{WSASERVICE_NOT_FOUND, WSATRY_AGAIN}));
}

TEST_F(NameSpaceTest, AnEndedQueryIsNoHandle) {
  ASSERT_RETURNS(0, begin(query_for(&g_host_by_name, g_loopback), LUP_RETURN_ALL));
  HANDLE const ended = lookup_;
  ASSERT_RETURNS(0, WSALookupServiceEnd(ended));
  lookup_ = nullptr;
  DWORD length = 0;
  EXPECT_FAILS_WITH(WSALookupServiceEnd(ended), WSA_INVALID_HANDLE);
  EXPECT_FAILS_WITH(WSALookupServiceNextA(ended, 0, &length, nullptr), WSA_INVALID_HANDLE);
  EXPECT_FAILS_WITH(WSALookupServiceNextW(ended, 0, &length, nullptr), WSA_INVALID_HANDLE);
  EXPECT_FAILS_WITH(WSANSPIoctl(ended, SIO_NSP_NOTIFY_CHANGE, nullptr, 0, nullptr, 0, &length, nullptr), WSA_INVALID_HANDLE);
}

TEST_F(NameSpaceTest, DnsHasNoControls) {
  ASSERT_RETURNS(0, begin(query_for(&g_host_by_name, g_loopback), LUP_RETURN_ALL));
  DWORD length = 0;
  EXPECT_FAILS_WITH(WSANSPIoctl(lookup_, SIO_NSP_NOTIFY_CHANGE, nullptr, 0, nullptr, 0, &length, nullptr), WSAEOPNOTSUPP);
}

// ---- service classes -------------------------------------------------------------------------------------------------

TEST_F(NameSpaceTest, NamesOfServiceClasses) {
  char name[64];
  WCHAR wide[64];
  DWORD length = 0;
  EXPECT_FAILS_WITH(WSAGetServiceClassNameByClassIdA(&g_host_name, name, &length), WSAEFAULT);
  ASSERT_GT(length, 1u);
  ASSERT_RETURNS(0, WSAGetServiceClassNameByClassIdA(&g_host_name, name, &length));
  EXPECT_EQ(length, std::strlen(name) + 1);
  length = 64;
  ASSERT_RETURNS(0, WSAGetServiceClassNameByClassIdW(&g_host_name, wide, &length));
  EXPECT_EQ(name[0], wide[0]);
  length = 64;
  EXPECT_FAILS_WITH(WSAGetServiceClassNameByClassIdA(&g_no_class, name, &length), WSATYPE_NOT_FOUND);
  EXPECT_FAILS_WITH(WSAGetServiceClassNameByClassIdW(nullptr, wide, &length), WSAEINVAL);
}

TEST_F(NameSpaceTest, SchemasOfServiceClasses) {
  WSASERVICECLASSINFOA narrow{};
  WSASERVICECLASSINFOW wide{};
  DWORD length = sizeof narrow;
  EXPECT_FAILS_WITH(WSAGetServiceClassInfoA(nullptr, &g_host_name, &length, &narrow), WSAEINVAL);
  EXPECT_FAILS_WITH(WSAGetServiceClassInfoW(&g_no_class, &g_host_name, &length, &wide), WSAEINVAL);
}

#ifndef _WIN32  // with an administrator's rights these would change the machine
TEST_F(NameSpaceTest, NobodyInstallsServiceClasses) {
  char name[] = "class";
  WCHAR wide_name[] = {'c', 0};
  WSASERVICECLASSINFOA narrow{&g_no_class, name, 0, nullptr};
  WSASERVICECLASSINFOW wide{&g_host_name, wide_name, 0, nullptr};
  EXPECT_FAILS_WITH(WSAInstallServiceClassA(&narrow), WSAEACCES);
  EXPECT_FAILS_WITH(WSAInstallServiceClassW(&wide), WSAEALREADY);
  EXPECT_FAILS_WITH(WSAInstallServiceClassA(nullptr), WSAEINVAL);
  EXPECT_FAILS_WITH(WSARemoveServiceClass(&g_no_class), WSATYPE_NOT_FOUND);
  EXPECT_FAILS_WITH(WSARemoveServiceClass(&g_host_name), WSAEACCES);
  EXPECT_FAILS_WITH(WSARemoveServiceClass(nullptr), WSAEINVAL);
}
#endif

TEST_F(NameSpaceTest, ServicesAreNotRegistered) {
  WSAQUERYSETA narrow = query_for(&g_no_class, g_loopback, NS_DNS);
  WSAQUERYSETW wide{};
  EXPECT_FAILS_WITH(WSASetServiceW(&wide, RNRSERVICE_REGISTER, 0), WSAEINVAL);
  EXPECT_FAILS_WITH(WSASetServiceA(nullptr, RNRSERVICE_REGISTER, 0), WSAEINVAL);
  EXPECT_FAILS_WITH(WSASetServiceA(&narrow, RNRSERVICE_REGISTER, 0), WSAEOPNOTSUPP);
}

}  // namespace
}  // namespace regress
