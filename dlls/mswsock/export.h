// Exports of mswsock are functions of the core under a private name, mswsock_ before the name in mswsock.spec; libmswsock and
// libwsock32 forward to them. So one library has the state, and WSAIoctl can hand the same functions out.
#pragma once

// Before the definition of a function that the public headers declare.
#define MSWSOCK_EXPORT(name) extern "C" __attribute__((visibility("default"))) __typeof__(name) name __asm__("mswsock_" #name)
