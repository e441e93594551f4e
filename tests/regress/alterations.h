// What a program must not do to a structure that WSADuplicateSocket has filled: each of these makes its claim WSAEINVAL.
#ifndef TESTS_REGRESS_ALTERATIONS_H
#define TESTS_REGRESS_ALTERATIONS_H

#include <winsock2.h>

namespace regress {

struct Alteration {
  const char* name;
  void (*apply)(WSAPROTOCOL_INFOW&);
};

inline const Alteration kAlterations[] = {
    {"Family", [](WSAPROTOCOL_INFOW& info) { info.iAddressFamily = info.iAddressFamily == AF_INET ? AF_INET6 : AF_INET; }},
    {"Type", [](WSAPROTOCOL_INFOW& info) { info.iSocketType = SOCK_DGRAM; }},
    {"Protocol", [](WSAPROTOCOL_INFOW& info) { info.iProtocol = IPPROTO_UDP; }},
    {"Flags2", [](WSAPROTOCOL_INFOW& info) { info.dwServiceFlags2 ^= 1; }},
    {"Flags3", [](WSAPROTOCOL_INFOW& info) { info.dwServiceFlags3 ^= 0x100; }},
    {"Flags4", [](WSAPROTOCOL_INFOW& info) { info.dwServiceFlags4 ^= 0x80000000; }},
    {"Reserved", [](WSAPROTOCOL_INFOW& info) { info.dwProviderReserved ^= 0x10; }},
};

}  // namespace regress

#endif
