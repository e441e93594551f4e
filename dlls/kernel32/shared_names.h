// SharedNames: the files in the runtime directory by which processes of one user find what has a name: mappings, pipes.
//
// Whoever uses such a file holds a lock on it, which the kernel gives back with the process; a file that nobody holds is what a process
// left that ended, is nothing, and goes when the next name is made. Looking, making and leaving happen under one more lock for all names
// of a kind, the object's life, so that nobody comes between.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dlls/common/host.h"

namespace windsock::kernel32 {

class SharedNames {
 public:
  static host::Result<SharedNames> lock(const char* lock_file);
  SharedNames() = default;
  SharedNames(SharedNames&&) = default;
  SharedNames& operator=(SharedNames&&) = delete;
  ~SharedNames();

  int directory() const { return fd_.get(); }
  // Makes the file if it is not there.
  host::Result<UniqueFd> open(const std::string& file) const;
  void remove(const std::string& file) const;
  // Those that begin so.
  std::vector<std::string> list(std::string_view prefix) const;
  void remove_unused(std::string_view prefix) const;

  // Whether nobody but us uses the file; it is locked then.
  static bool is_unused(int fd);

 private:
  UniqueFd fd_, lock_;
  std::string path_;
};

// The name of a file for any name; nothing: no file can have it. A pure function.
std::optional<std::string> escaped_file_name(std::string_view prefix, std::string_view name);

}  // namespace windsock::kernel32
