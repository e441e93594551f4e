// File: an open file of the host, as CreateFile, CreatePipe and GetStdHandle give it.
//
// The host keeps what a file is: its position, and what may be done with it. A handle is one open file description; a wait on it ends
// at once, for nothing here is read or written behind the caller's back: an overlapped operation is done by the call that begins it,
// which tells its end as one that took longer would (file_operation.h).
#pragma once

#include <cstdint>
#include <utility>

#include "dlls/common/host_file.h"
#include "dlls/common/unique_fd.h"
#include "dlls/kernel32/port_association.h"
#include "dlls/kernel32/waitable.h"

namespace windsock::kernel32 {

// As CreateFile's FILE_FLAG_OVERLAPPED says.
enum class FileManner : uint8_t { kSynchronous, kOverlapped };

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

  PortAssociation& association() { return association_; }

 private:
  const UniqueFd fd_;
  const host::FileType type_;
  const FileManner manner_;
  PortAssociation association_;
};

}  // namespace windsock::kernel32
