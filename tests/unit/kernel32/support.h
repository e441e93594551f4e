// What the tests of kernel32 share: owned handles, what a thread or process is doing, and children that report back.
//
// The test program is its own child: started with kChildMark it runs a command of child.cpp and tells the result through an
// inherited descriptor. Nothing sleeps to wait for another thread: tests ask the system until a condition holds.
#pragma once

#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/support/deadline.h"

namespace kernel32_test {

// Never reached by a passing test.
inline constexpr DWORD kHang = 60'000;

// The sanitizers make system calls, use address space and know no new threads in the child of a fork.
#if defined __SANITIZE_THREAD__ || defined __SANITIZE_ADDRESS__
inline constexpr bool kSanitized = true;
#elif defined __has_feature
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif
#else
inline constexpr bool kSanitized = false;
#endif

class OwnedHandle {
 public:
  OwnedHandle() = default;
  explicit OwnedHandle(HANDLE handle) : handle_(handle) {}
  OwnedHandle(OwnedHandle&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  OwnedHandle& operator=(OwnedHandle other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~OwnedHandle() {
    if (handle_ != nullptr) CloseHandle(handle_);
  }
  HANDLE get() const { return handle_; }
  void close() { *this = OwnedHandle(); }
  HANDLE release() { return std::exchange(handle_, nullptr); }

 private:
  HANDLE handle_ = nullptr;
};

inline OwnedHandle automatic_event(bool set = false) { return OwnedHandle(CreateEventA(nullptr, FALSE, set, nullptr)); }
inline OwnedHandle manual_event(bool set = false) { return OwnedHandle(CreateEventA(nullptr, TRUE, set, nullptr)); }

using test_support::eventually;

// Whether the thread of this process, or the process, sleeps in the system call of that number.
bool thread_sleeps_in(DWORD thread, long system_call);
bool process_sleeps_in(DWORD process, long system_call);
bool process_exists(DWORD process);
std::string process_command_line(DWORD process);  // the arguments, each ended by '\n'
std::vector<int> process_fds(DWORD process);
size_t own_fd_count();
std::string own_path();

struct Pipe {
  Pipe();
  ~Pipe();
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void close_read();
  void close_write();
  std::string read_all();  // until every writer is gone
  bool is_empty() const;   // nothing to read, and not at the end
  bool at_end() const;

  int read_end = -1;
  int write_end = -1;
};

inline constexpr char kChildMark[] = "--kernel32-child";
int run_child(int argc, char** argv);

// A child of this program that runs a command of child.cpp. Its report comes through the pipe.
struct Child {
  explicit Child(const std::string& command, DWORD flags = 0, STARTUPINFOA* startup = nullptr);
  // Ends the child if it has not ended, so that the next test finds nothing of it.
  ~Child();
  std::string report();  // what the child wrote, once it has closed its end
  DWORD exit_code();     // waits for the end

  Pipe pipe;
  BOOL created = FALSE;
  DWORD error = 0;
  OwnedHandle process;
  OwnedHandle thread;
  DWORD id = 0;
};
std::string child_command_line(int report_fd, const std::string& command);
void make_inheritable(int fd);

}  // namespace kernel32_test
