#include "dlls/common/runtime_directory.h"

#include <cerrno>
#include <cstdlib>

#include "dlls/common/debug.h"

namespace windsock {

namespace {

host::Result<UniqueFd> open_checked(const std::string& path, bool create) {
  UniqueFd directory = WS_TRY(host::open_directory(path.c_str(), create));
  host::Ownership owner = WS_TRY(host::ownership(directory.get()));
  if (owner.uid != host::effective_uid()) {
    WS_WARN(kServer, "%s belongs to uid %u, not to us: not used", path.c_str(), owner.uid);
    return host::failure(EPERM);
  }
  if (owner.mode & 0077) {
    WS_WARN(kServer, "%s is open to others (mode %03o): not used; chmod 700 %s", path.c_str(), owner.mode, path.c_str());
    return host::failure(EACCES);
  }
  return directory;
}

std::string user_directory() { return "/run/user/" + std::to_string(host::effective_uid()); }

std::string temporary_directory() { return "/tmp/windsock-" + std::to_string(host::effective_uid()); }

}  // namespace

std::string runtime_directory_path() {
  const char* chosen = getenv("WINDSOCK_DIR");
  if (chosen && *chosen) return chosen;
  // With no descriptor left to look with, the user's directory is no worse a guess, and two processes never part ways for it.
  auto looked = host::open_directory(user_directory().c_str(), false);
  return looked || host::is_want_of_room(looked.error()) ? user_directory() : temporary_directory();
}

host::Result<RuntimeDirectory> open_runtime_directory() {
  std::string path = runtime_directory_path();
  // /run/user/<uid> is made by the system, ours are made here.
  UniqueFd directory = WS_TRY(open_checked(path, path != user_directory()));
  return RuntimeDirectory{std::move(directory), std::move(path)};
}

}  // namespace windsock
