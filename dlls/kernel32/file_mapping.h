// FileMapping: what CreateFileMapping gives: a file of the host, or memory that has none, and what views may be made of it.
//
// Memory with a name is a file in the runtime directory (shared_names.h), held by a shared lock for as long as the mapping or one of its
// views lives.
#pragma once

#include <optional>
#include <string>

#include "dlls/common/result.h"
#include "dlls/kernel32/page_protection.h"
#include "dlls/kernel32/ref.h"
#include "dlls/kernel32/waitable.h"
#include "dlls/kernel32/win32_error.h"

namespace windsock::kernel32 {

class FileMapping final : public Waitable {
 public:
  static constexpr ObjectKind kKind = ObjectKind::kFileMapping;

  // Of `size` bytes of a file, which is as long. Null when memory is short.
  static Ref<FileMapping> of_file(UniqueFd file, uint64_t size, Protection protection);
  struct Named {
    Ref<FileMapping> mapping;
    bool existed = false;
  };
  static Result<Ref<FileMapping>, Win32Error> of_memory(uint64_t size, Protection protection);
  static Result<Named, Win32Error> of_named_memory(const std::string& name, uint64_t size, Protection protection);
  static Result<Ref<FileMapping>, Win32Error> open(const std::string& name, Protection protection);

  int fd() const { return fd_.get(); }
  uint64_t size() const { return size_; }
  Protection protection() const { return protection_; }

 private:
  FileMapping(UniqueFd fd, uint64_t size, Protection protection, std::string name)
      : Waitable(kKind, Taking::kLeavesSignal, Source::kMemory, false), fd_(std::move(fd)), size_(size), protection_(protection),
        name_(std::move(name)) {}
  ~FileMapping() override;
  static Ref<FileMapping> make(UniqueFd fd, uint64_t size, Protection protection, std::string name);

  UniqueFd fd_;
  const uint64_t size_;
  const Protection protection_;
  const std::string name_;  // of its file in the runtime directory; empty: it has none there
};

// The name of the file in the runtime directory for a mapping's name; nothing: no file can have it. A pure function.
std::optional<std::string> shared_file_name(const std::string& name);

}  // namespace windsock::kernel32
