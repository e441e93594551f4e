/*
 * documented.cpp - what mingw-w64 lacks, checked against Microsoft's documentation.
 *
 * compare.py can say nothing about names that the other set of headers does not have. Each row here is a value, a size
 * or an offset as a page of the documentation (or Microsoft's own metadata, for numbers that the pages leave out) gives
 * it, with that page; the inline helpers of mstcpip.h are called and their answers looked at.
 */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mswsock.h>
#include <afunix.h>

#include <cstddef>
#include <cstdio>
#include <cstring>
#include <type_traits>

namespace {

struct Row {
    const char *name;
    long long ours;
    long long documented;
    const char *page;
};

#define VALUE(expression, documented, page) {#expression, static_cast<long long>(expression), documented, page}
#define OFFSET(type, member, documented, page) VALUE(offsetof(type, member), documented, page)

const char kRio[] = "win32/api/mswsock/ns-mswsock-rio_extension_function_table";
const char kRioBuf[] = "win32/api/mswsockdef/ns-mswsockdef-rio_buf";
const char kRioResult[] = "win32/api/mswsockdef/ns-mswsockdef-rioresult";
const char kRioCompletion[] = "win32/api/mswsock/ns-mswsock-rio_notification_completion";
const char kRioSend[] = "win32/api/mswsock/nc-mswsock-lpfn_riosend";
const char kTcp[] = "win32/winsock/ipproto-tcp-socket-options";
const char kUdp[] = "win32/winsock/ipproto-udp-socket-options";
const char kIp[] = "win32/winsock/ipproto-ip-socket-options";
const char kSocket[] = "win32/winsock/sol-socket-socket-options";
const char kNotify[] = "win32/winsock/winsock-socket-state-notifications";
const char kRegistration[] = "win32/api/winsock2/ns-winsock2-sock_notify_registration";
const char kPacketInformation[] = "win32/api/ws2ipdef/ns-ws2ipdef-in6_pktinfo";
const char kPacketInformationEx[] = "win32/api/ws2ipdef/ns-ws2ipdef-in_pktinfo_ex";
const char kReceivedError[] = "win32/api/ws2ipdef/ns-ws2ipdef-in_recverr";
const char kFamilies[] = "win32/api/winsock2/nf-winsock2-socket";
const char kAddrInfo[] = "win32/api/ws2def/ns-ws2def-addrinfoexw";
const char kLookup[] = "win32/api/winsock2/nf-winsock2-wsalookupservicebeginw";
const char kErrors[] = "win32/winsock/windows-sockets-error-codes-2";
const char kControls[] = "win32/winsock/winsock-ioctls";
const char kBacklog[] = "win32/api/winsock2/nf-winsock2-listen";

const Row kRows[] = {
    // Registered I/O
    VALUE(sizeof(RIO_EXTENSION_FUNCTION_TABLE), 8 + 13 * 8, kRio),
    OFFSET(RIO_EXTENSION_FUNCTION_TABLE, cbSize, 0, kRio),
    OFFSET(RIO_EXTENSION_FUNCTION_TABLE, RIOReceive, 8, kRio),
    OFFSET(RIO_EXTENSION_FUNCTION_TABLE, RIOReceiveEx, 16, kRio),
    OFFSET(RIO_EXTENSION_FUNCTION_TABLE, RIOSend, 24, kRio),
    OFFSET(RIO_EXTENSION_FUNCTION_TABLE, RIOSendEx, 32, kRio),
    OFFSET(RIO_EXTENSION_FUNCTION_TABLE, RIOCloseCompletionQueue, 40, kRio),
    OFFSET(RIO_EXTENSION_FUNCTION_TABLE, RIOCreateCompletionQueue, 48, kRio),
    OFFSET(RIO_EXTENSION_FUNCTION_TABLE, RIOCreateRequestQueue, 56, kRio),
    OFFSET(RIO_EXTENSION_FUNCTION_TABLE, RIODequeueCompletion, 64, kRio),
    OFFSET(RIO_EXTENSION_FUNCTION_TABLE, RIODeregisterBuffer, 72, kRio),
    OFFSET(RIO_EXTENSION_FUNCTION_TABLE, RIONotify, 80, kRio),
    OFFSET(RIO_EXTENSION_FUNCTION_TABLE, RIORegisterBuffer, 88, kRio),
    OFFSET(RIO_EXTENSION_FUNCTION_TABLE, RIOResizeCompletionQueue, 96, kRio),
    OFFSET(RIO_EXTENSION_FUNCTION_TABLE, RIOResizeRequestQueue, 104, kRio),
    VALUE(SIO_GET_MULTIPLE_EXTENSION_FUNCTION_POINTER, 0xC8000024LL, kControls),
    VALUE(sizeof(RIO_BUF), 16, kRioBuf),
    OFFSET(RIO_BUF, Offset, 8, kRioBuf),
    OFFSET(RIO_BUF, Length, 12, kRioBuf),
    VALUE(sizeof(RIORESULT), 24, kRioResult),
    OFFSET(RIORESULT, BytesTransferred, 4, kRioResult),
    OFFSET(RIORESULT, SocketContext, 8, kRioResult),
    OFFSET(RIORESULT, RequestContext, 16, kRioResult),
    VALUE(RIO_EVENT_COMPLETION, 1, kRioCompletion),
    VALUE(RIO_IOCP_COMPLETION, 2, kRioCompletion),
    VALUE(sizeof(RIO_NOTIFICATION_COMPLETION), 32, kRioCompletion),
    OFFSET(RIO_NOTIFICATION_COMPLETION, Iocp.CompletionKey, 16, kRioCompletion),
    OFFSET(RIO_NOTIFICATION_COMPLETION, Event.NotifyReset, 16, kRioCompletion),
    VALUE(RIO_MSG_DONT_NOTIFY, 1, kRioSend),
    VALUE(RIO_MSG_DEFER, 2, kRioSend),
    VALUE(RIO_MSG_WAITALL, 4, kRioSend),
    VALUE(RIO_MSG_COMMIT_ONLY, 8, kRioSend),
    VALUE(RIO_CORRUPT_CQ, 0xFFFFFFFFLL, kRio),
    VALUE(RIO_MAX_CQ_SIZE, 0x8000000, kRio),

    // Socket state notifications
    VALUE(sizeof(SOCK_NOTIFY_REGISTRATION), 24, kRegistration),
    OFFSET(SOCK_NOTIFY_REGISTRATION, completionKey, 8, kRegistration),
    OFFSET(SOCK_NOTIFY_REGISTRATION, eventFilter, 16, kRegistration),
    OFFSET(SOCK_NOTIFY_REGISTRATION, operation, 18, kRegistration),
    OFFSET(SOCK_NOTIFY_REGISTRATION, triggerFlags, 19, kRegistration),
    OFFSET(SOCK_NOTIFY_REGISTRATION, registrationResult, 20, kRegistration),
    VALUE(SOCK_NOTIFY_EVENT_IN, 1, kNotify),
    VALUE(SOCK_NOTIFY_EVENT_OUT, 2, kNotify),
    VALUE(SOCK_NOTIFY_EVENT_HANGUP, 4, kNotify),
    VALUE(SOCK_NOTIFY_EVENT_ERR, 64, kNotify),
    VALUE(SOCK_NOTIFY_EVENT_REMOVE, 128, kNotify),
    VALUE(SOCK_NOTIFY_OP_ENABLE, 1, kNotify),
    VALUE(SOCK_NOTIFY_OP_DISABLE, 2, kNotify),
    VALUE(SOCK_NOTIFY_OP_REMOVE, 4, kNotify),
    VALUE(SOCK_NOTIFY_TRIGGER_ONESHOT, 1, kNotify),
    VALUE(SOCK_NOTIFY_TRIGGER_PERSISTENT, 2, kNotify),
    VALUE(SOCK_NOTIFY_TRIGGER_LEVEL, 4, kNotify),
    VALUE(SOCK_NOTIFY_TRIGGER_EDGE, 8, kNotify),

    // Options
    VALUE(TCP_KEEPALIVE, 3, kTcp),
    VALUE(TCP_KEEPIDLE, 3, kTcp),
    VALUE(TCP_MAXRT, 5, kTcp),
    VALUE(TCP_TIMESTAMPS, 10, kTcp),
    VALUE(TCP_MAXRTMS, 14, kTcp),
    VALUE(TCP_FASTOPEN, 15, kTcp),
    VALUE(TCP_KEEPCNT, 16, kTcp),
    VALUE(TCP_KEEPINTVL, 17, kTcp),
    VALUE(TCP_FAIL_CONNECT_ON_ICMP_ERROR, 18, kTcp),
    VALUE(TCP_ICMP_ERROR_INFO, 19, kTcp),
    VALUE(UDP_SEND_MSG_SIZE, 2, kUdp),
    VALUE(UDP_RECV_MAX_COALESCED_SIZE, 3, kUdp),
    VALUE(IP_RECVECN, 50, kIp),
    VALUE(SO_BSP_STATE, 0x1009, kSocket),
    VALUE(SO_PAUSE_ACCEPT, 0x3003, kSocket),
    VALUE(SO_COMPARTMENT_ID, 0x3004, kSocket),
    VALUE(SO_RANDOMIZE_PORT, 0x3005, kSocket),
    VALUE(SO_PORT_SCALABILITY, 0x3006, kSocket),
    VALUE(SO_REUSE_UNICASTPORT, 0x3007, kSocket),
    VALUE(SO_REUSE_MULTICASTPORT, 0x3008, kSocket),
    VALUE(SOMAXCONN_HINT(500), -500, kBacklog),
    VALUE(SIO_IDEAL_SEND_BACKLOG_QUERY, 0x4004747BLL, kControls),
    VALUE(SIO_IDEAL_SEND_BACKLOG_CHANGE, 0x2000747ALL, kControls),
    VALUE(SIO_QUERY_RSS_SCALABILITY_INFO, 0x580000D2LL, kControls),
    VALUE(SIO_UDP_NETRESET, 0x9800000FLL, kControls),

    VALUE(SIO_QUERY_WFP_CONNECTION_REDIRECT_RECORDS, 0x980000DCLL, kControls),
    VALUE(SIO_QUERY_WFP_CONNECTION_REDIRECT_CONTEXT, 0x980000DDLL, kControls),
    VALUE(SIO_SET_WFP_CONNECTION_REDIRECT_RECORDS, 0x980000DELL, kControls),
    VALUE(SIO_QUERY_WFP_ALE_ENDPOINT_HANDLE, 0x580000CDLL, kControls),

    // Name resolution
    VALUE(LUP_EXTENDED_QUERYSET, 0x02000000, kLookup),
    VALUE(LUP_EXCLUSIVE_CUSTOM_SERVERS, 0x08000000, kLookup),
    VALUE(LUP_REQUIRE_SECURE, 0x10000000, kLookup),
    VALUE(LUP_RETURN_TTL, 0x20000000, kLookup),
    VALUE(LUP_FORCE_CLEAR_TEXT, 0x40000000, kLookup),
    VALUE(AI_DNS_ONLY, 0x10, kAddrInfo),
    VALUE(AI_SECURE_WITH_FALLBACK, 0x00100000, kAddrInfo),
    VALUE(AI_EXCLUSIVE_CUSTOM_SERVERS, 0x00200000, kAddrInfo),
    VALUE(AI_RETURN_RESPONSE_FLAGS, 0x10000000, kAddrInfo),
    VALUE(AI_REQUIRE_SECURE, 0x20000000, kAddrInfo),
    VALUE(AI_RESOLUTION_HANDLE, 0x40000000, kAddrInfo),
    VALUE(AI_EXTENDED, 0x80000000LL, kAddrInfo),

    // Addresses and control messages
    VALUE(AF_LINK, 33, kFamilies),
    VALUE(AF_HYPERV, 34, kFamilies),
    VALUE(AF_MAX, 35, kFamilies),
    VALUE(sizeof(*PIN6_PKTINFO()), 20, kPacketInformation),
    OFFSET(IN6_PKTINFO, ipi6_ifindex, 16, kPacketInformation),
    VALUE(sizeof(*PIN_PKTINFO()), 8, kPacketInformation),
    VALUE(sizeof(IN_PKTINFO_EX), 12, kPacketInformationEx),
    VALUE(sizeof(IN6_PKTINFO_EX), 24, kPacketInformationEx),
    VALUE(sizeof(IN_RECVERR), 12, kReceivedError),
    OFFSET(IN_RECVERR, info, 4, kReceivedError),
    OFFSET(IN_RECVERR, type, 8, kReceivedError),
    OFFSET(IN_RECVERR, code, 9, kReceivedError),
    VALUE(sizeof(ADDRINFOEXW), 72, kAddrInfo),
    OFFSET(ADDRINFOEXW, ai_addr, 32, kAddrInfo),
    OFFSET(ADDRINFOEXW, ai_provider, 56, kAddrInfo),
    OFFSET(ADDRINFOEXW, ai_next, 64, kAddrInfo),
    VALUE(WSA_SECURE_HOST_NOT_FOUND, 11032, kErrors),
    VALUE(WSA_IPSEC_NAME_POLICY_ERROR, 11033, kErrors),
};

int failures = 0;
int checks = 0;

void Check(bool holds, const char *what, const char *page)
{
    checks++;
    if (!holds) {
        failures++;
        std::printf("FAILED %s (https://learn.microsoft.com/windows/%s)\n", what, page);
    }
}
#define HOLDS(condition, page) Check((condition), #condition, page)

/* mstcpip.h's helpers, on addresses of either family. */
void CheckAddressHelpers()
{
    const char page[] = "win32/api/mstcpip/";
    IN_ADDR v4;
    std::memcpy(&v4, "\xc0\xa8\x01\x02", 4);
    SOCKADDR_STORAGE storage;
    auto *generic = reinterpret_cast<PSOCKADDR>(&storage);
    SCOPE_ID scope;
    scope.Value = 7;

    INETADDR_SETSOCKADDR(AF_INET, generic, &v4, scope, 0x5000);
    HOLDS(generic->sa_family == AF_INET && INETADDR_PORT(generic) == 0x5000, page);
    HOLDS(std::memcmp(INETADDR_ADDRESS(generic), "\xc0\xa8\x01\x02", 4) == 0, page);
    HOLDS(!INETADDR_ISANY(generic) && !INETADDR_ISLOOPBACK(generic) && !INETADDR_ISV4MAPPED(generic), page);
    HOLDS(INETADDR_SCOPE_ID(generic).Value == 0, page);
    INETADDR_SETLOOPBACK(generic);
    HOLDS(INETADDR_ISLOOPBACK(generic) && INETADDR_ADDRESS(generic)[0] == 127, page);
    INETADDR_SETANY(generic);
    HOLDS(INETADDR_ISANY(generic) && generic->sa_family == AF_INET, page);
    INETADDR_SET_PORT(generic, 0x1234);
    HOLDS(INETADDR_PORT(generic) == 0x1234, page);

    IN6_ADDR v6 = IN6ADDR_LOOPBACK_INIT;
    INETADDR_SETSOCKADDR(AF_INET6, generic, &v6, scope, 0x5000);
    HOLDS(INETADDR_ISLOOPBACK(generic) && INETADDR_SCOPE_ID(generic).Value == 7, page);
    INETADDR_SETANY(generic);
    HOLDS(INETADDR_ISANY(generic) && generic->sa_family == AF_INET6, page);
    INETADDR_SETLOOPBACK(generic);
    HOLDS(INETADDR_ISLOOPBACK(generic) && INETADDR_ADDRESS(generic)[15] == 1, page);
    auto *v6address = reinterpret_cast<PSOCKADDR_IN6>(&storage);
    IN6ADDR_SETV4MAPPED(v6address, &v4, scope, 1);
    HOLDS(INETADDR_ISV4MAPPED(generic) && IN6ADDR_ISV4MAPPED(v6address), page);
    HOLDS(std::memcmp(IN6_GET_ADDR_V4MAPPED(&v6address->sin6_addr), &v4, 4) == 0, page);
    HOLDS(IN6_IS_ADDR_V4MAPPED(&v6address->sin6_addr) && !IN6_IS_ADDR_V4COMPAT(&v6address->sin6_addr), page);

    const struct {
        const char *bytes;
        bool loopback, multicast, link_local, rfc1918, broadcast;
    } kinds[] = {
        {"\x7f\x01\x02\x03", true, false, false, false, false},
        {"\xe0\x00\x00\x01", false, true, false, false, false},
        {"\xa9\xfe\x00\x01", false, false, true, false, false},
        {"\x0a\x00\x00\x01", false, false, false, true, false},
        {"\xac\x1f\x00\x01", false, false, false, true, false},
        {"\xac\x20\x00\x01", false, false, false, false, false},
        {"\xc0\xa8\x00\x01", false, false, false, true, false},
        {"\xff\xff\xff\xff", false, false, false, false, true},
    };
    for (const auto &kind : kinds) {
        std::memcpy(&v4, kind.bytes, 4);
        HOLDS((IN4_IS_ADDR_LOOPBACK(&v4) != 0) == kind.loopback, page);
        HOLDS((IN4_IS_ADDR_MULTICAST(&v4) != 0) == kind.multicast, page);
        HOLDS((IN4_IS_ADDR_LINKLOCAL(&v4) != 0) == kind.link_local, page);
        HOLDS((IN4_IS_ADDR_RFC1918(&v4) != 0) == kind.rfc1918, page);
        HOLDS((IN4_IS_ADDR_BROADCAST(&v4) != 0) == kind.broadcast, page);
    }
}

void CheckTypes()
{
    const GUID rio = WSAID_MULTIPLE_RIO;
    HOLDS(rio.Data1 == 0x8509e081 && rio.Data2 == 0x96dd && rio.Data3 == 0x4005 && rio.Data4[0] == 0xb1 &&
              rio.Data4[7] == 0x3f,
          kRio);
    HOLDS((std::is_same_v<LPFN_RIOSEND, BOOL (*)(RIO_RQ, PRIO_BUF, ULONG, DWORD, PVOID)>), kRioSend);
    HOLDS((std::is_same_v<LPFN_RIORECEIVEEX, int (*)(RIO_RQ, PRIO_BUF, ULONG, PRIO_BUF, PRIO_BUF, PRIO_BUF, PRIO_BUF,
                                                     DWORD, PVOID)>),
          "win32/api/mswsock/nc-mswsock-lpfn_rioreceiveex");
    HOLDS((std::is_same_v<LPFN_RIODEQUEUECOMPLETION, ULONG (*)(RIO_CQ, PRIORESULT, ULONG)>),
          "win32/api/mswsock/nc-mswsock-lpfn_riodequeuecompletion");
    HOLDS(htonll(0x0102030405060708ULL) == 0x0807060504030201ULL && ntohd(htond(1.5)) == 1.5 && ntohf(htonf(2.5f)) == 2.5f,
          "win32/api/winsock2/nf-winsock2-htonll");
    OVERLAPPED_ENTRY entry = {};
    entry.dwNumberOfBytesTransferred = SOCK_NOTIFY_EVENT_IN | SOCK_NOTIFY_EVENT_REMOVE;
    HOLDS(SocketNotificationRetrieveEvents(&entry) == 129, kNotify);
    HOLDS(std::strcmp(gai_strerrorA(EAI_NONAME), "No such host is known.") == 0,
          "win32/api/ws2tcpip/nf-ws2tcpip-gai_strerrora");
}

}  // namespace

int main()
{
    for (const Row &row : kRows) {
        checks++;
        if (row.ours != row.documented) {
            failures++;
            std::printf("FAILED %s is %#llx, documented as %#llx (https://learn.microsoft.com/windows/%s)\n", row.name,
                        row.ours, row.documented, row.page);
        }
    }
    CheckAddressHelpers();
    CheckTypes();
    std::printf("%d documented facts checked, %d failures\n", checks, failures);
    return failures != 0 || checks < 100;
}
