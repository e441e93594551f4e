#include "dlls/common/host_file.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace windsock::host {

static_assert(static_cast<int>(SeekFrom::kBegin) == SEEK_SET && static_cast<int>(SeekFrom::kPosition) == SEEK_CUR &&
              static_cast<int>(SeekFrom::kEnd) == SEEK_END);

namespace {

// sendfile knows no MSG_NOSIGNAL. While this lives a SIGPIPE of the calling thread waits, and what came of the call is taken away
// again, unless one waited before.
class NoSigpipe {
 public:
  NoSigpipe() {
    sigset_t pending;
    ::sigemptyset(&pipe_);
    ::sigaddset(&pipe_, SIGPIPE);
    ::sigpending(&pending);
    waited_before_ = ::sigismember(&pending, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe_, &mask_);
  }
  NoSigpipe(const NoSigpipe&) = delete;
  NoSigpipe& operator=(const NoSigpipe&) = delete;
  ~NoSigpipe() { ::pthread_sigmask(SIG_SETMASK, &mask_, nullptr); }
  void take_away() {
    constexpr timespec kAtOnce{};
    if (!waited_before_) ::sigtimedwait(&pipe_, nullptr, &kAtOnce);
  }

 private:
  sigset_t pipe_, mask_;
  bool waited_before_ = false;
};

}  // namespace

Result<UniqueFd> open_file(const char* path, FileUse use, FileManner manner) {
  int flags = O_CLOEXEC | O_NOCTTY | (use == FileUse::kRead ? O_RDONLY : use == FileUse::kWrite ? O_WRONLY : O_RDWR);
  if (manner.append) flags |= O_APPEND;
  if (manner.create) flags |= O_CREAT | O_EXCL;
  if (manner.truncate) flags |= O_TRUNC;
  int fd;
  do fd = ::open(path, flags, 0666);
  while (fd < 0 && errno == EINTR);
  if (fd < 0) return last_failure();
  UniqueFd file = UniqueFd::adopt(fd);
  struct stat status;
  if (::fstat(file.get(), &status) < 0) return last_failure();
  if (S_ISDIR(status.st_mode)) return failure(EISDIR);
  return file;
}

namespace {

template <typename Move>
Result<size_t> moved(Move move) {
  ssize_t bytes;
  do bytes = move();
  while (bytes < 0 && errno == EINTR);
  if (bytes < 0) return last_failure();
  return static_cast<size_t>(bytes);
}

}  // namespace

Result<size_t> write(int fd, const void* data, size_t size) {
  return moved([=] { return ::write(fd, data, size); });
}

Result<size_t> read_at(int fd, void* data, size_t size, int64_t offset) {
  return moved([=] { return ::pread(fd, data, size, offset); });
}

Result<size_t> write_at(int fd, const void* data, size_t size, int64_t offset) {
  return moved([=] { return ::pwrite(fd, data, size, offset); });
}

Result<int64_t> seek(int fd, int64_t distance, SeekFrom from) {
  off_t position = ::lseek(fd, distance, static_cast<int>(from));
  if (position < 0) return last_failure();
  return position;
}

Result<int64_t> file_size(int fd) {
  struct stat status;
  if (::fstat(fd, &status) < 0) return last_failure();
  return status.st_size;
}

Result<void> synchronize(int fd) {
  if (::fsync(fd) < 0) return last_failure();
  return {};
}

FileType file_type(int fd) {
  struct stat status;
  if (::fstat(fd, &status) < 0) return FileType::kUnknown;
  switch (status.st_mode & S_IFMT) {
    case S_IFREG:
    case S_IFDIR:
    case S_IFBLK:
      return FileType::kDisk;
    case S_IFCHR:
      return FileType::kCharacter;
    case S_IFIFO:
      return FileType::kPipe;
    case S_IFSOCK:
      return FileType::kSocket;
    default:
      return FileType::kUnknown;
  }
}

bool is_open_for(int fd, FileUse use) {
  int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0) return false;
  int mode = flags & O_ACCMODE;
  return mode == O_RDWR || mode == (use == FileUse::kRead ? O_RDONLY : use == FileUse::kWrite ? O_WRONLY : O_RDWR);
}

Result<size_t> send_file(int socket, int file, int64_t* offset, size_t size) {
  NoSigpipe scope;
  static_assert(sizeof(off_t) == sizeof *offset);
  ssize_t sent = ::sendfile(socket, file, reinterpret_cast<off_t*>(offset), size);
  if (sent >= 0) return static_cast<size_t>(sent);
  const int error = errno;
  if (error == EPIPE) scope.take_away();
  return failure(error);
}

}  // namespace windsock::host
