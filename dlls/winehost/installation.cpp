#include "dlls/winehost/installation.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "dlls/common/unique_fd.h"

namespace windsock::winehost {

namespace {

namespace fs = std::filesystem;

// A wineserver stays for a few seconds after the last program.
constexpr int kLingerMilliseconds = 15000;

fs::path own_folder() {
  std::error_code ignored;
  return fs::read_symlink("/proc/self/exe", ignored).parent_path();
}

std::string find_in_path(std::initializer_list<const char*> names) {
  const char* list = getenv("PATH");
  const std::string path = list ? list : "";
  for (const char* name : names)
    for (size_t begin = 0; begin <= path.size();) {
      size_t end = std::min(path.find(':', begin), path.size());
      const fs::path candidate = fs::path(path.substr(begin, end - begin)) / name;
      if (end > begin && access(candidate.c_str(), X_OK) == 0) return candidate.string();
      begin = end + 1;
    }
  return {};
}

// Debian's `wine` is a script that chooses the loader and remarks on what is not installed; the loader itself says nothing.
std::string find_wine() {
  constexpr char kDebians[] = "/usr/lib/wine/wine64";
  if (const char* chosen = getenv("WINDSOCK_WINE"); chosen && *chosen) return chosen;
  return access(kDebians, X_OK) == 0 ? kDebians : find_in_path({"wine64", "wine"});
}

std::string find_wineserver(const Installation& installation) {
  if (const char* chosen = getenv("WINESERVER"); chosen && *chosen) return chosen;
  const fs::path beside = fs::path(installation.wine).parent_path() / "wineserver";
  return access(beside.c_str(), X_OK) == 0 ? beside.string() : find_in_path({"wineserver", "wineserver-stable"});
}

pid_t start_quietly(const std::string& program, const std::vector<std::string>& words, const std::string& overrides) {
  std::vector<char*> arguments = {const_cast<char*>(program.c_str())};
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const pid_t child = fork();
  if (child != 0) return child;
  int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int stream : {0, 1, 2}) dup2(nothing, stream);
  if (!overrides.empty()) setenv("WINEDLLOVERRIDES", overrides.c_str(), 1);
  setenv("WINEDEBUG", "-all", 1);
  execv(arguments[0], arguments.data());
  _exit(127);
}

int wait_for(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

std::optional<Installation> find_installation() {
  const fs::path own = own_folder();
  const fs::path configured = WINDSOCK_WINEDIR;
  const fs::path relative = configured.lexically_relative(WINDSOCK_BINDIR);
  std::error_code ignored;
  for (const fs::path& folder : {own / "dlls/winehost/wine", own / relative, configured})
    if (fs::exists(folder / "x86_64-windows/winehost.dll", ignored) && fs::exists(folder / "x86_64-unix/winehost.so", ignored))
      return Installation{folder.lexically_normal().string(), (own / "windsockd").string(), find_wine()};
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

std::string why_not_loadable(const Installation& installation) {
  return dlopen((installation.folder + "/x86_64-unix/winehost.so").c_str(), RTLD_NOW | RTLD_LOCAL) ? "" : dlerror();
}

std::string what_is_missing(const std::optional<Installation>& installation) {
  if (!installation) return "this Windsock was built without its Wine host; configure tells why (it needs mingw and winebuild)";
  if (installation->wine.empty()) return "Wine is not installed (Debian: wine64), or not in PATH; WINDSOCK_WINE names it";
  if (access(installation->wine.c_str(), X_OK) != 0) return fmt::format("cannot run {}: {}", installation->wine, strerror(errno));
  return {};
}

int run_wine_quietly(const Installation& installation, const std::vector<std::string>& words, const std::string& overrides) {
  const pid_t child = start_quietly(installation.wine, words, overrides);
  return child < 0 ? -1 : wait_for(child);
}

bool is_at_rest(const Installation& installation) {
  const std::string wineserver = find_wineserver(installation);
  const pid_t child = start_quietly(wineserver, {"-w"}, "");
  if (child < 0) return false;
  UniqueFd end = UniqueFd::adopt(static_cast<int>(syscall(SYS_pidfd_open, child, 0)));
  pollfd entry{end.get(), POLLIN, 0};
  if (!end.is_open() || poll(&entry, 1, kLingerMilliseconds) != 1) kill(child, SIGTERM);
  return wait_for(child) == 0;
}

}  // namespace windsock::winehost
