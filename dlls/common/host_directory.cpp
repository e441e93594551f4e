#include "dlls/common/host_directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

namespace windsock::host {

namespace {

struct Close {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

int64_t nanoseconds_of(const struct statx_timestamp& time) { return time.tv_sec * 1'000'000'000 + time.tv_nsec; }

int look_at(const char* path, int flags, struct statx& status) {
  return ::statx(AT_FDCWD, path, flags, STATX_BASIC_STATS | STATX_BTIME, &status);
}

}  // namespace

Result<std::vector<std::string>> list_directory(const char* path) {
  std::unique_ptr<DIR, Close> directory(::opendir(path));
  if (!directory) return last_failure();
  std::vector<std::string> names;
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(directory.get());
    if (entry == nullptr) break;
    names.emplace_back(entry->d_name);
  }
  if (errno != 0) return last_failure();
  return names;
}

Result<FileFacts> file_facts(const char* path) {
  struct statx status;
  int found = look_at(path, 0, status);
  if (found < 0 && (errno == ENOENT || errno == ELOOP)) found = look_at(path, AT_SYMLINK_NOFOLLOW, status);
  if (found < 0) return last_failure();
  FileFacts facts;
  facts.is_directory = S_ISDIR(status.stx_mode);
  facts.is_writable = status.stx_mode & (S_IWUSR | S_IWGRP | S_IWOTH);
  facts.size = status.stx_size;
  facts.read = nanoseconds_of(status.stx_atime);
  facts.written = nanoseconds_of(status.stx_mtime);
  // Not every file system knows when a file was made.
  facts.created = status.stx_mask & STATX_BTIME ? nanoseconds_of(status.stx_btime) : facts.written;
  return facts;
}

Result<UniqueFd> watch_names(const char* path) {
  int fd = ::inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  if (fd < 0) return last_failure();
  UniqueFd watch = UniqueFd::adopt(fd);
  if (::inotify_add_watch(fd, path, IN_CREATE | IN_DELETE | IN_ONLYDIR) < 0) return last_failure();
  return watch;
}

void drain_names(int watch) {
  alignas(inotify_event) char events[4096];
  while (::read(watch, events, sizeof events) > 0) {
  }
}

}  // namespace windsock::host
