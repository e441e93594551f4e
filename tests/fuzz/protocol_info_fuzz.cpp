// Any structure at WSASocket: programs ship it by their own means, so it may arrive altered. It makes a socket or fails.
//
// There is no windsockd here, so a ticket inside ends in WSAENETDOWN.
#include <winsock2.h>

#include <algorithm>

#include "dlls/common/debug.h"
#include "dlls/ws2_32/translate_protocol_info.h"
#include "tests/fuzz/fuzz.h"

using namespace windsock;

namespace {

bool start() {
  debug::configure("-all", debug::g_levels);
  setenv("WINDSOCK_DIR", "/dev/null/none", 1);
  WSADATA data;
  return WSAStartup(MAKEWORD(2, 2), &data) == 0;
}

void check(SOCKET s) {
  if (s != INVALID_SOCKET)
    FUZZ_CHECK(closesocket(s) == 0);
  else
    FUZZ_CHECK(WSAGetLastError() != 0);
}

template <typename Info>
Info filled(std::span<const uint8_t> bytes) {
  Info info{};
  std::copy_n(bytes.data(), std::min(bytes.size(), sizeof info), reinterpret_cast<uint8_t*>(&info));
  return info;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const bool started = start();
  FUZZ_CHECK(started);
  fuzz::Input input(data, size);
  DWORD flags = input.number();
  auto bytes = input.rest();

  auto wide = filled<WSAPROTOCOL_INFOW>(bytes);
  check(WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &wide, 0, flags));
  auto narrow = filled<WSAPROTOCOL_INFOA>(bytes);
  check(WSASocketA(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &narrow, 0, flags));

  if (auto ticket = get_ticket(wide)) {
    WSAPROTOCOL_INFOW copy{};
    put_ticket(copy, *ticket);
    FUZZ_CHECK(get_ticket(copy) == ticket);
  }
  return 0;
}
