#include "dlls/winehost/prefix.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "dlls/common/unique_fd.h"

namespace windsock::winehost {

namespace {

namespace fs = std::filesystem;

constexpr const char* kReplaced[] = {"ws2_32.dll", "mswsock.dll", "wsock32.dll"};
constexpr const char* kBridge = "winehost.dll";

// Without an add-on for .NET or HTML, which would be asked for, without a debugger, and without entries in the user's menus.
constexpr const char* kQuietOverrides = "mscoree=;mshtml=;winedbg.exe=d;winemenubuilder.exe=d";

// A fresh prefix says it is Windows 10, and does without a screen where there is none.
constexpr const char* kSettings =
    "REGEDIT4\n\n[HKEY_CURRENT_USER\\Software\\Wine]\n\"Version\"=\"win10\"\n";
constexpr const char* kNoScreen = "\n[HKEY_CURRENT_USER\\Software\\Wine\\Drivers]\n\"Graphics\"=\"null\"\n";

fs::path system32(const fs::path& prefix) { return prefix / "drive_c/windows/system32"; }
fs::path kept_folder(const fs::path& prefix) { return prefix / "windsock"; }

std::string contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool is_same_file(const fs::path& one, const fs::path& other) {
  std::error_code error;
  if (fs::file_size(one, error) != fs::file_size(other, error) || error) return false;
  return contents(one) == contents(other);
}

// Runs Wine to its end, silently.
bool run_quietly(const std::string& wine, const std::vector<std::string>& words) {
  std::vector<char*> arguments = {const_cast<char*>(wine.c_str())};
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const pid_t child = fork();
  if (child < 0) return false;
  if (child == 0) {
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int stream : {0, 1, 2}) dup2(nothing, stream);
    setenv("WINEDLLOVERRIDES", kQuietOverrides, 1);
    setenv("WINEDEBUG", "-all", 1);
    execv(arguments[0], arguments.data());
    _exit(127);
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

std::string make_prefix(const Installation& installation, const fs::path& prefix) {
  if (isatty(STDERR_FILENO)) fmt::print(stderr, "windsock: making a Wine prefix in {}; this happens once and takes a while ...\n", prefix.string());
  if (!run_quietly(installation.wine, {"wineboot", "-i"})) return fmt::format("Wine could not make a prefix in {}", prefix.string());
  const fs::path settings = prefix / "drive_c/windsock-settings.reg";
  auto is_set = [](const char* name) { return getenv(name) && *getenv(name); };
  const bool has_screen = is_set("DISPLAY") || is_set("WAYLAND_DISPLAY");
  std::ofstream(settings) << kSettings << (has_screen ? "" : kNoScreen);
  const bool good = run_quietly(installation.wine, {"reg", "import", "C:\\windsock-settings.reg"});
  std::error_code ignored;
  fs::remove(settings, ignored);
  return good ? "" : fmt::format("the settings of the new prefix {} could not be written", prefix.string());
}

// The file is complete or not there, also for whoever looks meanwhile.
void put(const fs::path& from, const fs::path& to) {
  const fs::path fresh = to.string() + ".windsock-new";
  fs::copy_file(from, fresh, fs::copy_options::overwrite_existing);
  fs::rename(fresh, to);
}

void place_files(const Installation& installation, const fs::path& prefix) {
  const fs::path ours = fs::path(installation.folder) / "x86_64-windows";
  const fs::path kept = kept_folder(prefix);
  for (const char* name : kReplaced) {
    const fs::path target = system32(prefix) / name;
    if (is_same_file(ours / name, target)) continue;
    fs::create_directories(kept);
    if (!fs::exists(kept / name) && fs::exists(target)) fs::rename(target, kept / name);
    put(ours / name, target);
  }
  if (!is_same_file(ours / kBridge, system32(prefix) / kBridge)) put(ours / kBridge, system32(prefix) / kBridge);
}

}  // namespace

std::string own_prefix() {
  if (const char* data = getenv("XDG_DATA_HOME"); data && *data) return std::string(data) + "/windsock/wine";
  if (const char* home = getenv("HOME"); home && *home) return std::string(home) + "/.local/share/windsock/wine";
  return {};
}

std::string prepare_prefix(const Installation& installation, const std::string& prefix) {
  std::error_code error;
  fs::create_directories(prefix, error);
  UniqueFd folder = UniqueFd::adopt(open(prefix.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.is_open() || flock(folder.get(), LOCK_EX) != 0) return fmt::format("the prefix {} cannot be used: {}", prefix, strerror(errno));
  if (!fs::exists(system32(prefix) / kReplaced[0], error))
    if (std::string trouble = make_prefix(installation, prefix); !trouble.empty()) return trouble;
  try {
    place_files(installation, prefix);
  } catch (const fs::filesystem_error& failure) {
    return fmt::format("our DLLs cannot be put into the prefix: {}", failure.what());
  }
  return {};
}

}  // namespace windsock::winehost
