// Reading and writing files: at the position, or at an offset with an OVERLAPPED, which then tells the end.
#pragma once

#include <minwinbase.h>

#include "dlls/kernel32/file.h"

namespace windsock::kernel32 {

// Bytes to move: from the file into `data`, or the other way.
struct FileTransfer {
  enum class Direction : uint8_t { kRead, kWrite };
  Direction direction;
  void* data;
  DWORD size;
};

// For ReadFile and WriteFile; FALSE and the last error on failure.
BOOL transfer_at_position(const File& file, const FileTransfer& transfer, DWORD* transferred);
// The same at the offset of the OVERLAPPED; its event and the file's port are told of a success. `transferred` may be null.
BOOL transfer_at_offset(File& file, const FileTransfer& transfer, DWORD* transferred, OVERLAPPED* overlapped);
// For ReadFileEx and WriteFileEx: the routine is called of a success, and of the end of the file.
BOOL transfer_for_routine(File& file, const FileTransfer& transfer, OVERLAPPED* overlapped, LPOVERLAPPED_COMPLETION_ROUTINE routine);

}  // namespace windsock::kernel32
