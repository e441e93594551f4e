#include "dlls/winehost/prefix.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "dlls/winehost/prefix_files.h"

namespace windsock::winehost {

namespace {

namespace fs = std::filesystem;

// Without an add-on for .NET or HTML, which would be asked for, without a debugger, and without entries in the user's menus.
constexpr const char* kQuietOverrides = "mscoree=;mshtml=;winedbg.exe=d;winemenubuilder.exe=d";

// A fresh prefix says it is Windows 10, and does without a screen where there is none.
constexpr const char* kSettings =
    "REGEDIT4\n\n[HKEY_CURRENT_USER\\Software\\Wine]\n\"Version\"=\"win10\"\n";
constexpr const char* kNoScreen = "\n[HKEY_CURRENT_USER\\Software\\Wine\\Drivers]\n\"Graphics\"=\"null\"\n";

// The last thing that Wine makes of a new prefix.
fs::path mark_of_a_prefix(const fs::path& prefix) { return prefix / "drive_c/windows/system32/ws2_32.dll"; }

std::string value_of(const char* variable) {
  const char* value = getenv(variable);
  return value ? value : "";
}

std::string make_prefix(const Installation& installation, const fs::path& prefix) {
  if (isatty(STDERR_FILENO)) fmt::print(stderr, "windsock: making a Wine prefix in {}; this happens once and takes a while ...\n", prefix.string());
  if (run_wine_quietly(installation, {"wineboot", "-i"}, kQuietOverrides) != 0) return fmt::format("Wine could not make a prefix in {}", prefix.string());
  const fs::path settings = prefix / "drive_c/windsock-settings.reg";
  const bool has_screen = !value_of("DISPLAY").empty() || !value_of("WAYLAND_DISPLAY").empty();
  std::ofstream(settings) << kSettings << (has_screen ? "" : kNoScreen);
  const bool good = run_wine_quietly(installation, {"reg", "import", "C:\\windsock-settings.reg"}, kQuietOverrides) == 0;
  std::error_code ignored;
  fs::remove(settings, ignored);
  return good ? "" : fmt::format("the settings of the new prefix {} could not be written", prefix.string());
}

}  // namespace

std::string own_prefix() {
  if (std::string data = value_of("XDG_DATA_HOME"); !data.empty()) return data + "/windsock/wine";
  if (std::string home = value_of("HOME"); !home.empty()) return home + "/.local/share/windsock/wine";
  return {};
}

std::string usual_prefix() {
  if (std::string chosen = value_of("WINEPREFIX"); !chosen.empty()) return chosen;
  if (std::string home = value_of("HOME"); !home.empty()) return home + "/.wine";
  return {};
}

std::string absolute_path(const std::string& prefix) {
  std::error_code error;
  return fs::absolute(prefix, error).lexically_normal().string();
}

bool is_prefix(const std::string& prefix) {
  std::error_code error;
  return fs::exists(mark_of_a_prefix(prefix), error);
}

std::string refuse_prefix(const std::string& prefix) {
  std::ifstream registry(fs::path(prefix) / "system.reg");
  for (std::string line; std::getline(registry, line) && !line.starts_with('[');)
    if (line == "#arch=win32") return fmt::format("{} is a 32-bit prefix; the Wine host is 64-bit, and 32-bit processes could not load it", prefix);
  return {};
}

UniqueFd lock_prefix(const std::string& prefix) {
  std::error_code error;
  fs::create_directories(prefix, error);
  UniqueFd folder = UniqueFd::adopt(open(prefix.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.is_open() && flock(folder.get(), LOCK_EX) != 0) folder.reset();
  return folder;
}

std::string prepare_prefix(const Installation& installation, const std::string& prefix) {
  if (!is_prefix(prefix))
    if (std::string trouble = make_prefix(installation, prefix); !trouble.empty()) return trouble;
  try {
    place_files(installation, prefix);
  } catch (const fs::filesystem_error& failure) {
    return fmt::format("our DLLs cannot be put into the prefix: {}", failure.what());
  }
  return {};
}

}  // namespace windsock::winehost
