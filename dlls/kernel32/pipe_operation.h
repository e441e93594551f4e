// Reading and writing named pipes by the calls for files.
#pragma once

#include <minwinbase.h>

#include "dlls/kernel32/file_operation.h"
#include "dlls/kernel32/named_pipe.h"

namespace windsock::kernel32 {

// For ReadFile and WriteFile, ConnectNamedPipe; FALSE and the last error on failure. `transferred` and `overlapped` may be null.
BOOL transfer_through_pipe(NamedPipe& pipe, const FileTransfer& transfer, DWORD* transferred, OVERLAPPED* overlapped);
BOOL connect_pipe(NamedPipe& pipe, OVERLAPPED* overlapped);
// For ReadFileEx and WriteFileEx.
BOOL transfer_through_pipe_for_routine(NamedPipe& pipe, const FileTransfer& transfer, OVERLAPPED* overlapped,
                                       LPOVERLAPPED_COMPLETION_ROUTINE routine);
// For FlushFileBuffers: nothing is to be waited for, for what was written can be read whatever becomes of this end.
BOOL flush_pipe(NamedPipe& pipe);

}  // namespace windsock::kernel32
