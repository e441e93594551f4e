// A Winsock program that does what it is told: one command a line on standard input, one answer a line on standard output, "ok …"
// or "error CODE". The system tests start as many as they need and play them against each other and windsockd (harness.py).
//
// Data is text without blanks; a WSAPROTOCOL_INFOW travels as hexadecimal digits. Receives give up after a generous deadline, so
// that a lost socket fails a test instead of hanging it. It compiles for Windows, too. Threads: one.
#include "tests/system/actor.h"

#include <ws2tcpip.h>
#include <afunix.h>

#include <windows.h>

#include <iostream>

using namespace actor;

namespace {

constexpr DWORD kReceiveTimeout = 30000;  // milliseconds

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

}  // namespace

namespace actor {

std::string duplicate_for(SOCKET s, DWORD pid) {
  WSAPROTOCOL_INFOW info;
  check(WSADuplicateSocketW(s, pid, &info));
  return to_hex(&info, sizeof info);
}

SOCKET claim(const std::string& hex) {
  WSAPROTOCOL_INFOW info = info_from_hex(hex);
  return check(WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &info, 0, WSA_FLAG_OVERLAPPED), INVALID_SOCKET);
}

}  // namespace actor

namespace {

std::string receive(SOCKET s, int size) {
  std::string data(static_cast<size_t>(size), '\0');
  int got = recv(s, data.data(), size, 0);
  check(got);
  data.resize(static_cast<size_t>(got));
  return data;
}

// An overlapped receive under way, by its number.
struct Receive {
  SOCKET socket;
  std::string data;
  WSAOVERLAPPED overlapped{};
};
std::map<int, Receive> receives;

int begin_receive(SOCKET s, size_t size) {
  int number = static_cast<int>(receives.size());
  Receive& begun = receives[number];
  begun = {s, std::string(size, '\0')};
  begun.overlapped.hEvent = WSACreateEvent();
  WSABUF buffer{static_cast<u_long>(size), begun.data.data()};
  DWORD flags = 0;
  if (WSARecv(s, &buffer, 1, nullptr, &flags, &begun.overlapped, nullptr) != 0 && WSAGetLastError() != WSA_IO_PENDING)
    throw Failed{WSAGetLastError()};
  return number;
}

std::string end_receive(int number) {
  Receive& begun = receives.at(number);
  if (WSAWaitForMultipleEvents(1, &begun.overlapped.hEvent, TRUE, kReceiveTimeout, FALSE) != WSA_WAIT_EVENT_0) throw Failed{WSAETIMEDOUT};
  WSACloseEvent(begun.overlapped.hEvent);
  DWORD bytes = 0, flags = 0;
  if (!WSAGetOverlappedResult(begun.socket, &begun.overlapped, &bytes, FALSE, &flags)) throw Failed{WSAGetLastError()};
  return begun.data.substr(0, bytes);
}

const Commands kCommands = {
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
    {"begin_recv",
     [](Words& words) {
       SOCKET s = next<SOCKET>(words);
       return text(begin_receive(s, next<size_t>(words)));
     }},
    {"end_recv", [](Words& words) { return end_receive(next<int>(words)); }},
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
};

}  // namespace

const Body& actor::command_named(const std::string& name) {
  for (const Commands* commands : {&kCommands, &kSystemCommands, &kEventCommands, &kPortCommands})
    if (auto found = commands->find(name); found != commands->end()) return found->second;
  throw Unknown{};
}

int main() {
  WSADATA data;
  if (WSAStartup(MAKEWORD(2, 2), &data) != 0) return 1;
  std::string line;
  while (std::getline(std::cin, line)) {
    Words words(line);
    try {
      std::string answer = command_named(next<std::string>(words))(words);
      std::cout << (answer.empty() ? "ok" : "ok " + answer) << std::endl;
    } catch (const Failed& failed) {
      std::cout << "error " << failed.code << std::endl;
    } catch (const Unknown&) {
      std::cout << "error unknown_command" << std::endl;
    }
  }
  WSACleanup();
}
