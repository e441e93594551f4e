// A Winsock program that does what it is told: one command a line on standard input, one answer a line on standard output, "ok …"
// or "error CODE". The system tests start as many as they need and play them against each other and windsockd (harness.py).
//
// Data is text without blanks; a WSAPROTOCOL_INFOW travels as hexadecimal digits. Receives give up after a generous deadline, so
// that a lost socket fails a test instead of hanging it. Threads: one.
#include <winsock2.h>
#include <ws2tcpip.h>
#include <afunix.h>

#include <windows.h>

#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <functional>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace {

constexpr DWORD kReceiveTimeout = 30000;  // milliseconds

volatile sig_atomic_t g_children_ended = 0;  // how often SIGCHLD came

std::vector<int> g_fillers;  // descriptors that fill the table

struct Failed {
  int code;
};

template <typename T>
T check(T value, T failure) {
  if (value == failure) throw Failed{WSAGetLastError()};
  return value;
}

void check(int result) { check(result, SOCKET_ERROR); }

sockaddr_in loopback(unsigned short port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

struct UnixName {
  explicit UnixName(const std::string& path) {
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path);
  }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address); }
  static constexpr int length = sizeof(sockaddr_un);
  sockaddr_un address{};
};

int port_of(SOCKET s) {
  sockaddr_in name{};
  int length = sizeof name;
  check(getsockname(s, reinterpret_cast<sockaddr*>(&name), &length));
  return ntohs(name.sin_port);
}

SOCKET new_socket(int type) {
  SOCKET s = check(socket(AF_INET, type, 0), INVALID_SOCKET);
  check(setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, reinterpret_cast<const char*>(&kReceiveTimeout), sizeof kReceiveTimeout));
  return s;
}

SOCKET bound_socket(int type) {
  SOCKET s = new_socket(type);
  sockaddr_in any = loopback(0);
  check(bind(s, reinterpret_cast<sockaddr*>(&any), sizeof any));
  return s;
}

