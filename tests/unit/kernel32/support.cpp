#include "tests/unit/kernel32/support.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdio>
#include <cstdlib>

namespace kernel32_test {

namespace {

std::string read_file(const std::string& path) {
  std::string text;
  if (FILE* file = fopen(path.c_str(), "r")) {
    char buffer[4096];
    while (size_t got = fread(buffer, 1, sizeof buffer, file)) text.append(buffer, got);
    fclose(file);
  }
  return text;
}

bool sleeps_in(const std::string& directory, long system_call) {
  std::string text = read_file(directory + "/syscall");
  char* end;
  long number = strtol(text.c_str(), &end, 10);
  return end != text.c_str() && number == system_call;
}

short poll_now(int fd) {
  pollfd entry{fd, POLLIN, 0};
  poll(&entry, 1, 0);
  return entry.revents;
}

}  // namespace

bool thread_sleeps_in(DWORD thread, long system_call) { return sleeps_in("/proc/self/task/" + std::to_string(thread), system_call); }
bool process_sleeps_in(DWORD process, long system_call) { return sleeps_in("/proc/" + std::to_string(process), system_call); }
bool process_exists(DWORD process) { return access(("/proc/" + std::to_string(process)).c_str(), F_OK) == 0; }

std::string process_command_line(DWORD process) {
  std::string text = read_file("/proc/" + std::to_string(process) + "/cmdline");
  std::replace(text.begin(), text.end(), '\0', '\n');
  return text;
}

std::vector<int> process_fds(DWORD process) {
  std::vector<int> fds;
  DIR* directory = opendir(("/proc/" + std::to_string(process) + "/fd").c_str());
  if (directory == nullptr) return fds;
  while (const dirent* entry = readdir(directory))
    if (entry->d_name[0] != '.') fds.push_back(atoi(entry->d_name));
  if (process == GetCurrentProcessId()) std::erase(fds, dirfd(directory));
  closedir(directory);
  std::sort(fds.begin(), fds.end());
  return fds;
}

size_t own_fd_count() { return process_fds(GetCurrentProcessId()).size(); }

std::string own_path() {
  char path[PATH_MAX];
  ssize_t length = readlink("/proc/self/exe", path, sizeof path);
  return length > 0 ? std::string(path, static_cast<size_t>(length)) : std::string();
}

Pipe::Pipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) == 0) {
    read_end = ends[0];
    write_end = ends[1];
  }
}
Pipe::~Pipe() {
  close_read();
  close_write();
}
void Pipe::close_read() {
  if (read_end >= 0) close(std::exchange(read_end, -1));
}
void Pipe::close_write() {
  if (write_end >= 0) close(std::exchange(write_end, -1));
}
std::string Pipe::read_all() {
  std::string text;
  char buffer[4096];
  for (ssize_t got; (got = read(read_end, buffer, sizeof buffer)) > 0;) text.append(buffer, static_cast<size_t>(got));
  return text;
}
bool Pipe::is_empty() const { return poll_now(read_end) == 0; }
bool Pipe::at_end() const { return (poll_now(read_end) & (POLLIN | POLLHUP)) == POLLHUP; }

void make_inheritable(int fd) { fcntl(fd, F_SETFD, 0); }

std::string child_command_line(int report_fd, const std::string& command) {
  return "\"" + own_path() + "\" " + kChildMark + " " + std::to_string(report_fd) + " " + command;
}

Child::Child(const std::string& command, DWORD flags, STARTUPINFOA* startup) {
  STARTUPINFOA plain{};
  plain.cb = sizeof plain;
  PROCESS_INFORMATION information{};
  std::string line = child_command_line(pipe.write_end, command);
  make_inheritable(pipe.write_end);
  created = CreateProcessA(nullptr, line.data(), nullptr, nullptr, TRUE, flags, nullptr, nullptr, startup != nullptr ? startup : &plain,
                           &information);
  error = created ? 0 : GetLastError();
  pipe.close_write();
  process = OwnedHandle(information.hProcess);
  thread = OwnedHandle(information.hThread);
  id = information.dwProcessId;
}

Child::~Child() {
  if (process.get() == nullptr) return;
  TerminateProcess(process.get(), 1);
  WaitForSingleObject(process.get(), kHang);
}

std::string Child::report() { return pipe.read_all(); }

DWORD Child::exit_code() {
  DWORD code = 0;
  if (WaitForSingleObject(process.get(), kHang) != WAIT_OBJECT_0) return 0xdeadbeef;
  return GetExitCodeProcess(process.get(), &code) ? code : 0xdeadbeef;
}

}  // namespace kernel32_test
