/* The layout of the public structures, as 64-bit Windows has it: a structure that one program writes, another reads.
 *
 * timeval and fd_set of the host are not our business; what is checked is what Winsock's documentation lays down. Only include/
 * is seen, as a port sees it. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct fact {
  const char *name;
  size_t actual;
  size_t expected;
};

#define SIZE(type, bytes) \
  { "sizeof " #type, sizeof(type), bytes }
#define OFFSET(type, member, bytes) \
  { #type "." #member, offsetof(type, member), bytes }

static const struct fact kTypes[] = {
    SIZE(BYTE, 1),   SIZE(WORD, 2),  SIZE(DWORD, 4),  SIZE(LONG, 4),   SIZE(ULONG, 4),  SIZE(BOOL, 4),
    SIZE(WCHAR, 2),  SIZE(INT, 4),   SIZE(u_char, 1), SIZE(u_short, 2), SIZE(u_int, 4), SIZE(u_long, 4),
    SIZE(SOCKET, 8), SIZE(HANDLE, 8), SIZE(DWORD_PTR, 8), SIZE(GUID, 16),
};

static const struct fact kStructures[] = {
    SIZE(WSADATA, 408),
    OFFSET(WSADATA, wHighVersion, 2),
    OFFSET(WSADATA, iMaxSockets, 4),
    OFFSET(WSADATA, iMaxUdpDg, 6),
    OFFSET(WSADATA, lpVendorInfo, 8),
    OFFSET(WSADATA, szDescription, 16),
    OFFSET(WSADATA, szSystemStatus, 273),
    SIZE(struct sockaddr, 16),
    SIZE(struct sockaddr_in, 16),
    OFFSET(struct sockaddr_in, sin_port, 2),
    OFFSET(struct sockaddr_in, sin_addr, 4),
    SIZE(struct sockaddr_in6, 28),
    OFFSET(struct sockaddr_in6, sin6_port, 2),
    OFFSET(struct sockaddr_in6, sin6_flowinfo, 4),
    OFFSET(struct sockaddr_in6, sin6_addr, 8),
    OFFSET(struct sockaddr_in6, sin6_scope_id, 24),
    SIZE(struct sockaddr_storage, 128),
    SIZE(struct linger, 4),
    OFFSET(struct linger, l_linger, 2),
    SIZE(WSABUF, 16),
    OFFSET(WSABUF, buf, 8),
    SIZE(WSAPOLLFD, 16),
    OFFSET(WSAPOLLFD, events, 8),
    OFFSET(WSAPOLLFD, revents, 10),
    SIZE(WSAOVERLAPPED, 32),
    OFFSET(WSAOVERLAPPED, InternalHigh, 8),
    OFFSET(WSAOVERLAPPED, Offset, 16),
    OFFSET(WSAOVERLAPPED, hEvent, 24),
    SIZE(struct addrinfo, 48),
    OFFSET(struct addrinfo, ai_addrlen, 16),
    OFFSET(struct addrinfo, ai_canonname, 24),
    OFFSET(struct addrinfo, ai_addr, 32),
    OFFSET(struct addrinfo, ai_next, 40),
    SIZE(WSAPROTOCOLCHAIN, 32),
    SIZE(WSAPROTOCOL_INFOA, 372),
    SIZE(WSAPROTOCOL_INFOW, 628),
    OFFSET(WSAPROTOCOL_INFOW, ProviderId, 20),
    OFFSET(WSAPROTOCOL_INFOW, dwCatalogEntryId, 36),
    OFFSET(WSAPROTOCOL_INFOW, ProtocolChain, 40),
    OFFSET(WSAPROTOCOL_INFOW, iVersion, 72),
    OFFSET(WSAPROTOCOL_INFOW, iAddressFamily, 76),
    OFFSET(WSAPROTOCOL_INFOW, iSocketType, 88),
    OFFSET(WSAPROTOCOL_INFOW, iProtocol, 92),
    OFFSET(WSAPROTOCOL_INFOW, dwMessageSize, 108),
    OFFSET(WSAPROTOCOL_INFOW, dwProviderReserved, 112),
    OFFSET(WSAPROTOCOL_INFOW, szProtocol, 116),
    SIZE(fd_set, 8 + 64 * 8),
    OFFSET(fd_set, fd_array, 8),
};

/* Numbers that differ from the host's: a port compiled with the wrong headers would show here first. */
static const struct fact kNumbers[] = {
    {"AF_INET", AF_INET, 2},
    {"AF_INET6", AF_INET6, 23},
    {"SOL_SOCKET", SOL_SOCKET, 0xffff},
    {"SO_REUSEADDR", SO_REUSEADDR, 4},
    {"SO_KEEPALIVE", SO_KEEPALIVE, 8},
    {"SO_BROADCAST", SO_BROADCAST, 0x20},
    {"SO_LINGER", SO_LINGER, 0x80},
    {"SO_OOBINLINE", SO_OOBINLINE, 0x100},
    {"SO_SNDBUF", SO_SNDBUF, 0x1001},
    {"SO_RCVBUF", SO_RCVBUF, 0x1002},
    {"SO_SNDTIMEO", SO_SNDTIMEO, 0x1005},
    {"SO_RCVTIMEO", SO_RCVTIMEO, 0x1006},
    {"SO_ERROR", SO_ERROR, 0x1007},
    {"SO_TYPE", SO_TYPE, 0x1008},
    {"SO_MAX_MSG_SIZE", SO_MAX_MSG_SIZE, 0x2003},
    {"IPV6_V6ONLY", IPV6_V6ONLY, 27},
    {"MSG_OOB", MSG_OOB, 1},
    {"MSG_PEEK", MSG_PEEK, 2},
    {"MSG_DONTROUTE", MSG_DONTROUTE, 4},
    {"MSG_WAITALL", MSG_WAITALL, 8},
    {"MSG_PARTIAL", MSG_PARTIAL, 0x8000},
    {"POLLRDNORM", POLLRDNORM, 0x100},
    {"POLLRDBAND", POLLRDBAND, 0x200},
    {"POLLWRNORM", POLLWRNORM, 0x10},
    {"POLLERR", POLLERR, 1},
    {"POLLHUP", POLLHUP, 2},
    {"POLLNVAL", POLLNVAL, 4},
    {"AI_ALL", AI_ALL, 0x100},
    {"AI_ADDRCONFIG", AI_ADDRCONFIG, 0x400},
    {"AI_V4MAPPED", AI_V4MAPPED, 0x800},
    {"FIONBIO", (uint32_t)FIONBIO, 0x8004667e},
    {"FIONREAD", (uint32_t)FIONREAD, 0x4004667f},
    {"SIOCATMARK", (uint32_t)SIOCATMARK, 0x40047307},
    {"SOMAXCONN", SOMAXCONN, 0x7fffffff},
    {"WSAEWOULDBLOCK", WSAEWOULDBLOCK, 10035},
    {"WSAENOTSOCK", WSAENOTSOCK, 10038},
    {"WSAECONNRESET", WSAECONNRESET, 10054},
    {"WSANOTINITIALISED", WSANOTINITIALISED, 10093},
    {"SD_BOTH", SD_BOTH, 2},
    {"CF_DEFER", CF_DEFER, 2},
    {"FROM_PROTOCOL_INFO", (uint32_t)FROM_PROTOCOL_INFO, 0xffffffff},
};

