#include "dlls/kernel32/win32_error.h"

#include <winsock2.h>
#include <winerror.h>

#include <cerrno>

namespace windsock::kernel32 {

namespace {

static_assert(static_cast<uint32_t>(Win32Error::kSuccess) == ERROR_SUCCESS);
static_assert(static_cast<uint32_t>(Win32Error::kInvalidFunction) == ERROR_INVALID_FUNCTION);
static_assert(static_cast<uint32_t>(Win32Error::kFileNotFound) == ERROR_FILE_NOT_FOUND);
static_assert(static_cast<uint32_t>(Win32Error::kPathNotFound) == ERROR_PATH_NOT_FOUND);
static_assert(static_cast<uint32_t>(Win32Error::kTooManyOpenFiles) == ERROR_TOO_MANY_OPEN_FILES);
static_assert(static_cast<uint32_t>(Win32Error::kAccessDenied) == ERROR_ACCESS_DENIED);
static_assert(static_cast<uint32_t>(Win32Error::kInvalidHandle) == ERROR_INVALID_HANDLE);
static_assert(static_cast<uint32_t>(Win32Error::kNotEnoughMemory) == ERROR_NOT_ENOUGH_MEMORY);
static_assert(static_cast<uint32_t>(Win32Error::kGenFailure) == ERROR_GEN_FAILURE);
static_assert(static_cast<uint32_t>(Win32Error::kHandleEof) == ERROR_HANDLE_EOF);
static_assert(static_cast<uint32_t>(Win32Error::kNotSupported) == ERROR_NOT_SUPPORTED);
static_assert(static_cast<uint32_t>(Win32Error::kFileExists) == ERROR_FILE_EXISTS);
static_assert(static_cast<uint32_t>(Win32Error::kBrokenPipe) == ERROR_BROKEN_PIPE);
static_assert(static_cast<uint32_t>(Win32Error::kSemaphoreTimeout) == ERROR_SEM_TIMEOUT);
static_assert(static_cast<uint32_t>(Win32Error::kInvalidName) == ERROR_INVALID_NAME);
static_assert(static_cast<uint32_t>(Win32Error::kBadPipe) == ERROR_BAD_PIPE);
static_assert(static_cast<uint32_t>(Win32Error::kPipeBusy) == ERROR_PIPE_BUSY);
static_assert(static_cast<uint32_t>(Win32Error::kNoData) == ERROR_NO_DATA);
static_assert(static_cast<uint32_t>(Win32Error::kPipeNotConnected) == ERROR_PIPE_NOT_CONNECTED);
static_assert(static_cast<uint32_t>(Win32Error::kMoreData) == ERROR_MORE_DATA);
static_assert(static_cast<uint32_t>(Win32Error::kPipeConnected) == ERROR_PIPE_CONNECTED);
static_assert(static_cast<uint32_t>(Win32Error::kPipeListening) == ERROR_PIPE_LISTENING);
static_assert(static_cast<uint32_t>(Win32Error::kOperationAborted) == ERROR_OPERATION_ABORTED);
static_assert(static_cast<uint32_t>(Win32Error::kIoPending) == ERROR_IO_PENDING);
static_assert(static_cast<uint32_t>(Win32Error::kDiskFull) == ERROR_DISK_FULL);
static_assert(static_cast<uint32_t>(Win32Error::kNegativeSeek) == ERROR_NEGATIVE_SEEK);
static_assert(static_cast<uint32_t>(Win32Error::kSignalRefused) == ERROR_SIGNAL_REFUSED);
static_assert(static_cast<uint32_t>(Win32Error::kAlreadyExists) == ERROR_ALREADY_EXISTS);
static_assert(static_cast<uint32_t>(Win32Error::kIoCompletion) == WAIT_IO_COMPLETION);
static_assert(static_cast<uint32_t>(Win32Error::kWaitTimeout) == WAIT_TIMEOUT);
static_assert(static_cast<uint32_t>(Win32Error::kAbandonedWait) == ERROR_ABANDONED_WAIT_0);
static_assert(static_cast<uint32_t>(Win32Error::kIoIncomplete) == ERROR_IO_INCOMPLETE);
static_assert(static_cast<uint32_t>(Win32Error::kNotFound) == ERROR_NOT_FOUND);
static_assert(static_cast<uint32_t>(Win32Error::kInvalidWindowHandle) == ERROR_INVALID_WINDOW_HANDLE);
static_assert(static_cast<uint32_t>(Win32Error::kInvalidParameter) == ERROR_INVALID_PARAMETER);
static_assert(static_cast<uint32_t>(Win32Error::kInsufficientBuffer) == ERROR_INSUFFICIENT_BUFFER);
static_assert(static_cast<uint32_t>(Win32Error::kBadExeFormat) == ERROR_BAD_EXE_FORMAT);
static_assert(static_cast<uint32_t>(Win32Error::kFilenameTooLong) == ERROR_FILENAME_EXCED_RANGE);
static_assert(static_cast<uint32_t>(Win32Error::kDirectory) == ERROR_DIRECTORY);
static_assert(static_cast<uint32_t>(Win32Error::kNotOwner) == ERROR_NOT_OWNER);
static_assert(static_cast<uint32_t>(Win32Error::kTooManyPosts) == ERROR_TOO_MANY_POSTS);
static_assert(static_cast<uint32_t>(Win32Error::kModuleNotFound) == ERROR_MOD_NOT_FOUND);
static_assert(static_cast<uint32_t>(Win32Error::kProcedureNotFound) == ERROR_PROC_NOT_FOUND);
static_assert(static_cast<uint32_t>(Win32Error::kMessageNotFound) == ERROR_MR_MID_NOT_FOUND);
static_assert(static_cast<uint32_t>(Win32Error::kNoMoreFiles) == ERROR_NO_MORE_FILES);
static_assert(static_cast<uint32_t>(Win32Error::kBadLength) == ERROR_BAD_LENGTH);
static_assert(static_cast<uint32_t>(Win32Error::kInvalidAddress) == ERROR_INVALID_ADDRESS);
static_assert(static_cast<uint32_t>(Win32Error::kNoAccess) == ERROR_NOACCESS);
static_assert(static_cast<uint32_t>(Win32Error::kFileInvalid) == ERROR_FILE_INVALID);
static_assert(static_cast<uint32_t>(Win32Error::kMappedAlignment) == ERROR_MAPPED_ALIGNMENT);
static_assert(static_cast<uint32_t>(Win32Error::kInvalidFlags) == ERROR_INVALID_FLAGS);
static_assert(static_cast<uint32_t>(Win32Error::kNoUnicodeTranslation) == ERROR_NO_UNICODE_TRANSLATION);
static_assert(static_cast<uint32_t>(Win32Error::kTimeout) == ERROR_TIMEOUT);
static_assert(static_cast<uint32_t>(Win32Error::kNotSameObject) == ERROR_NOT_SAME_OBJECT);

// The table of dlls/common has no names to look at.
#define NT_STATUS(name, value, win32, win32_name, winsock, winsock_name) static_assert(win32 == win32_name && winsock == winsock_name);
#include "dlls/common/nt_status.def"
#undef NT_STATUS

struct Row {
  int host;
  Win32Error windows;
};

constexpr Row kRows[] = {
    {ENOENT, Win32Error::kFileNotFound},      {ENOTDIR, Win32Error::kPathNotFound},
    {ELOOP, Win32Error::kPathNotFound},       {EMFILE, Win32Error::kTooManyOpenFiles},
    {ENFILE, Win32Error::kTooManyOpenFiles},  {EACCES, Win32Error::kAccessDenied},
    {EPERM, Win32Error::kAccessDenied},       {EISDIR, Win32Error::kAccessDenied},
    {ETXTBSY, Win32Error::kAccessDenied},     {EBADF, Win32Error::kInvalidHandle},
    {ENOMEM, Win32Error::kNotEnoughMemory},   {EAGAIN, Win32Error::kNotEnoughMemory},
    {EINVAL, Win32Error::kInvalidParameter},  {ESRCH, Win32Error::kInvalidParameter},
    {ENOEXEC, Win32Error::kBadExeFormat},     {E2BIG, Win32Error::kFilenameTooLong},
    {ENAMETOOLONG, Win32Error::kFilenameTooLong}, {EEXIST, Win32Error::kFileExists},
    {ENOSPC, Win32Error::kDiskFull},          {EROFS, Win32Error::kAccessDenied},
    {EPIPE, Win32Error::kBrokenPipe},
    {EFAULT, Win32Error::kNoAccess},
};

}  // namespace

Win32Error win32_error_from_errno(host::Errno error) {
  for (const Row& row : kRows)
    if (row.host == static_cast<int>(error)) return row.windows;
  return Win32Error::kGenFailure;
}

}  // namespace windsock::kernel32
