// Any bytes as an address: as the structure a program passes, and as text.
#include <winsock2.h>
#include <ws2tcpip.h>
#include <afunix.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "dlls/ws2_32/address_lists.h"
#include "dlls/ws2_32/inet_text.h"
#include "dlls/ws2_32/socket_address_text.h"
#include "dlls/ws2_32/translate_address.h"
#include "tests/fuzz/fuzz.h"

using namespace windsock;

namespace {

// A structure of any length, any family: it is refused, or comes back as it was.
void as_structure(int socket_family, int claimed_length, std::vector<uint8_t> bytes) {
  // The documentation lets the library read as much as the length says, and no more.
  int length = std::min(claimed_length, static_cast<int>(bytes.size()));
  auto host = address_to_host(reinterpret_cast<const sockaddr*>(bytes.data()), length, socket_family);
  if (!host) return;
  FUZZ_CHECK(host.value().length <= host.value().bytes.size());
  (void)is_wildcard(host.value());
  (void)port_of(host.value());
  (void)host::address_text(host.value());
  SOCKADDR_STORAGE back;
  int back_length = sizeof back;
  FUZZ_CHECK(address_from_host(host.value(), reinterpret_cast<sockaddr*>(&back), &back_length));
  FUZZ_CHECK(back_length > 0 && back_length <= static_cast<int>(sizeof back));
  FUZZ_CHECK(back.ss_family == socket_family);
  if (back_length < min_address_length(socket_family)) {
    FUZZ_CHECK(socket_family == AF_UNIX && back_length == sizeof back.ss_family);  // a local socket without a name
    return;
  }
  auto again = address_to_host(reinterpret_cast<const sockaddr*>(&back), back_length, socket_family);
  FUZZ_CHECK(again);
  FUZZ_CHECK(again.value().length == host.value().length);
  FUZZ_CHECK(memcmp(again.value().bytes.data(), host.value().bytes.data(), host.value().length) == 0);
}

void as_text(const std::string& text) {
  if (auto address = ipv4_from_loose_text(text.c_str())) {
    in_addr in;
    in.s_addr = *address;
    auto same = ipv4_from_loose_text(ipv4_text_of_thread(in));
    FUZZ_CHECK(same && *same == *address);
  }
  for (int family : {AF_INET, AF_INET6}) {
    unsigned char bytes[16], again[16];
    char written[INET6_ADDRSTRLEN];
    auto known = address_from_text(family, text.c_str(), bytes);
    FUZZ_CHECK(known.ok());
    if (!known.value()) continue;
    FUZZ_CHECK(address_to_text(family, bytes, written, sizeof written).ok());
    auto read_back = address_from_text(family, written, again);
    FUZZ_CHECK(read_back.ok() && read_back.value());
    FUZZ_CHECK(memcmp(bytes, again, family == AF_INET ? 4 : 16) == 0);
  }
}

// With a port and a scope (WSAStringToAddress): what is written of an address that was read says the same address.
void as_socket_address(const std::string& text) {
  for (int family : {AF_INET, AF_INET6, AF_UNIX}) {
    auto found = socket_address_from_text(text, family);
    if (!found) continue;
    FUZZ_CHECK(family != AF_UNIX);
    const SocketAddress& address = found.value();
    auto written = socket_address_to_text(reinterpret_cast<const sockaddr*>(&address.storage), static_cast<size_t>(address.length));
    FUZZ_CHECK(written);
    auto again = socket_address_from_text(written.value(), family);
    FUZZ_CHECK(again && again.value().length == address.length);
    FUZZ_CHECK(memcmp(&again.value().storage, &address.storage, sizeof address.storage) == 0);
  }
}

// As the text of a wide function: whatever becomes of it, it is text then.
void as_wide_text(const std::string& text) {
  std::string once = utf8_from_utf16(utf16_from_utf8(text));
  FUZZ_CHECK(utf8_from_utf16(utf16_from_utf8(once)) == once);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr int kFamilies[] = {AF_INET, AF_INET6, AF_UNIX, AF_UNSPEC};
  fuzz::Input input(data, size);
  int family = kFamilies[input.byte() % 4];
  int length = static_cast<int8_t>(input.byte());
  auto rest = input.rest();
  as_structure(family, length, {rest.begin(), rest.end()});
  std::string text = fuzz::text_of(rest);
  as_text(text);
  as_socket_address(text.c_str());
  as_wide_text(text);
  return 0;
}
