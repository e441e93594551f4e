#include "dlls/winehost/prefix_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>

#include "dlls/common/unique_fd.h"

namespace windsock::winehost {

namespace {

namespace fs = std::filesystem;

constexpr struct {
  const char* name;
  const char* folder;  // of the installation
  bool unless_wines;   // Wine's own is better where it has one
} kFiles[] = {
    {"winehost.so", "x86_64-unix", false},
    {"winehost.dll", "x86_64-windows", false},
    {"ws2_32.dll", "x86_64-windows", false},
    {"mswsock.dll", "x86_64-windows", false},
    {"wsock32.dll", "x86_64-windows", false},
    {"bcryptprimitives.dll", "x86_64-windows", true},
};
// Where the library in winehost.so looks first for the server that it starts.
constexpr const char* kServerLink = "windsockd";

fs::path system32(const fs::path& prefix) { return prefix / "drive_c/windows/system32"; }

// Each of our DLLs has the name in its version information; the core knows the variable.
bool is_ours(const fs::path& path) {
  constexpr char kWide[] = "W\0i\0n\0d\0s\0o\0c\0k", kNarrow[] = "WINDSOCK_SERVER";
  const std::string text = read_file(path);
  return text.find(std::string(kWide, sizeof kWide)) != text.npos || text.find(kNarrow) != text.npos;
}

// A copy keeps the time of its original.
bool is_copy(const fs::path& original, const fs::path& path) {
  std::error_code error, other;
  const auto size = fs::file_size(path, error);
  const auto time = fs::last_write_time(path, other);
  return !error && !other && size == fs::file_size(original, error) && time == fs::last_write_time(original, other) && !error && !other;
}

bool write_all(int file, const std::string& text) {
  for (size_t done = 0; done < text.size();) {
    const ssize_t written = write(file, text.data() + done, text.size() - done);
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) done += static_cast<size_t>(written);
  }
  return true;
}

void put(const fs::path& from, const fs::path& to) {
  const fs::path fresh = to.string() + ".windsock-new";
  fs::copy_file(from, fresh, fs::copy_options::overwrite_existing);
  fs::last_write_time(fresh, fs::last_write_time(from));
  fs::rename(fresh, to);
}

void put_link(const fs::path& target, const fs::path& link) {
  std::error_code ignored;
  if (fs::read_symlink(link, ignored) == target) return;
  const fs::path fresh = link.string() + ".windsock-new";
  fs::remove(fresh);
  fs::create_symlink(target, fresh);
  fs::rename(fresh, link);
}

}  // namespace

fs::path kept_folder(const fs::path& prefix) { return prefix / "windsock"; }

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool write_file(const fs::path& path, const std::string& text) {
  const fs::path fresh = path.string() + ".windsock-new";
  struct stat before {};
  const mode_t mode = stat(path.c_str(), &before) == 0 ? before.st_mode & 0777 : 0644;
  UniqueFd file = UniqueFd::adopt(open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
  if (!file.is_open()) return false;
  if (fchmod(file.get(), mode) == 0 && write_all(file.get(), text) && fsync(file.get()) == 0 && rename(fresh.c_str(), path.c_str()) == 0) return true;
  const int error = errno;
  unlink(fresh.c_str());
  errno = error;
  return false;
}

void place_files(const Installation& installation, const fs::path& prefix) {
  const fs::path kept = kept_folder(prefix);
  for (const auto& file : kFiles) {
    const fs::path original = fs::path(installation.folder) / file.folder / file.name, target = system32(prefix) / file.name;
    if (is_copy(original, target)) continue;
    if (fs::exists(target) && !is_ours(target)) {
      if (file.unless_wines) continue;
      fs::create_directories(kept);
      fs::rename(target, kept / file.name);
    }
    put(original, target);
  }
  put_link(installation.server, system32(prefix) / kServerLink);
}

void remove_files(const fs::path& prefix) {
  for (const auto& file : kFiles) {
    const fs::path target = system32(prefix) / file.name, before = kept_folder(prefix) / file.name;
    const bool ours = is_ours(target);
    if (fs::exists(before) && (ours || !fs::exists(target)))
      fs::rename(before, target);
    else if (ours)
      fs::remove(target);
    fs::remove(before);
  }
  if (fs::is_symlink(system32(prefix) / kServerLink)) fs::remove(system32(prefix) / kServerLink);
  std::error_code not_empty;
  fs::remove(kept_folder(prefix), not_empty);
}

FilesState examine_files(const Installation& installation, const fs::path& prefix) {
  int wanted = 0, ours = 0, same = 0;
  for (const auto& file : kFiles) {
    const fs::path target = system32(prefix) / file.name;
    const bool is = is_ours(target);
    if (file.unless_wines && !is) continue;
    ++wanted;
    ours += is;
    same += is && is_copy(fs::path(installation.folder) / file.folder / file.name, target);
  }
  if (ours == 0) return FilesState::kAbsent;
  return ours < wanted ? FilesState::kDamaged : same < wanted ? FilesState::kOther : FilesState::kComplete;
}

}  // namespace windsock::winehost
