// PortAssociation: the completion port that a file or a pipe tells the ends of operations to, if it has one.
#pragma once

#include <cstdint>
#include <mutex>

#include "dlls/kernel32/completion_port.h"

namespace windsock::kernel32 {

// Windows' values.
inline constexpr uint32_t kSkipPortOnSuccess = 1, kSkipSetEventOnHandle = 2;

class PortAssociation {
 public:
  struct Values {
    Ref<CompletionPort> port;
    uintptr_t key = 0;
    uint32_t modes = 0;
  };
  Values values() {
    std::lock_guard lock(lock_);
    return values_;
  }
  // False: it has a port.
  bool associate(Ref<CompletionPort> port, uintptr_t key) {
    std::lock_guard lock(lock_);
    if (values_.port) return false;
    values_.port = std::move(port);
    values_.key = key;
    return true;
  }
  void add_modes(uint32_t modes) {
    std::lock_guard lock(lock_);
    values_.modes |= modes;
  }

 private:
  std::mutex lock_;
  Values values_;
};

}  // namespace windsock::kernel32
