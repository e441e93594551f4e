#include "dlls/ws2_32/control_table.h"

#include <afunix.h>
#include <mstcpip.h>
#include <mswsock.h>
#include <winsock2.h>
#include <ws2tcpip.h>

#include <iterator>

#include "dlls/ws2_32/control_functions.h"

namespace windsock {
namespace {

namespace f = control_functions;
using Number = u_long;

constexpr size_t kRoom = sizeof(sockaddr);  // the least that an address takes

#define CONTROL(name) .code = static_cast<uint32_t>(name), .text = #name

constexpr Control kControls[] = {
    // ---- Unix codes
    {CONTROL(FIONBIO), .in_size = sizeof(Number), .run = f::set_mode},
    {CONTROL(FIONREAD), .out_size = sizeof(Number), .run = f::count_readable},
    {CONTROL(SIOCATMARK), .sockets = kStreams, .out_size = sizeof(Number), .run = f::no_urgent_data, .wrong_socket = WSAEINVAL},

    // ---- Windows Sockets 2
    {CONTROL(SIO_ADDRESS_LIST_CHANGE), .sockets = kInternet, .run = f::await_address_change},
    {CONTROL(SIO_ADDRESS_LIST_QUERY), .sockets = kInternet, .run = f::address_list},
    {CONTROL(SIO_ADDRESS_LIST_SORT), .sockets = kInternet, .in_size = sizeof(INT), .run = f::sort_addresses},
    {CONTROL(SIO_ASSOCIATE_HANDLE), .wrong_socket = WSAENOPROTOOPT},
    {CONTROL(SIO_BASE_HANDLE), .out_size = sizeof(SOCKET), .run = f::base_handle},
    {CONTROL(SIO_BSP_HANDLE), .out_size = sizeof(SOCKET), .run = f::base_handle},
    {CONTROL(SIO_BSP_HANDLE_POLL), .out_size = sizeof(SOCKET), .run = f::base_handle},
    {CONTROL(SIO_BSP_HANDLE_SELECT), .out_size = sizeof(SOCKET), .run = f::base_handle},
    {CONTROL(SIO_ENABLE_CIRCULAR_QUEUEING), .sockets = kDatagrams, .run = f::circular_queueing, .wrong_socket = WSAENOPROTOOPT},
    {CONTROL(SIO_FIND_ROUTE)},
    {CONTROL(SIO_FLUSH), .wrong_socket = WSAENOPROTOOPT},
    {CONTROL(SIO_GET_BROADCAST_ADDRESS), .sockets = kFour, .out_size = sizeof(sockaddr_in), .run = f::broadcast_address,
     .wrong_socket = WSAENOPROTOOPT},
    {CONTROL(SIO_GET_EXTENSION_FUNCTION_POINTER), .in_size = sizeof(GUID), .out_size = sizeof(void*), .run = f::extension_function},
    {CONTROL(SIO_GET_GROUP_QOS), .wrong_socket = WSAENOPROTOOPT},
    {CONTROL(SIO_GET_MULTIPLE_EXTENSION_FUNCTION_POINTER), .in_size = sizeof(GUID), .out_size = sizeof(DWORD), .run = f::extension_table},
    {CONTROL(SIO_GET_QOS), .wrong_socket = WSAENOPROTOOPT},
    {CONTROL(SIO_MULTICAST_SCOPE), .sockets = kDatagrams, .in_size = sizeof(int), .run = f::multicast_scope},
    {CONTROL(SIO_MULTIPOINT_LOOPBACK), .sockets = kDatagrams, .in_size = sizeof(BOOL), .run = f::multipoint_loopback},
    {CONTROL(SIO_QUERY_RSS_PROCESSOR_INFO)},
    {CONTROL(SIO_QUERY_TARGET_PNP_HANDLE)},
    {CONTROL(SIO_ROUTING_INTERFACE_CHANGE), .sockets = kInternet, .in_size = kRoom, .run = f::await_route_change},
    {CONTROL(SIO_ROUTING_INTERFACE_QUERY), .sockets = kInternet, .in_size = kRoom, .run = f::routing_interface},
    {CONTROL(SIO_SET_GROUP_QOS), .wrong_socket = WSAENOPROTOOPT},
    {CONTROL(SIO_SET_QOS), .wrong_socket = WSAENOPROTOOPT},
    {CONTROL(SIO_TRANSLATE_HANDLE), .wrong_socket = WSAENOPROTOOPT},

    // ---- of TCP/IP
    {CONTROL(SIO_GET_INTERFACE_LIST), .sockets = kFour, .run = f::interface_list, .wrong_socket = WSAEINVAL},
    {CONTROL(SIO_GET_INTERFACE_LIST_EX)},
    {CONTROL(SIO_GET_MULTICAST_FILTER), .sockets = kUdp4 | kRaw4, .in_size = IP_MSFILTER_SIZE(0), .out_size = IP_MSFILTER_SIZE(0),
     .run = f::get_multicast_filter},
    {CONTROL(SIO_IDEAL_SEND_BACKLOG_CHANGE), .sockets = kTcp, .states = kConnected, .run = f::await_backlog_change,
     .wrong_state = WSAENOTCONN},
    {CONTROL(SIO_IDEAL_SEND_BACKLOG_QUERY), .sockets = kTcp, .states = kConnected, .out_size = sizeof(ULONG), .run = f::ideal_backlog,
     .wrong_state = WSAENOTCONN},
    {CONTROL(SIO_SET_MULTICAST_FILTER), .sockets = kUdp4 | kRaw4, .in_size = IP_MSFILTER_SIZE(0), .run = f::set_multicast_filter},

    // ---- of Microsoft's provider
    {CONTROL(SIO_ABSORB_RTRALERT)},
    {CONTROL(SIO_ACQUIRE_PORT_RESERVATION), .sockets = kTcp | kUdp, .in_size = sizeof(INET_PORT_RANGE),
     .out_size = sizeof(INET_PORT_RESERVATION_INSTANCE), .run = f::acquire_ports, .too_small = WSAEINVAL},
    {CONTROL(SIO_AF_UNIX_GETPEERPID), .sockets = kLocal, .states = kConnected, .out_size = sizeof(ULONG), .run = f::peer_process,
     .wrong_state = WSAENOTCONN},
    {CONTROL(SIO_AF_UNIX_SETBINDPARENTPATH)},
    {CONTROL(SIO_AF_UNIX_SETCONNPARENTPATH)},
    {CONTROL(SIO_APPLY_TRANSPORT_SETTING)},
    {CONTROL(SIO_ASSOCIATE_PORT_RESERVATION), .sockets = kTcp | kUdp, .states = kUnbound, .in_size = sizeof(INET_PORT_RESERVATION_TOKEN),
     .run = f::associate_ports, .too_small = WSAEINVAL},
    {CONTROL(SIO_CPU_AFFINITY), .sockets = kUdp, .states = kUnbound, .in_size = sizeof(USHORT), .run = f::cpu_affinity},
    {CONTROL(SIO_KEEPALIVE_VALS), .sockets = kTcp, .in_size = sizeof(tcp_keepalive), .run = f::keep_alive, .wrong_socket = WSAENOPROTOOPT},
    {CONTROL(SIO_LOOPBACK_FAST_PATH), .sockets = kTcp, .in_size = sizeof(DWORD), .run = f::loopback_fast_path},
    {CONTROL(SIO_QUERY_RSS_SCALABILITY_INFO), .sockets = kInternet, .out_size = sizeof(RSS_SCALABILITY_INFO),
     .run = f::receive_side_scaling, .too_small = WSAEINVAL},
    {CONTROL(SIO_QUERY_TRANSPORT_SETTING)},
    {CONTROL(SIO_QUERY_WFP_ALE_ENDPOINT_HANDLE)},
    {CONTROL(SIO_QUERY_WFP_CONNECTION_REDIRECT_CONTEXT)},
    {CONTROL(SIO_QUERY_WFP_CONNECTION_REDIRECT_RECORDS)},
    {CONTROL(SIO_RCVALL), .in_size = sizeof(DWORD), .run = f::receive_all},
    {CONTROL(SIO_RCVALL_IGMPMCAST), .in_size = sizeof(DWORD), .run = f::receive_all},
    {CONTROL(SIO_RCVALL_MCAST), .in_size = sizeof(DWORD), .run = f::receive_all},
    {CONTROL(SIO_RELEASE_PORT_RESERVATION), .sockets = kTcp | kUdp, .in_size = sizeof(INET_PORT_RESERVATION_TOKEN), .run = f::release_ports,
     .too_small = WSAEINVAL},
    {CONTROL(SIO_SET_COMPATIBILITY_MODE), .sockets = kInternet, .in_size = sizeof(WSA_COMPATIBILITY_MODE), .run = f::accept_silently},
    {CONTROL(SIO_SET_WFP_CONNECTION_REDIRECT_RECORDS)},
    {CONTROL(SIO_TCP_INFO), .sockets = kTcp, .in_size = sizeof(DWORD), .out_size = sizeof(TCP_INFO_v0), .run = f::tcp_info},
    {CONTROL(SIO_TCP_INITIAL_RTO), .sockets = kTcp, .states = kUnbound | kBound, .in_size = sizeof(TCP_INITIAL_RTO_PARAMETERS),
     .run = f::initial_timeout},
    {CONTROL(SIO_UDP_CONNRESET), .sockets = kUdp, .in_size = 1, .run = f::connection_reset},
    {CONTROL(SIO_UDP_NETRESET), .sockets = kUdp, .in_size = 1, .run = f::network_reset},
};

static_assert(Control{}.wrong_socket == WSAEOPNOTSUPP && Control{}.wrong_state == WSAEINVAL && Control{}.too_small == WSAEFAULT);

}  // namespace

std::span<const Control> all_controls() { return kControls; }

const Control* find_control(uint32_t code) {
  for (const Control& control : kControls)
    if (control.code == code) return &control;
  return nullptr;
}

}  // namespace windsock