std::string to_hex(const void* data, size_t size) {
  static const char digits[] = "0123456789abcdef";
  std::string text;
  for (size_t i = 0; i < size; ++i) {
    unsigned char byte = static_cast<const unsigned char*>(data)[i];
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

WSAPROTOCOL_INFOW info_from_hex(const std::string& text) {
  WSAPROTOCOL_INFOW info{};
  for (size_t i = 0; i < sizeof info && 2 * i + 1 < text.size(); ++i)
    reinterpret_cast<unsigned char*>(&info)[i] = static_cast<unsigned char>(std::stoi(text.substr(2 * i, 2), nullptr, 16));
  return info;
}

std::string duplicate_for(SOCKET s, DWORD pid) {
  WSAPROTOCOL_INFOW info;
  check(WSADuplicateSocketW(s, pid, &info));
  return to_hex(&info, sizeof info);
}

SOCKET claim(const std::string& hex) {
  WSAPROTOCOL_INFOW info = info_from_hex(hex);
  return check(WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &info, 0, WSA_FLAG_OVERLAPPED), INVALID_SOCKET);
}

int count_descriptors() {
  int count = 0;
  DIR* folder = opendir("/proc/self/fd");
  while (dirent* entry = readdir(folder)) count += entry->d_name[0] != '.';
  closedir(folder);
  return count - 1;  // the folder itself
}

// Runs `work` in a forked child and answers with what it answers.
std::string in_child(const std::function<std::string()>& work) {
  int ends[2];
  if (pipe(ends) != 0) throw Failed{-1};
  pid_t child = fork();
  if (child == 0) {
    std::string answer;
    try {
      answer = work();
    } catch (const Failed& failed) {
      answer = "error_" + std::to_string(failed.code);
    }
    if (write(ends[1], answer.data(), answer.size()) < 0) _exit(1);
    _exit(0);
  }
  close(ends[1]);
  std::string answer;
  char part[4096];
  for (ssize_t n; (n = read(ends[0], part, sizeof part)) > 0;) answer.append(part, static_cast<size_t>(n));
  close(ends[0]);
  waitpid(child, nullptr, 0);
  return answer;
}

pid_t g_holder = -1;
int g_holder_gate = -1;

using Words = std::istringstream;
template <typename T>
T next(Words& words) {
  T value{};
  words >> value;
  return value;
}
std::string text(auto value) { return std::to_string(value); }

std::string receive(SOCKET s, int size) {
  std::string data(static_cast<size_t>(size), '\0');
  int got = recv(s, data.data(), size, 0);
  check(got);
  data.resize(static_cast<size_t>(got));
  return data;
}

const std::map<std::string, std::function<std::string(Words&)>> kCommands = {
    {"pid", [](Words&) { return text(GetCurrentProcessId()); }},
    {"listen",
     [](Words&) {
       SOCKET s = bound_socket(SOCK_STREAM);
       check(listen(s, SOMAXCONN));
       return text(s) + " " + text(port_of(s));
     }},
    {"bound",
     [](Words&) {
       SOCKET s = bound_socket(SOCK_STREAM);
       return text(s) + " " + text(port_of(s));
     }},
    {"start_listening",
     [](Words& words) {
       check(listen(next<SOCKET>(words), SOMAXCONN));
       return std::string();
     }},
    {"connect",
     [](Words& words) {
       SOCKET s = new_socket(SOCK_STREAM);
       sockaddr_in to = loopback(next<unsigned short>(words));
       check(connect(s, reinterpret_cast<sockaddr*>(&to), sizeof to));
       return text(s);
     }},
    {"accept",
     [](Words& words) {
       SOCKET s = check(accept(next<SOCKET>(words), nullptr, nullptr), INVALID_SOCKET);
       check(setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, reinterpret_cast<const char*>(&kReceiveTimeout), sizeof kReceiveTimeout));
       return text(s);
     }},
    {"unix_listen",
     [](Words& words) {
       SOCKET s = check(socket(AF_UNIX, SOCK_STREAM, 0), INVALID_SOCKET);
       UnixName name(next<std::string>(words));
       check(bind(s, name.get(), name.length));
       check(listen(s, SOMAXCONN));
       return text(s);
     }},
    {"unix_connect",
     [](Words& words) {
       SOCKET s = check(socket(AF_UNIX, SOCK_STREAM, 0), INVALID_SOCKET);
       UnixName name(next<std::string>(words));
       check(connect(s, name.get(), name.length));
       check(setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, reinterpret_cast<const char*>(&kReceiveTimeout), sizeof kReceiveTimeout));
       return text(s);
     }},
    {"unix_peer",
     [](Words& words) {
       ULONG process = 0;
       DWORD size = 0;
       check(WSAIoctl(next<SOCKET>(words), SIO_AF_UNIX_GETPEERPID, nullptr, 0, &process, sizeof process, &size, nullptr, nullptr));
       return text(process);
     }},
    {"udp",
     [](Words&) {
       SOCKET s = bound_socket(SOCK_DGRAM);
       return text(s) + " " + text(port_of(s));
     }},
    {"port", [](Words& words) { return text(port_of(next<SOCKET>(words))); }},
    {"dup",
     [](Words& words) {
       SOCKET s = next<SOCKET>(words);
       return duplicate_for(s, next<DWORD>(words));
     }},
    {"dup_nowhere",  // no structure to fill
     [](Words& words) {
       SOCKET s = next<SOCKET>(words);
       check(WSADuplicateSocketW(s, next<DWORD>(words), nullptr));
       return std::string();
     }},
    {"dup_close",  // the source lets go at once
     [](Words& words) {
       SOCKET s = next<SOCKET>(words);
       std::string info = duplicate_for(s, next<DWORD>(words));
       check(closesocket(s));
       return info;
     }},
    {"dup_many",
     [](Words& words) {
       SOCKET s = next<SOCKET>(words);
       DWORD pid = next<DWORD>(words);
       int count = next<int>(words), done = 0;
       for (; done < count; ++done) duplicate_for(s, pid);
       return text(done);
     }},
    {"claim", [](Words& words) { return text(claim(next<std::string>(words))); }},
    {"send",
     [](Words& words) {
       SOCKET s = next<SOCKET>(words);
       std::string data = next<std::string>(words);
       int sent = send(s, data.data(), static_cast<int>(data.size()), 0);
       check(sent);
       return text(sent);
     }},
    {"recv",
     [](Words& words) {
       SOCKET s = next<SOCKET>(words);
       return receive(s, next<int>(words));
     }},
    {"close",
     [](Words& words) {
       check(closesocket(next<SOCKET>(words)));
       return std::string();
     }},
    {"shutdown",
     [](Words& words) {
       SOCKET s = next<SOCKET>(words);
       check(shutdown(s, next<int>(words)));
       return std::string();
     }},
    {"setopt",
     [](Words& words) {
       SOCKET s = next<SOCKET>(words);
       int level = next<int>(words), name = next<int>(words), value = next<int>(words);
       check(setsockopt(s, level, name, reinterpret_cast<const char*>(&value), sizeof value));
       return std::string();
     }},
    {"getopt",
     [](Words& words) {
       SOCKET s = next<SOCKET>(words);
       int level = next<int>(words), name = next<int>(words), value = 0, length = sizeof value;
       check(getsockopt(s, level, name, reinterpret_cast<char*>(&value), &length));
       return text(value);
     }},
    {"nonblocking",
     [](Words& words) {
       SOCKET s = next<SOCKET>(words);
       u_long on = next<u_long>(words);
       check(ioctlsocket(s, FIONBIO, &on));
       return std::string();
     }},
    {"descriptors", [](Words&) { return text(count_descriptors()); }},
    {"children_ended", [](Words&) { return text(static_cast<int>(g_children_ended)); }},
    {"fill",  // takes every descriptor that is left, under a limit that makes it quick
     [](Words& words) {
       rlimit limit;
       getrlimit(RLIMIT_NOFILE, &limit);
       limit.rlim_cur = next<rlim_t>(words);
       setrlimit(RLIMIT_NOFILE, &limit);
       for (int fd; (fd = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0;) g_fillers.push_back(fd);
       return text(g_fillers.size());
     }},
    {"free",
     [](Words& words) {
       for (int n = next<int>(words); n > 0 && !g_fillers.empty(); --n) {
         close(g_fillers.back());
         g_fillers.pop_back();
       }
       return std::string();
     }},
    {"create_process",  // the rest of the line is the command line; the child inherits
     [](Words& words) {
       std::string line;
       std::getline(words >> std::ws, line);
       STARTUPINFOA startup{};
       startup.cb = sizeof startup;
       PROCESS_INFORMATION made{};
       if (!CreateProcessA(nullptr, line.data(), nullptr, nullptr, TRUE, 0, nullptr, nullptr, &startup, &made))
         throw Failed{static_cast<int>(GetLastError())};
       CloseHandle(made.hThread);
       CloseHandle(made.hProcess);
       return text(made.dwProcessId);
     }},
    {"uninheritable",
     [](Words& words) {
       SOCKET s = next<SOCKET>(words);
       if (!SetHandleInformation(reinterpret_cast<HANDLE>(s), HANDLE_FLAG_INHERIT, 0)) throw Failed{static_cast<int>(GetLastError())};
       return std::string();
     }},
    {"child_send",  // a forked child uses an inherited SOCKET
     [](Words& words) {
       SOCKET s = next<SOCKET>(words);
       std::string data = next<std::string>(words);
       return in_child([&] { return text(send(s, data.data(), static_cast<int>(data.size()), 0)); });
     }},
    {"child_claim",
     [](Words& words) {
       std::string info = next<std::string>(words);
       return in_child([&] { return text(claim(info)); });
     }},
    {"child_dup",  // the child has a connection to windsockd of its own
     [](Words& words) {
       SOCKET s = next<SOCKET>(words);
       DWORD pid = next<DWORD>(words);
       return in_child([&] { return duplicate_for(s, pid); });
     }},
    {"child_setopt",
     [](Words& words) {
       SOCKET s = next<SOCKET>(words);
       int level = next<int>(words), name = next<int>(words), value = next<int>(words);
       return in_child([&] {
         check(setsockopt(s, level, name, reinterpret_cast<const char*>(&value), sizeof value));
         return std::string("done");
       });
     }},
    {"child_hold",  // a child that keeps all sockets until "child_end"
     [](Words&) {
       int ends[2];
       if (pipe(ends) != 0) throw Failed{-1};
       g_holder = fork();
       if (g_holder == 0) {
         char byte;
         close(ends[1]);
         ssize_t got = read(ends[0], &byte, 1);
         _exit(got == 0 ? 0 : 1);
       }
       close(ends[0]);
       g_holder_gate = ends[1];
       return text(g_holder);
     }},
    {"child_end",
     [](Words&) {
       close(g_holder_gate);
       int status = 0;
       waitpid(g_holder, &status, 0);
       return text(status);
     }},
};

}  // namespace

int main() {
  std::signal(SIGCHLD, [](int) { g_children_ended = g_children_ended + 1; });
  WSADATA data;
  if (WSAStartup(MAKEWORD(2, 2), &data) != 0) return 1;
  std::string line;
  while (std::getline(std::cin, line)) {
    Words words(line);
    std::string name = next<std::string>(words);
    auto command = kCommands.find(name);
    if (command == kCommands.end()) {
      std::cout << "error unknown_command" << std::endl;
      continue;
    }
    try {
      std::string answer = command->second(words);
      std::cout << (answer.empty() ? "ok" : "ok " + answer) << std::endl;
    } catch (const Failed& failed) {
      std::cout << "error " << failed.code << std::endl;
    }
  }
  WSACleanup();
}
