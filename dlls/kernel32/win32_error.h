// The Win32 error codes that kernel32 itself gives, and what an errno value is among them.
#pragma once

#include <cstdint>

#include "dlls/common/host.h"

namespace windsock::kernel32 {

// The values are those of winerror.h, checked in win32_error.cpp.
enum class Win32Error : uint32_t {
  kSuccess = 0,
  kInvalidFunction = 1,
  kFileNotFound = 2,
  kPathNotFound = 3,
  kTooManyOpenFiles = 4,
  kAccessDenied = 5,
  kInvalidHandle = 6,
  kNotEnoughMemory = 8,
  kNoMoreFiles = 18,
  kBadLength = 24,
  kGenFailure = 31,
  kHandleEof = 38,
  kNotSupported = 50,
  kFileExists = 80,
  kInvalidParameter = 87,
  kBrokenPipe = 109,
  kDiskFull = 112,
  kSemaphoreTimeout = 121,
  kInsufficientBuffer = 122,
  kInvalidName = 123,
  kModuleNotFound = 126,
  kProcedureNotFound = 127,
  kNegativeSeek = 131,
  kSignalRefused = 156,
  kAlreadyExists = 183,
  kIoCompletion = 192,  // WAIT_IO_COMPLETION
  kBadExeFormat = 193,
  kFilenameTooLong = 206,
  kBadPipe = 230,
  kPipeBusy = 231,
  kNoData = 232,
  kPipeNotConnected = 233,
  kMoreData = 234,
  kWaitTimeout = 258,
  kDirectory = 267,
  kNotOwner = 288,
  kTooManyPosts = 298,
  kMessageNotFound = 317,
  kInvalidAddress = 487,
  kPipeConnected = 535,
  kPipeListening = 536,
  kAbandonedWait = 735,
  kOperationAborted = 995,
  kIoIncomplete = 996,
  kIoPending = 997,
  kNoAccess = 998,
  kInvalidFlags = 1004,
  kFileInvalid = 1006,
  kNoUnicodeTranslation = 1113,
  kMappedAlignment = 1132,
  kNotFound = 1168,
  kInvalidWindowHandle = 1400,
  kTimeout = 1460,
  kNotSameObject = 1656,
};

Win32Error win32_error_from_errno(host::Errno error);

}  // namespace windsock::kernel32
