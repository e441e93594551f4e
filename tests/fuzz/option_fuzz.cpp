// Any bytes as the value of any option and of any I/O control, on every kind of socket, through the public calls: they are taken or
// refused with a documented code, nothing is written past what the program gave, and the socket can still be asked afterwards.
#include <winsock2.h>
#include <ws2tcpip.h>

#include <algorithm>
#include <vector>

#include "dlls/ws2_32/control_table.h"
#include "dlls/ws2_32/option_table.h"
#include "tests/fuzz/fuzz.h"

using namespace windsock;

namespace {

constexpr size_t kRoom = 2048;
constexpr unsigned char kGuard = 0xa5;

// A buffer of exactly the size that the input says: with a sanitizer one byte too many is found; without one the guard tells.
struct Room {
  explicit Room(size_t size) : bytes(size + 16, kGuard), size(size) {}
  bool intact() const {
    return std::all_of(bytes.begin() + static_cast<std::ptrdiff_t>(size), bytes.end(), [](unsigned char byte) { return byte == kGuard; });
  }
  char* data() { return reinterpret_cast<char*>(bytes.data()); }
  std::vector<unsigned char> bytes;
  size_t size;
};

bool is_winsock_error(int code) { return code >= WSABASEERR && code < WSABASEERR + 2000; }

void try_option(SOCKET s, const Option& row, fuzz::Input& input) {
  size_t room = input.number() % kRoom;
  auto value = input.bytes(room);
  std::vector<char> exact(value.begin(), value.end());
  exact.reserve(1);
  if (setsockopt(s, row.level, row.name, exact.data(), static_cast<int>(exact.size())) != 0) FUZZ_CHECK(is_winsock_error(WSAGetLastError()));
  Room out(room);
  int length = static_cast<int>(room);
  if (getsockopt(s, row.level, row.name, out.data(), &length) != 0) {
    FUZZ_CHECK(is_winsock_error(WSAGetLastError()));
  } else {
    FUZZ_CHECK(length >= 0 && static_cast<size_t>(length) <= room);
  }
  FUZZ_CHECK(out.intact());
}

// The list that is sorted holds pointers, which the program vouches for: any bytes there would be its own mistake. And waiting is no
// business of a fuzzer: sockets are non-blocking.
bool is_safe(const Control& row) { return row.code != static_cast<uint32_t>(SIO_ADDRESS_LIST_SORT); }

void try_control(SOCKET s, const Control& row, fuzz::Input& input) {
  if (!is_safe(row) || row.code == static_cast<uint32_t>(FIONBIO)) return;
  Room out(input.number() % kRoom);
  auto value = input.rest();
  std::vector<char> in(value.begin(), value.end());
  in.reserve(1);
  DWORD returned = 0;
  if (WSAIoctl(s, row.code, in.data(), static_cast<DWORD>(in.size()), out.data(), static_cast<DWORD>(out.size), &returned, nullptr,
               nullptr) != 0) {
    FUZZ_CHECK(is_winsock_error(WSAGetLastError()));
  } else {
    FUZZ_CHECK(returned <= out.size);
  }
  FUZZ_CHECK(out.intact());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const bool started = [] {
    WSADATA info;
    return WSAStartup(MAKEWORD(2, 2), &info) == 0;
  }();
  FUZZ_CHECK(started);
  constexpr struct {
    int family, type;
  } kKinds[] = {{AF_INET, SOCK_STREAM}, {AF_INET6, SOCK_STREAM}, {AF_INET, SOCK_DGRAM}, {AF_INET6, SOCK_DGRAM}, {AF_UNIX, SOCK_STREAM}};
  fuzz::Input input(data, size);
  auto kind = kKinds[input.byte() % std::size(kKinds)];
  SOCKET s = socket(kind.family, kind.type, 0);
  if (s == INVALID_SOCKET) return 0;
  u_long on = 1;
  FUZZ_CHECK(ioctlsocket(s, FIONBIO, &on) == 0);
  bool control = input.byte() & 1;
  size_t row = input.number();
  if (control) {
    try_control(s, all_controls()[row % all_controls().size()], input);
  } else {
    try_option(s, all_options()[row % all_options().size()], input);
  }
  int type = 0, length = sizeof type;
  FUZZ_CHECK(getsockopt(s, SOL_SOCKET, SO_TYPE, reinterpret_cast<char*>(&type), &length) == 0 && type == kind.type);
  FUZZ_CHECK(closesocket(s) == 0);
  return 0;
}
