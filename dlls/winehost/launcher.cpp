#include "dlls/winehost/launcher.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "dlls/common/unique_fd.h"
#include "dlls/winehost/executable.h"
#include "dlls/winehost/prefix.h"

namespace windsock::winehost {

namespace {

constexpr int kNotThere = 127, kNotRunnable = 126;

int complain(int status, const std::string& text) {
  fmt::print(stderr, "windsock: {}\n", text);
  return status;
}

std::string environment(const char* name) {
  const char* value = getenv(name);
  return value ? value : "";
}

}  // namespace

int run_program(const RunOptions& options, const std::vector<std::string>& command) {
  auto installation = find_installation();
  if (std::string missing = what_is_missing(installation); !missing.empty()) return complain(kNotThere, missing);
  if (auto refusal = refuse_executable(command[0])) return complain(kNotRunnable, *refusal);

  std::string prefix = !options.prefix.empty() ? options.prefix : environment("WINEPREFIX");
  if (prefix.empty()) prefix = own_prefix();
  if (prefix.empty()) return complain(kNotThere, "there is no home for a Wine prefix; set WINEPREFIX or HOME");
  prefix = absolute_path(prefix);
  if (std::string refusal = refuse_prefix(prefix); !refusal.empty()) return complain(kNotRunnable, refusal);
  setenv("WINEPREFIX", prefix.c_str(), 1);
  if (environment("WINEDEBUG").empty()) setenv("WINEDEBUG", "fixme-all", 1);  // what is not perfect in Wine does not concern the program's users
  {
    UniqueFd lock = lock_prefix(prefix);
    if (!lock.is_open()) return complain(kNotRunnable, fmt::format("the prefix {} cannot be used: {}", prefix, strerror(errno)));
    if (std::string trouble = prepare_prefix(*installation, prefix); !trouble.empty()) return complain(kNotRunnable, trouble);
  }

  // The windsockd that belongs to us, whatever the prefix's files were copied from.
  if (environment("WINDSOCK_SERVER").empty() && access(installation->server.c_str(), X_OK) == 0)
    setenv("WINDSOCK_SERVER", installation->server.c_str(), 1);
  const std::string overrides = environment("WINEDLLOVERRIDES");
  setenv("WINEDLLOVERRIDES", (overrides + (overrides.empty() ? "" : ";") + "ws2_32,mswsock,wsock32=n,b").c_str(), 1);

  std::vector<char*> arguments = {installation->wine.data()};
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  execv(arguments[0], arguments.data());
  return complain(errno == ENOENT ? kNotThere : kNotRunnable, fmt::format("cannot run {}: {}", installation->wine, strerror(errno)));
}

}  // namespace windsock::winehost
