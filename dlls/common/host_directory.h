// The part of host.h about what stands in directories.
#pragma once

#include <string>
#include <vector>

#include "dlls/common/host.h"

namespace windsock::host {

// All names, "." and ".." among them, in no order.
Result<std::vector<std::string>> list_directory(const char* path);

// Times are nanoseconds since 1970. Of a link: what it leads to, or itself where that is nothing.
struct FileFacts {
  bool is_directory = false;
  bool is_writable = false;  // by anybody
  uint64_t size = 0;
  int64_t created = 0;
  int64_t read = 0;
  int64_t written = 0;
};
Result<FileFacts> file_facts(const char* path);

// A descriptor that is readable when a name has come to the directory, or gone, since it was made or last drained.
Result<UniqueFd> watch_names(const char* path);
void drain_names(int watch);

}  // namespace windsock::host
