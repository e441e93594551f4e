// process_info on Linux: everything is in /proc. No Winsock header here, the host's own are used instead.
#include "tests/support/process_info.h"

#include <dirent.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <climits>
#include <cstdio>
#include <optional>
#include <string>

namespace test_support {
namespace {

long count_entries(const char* directory) {
  DIR* entries = opendir(directory);
  if (entries == nullptr) return -1;
  long count = 0;
  while (const dirent* entry = readdir(entries))
    if (entry->d_name[0] != '.') ++count;
  closedir(entries);
  return count;
}

// The system call that the thread sleeps in, -1 if it does not; nothing when the system does not tell.
std::optional<long> sleeping_in(long thread) {
  const std::string path = "/proc/self/task/" + std::to_string(thread) + "/syscall";
  FILE* file = fopen(path.c_str(), "r");
  if (file == nullptr) return std::nullopt;
  long number = -1;  // the word "running" leaves it so
  const bool known = fscanf(file, "%ld", &number) == 1;
  fclose(file);
  return known ? number : -1;
}

}  // namespace

std::string executable_path() {
  char path[PATH_MAX];
  const ssize_t length = readlink("/proc/self/exe", path, sizeof path);
  return length > 0 ? std::string(path, static_cast<size_t>(length)) : std::string();
}

long open_descriptor_count() { return count_entries("/proc/self/fd") - 1; }  // less the directory's own
long thread_count() { return count_entries("/proc/self/task"); }

long current_thread() { return syscall(SYS_gettid); }

bool thread_waits_in_kernel(long thread) {
  const std::optional<long> call = sleeping_in(thread);
  return !call || (*call >= 0 && *call != SYS_futex);
}

bool thread_sleeps(long thread) {
  const std::optional<long> call = sleeping_in(thread);
  return !call || *call >= 0;
}

bool allow_descriptors(long count) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return false;
  const auto wanted = static_cast<rlim_t>(count);
  if (limit.rlim_cur >= wanted) return true;
  limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
  return setrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur >= wanted;
}

char* unmapped_address() {
  static char* const page = [] {
    void* const reserved = mmap(nullptr, 1 << 20, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return static_cast<char*>(reserved);
  }();
  return page;
}

}  // namespace test_support
