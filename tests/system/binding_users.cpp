// The binding matrix between two users: who may bind to what another account's socket has. Only root can be both, so that others are
// told "skipped". The cells are those of the page for different accounts
// (https://learn.microsoft.com/windows/win32/winsock/using-so-reuseaddr-and-so-exclusiveaddruse); those that the host cannot have are
// marked with what is answered instead (docs/differences.md).
#include <winsock2.h>
#include <ws2tcpip.h>

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <initializer_list>

namespace {

constexpr int kSkipped = 77;
constexpr uid_t kFirstUser = 65533, kSecondUser = 65534;
constexpr int kInUse = WSAEADDRINUSE, kAccess = WSAEACCES;

struct Party {
  const char* name;
  int option;
  bool wildcard;
};
const Party kParties[] = {
    {"default wildcard", 0, true},
    {"default specific", 0, false},
    {"reuse wildcard", SO_REUSEADDR, true},
    {"reuse specific", SO_REUSEADDR, false},
    {"exclusive wildcard", SO_EXCLUSIVEADDRUSE, true},
    {"exclusive specific", SO_EXCLUSIVEADDRUSE, false},
};
constexpr int kCount = 6;

// As documented, by the first and the second to bind; 0 is success.
constexpr int kDocumented[kCount][kCount] = {
    {kInUse, kAccess, kAccess, kAccess, kInUse, kAccess},
    {0, kInUse, 0, kAccess, kInUse, kInUse},
    {kInUse, kAccess, 0, 0, kInUse, kAccess},
    {0, kInUse, 0, 0, kInUse, kInUse},
    {kInUse, kAccess, kAccess, kAccess, kInUse, kAccess},
    {0, kInUse, 0, kAccess, kInUse, kInUse},
};

// What Linux refuses where Windows would not: a wildcard beside a specific address, unless both are datagram sockets that asked to
// share; and streams of two users that did. The code is the one for such a second socket.
int expected(int type, int first, int second) {
  const int documented = kDocumented[first][second];
  if (documented != 0) return documented;
  const bool both_share = kParties[first].option == SO_REUSEADDR && kParties[second].option == SO_REUSEADDR;
  if (both_share && type == SOCK_DGRAM) return 0;
  return kParties[second].option == SO_REUSEADDR ? kAccess : kInUse;
}

void become(uid_t user) {
  if (setgid(user) != 0 || setuid(user) != 0) _exit(100);
  WSADATA data;
  if (WSAStartup(MAKEWORD(2, 2), &data) != 0) _exit(101);
}

// Binds a new socket; 0 or the error. The port is filled in when it is 0.
int bind_as(const Party& party, int type, unsigned short* port) {
  SOCKET s = socket(AF_INET, type, 0);
  DWORD on = 1;
  if (party.option != 0 && setsockopt(s, SOL_SOCKET, party.option, reinterpret_cast<const char*>(&on), sizeof on) != 0) return -1;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(*port);
  address.sin_addr.s_addr = htonl(party.wildcard ? INADDR_ANY : INADDR_LOOPBACK);
  int length = sizeof address;
  if (bind(s, reinterpret_cast<sockaddr*>(&address), length) != 0) return WSAGetLastError();
  if (getsockname(s, reinterpret_cast<sockaddr*>(&address), &length) != 0) return -1;
  *port = ntohs(address.sin_port);
  return 0;
}

// One cell: the first user's process keeps its socket until the second user's has tried.
int try_cell(int type, int first, int second) {
  int ports[2], hold[2], result[2];
  if (pipe(ports) != 0 || pipe(hold) != 0 || pipe(result) != 0) return -1;
  const pid_t holder = fork();
  if (holder == 0) {
    close(hold[1]);
    become(kFirstUser);
    unsigned short port = 0;
    if (bind_as(kParties[first], type, &port) != 0) port = 0;
    (void)!write(ports[1], &port, sizeof port);
    char end;
    (void)!read(hold[0], &end, 1);
    _exit(0);
  }
  unsigned short port = 0;
  (void)!read(ports[0], &port, sizeof port);
  const pid_t other = port == 0 ? -1 : fork();
  if (other == 0) {
    close(hold[1]);
    become(kSecondUser);
    const int error = bind_as(kParties[second], type, &port);
    (void)!write(result[1], &error, sizeof error);
    _exit(0);
  }
  int error = -1;
  if (other > 0) {
    close(result[1]);
    result[1] = -1;
    if (read(result[0], &error, sizeof error) != sizeof error) error = -1;
    waitpid(other, nullptr, 0);
  }
  close(hold[1]);
  waitpid(holder, nullptr, 0);
  for (const int fd : {ports[0], ports[1], hold[0], result[0], result[1]}) {
    if (fd >= 0) close(fd);
  }
  return error;
}

}  // namespace

int main() {
  if (geteuid() != 0) {
    std::printf("only root can be two users\n0 passed, 0 failed, 72 skipped\n");
    return kSkipped;
  }
  int passed = 0, failed = 0;
  for (const int type : {SOCK_STREAM, SOCK_DGRAM}) {
    for (int first = 0; first < kCount; ++first) {
      for (int second = 0; second < kCount; ++second) {
        const int error = try_cell(type, first, second), wanted = expected(type, first, second);
        ++(error == wanted ? passed : failed);
        if (error != wanted) {
          std::printf("FAILED %s: %s, then %s of another user: %d, expected %d\n", type == SOCK_STREAM ? "tcp" : "udp",
                      kParties[first].name, kParties[second].name, error, wanted);
        }
      }
    }
  }
  std::printf("%d passed, %d failed, 0 skipped\n", passed, failed);
  return failed == 0 ? 0 : 1;
}
