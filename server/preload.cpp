#include "server/preload.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fmt/core.h>

namespace windsock::tool {

namespace {

namespace fs = std::filesystem;

bool holds_all(const fs::path& folder) {
  std::error_code ignored;
  for (const char* name : kPreloadedLibraries)
    if (!fs::exists(folder / name, ignored)) return false;
  return true;
}

}  // namespace

std::string own_folder() {
  std::error_code ignored;
  return fs::read_symlink("/proc/self/exe", ignored).parent_path().string();
}

std::optional<std::string> library_folder() {
  const fs::path own = own_folder();
  const fs::path configured = WINDSOCK_LIBDIR;
  // An installation that was moved as a whole (DESTDIR, a container) keeps the way from bin to lib.
  const fs::path relative = configured.lexically_relative(WINDSOCK_BINDIR);
  for (const fs::path& folder : {own / ".libs", own / relative, configured})
    if (holds_all(folder)) return folder.lexically_normal().string();
  return std::nullopt;
}

int preload(const std::vector<std::string>& command) {
  auto folder = library_folder();
  if (!folder) {
    fmt::print(stderr, "windsock: {} is neither beside windsock nor in {}; run make, or make install\n", kPreloadedLibraries[0],
               WINDSOCK_LIBDIR);
    return 127;
  }
  std::string list;
  for (const char* name : kPreloadedLibraries) list += (list.empty() ? "" : ":") + (fs::path(*folder) / name).string();
  if (const char* others = getenv("LD_PRELOAD"); others && *others) list += std::string(":") + others;
  setenv("LD_PRELOAD", list.c_str(), 1);

  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  execvp(arguments[0], arguments.data());
  int error = errno;
  fmt::print(stderr, "windsock: cannot run {}: {}\n", command[0], strerror(error));
  return error == ENOENT ? 127 : 126;
}

}  // namespace windsock::tool
