// File: an open file of the host, as CreateFile, CreatePipe and GetStdHandle give it.
//
// The host keeps what a file is: its position, and what may be done with it. A handle is one open file description; a wait on it ends
// at once, for nothing here is read or written behind the caller's back: an overlapped operation is done by the call that begins it,
// which tells its end as one that took longer would (file_operation.h).
#pragma once

#include <cstdint>
#include <mutex>
#include <utility>

#include "dlls/common/host_file.h"
#include "dlls/common/unique_fd.h"
#include "dlls/kernel32/completion_port.h"
#include "dlls/kernel32/waitable.h"

namespace windsock::kernel32 {

// As CreateFile's FILE_FLAG_OVERLAPPED says.
enum class FileManner : uint8_t { kSynchronous, kOverlapped };

// Windows' values.
inline constexpr uint32_t kSkipPortOnSuccess = 1, kSkipSetEventOnHandle = 2;

class File final : public Waitable {
 public:
  static constexpr ObjectKind kKind = ObjectKind::kFile;

  File(UniqueFd fd, FileManner manner)
      : Waitable(kKind, Taking::kLeavesSignal, Source::kMemory, true), fd_(std::move(fd)), type_(host::file_type(fd_.get())), manner_(manner) {}
  int fd() const { return fd_.get(); }
  host::FileType type() const { return type_; }
  // Bytes go through it.
  bool is_pipe() const { return type_ == host::FileType::kPipe || type_ == host::FileType::kSocket; }
  FileManner manner() const { return manner_; }

  // Where the ends of operations are told.
  struct Association {
    Ref<CompletionPort> port;
    uintptr_t key = 0;
    uint32_t modes = 0;
  };
  Association association() {
    std::lock_guard lock(lock_);
    return association_;
  }
  // False: it has a port.
  bool associate(Ref<CompletionPort> port, uintptr_t key) {
    std::lock_guard lock(lock_);
    if (association_.port) return false;
    association_.port = std::move(port);
    association_.key = key;
    return true;
  }
  void add_modes(uint32_t modes) {
    std::lock_guard lock(lock_);
    association_.modes |= modes;
  }

 private:
  const UniqueFd fd_;
  const host::FileType type_;
  const FileManner manner_;
  std::mutex lock_;
  Association association_;
};

}  // namespace windsock::kernel32
