// The lists of GetAddrInfoW, GetAddrInfoExA and GetAddrInfoExW, made of the one that getaddrinfo gives.
//
// Each entry is one piece of memory with its address and its name behind it, as in resolver.h, so one function frees all forms.
#pragma once

#include <winsock2.h>
#include <ws2tcpip.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

#include "dlls/common/utf.h"
#include "dlls/ws2_32/resolver.h"

namespace windsock {

// The text of one form from that of the other; `CHAR` texts are UTF-8.
inline std::string text_from_utf8(const std::string& text, CHAR) { return text; }
inline std::u16string text_from_utf8(const std::string& text, WCHAR) { return utf16_from_utf8(text); }
inline std::string text_to_utf8(const CHAR* text) { return text; }
inline std::string text_to_utf8(const WCHAR* text) { return utf8_from_utf16(text); }

template <typename Info>
void free_address_list(Info* list) {
  while (list) {
    Info* next = list->ai_next;
    free(list);
    list = next;
  }
}

// One entry in another form; null without memory.
template <typename Info>
Info* address_list_entry(const addrinfo& from) {
  using Character = std::remove_pointer_t<decltype(Info::ai_canonname)>;
  std::basic_string<Character> name;
  if (from.ai_canonname) name = text_from_utf8(from.ai_canonname, Character{});
  size_t name_size = from.ai_canonname ? (name.size() + 1) * sizeof(Character) : 0;
  void* memory = calloc(1, sizeof(Info) + sizeof(sockaddr_storage) + name_size);
  if (!memory) return nullptr;
  auto* entry = static_cast<Info*>(memory);
  auto* address = reinterpret_cast<char*>(entry + 1);
  entry->ai_flags = from.ai_flags;
  entry->ai_family = from.ai_family;
  entry->ai_socktype = from.ai_socktype;
  entry->ai_protocol = from.ai_protocol;
  entry->ai_addrlen = from.ai_addrlen;
  entry->ai_addr = reinterpret_cast<sockaddr*>(address);
  memcpy(address, from.ai_addr, from.ai_addrlen);
  if (name_size) {
    entry->ai_canonname = reinterpret_cast<Character*>(address + sizeof(sockaddr_storage));
    memcpy(entry->ai_canonname, name.c_str(), name_size);
  }
  return entry;
}

// getaddrinfo in another form. `Hints` has the members of addrinfo that a question may fill.
template <typename Info, typename Character>
WsaResult<Info*> resolve_address_list(const Character* node, const Character* service, const Info* hints) {
  std::string node_text = node ? text_to_utf8(node) : "", service_text = service ? text_to_utf8(service) : "";
  addrinfo asked{};
  if (hints) {
    asked.ai_flags = hints->ai_flags;
    asked.ai_family = hints->ai_family;
    asked.ai_socktype = hints->ai_socktype;
    asked.ai_protocol = hints->ai_protocol;
    // What must be zero is refused where getaddrinfo refuses it.
    asked.ai_addrlen = hints->ai_addrlen || hints->ai_canonname || hints->ai_addr || hints->ai_next;
  }
  std::unique_ptr<addrinfo, void (*)(addrinfo*)> found(
      WS_TRY(resolve_addresses(node ? node_text.c_str() : nullptr, service ? service_text.c_str() : nullptr, hints ? &asked : nullptr)),
      free_addresses);
  std::unique_ptr<Info, void (*)(Info*)> list(nullptr, free_address_list<Info>);
  Info* last = nullptr;
  for (const addrinfo* one = found.get(); one; one = one->ai_next) {
    Info* entry = address_list_entry<Info>(*one);
    if (!entry) return wsa_failure(WSA_NOT_ENOUGH_MEMORY);
    if (last)
      last->ai_next = entry;
    else
      list.reset(entry);
    last = entry;
  }
  return list.release();
}

}  // namespace windsock
