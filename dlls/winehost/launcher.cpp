#include "dlls/winehost/launcher.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "dlls/common/unique_fd.h"
#include "dlls/winehost/executable.h"
#include "dlls/winehost/prefix.h"

namespace windsock::winehost {

namespace {

namespace fs = std::filesystem;

constexpr int kNotThere = 127, kNotRunnable = 126;

int complain(int status, const std::string& text) {
  fmt::print(stderr, "windsock: {}\n", text);
  return status;
}

fs::path own_folder() {
  std::error_code ignored;
  return fs::read_symlink("/proc/self/exe", ignored).parent_path();
}

std::string environment(const char* name) {
  const char* value = getenv(name);
  return value ? value : "";
}

// Debian's `wine` is a script that chooses the loader and remarks on what is not installed; the loader itself says nothing.
std::string find_wine() {
  if (std::string chosen = environment("WINDSOCK_WINE"); !chosen.empty()) return chosen;
  std::vector<fs::path> candidates = {"/usr/lib/wine/wine64"};
  const std::string path = environment("PATH");
  for (const char* name : {"wine64", "wine"})
    for (size_t begin = 0; begin <= path.size();) {
      size_t end = std::min(path.find(':', begin), path.size());
      if (end > begin) candidates.push_back(fs::path(path.substr(begin, end - begin)) / name);
      begin = end + 1;
    }
  for (const fs::path& candidate : candidates)
    if (access(candidate.c_str(), X_OK) == 0) return candidate.string();
  return {};
}

void add_to_environment(const char* name, const std::string& ours, const char* separator, bool first) {
  const std::string before = environment(name);
  setenv(name, (before.empty() ? ours : first ? ours + separator + before : before + separator + ours).c_str(), 1);
}

}  // namespace

std::optional<Installation> find_installation() {
  const fs::path own = own_folder();
  const fs::path configured = WINDSOCK_WINEDIR;
  const fs::path relative = configured.lexically_relative(WINDSOCK_BINDIR);
  std::error_code ignored;
  for (const fs::path& folder : {own / "dlls/winehost/wine", own / relative, configured})
    if (fs::exists(folder / "x86_64-windows/winehost.dll", ignored) && fs::exists(folder / "x86_64-unix/winehost.so", ignored))
      return Installation{folder.lexically_normal().string(), find_wine()};
  return std::nullopt;
}

std::string version_of_wine(const Installation& installation) {
  std::string said;
  const std::string command = "'" + installation.wine + "' --version 2>/dev/null";
  if (FILE* output = popen(command.c_str(), "re")) {
    char line[256];
    if (fgets(line, sizeof line, output)) said.assign(line, strcspn(line, "\n"));
    pclose(output);
  }
  return said;
}

int run_program(const RunOptions& options, const std::vector<std::string>& command) {
  auto installation = find_installation();
  if (!installation)
    return complain(kNotThere, "this Windsock was built without its Wine host; configure tells why (it needs mingw and winebuild)");
  if (installation->wine.empty()) return complain(kNotThere, "Wine is not installed (Debian: wine64), or not in PATH; WINDSOCK_WINE names it");
  if (auto refusal = refuse_executable(command[0])) return complain(kNotRunnable, *refusal);

  std::string prefix = !options.prefix.empty() ? options.prefix : environment("WINEPREFIX");
  if (prefix.empty()) prefix = own_prefix();
  if (prefix.empty()) return complain(kNotThere, "there is no home for a Wine prefix; set WINEPREFIX or HOME");
  std::error_code error;
  prefix = fs::absolute(prefix, error).lexically_normal().string();
  setenv("WINEPREFIX", prefix.c_str(), 1);
  if (environment("WINEDEBUG").empty()) setenv("WINEDEBUG", "fixme-all", 1);  // what is not perfect in Wine does not concern the program's users
  if (std::string trouble = prepare_prefix(*installation, prefix); !trouble.empty()) return complain(kNotRunnable, trouble);

  // The windsockd that belongs to us, wherever Wine loads our library from.
  const std::string server = (own_folder() / "windsockd").string();
  if (environment("WINDSOCK_SERVER").empty() && access(server.c_str(), X_OK) == 0) setenv("WINDSOCK_SERVER", server.c_str(), 1);
  add_to_environment("WINEDLLPATH", installation->folder, ":", true);
  add_to_environment("WINEDLLOVERRIDES", "ws2_32,mswsock,wsock32=n,b", ";", false);

  std::vector<char*> arguments = {installation->wine.data()};
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  execv(arguments[0], arguments.data());
  return complain(errno == ENOENT ? kNotThere : kNotRunnable, fmt::format("cannot run {}: {}", installation->wine, strerror(errno)));
}

}  // namespace windsock::winehost
