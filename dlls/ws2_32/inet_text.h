// Addresses as text, in the forms of inet_addr, inet_ntoa, inet_pton and inet_ntop. Pure functions, but for inet_ntoa's buffer,
// which each thread has its own of.
#pragma once

#include <winsock2.h>

#include <optional>

#include "dlls/ws2_32/wsa_error.h"

namespace windsock {

// "a.b.c.d", "a.b.c", "a.b" or "a", each part decimal, octal (0…) or hexadecimal (0x…); the last part fills the bytes that are
// left. White space ends it. One blank alone is 0.0.0.0. In network byte order. Nothing: not such an address.
std::optional<uint32_t> ipv4_from_loose_text(const char* text);

// The text of an address, in a buffer of the calling thread that its next call fills anew.
char* ipv4_text_of_thread(in_addr address);

// True: `text` was an address of the family, and is at `destination` now. False: it was not. WSAEAFNOSUPPORT, WSAEFAULT.
WsaResult<bool> address_from_text(int family, const char* text, void* destination);
// WSAEAFNOSUPPORT; ERROR_INVALID_PARAMETER: a null pointer, or too little room.
WsaResult<const char*> address_to_text(int family, const void* address, char* text, size_t size);

}  // namespace windsock
