#include "dlls/winehost/inheritance.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <new>
#include <string>
#include <vector>

#include "dlls/common/debug.h"
#include "dlls/common/host.h"
#include "dlls/winehost/hooks.h"
#include "dlls/winehost/nt_functions.h"

namespace windsock::winehost::inheritance {

namespace {

// The descriptors, and after "std" those of the three standard handles: "12 15 std 12 -1 -1". (The core has a variable of its own,
// for those that are shared.)
constexpr char kVariable[] = "WINDSOCK_INHERITED_HANDLES";

constexpr uint32_t kInheritHandles = 4;                // of a process's flags
constexpr uint64_t kHandleList = 0x2000b;              // PS_ATTRIBUTE_HANDLE_LIST
constexpr uint32_t kStreamAccess = 0xc0100000;         // GENERIC_READ | GENERIC_WRITE | SYNCHRONIZE
constexpr uint32_t kInheritable = 2;                   // OBJ_INHERIT
constexpr size_t kStandardHandles = 0x20;              // their place in the process parameters

struct Attribute {
  uint64_t what, size;
  void* value;
  uint64_t* used;
};
struct AttributeList {
  uint64_t total;
  Attribute first[];
};

std::mutex& mutex() {
  static auto* one = new std::mutex;
  return *one;
}
std::vector<int>& inherited() {
  static auto* one = new std::vector<int>;
  return *one;
}

int fd_of(NtHandle handle) { return services::fd_from_socket(reinterpret_cast<uintptr_t>(handle)); }

// The caller's list of handles without our SOCKETs, which Wine does not know, for the time of a call; `listed` gets their descriptors.
class HandleListWithoutSockets {
 public:
  HandleListWithoutSockets(void* attributes, std::vector<int>& descriptors) {
    auto* list = static_cast<AttributeList*>(attributes);
    if (!list) return;
    const size_t count = (list->total - sizeof list->total) / sizeof(Attribute);
    for (size_t i = 0; i < count; ++i) {
      if (list->first[i].what != kHandleList) continue;
      attribute_ = &list->first[i];
      before_ = *attribute_;
      auto* handles = static_cast<NtHandle*>(before_.value);
      std::vector<int> listed;
      for (size_t k = 0; k < before_.size / sizeof(NtHandle); ++k)
        if (is_socket(handles[k]))
          listed.push_back(fd_of(handles[k]));
        else
          others_.push_back(handles[k]);
      attribute_->value = others_.data();
      attribute_->size = others_.size() * sizeof(NtHandle);
      std::erase_if(descriptors, [&](int fd) { return std::find(listed.begin(), listed.end(), fd) == listed.end(); });
      return;
    }
  }
  ~HandleListWithoutSockets() {
    if (attribute_) *attribute_ = before_;
  }
  HandleListWithoutSockets(const HandleListWithoutSockets&) = delete;
  HandleListWithoutSockets& operator=(const HandleListWithoutSockets&) = delete;

 private:
  Attribute* attribute_ = nullptr;
  Attribute before_{};
  std::vector<NtHandle> others_;
};

// SOCKETs among the standard handles, as handles of Wine's for the time of a call.
class StandardHandles {
 public:
  explicit StandardHandles(void* parameters)
      : handles_(reinterpret_cast<NtHandle*>(static_cast<char*>(parameters) + kStandardHandles)) {
    for (int i = 0; i < 3; ++i) {
      if (!is_socket(handles_[i])) continue;
      NtHandle handle = nullptr;
      if (g_nt.handle_for_fd(fd_of(handles_[i]), kStreamAccess, kInheritable, &handle) != kSuccess) continue;
      before_[i] = handles_[i];
      fds_[i] = fd_of(handles_[i]);
      handles_[i] = handle;
    }
  }
  ~StandardHandles() {
    for (int i = 0; i < 3; ++i) {
      if (!before_[i]) continue;
      g_nt.close(handles_[i]);
      handles_[i] = before_[i];
    }
  }
  StandardHandles(const StandardHandles&) = delete;
  StandardHandles& operator=(const StandardHandles&) = delete;

  const int* fds() const { return fds_; }

 private:
  NtHandle* handles_;
  NtHandle before_[3]{};
  int fds_[3] = {-1, -1, -1};
};

// The descriptors survive exec, and the child is told, while this lives.
class Passing {
 public:
  Passing(services::SocketInheritance sockets, const int* standard) : sockets_(std::move(sockets)), descriptors_(sockets_.fds) {
    for (int i = 0; i < 3; ++i)
      if (standard[i] >= 0 && std::find(descriptors_.begin(), descriptors_.end(), standard[i]) == descriptors_.end())
        descriptors_.push_back(standard[i]);
    std::string words;
    for (int fd : descriptors_) {
      (void)host::set_inheritable(fd, true);
      words += std::to_string(fd) + " ";
    }
    words += "std";
    for (int i = 0; i < 3; ++i) words += " " + std::to_string(standard[i]);
    if (descriptors_.empty())
      unsetenv(kVariable);
    else
      setenv(kVariable, words.c_str(), 1);
    if (!sockets_.connection.is_open()) return;
    (void)host::set_inheritable(sockets_.connection.get(), true);
    setenv(sockets_.variable.c_str(), sockets_.value.c_str(), 1);
  }
  ~Passing() {
    unsetenv(kVariable);
    if (sockets_.connection.is_open()) unsetenv(sockets_.variable.c_str());
    for (int fd : descriptors_) (void)host::set_inheritable(fd, false);
  }
  Passing(const Passing&) = delete;
  Passing& operator=(const Passing&) = delete;

 private:
  services::SocketInheritance sockets_;
  std::vector<int> descriptors_;
};

}  // namespace

NtStatus create_process(CreateUserProcess original, const Creation& asked) try {
  std::lock_guard lock(mutex());
  services::SocketInheritance sockets;
  if (asked.process_flags & kInheritHandles) g_socket_operations->inherit(&sockets);
  HandleListWithoutSockets list(asked.attributes, sockets.fds);
  StandardHandles standard(asked.parameters);
  Passing passing(std::move(sockets), standard.fds());
  return original(asked.process, asked.thread, asked.process_access, asked.thread_access, asked.process_attributes, asked.thread_attributes,
                  asked.process_flags, asked.thread_flags, asked.parameters, asked.info, asked.attributes);
} catch (const std::bad_alloc&) {
  return kNoMemory;
}

void take_over() {
  const char* words = getenv(kVariable);
  if (!words) return;
  int standard = -1;
  for (const char* at = words; *at;) {
    char* end = nullptr;
    const long value = strtol(at, &end, 10);
    if (end == at) {  // "std"
      standard = 0;
      at += strcspn(at, " ");
      at += *at == ' ';
      continue;
    }
    at = end + (*end == ' ');
    const int fd = static_cast<int>(value);
    if (standard < 0) {
      if (host::set_inheritable(fd, false).ok()) inherited().push_back(fd);
    } else if (standard < 3) {
      if (fd >= 0) set_standard_handle(standard, reinterpret_cast<NtHandle>(services::socket_from_fd(fd)));
      ++standard;
    }
  }
  unsetenv(kVariable);
  // Now, for this process's children inherit them in their turn.
  bool inheritable;
  for (int fd : std::vector<int>(inherited())) g_socket_operations->get_inheritable(services::socket_from_fd(fd), &inheritable);
}

bool is_inherited(int fd) { return std::erase(inherited(), fd) != 0; }

}  // namespace windsock::winehost::inheritance
