// What the tests of dlls/common and of the server need of the host: places, processes, sockets, and a count of descriptors.
#pragma once

#include <dirent.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <thread>
#include <utility>

#include "dlls/common/host_socket.h"
#include "tests/support/deadline.h"

namespace windsock::test {

using test_support::eventually;

inline size_t open_descriptor_count() {
  DIR* directory = opendir("/proc/self/fd");
  size_t count = 0;
  while (readdir(directory)) ++count;
  closedir(directory);
  return count - 3;  // ".", "..", and the directory itself
}

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    char name[] = "/tmp/windsock-test-XXXXXX";
    path_ = mkdtemp(name);
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// A process that does nothing until it is told to end.
class Child {
 public:
  Child() : pid_(fork()) {
    if (pid_ == 0) {
      for (;;) pause();
    }
    pidfd_ = std::move(host::open_process(pid_)).take();
  }
  ~Child() { end(); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  int pid() const { return pid_; }
  int pidfd() const { return pidfd_.get(); }
  // It has ended and is still a zombie, which keeps its number.
  void kill_only() {
    ::kill(pid_, SIGKILL);
    host::PollEntry entry{pidfd_.get(), host::kPollIn, 0};
    (void)host::poll(&entry, 1, test_support::kDeadlineMs);
  }
  void end() {
    if (std::exchange(ended_, true)) return;
    kill_only();
    ::waitpid(pid_, nullptr, 0);
  }

 private:
  int pid_;
  UniqueFd pidfd_;
  bool ended_ = false;
};

struct Pair {
  UniqueFd one;
  UniqueFd other;
};

inline Pair unix_pair(int type = SOCK_SEQPACKET) {
  int fds[2];
  if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, fds) < 0) return {};
  return {UniqueFd::adopt(fds[0]), UniqueFd::adopt(fds[1])};
}

inline UniqueFd listening_tcp() {
  UniqueFd listener = std::move(host::create_socket(AF_INET, SOCK_STREAM, 0, host::Blocking::kYes)).take();
  host::Address loopback;
  loopback.bytes[0] = AF_INET;
  loopback.bytes[4] = 127;
  loopback.bytes[7] = 1;
  loopback.length = 16;
  EXPECT_TRUE(host::bind(listener.get(), loopback).ok());
  EXPECT_TRUE(host::listen(listener.get(), 16).ok());
  return listener;
}

// The two ends of a TCP connection.
inline Pair tcp_pair() {
  UniqueFd listener = listening_tcp();
  Pair pair;
  pair.one = std::move(host::create_socket(AF_INET, SOCK_STREAM, 0, host::Blocking::kYes)).take();
  EXPECT_TRUE(host::connect(pair.one.get(), host::local_address(listener.get()).value()).ok());
  host::Address peer;
  pair.other = std::move(host::accept(listener.get(), peer, host::Blocking::kYes)).take();
  return pair;
}

inline bool becomes_readable(int fd) {
  host::PollEntry entry{fd, host::kPollIn, 0};
  auto ready = host::poll(&entry, 1, test_support::kDeadlineMs);
  return ready && ready.value() == 1;
}

// The other end has closed its last descriptor: the connection is at its end.
inline bool sees_the_end(int fd) {
  char byte;
  return becomes_readable(fd) && [&] {
    auto got = host::receive(fd, &byte, 1, MSG_DONTWAIT);
    return got ? got.value() == 0 : static_cast<int>(got.error()) == ECONNRESET;
  }();
}

inline uint64_t cookie_of(int fd) { return host::get_option<uint64_t>(fd, host::kSolSocket, host::kSoCookie).value(); }

}  // namespace windsock::test
