// The standard handles: files of the descriptors 0, 1 and 2.
#include <handleapi.h>
#include <processenv.h>
#include <winbase.h>

#include <mutex>
#include <new>
#include <optional>

#include "dlls/kernel32/file.h"
#include "dlls/kernel32/handle_table.h"
#include "dlls/kernel32/last_error.h"

using namespace windsock::kernel32;
namespace host = windsock::host;

namespace {

constinit std::mutex the_lock;
// Under the lock; null: not asked for yet.
constinit HANDLE handles[3] = {};
constinit bool known[3] = {};

// STD_INPUT_HANDLE is -10, and so on downward.
std::optional<int> descriptor_of(DWORD number) {
  DWORD descriptor = STD_INPUT_HANDLE - number;
  if (descriptor > 2) return std::nullopt;
  return static_cast<int>(descriptor);
}

HANDLE open_standard(int descriptor) {
  auto copy = host::duplicate(descriptor);
  if (!copy) return nullptr;
  auto file = Ref<File>::adopt(new (std::nothrow) File(std::move(copy).take(), FileManner::kSynchronous));
  return file ? handle_table::insert(std::move(file), kHandleInherit) : nullptr;
}

}  // namespace

HANDLE GetStdHandle(DWORD number) {
  auto descriptor = descriptor_of(number);
  if (!descriptor) {
    set_last_error(Win32Error::kInvalidHandle);
    return INVALID_HANDLE_VALUE;
  }
  std::lock_guard lock(the_lock);
  HANDLE& handle = handles[*descriptor];
  if (!known[*descriptor]) handle = open_standard(*descriptor);
  known[*descriptor] = handle != nullptr;
  return handle;
}

BOOL SetStdHandle(DWORD number, HANDLE handle) {
  auto descriptor = descriptor_of(number);
  if (!descriptor) return fail(Win32Error::kInvalidHandle);
  std::lock_guard lock(the_lock);
  handles[*descriptor] = handle;
  known[*descriptor] = true;
  return TRUE;
}
