#include "dlls/ws2_32/trace_words.h"

#include <mstcpip.h>
#include <mswsock.h>
#include <winsock2.h>
#include <ws2tcpip.h>

#include <afunix.h>

#include <iterator>
#include <span>

namespace windsock::trace {

namespace {

struct Word {
  int64_t value;
  const char* name;
};
#define WORD(name) {static_cast<int64_t>(name), #name}

constexpr Word kFamilies[] = {WORD(AF_UNSPEC), WORD(AF_UNIX), WORD(AF_INET), WORD(AF_INET6), WORD(FROM_PROTOCOL_INFO)};
constexpr Word kSocketTypes[] = {WORD(SOCK_STREAM), WORD(SOCK_DGRAM),         WORD(SOCK_RAW),
                                 WORD(SOCK_RDM),    WORD(SOCK_SEQPACKET),     WORD(FROM_PROTOCOL_INFO)};
constexpr Word kProtocols[] = {WORD(IPPROTO_ICMP), WORD(IPPROTO_TCP),    WORD(IPPROTO_UDP),
                               WORD(IPPROTO_IPV6), WORD(IPPROTO_ICMPV6), WORD(FROM_PROTOCOL_INFO)};
constexpr Word kLevels[] = {WORD(SOL_SOCKET), WORD(IPPROTO_IP), WORD(IPPROTO_TCP), WORD(IPPROTO_UDP), WORD(IPPROTO_IPV6)};
constexpr Word kSocketOptions[] = {
    WORD(SO_DEBUG),     WORD(SO_ACCEPTCONN), WORD(SO_REUSEADDR),  WORD(SO_KEEPALIVE),        WORD(SO_DONTROUTE),
    WORD(SO_BROADCAST), WORD(SO_LINGER),     WORD(SO_OOBINLINE),  WORD(SO_SNDBUF),           WORD(SO_RCVBUF),
    WORD(SO_SNDTIMEO),  WORD(SO_RCVTIMEO),   WORD(SO_SNDLOWAT),   WORD(SO_RCVLOWAT),         WORD(SO_ERROR),
    WORD(SO_TYPE),      WORD(SO_DONTLINGER), WORD(SO_BSP_STATE),  WORD(SO_EXCLUSIVEADDRUSE), WORD(SO_CONNECT_TIME),
    WORD(SO_MAX_MSG_SIZE), WORD(SO_PROTOCOL_INFOA), WORD(SO_PROTOCOL_INFOW), WORD(SO_UPDATE_ACCEPT_CONTEXT), WORD(SO_UPDATE_CONNECT_CONTEXT)};
constexpr Word kTcpOptions[] = {WORD(TCP_NODELAY), WORD(TCP_KEEPALIVE), WORD(TCP_KEEPINTVL), WORD(TCP_KEEPCNT), WORD(TCP_MAXRT)};
constexpr Word kControls[] = {WORD(FIONBIO), WORD(FIONREAD), WORD(SIOCATMARK), WORD(SIO_KEEPALIVE_VALS),
                              WORD(SIO_GET_EXTENSION_FUNCTION_POINTER), WORD(SIO_UDP_CONNRESET)};
constexpr Word kHows[] = {WORD(SD_RECEIVE), WORD(SD_SEND), WORD(SD_BOTH)};
constexpr Word kBacklogs[] = {WORD(SOMAXCONN)};
constexpr Word kMessageFlags[] = {WORD(MSG_OOB),     WORD(MSG_PEEK), WORD(MSG_DONTROUTE), WORD(MSG_WAITALL),
                                  WORD(MSG_PARTIAL), WORD(MSG_TRUNC), WORD(MSG_CTRUNC),   WORD(MSG_BCAST), WORD(MSG_MCAST)};
constexpr Word kCreationFlags[] = {WORD(WSA_FLAG_OVERLAPPED), WORD(WSA_FLAG_NO_HANDLE_INHERIT), WORD(WSA_FLAG_REGISTERED_IO)};
constexpr Word kPollFlags[] = {WORD(POLLERR),    WORD(POLLHUP),    WORD(POLLNVAL),  WORD(POLLWRNORM), WORD(POLLWRBAND),
                               WORD(POLLRDNORM), WORD(POLLRDBAND), WORD(POLLPRI)};
constexpr Word kNetworkEvents[] = {WORD(FD_READ), WORD(FD_WRITE), WORD(FD_OOB), WORD(FD_ACCEPT), WORD(FD_CONNECT), WORD(FD_CLOSE), WORD(FD_QOS),
                                   WORD(FD_GROUP_QOS), WORD(FD_ROUTING_INTERFACE_CHANGE), WORD(FD_ADDRESS_LIST_CHANGE)};
constexpr Word kErrors[] = {
    WORD(WSAEINTR),        WORD(WSAEBADF),         WORD(WSAEACCES),       WORD(WSAEFAULT),        WORD(WSAEINVAL),
    WORD(WSAEMFILE),       WORD(WSAEWOULDBLOCK),   WORD(WSAEINPROGRESS),  WORD(WSAEALREADY),      WORD(WSAENOTSOCK),
    WORD(WSAEDESTADDRREQ), WORD(WSAEMSGSIZE),      WORD(WSAEPROTOTYPE),   WORD(WSAENOPROTOOPT),   WORD(WSAEPROTONOSUPPORT),
    WORD(WSAESOCKTNOSUPPORT), WORD(WSAEOPNOTSUPP), WORD(WSAEPFNOSUPPORT), WORD(WSAEAFNOSUPPORT),  WORD(WSAEADDRINUSE),
    WORD(WSAEADDRNOTAVAIL), WORD(WSAENETDOWN),     WORD(WSAENETUNREACH),  WORD(WSAENETRESET),     WORD(WSAECONNABORTED),
    WORD(WSAECONNRESET),   WORD(WSAENOBUFS),       WORD(WSAEISCONN),      WORD(WSAENOTCONN),      WORD(WSAESHUTDOWN),
    WORD(WSAETIMEDOUT),    WORD(WSAECONNREFUSED),  WORD(WSAEHOSTDOWN),    WORD(WSAEHOSTUNREACH),  WORD(WSASYSNOTREADY),
    WORD(WSAVERNOTSUPPORTED), WORD(WSANOTINITIALISED), WORD(WSASYSCALLFAILURE), WORD(WSATRY_AGAIN), WORD(WSAHOST_NOT_FOUND),
    WORD(WSANO_RECOVERY),  WORD(WSANO_DATA),       WORD(WSATYPE_NOT_FOUND), WORD(WSASERVICE_NOT_FOUND), WORD(WSA_E_NO_MORE)};
#undef WORD

// In the order of Words.
constexpr std::span<const Word> kTables[] = {kFamilies, kSocketTypes, kProtocols, kLevels,       kSocketOptions, kTcpOptions,    kControls,
                                             kHows,     kBacklogs,    kErrors,    kMessageFlags, kCreationFlags, kPollFlags,
                                             kNetworkEvents};
static_assert(std::size(kTables) == static_cast<size_t>(Words::kCount));

}  // namespace

const char* word_for(Words words, int64_t value) {
  for (const Word& word : kTables[static_cast<size_t>(words)])
    if (word.value == value) return word.name;
  return nullptr;
}

}  // namespace windsock::trace
