// Attempt: one operation with one host call failing, in a process of its own; and the run through all of them.
//
// The first attempt only counts. Then each host call that was made fails, at its first, second, third … occurrence, once with each of its
// errors; and so on until every host call has failed at as many places as any attempt has made it, those with a fault included, which may
// take ways that the others do not. So nothing is left out, although threads in the background make one call more today and one less
// tomorrow: an attempt that does not come to its call is repeated, kPatience times in all, and a call whose n-th occurrence nobody
// comes to any more is done for then, and so is one after kMostOccurrences.
//
// Every attempt has a fresh forked process, so that what one leaves behind (a cached connection, a raised flag) hides nothing from the
// next, and a crash or a hang is one failed attempt. A few run at a time: most of what they do is to wait.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "tests/fault/injection.h"

namespace windsock::fault {

// What an attempt finds wrong is told by returning a text; an empty one: all is well. The attempt arms and disarms itself.
using Attempt = std::function<std::string(const Fault& fault, Fired& fired)>;

struct Tally {
  unsigned attempts = 0;
  unsigned calls = 0;     // host calls of the operation when nothing fails
  unsigned failures = 0;  // each is told on standard output
};
// `impossible`: errors that the host does not have in the operation's circumstances.
Tally run_all(const char* operation, const Attempt& attempt, std::span<const int> impossible = {});

// How many descriptors this process has open.
int open_descriptors();

// While this lives the process has no free descriptor, but for those that free() gives back.
class FullTable {
 public:
  FullTable();
  FullTable(const FullTable&) = delete;
  FullTable& operator=(const FullTable&) = delete;
  ~FullTable();
  void free(int count);

 private:
  std::vector<int> taken_;
  unsigned long former_ = 0;
};

// Runs in a child; "" or what went wrong there, including its death.
std::string in_child(const std::function<std::string()>& body);

// Another process: it runs `body` with a pipe to read commands from and one to answer to, and ends with it, or with us.
class Partner {
 public:
  explicit Partner(const std::function<void(int commands, int answers)>& body);
  Partner(const Partner&) = delete;
  Partner& operator=(const Partner&) = delete;
  ~Partner();

  int pid() const { return pid_; }
  bool tell(const void* data, size_t size) const;
  bool hear(void* data, size_t size) const;

 private:
  int pid_ = -1;
  int commands_ = -1, answers_ = -1;
};

bool read_all(int fd, void* data, size_t size);
bool write_all(int fd, const void* data, size_t size);

// A windsockd of this test alone, in a directory of its own; WINDSOCK_DIR names it. Ends with the object.
class PrivateServer {
 public:
  // `max_descriptors` 0: as many as we may have.
  explicit PrivateServer(unsigned max_descriptors = 0);
  PrivateServer(const PrivateServer&) = delete;
  PrivateServer& operator=(const PrivateServer&) = delete;
  ~PrivateServer();
  bool is_running() const { return pid_ > 0; }
  // From now on it gets no new descriptor, until it may again.
  void allow_descriptors(bool allowed) const;
  // Stopped, it serves nobody until it may go on.
  void stop_for_a_while(bool stopped) const;

 private:
  int pid_ = -1;
  std::string directory_;
};

// A new directory, named by WINDSOCK_DIR from now on.
std::string choose_new_directory();
void remove_directory(const std::string& path);
// Where the build has windsockd; WINDSOCK_SERVER names it from now on.
std::string choose_server_program();

}  // namespace windsock::fault
