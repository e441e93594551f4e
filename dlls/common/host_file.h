// The part of host.h about files that programs open, and their way into a socket.
#pragma once

#include "dlls/common/host.h"

namespace windsock::host {

// A file as it is, or a new one: EEXIST if there is something of that name. EISDIR: a directory.
enum class FileUse { kRead, kWrite, kBoth };
struct FileManner {
  bool append = false;
  bool create = false;
  bool truncate = false;
};
Result<UniqueFd> open_file(const char* path, FileUse use, FileManner manner);
Result<size_t> write(int fd, const void* data, size_t size);
// At an offset, whatever the position is, which stays. ESPIPE: what has no positions.
Result<size_t> read_at(int fd, void* data, size_t size, int64_t offset);
Result<size_t> write_at(int fd, const void* data, size_t size, int64_t offset);

// From the begin, the position, the end, as the host numbers them; the new position.
enum class SeekFrom : int { kBegin = 0, kPosition = 1, kEnd = 2 };
Result<int64_t> seek(int fd, int64_t distance, SeekFrom from);
Result<int64_t> file_size(int fd);

// What was written is on the disk.
Result<void> synchronize(int fd);

// What an fd leads to. kUnknown: the host does not say, or has another word for it.
enum class FileType : uint8_t { kUnknown, kDisk, kCharacter, kPipe, kSocket };
FileType file_type(int fd);
// Whether it was opened for this.
bool is_open_for(int fd, FileUse use);

// Into a socket, from *offset on, or from the file's position (null); it moves by what is sent, up to `size` bytes, 0 at the file's end.
// Raises no SIGPIPE. May report EINTR and EAGAIN.
Result<size_t> send_file(int socket, int file, int64_t* offset, size_t size);

}  // namespace windsock::host
