// FileSearch: what FindFirstFile gives: the names that were in a folder then, of which each is looked at when it is told.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "dlls/common/host_directory.h"
#include "dlls/common/result.h"
#include "dlls/kernel32/ref.h"
#include "dlls/kernel32/waitable.h"
#include "dlls/kernel32/win32_error.h"

namespace windsock::kernel32 {

class FileSearch final : public Waitable {
 public:
  static constexpr ObjectKind kKind = ObjectKind::kSearch;

  // Of a path whose last part may be a pattern.
  static Result<Ref<FileSearch>, Win32Error> begin(const std::string& path);

  struct Found {
    std::string name;
    host::FileFacts facts;
  };
  // The next one; nothing: there are no more.
  std::optional<Found> next();

 private:
  FileSearch(std::string folder, std::vector<std::string> names)
      : Waitable(kKind, Taking::kLeavesSignal, Source::kMemory, false), folder_(std::move(folder)), names_(std::move(names)) {}

  const std::string folder_;  // with a slash at its end
  const std::vector<std::string> names_;
  std::mutex lock_;
  size_t next_ = 0;
};

}  // namespace windsock::kernel32