static void check(const struct fact *facts, size_t count) {
  size_t wrong = 0;
  for (size_t i = 0; i < count; ++i) {
    if (facts[i].actual == facts[i].expected) continue;
    print_error("%s is %zu, not %zu\n", facts[i].name, facts[i].actual, facts[i].expected);
    ++wrong;
  }
  assert_int_equal(wrong, 0);
}

#define CHECK(facts) check(facts, sizeof(facts) / sizeof(facts)[0])

static void types_have_their_sizes(void **state) {
  (void)state;
  CHECK(kTypes);
}

static void structures_have_their_offsets(void **state) {
  (void)state;
  CHECK(kStructures);
}

static void constants_have_windows_numbers(void **state) {
  (void)state;
  CHECK(kNumbers);
}

static void long_types_have_their_signs(void **state) {
  (void)state;
  assert_true((u_long)-1 > 0);
  assert_true((LONG)-1 < 0);
  assert_true((SOCKET)-1 > 0);
  assert_true(INVALID_SOCKET == (SOCKET)~0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(types_have_their_sizes),
      cmocka_unit_test(structures_have_their_offsets),
      cmocka_unit_test(constants_have_windows_numbers),
      cmocka_unit_test(long_types_have_their_signs),
  };
  return cmocka_run_group_tests_name("layout", tests, NULL, NULL);
}
