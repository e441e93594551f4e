// File: an open file of the host, as CreateFile gives it.
//
// The host keeps what a file is: its position, and what may be done with it. A handle is one open file description; a wait on it ends
// at once, for nothing here is read or written behind the caller's back.
#pragma once

#include <utility>

#include "dlls/common/unique_fd.h"
#include "dlls/kernel32/waitable.h"

namespace windsock::kernel32 {

class File final : public Waitable {
 public:
  static constexpr ObjectKind kKind = ObjectKind::kFile;

  explicit File(UniqueFd fd) : Waitable(kKind, Taking::kLeavesSignal, Source::kMemory, true), fd_(std::move(fd)) {}
  int fd() const { return fd_.get(); }

 private:
  UniqueFd fd_;
};

}  // namespace windsock::kernel32
