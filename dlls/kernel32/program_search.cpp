#include "dlls/kernel32/program_search.h"

#include <string_view>

#include "dlls/common/host_child.h"

namespace windsock::kernel32 {

namespace {

std::string directory_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

std::vector<std::string> search_directories() {
  std::vector<std::string> directories;
  if (auto program = host::own_program()) directories.push_back(directory_of(program.value()));
  if (auto current = host::current_directory()) directories.push_back(current.value());
  const char* variable = host::environment_variable("PATH");
  std::string_view path = variable == nullptr ? "" : variable;
  while (!path.empty()) {
    std::string_view directory = path.substr(0, path.find(':'));
    if (!directory.empty()) directories.emplace_back(directory);
    path.remove_prefix(std::min(path.size(), directory.size() + 1));
  }
  return directories;
}

}  // namespace

Result<std::string, Win32Error> program_at(const std::string& path) {
  if (path.empty()) return Failure{Win32Error::kPathNotFound};
  std::string absolute = path;
  if (path.front() != '/') {
    auto current = host::current_directory();
    if (!current) return Failure{win32_error_from_errno(current.error())};
    absolute = current.value() + "/" + path;
  }
  switch (host::inspect_file(absolute.c_str())) {
    case host::FileKind::kProgram:
      return absolute;
    case host::FileKind::kMissing:
      return Failure{host::inspect_file(directory_of(absolute).append("/").c_str()) == host::FileKind::kDirectory
                         ? Win32Error::kFileNotFound
                         : Win32Error::kPathNotFound};
    case host::FileKind::kDirectory:
    case host::FileKind::kNoProgram:
      break;
  }
  return Failure{Win32Error::kAccessDenied};
}

Result<std::string, Win32Error> find_program(const std::vector<std::string>& candidates) {
  // What stopped the most hopeful candidate: a file that may not be run tells more than one that is not there.
  Win32Error error = Win32Error::kFileNotFound;
  std::vector<std::string> directories = search_directories();
  for (const std::string& name : candidates) {
    if (name.find('/') != std::string::npos) {
      auto found = program_at(name);
      if (found) return found;
      if (found.error() == Win32Error::kAccessDenied) error = found.error();
      continue;
    }
    for (const std::string& directory : directories) {
      auto found = program_at(directory + "/" + name);
      if (found) return found;
    }
  }
  return Failure{error};
}

}  // namespace windsock::kernel32
