#include "dlls/winehost/windows_processes.h"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <new>
#include <string>
#include <vector>

#include "dlls/common/debug.h"
#include "dlls/common/process_register.h"
#include "dlls/winehost/nt_functions.h"

namespace windsock::winehost {

namespace {

namespace fs = std::filesystem;

constexpr uintptr_t kPage = 4096;
constexpr unsigned kMarkPages = 16;
constexpr int kAttempts = 3;

constexpr uint32_t kVmOperation = 0x0008, kQueryLimited = 0x1000, kSynchronize = 0x100000;  // access to a process
constexpr uint32_t kCommit = 0x1000, kReserve = 0x2000, kFree = 0x8000;  // VirtualAllocEx, VirtualFreeEx
constexpr uint32_t kReadOnly = 0x02, kReadWrite = 0x04;  // protections

// The prefix of this process, as the space of its numbers.
host::Result<uint32_t> own_space() {
  if (const char* prefix = getenv("WINEPREFIX"); prefix && *prefix) return process_register::space_of(prefix);
  const char* home = getenv("HOME");
  return process_register::space_of((std::string(home ? home : "") + "/.wine").c_str());
}

class WindowsProcess {
 public:
  explicit WindowsProcess(uint32_t id, uint32_t access) {
    ObjectAttributes attributes;
    const ClientId client{id, 0};
    if (g_nt.open_process(&handle_, access, &attributes, &client) != kSuccess) handle_ = nullptr;
  }
  ~WindowsProcess() {
    if (handle_) g_nt.close(handle_);
  }
  WindowsProcess(const WindowsProcess&) = delete;
  WindowsProcess& operator=(const WindowsProcess&) = delete;

  explicit operator bool() const { return handle_; }
  NtHandle handle() const { return handle_; }
  // As Windows sees it; its Unix process may be there a moment longer.
  bool has_ended() const {
    const int64_t now = 0;
    return g_nt.wait_for_multiple_objects(1, &handle_, true, false, &now) == kSuccess;
  }

 private:
  NtHandle handle_ = nullptr;
};

// Pages in another process, read-only where the pattern has a one and writable where it has a zero.
class Mark {
 public:
  Mark(NtHandle process, uint16_t pattern) : process_(process), pattern_(pattern) {
    uint64_t size = kMarkPages * kPage;
    if (g_nt.allocate_memory(process, &base_, 0, &size, kReserve | kCommit, kReadWrite) != kSuccess) {
      base_ = nullptr;
      return;
    }
    for (unsigned first = 0; first < kMarkPages;) {
      unsigned count = 1;
      while (first + count < kMarkPages && is_read_only(first + count) == is_read_only(first)) ++count;
      if (is_read_only(first)) protect(first, count);
      first += count;
    }
  }
  ~Mark() {
    uint64_t size = 0;
    if (base_) g_nt.free_memory(process_, &base_, &size, kFree);
  }
  Mark(const Mark&) = delete;
  Mark& operator=(const Mark&) = delete;

  bool is_set() const { return base_ && good_; }
  // Whether it is in the process of this /proc/…/maps: lines "first-end rwxp …", in order.
  bool is_in(const fs::path& maps) const {
    std::ifstream file(maps);
    const uintptr_t base = reinterpret_cast<uintptr_t>(base_);
    unsigned seen = 0;
    for (std::string line; std::getline(file, line);) {
      uintptr_t first = 0, end = 0;
      char protection[8]{};
      if (sscanf(line.c_str(), "%lx-%lx %7s", &first, &end, protection) != 3) return false;
      if (end <= base) continue;
      if (first >= base + kMarkPages * kPage) break;
      for (unsigned page = 0; page < kMarkPages; ++page) {
        const uintptr_t address = base + page * kPage;
        if (address < first || address >= end) continue;
        if (strncmp(protection, is_read_only(page) ? "r--" : "rw-", 3) != 0) return false;
        ++seen;
      }
    }
    return seen == kMarkPages;
  }

 private:
  bool is_read_only(unsigned page) const { return pattern_ >> page & 1; }
  void protect(unsigned first, unsigned count) {
    void* address = static_cast<char*>(base_) + first * kPage;
    uint64_t size = count * kPage;
    uint32_t before = 0;
    good_ = good_ && g_nt.protect_memory(process_, &address, &size, kReadOnly, &before) == kSuccess;
  }

  NtHandle process_;
  uint16_t pattern_;
  void* base_ = nullptr;
  bool good_ = true;
};

// The processes of our user, by their folders in /proc.
std::vector<int> own_users_processes() {
  std::vector<int> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/proc", error)) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const int pid = atoi(name.c_str());
    auto owner = host::process_owner(pid);
    if (owner && owner.value() == host::effective_uid()) found.push_back(pid);
  }
  return found;
}

fs::path maps_of(int pid) { return "/proc/" + std::to_string(pid) + "/maps"; }

host::Result<UniqueFd> recognise(const Mark& mark) {
  std::vector<int> marked;
  for (int pid : own_users_processes())
    if (mark.is_in(maps_of(pid))) marked.push_back(pid);
  if (marked.size() != 1) return host::failure(ESRCH);
  UniqueFd process = WS_TRY(host::open_living_process(marked[0]));
  // Still the same: the number was not given to another process before the descriptor was there.
  if (!mark.is_in(maps_of(marked[0]))) return host::failure(ESRCH);
  return process;
}

}  // namespace

void register_own_process() try {
  auto space = own_space();
  auto entered = space ? process_register::enter(space.value(), teb_process_id()) : host::Result<void>(Failure{space.error()});
  if (!entered)
    WS_WARN(kHost, "Windows process %u cannot be registered (error %d): native programs do not know it by this number", teb_process_id(),
            static_cast<int>(entered.error()));
} catch (const std::bad_alloc&) {
  WS_WARN(kHost, "no memory for the registration of Windows process %u", teb_process_id());
}

host::Result<UniqueFd> find_windows_process(uint32_t process_id) {
  WindowsProcess process(process_id, kVmOperation | kQueryLimited | kSynchronize);
  if (!process || process.has_ended()) return host::failure(ESRCH);
  if (auto space = own_space()) {
    auto found = process_register::find(space.value(), process_id);
    if (found || host::is_want_of_room(found.error())) return found;
  }
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    uint16_t pattern = 0;
    WS_TRY(host::random_bytes(&pattern, sizeof pattern));
    if (std::popcount(pattern) < 3 || std::popcount(pattern) > 13) continue;
    Mark mark(process.handle(), pattern);
    if (!mark.is_set()) break;
    auto found = recognise(mark);
    if (found || host::is_want_of_room(found.error())) return found;
  }
  WS_WARN(kHost, "Windows process %u was not recognised among the processes of this user", process_id);
  return host::failure(ESRCH);
}

bool is_windows_process(uint32_t process_id) { return static_cast<bool>(WindowsProcess(process_id, kQueryLimited)); }

}  // namespace windsock::winehost
