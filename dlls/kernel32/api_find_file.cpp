// The exports that look for files by their names.
#include <fileapi.h>
#include <handleapi.h>
#include <winnt.h>

#include <algorithm>
#include <string>

#include "dlls/kernel32/file_search.h"
#include "dlls/kernel32/handle_table.h"
#include "dlls/kernel32/last_error.h"
#include "dlls/kernel32/lookup.h"
#include "dlls/kernel32/text.h"
#include "dlls/kernel32/time.h"

using namespace windsock;
using namespace windsock::kernel32;

namespace {

FILETIME file_time(int64_t nanoseconds) {
  auto counts = static_cast<uint64_t>(counts_from_unix(nanoseconds));
  return {static_cast<DWORD>(counts), static_cast<DWORD>(counts >> 32)};
}

std::string utf8(LPCSTR text) { return text; }
std::string utf8(LPCWSTR text) { return utf8_from_utf16(reinterpret_cast<const char16_t*>(text)); }

// The host's names are shorter than MAX_PATH.
template <typename Text, typename Character>
void store_name(const Text& name, Character (&to)[MAX_PATH]) {
  size_t length = std::min<size_t>(name.size(), MAX_PATH - 1);
  std::copy_n(name.begin(), length, to);
  to[length] = 0;
}
void store_name(const std::string& name, WIN32_FIND_DATAA& data) { store_name(name, data.cFileName); }
void store_name(const std::string& name, WIN32_FIND_DATAW& data) { store_name(utf16_from_utf8(name), data.cFileName); }

// INVALID_HANDLE_VALUE, which programs pass on, is the calling process to find_object.
Ref<FileSearch> search_of(HANDLE handle) {
  return classify(handle) == HandleRange::kObject ? find_object_as<FileSearch>(handle) : Ref<FileSearch>();
}

DWORD attributes_of(const host::FileFacts& facts) {
  DWORD attributes = (facts.is_directory ? FILE_ATTRIBUTE_DIRECTORY : 0) | (facts.is_writable ? 0 : FILE_ATTRIBUTE_READONLY);
  return attributes != 0 ? attributes : FILE_ATTRIBUTE_NORMAL;
}

template <typename Data>
BOOL tell_next(FileSearch& search, Data* data, Win32Error at_end) {
  auto found = search.next();
  if (!found) return fail(at_end);
  const host::FileFacts& facts = found->facts;
  *data = {};
  data->dwFileAttributes = attributes_of(facts);
  data->ftCreationTime = file_time(facts.created);
  data->ftLastAccessTime = file_time(facts.read);
  data->ftLastWriteTime = file_time(facts.written);
  if (!facts.is_directory) {
    data->nFileSizeLow = static_cast<DWORD>(facts.size);
    data->nFileSizeHigh = static_cast<DWORD>(facts.size >> 32);
  }
  store_name(found->name, *data);
  return TRUE;
}

template <typename Character, typename Data>
HANDLE find_first(const Character* path, Data* data) {
  auto failed = [](Win32Error error) {
    set_last_error(error);
    return INVALID_HANDLE_VALUE;
  };
  if (path == nullptr) return failed(Win32Error::kPathNotFound);
  if (data == nullptr) return failed(Win32Error::kInvalidParameter);
  auto begun = FileSearch::begin(utf8(path));
  if (!begun) return failed(begun.error());
  Ref<FileSearch> search = std::move(begun).take();
  if (!tell_next(*search, data, Win32Error::kFileNotFound)) return INVALID_HANDLE_VALUE;
  HANDLE handle = handle_table::insert(std::move(search), 0);
  return handle != nullptr ? handle : failed(Win32Error::kNotEnoughMemory);
}

template <typename Data>
BOOL find_next(HANDLE handle, Data* data) {
  Ref<FileSearch> search = search_of(handle);
  if (!search) return fail(Win32Error::kInvalidHandle);
  if (data == nullptr) return fail(Win32Error::kInvalidParameter);
  return tell_next(*search, data, Win32Error::kNoMoreFiles);
}

}  // namespace

HANDLE FindFirstFileA(LPCSTR path, LPWIN32_FIND_DATAA data) { return find_first(path, data); }
HANDLE FindFirstFileW(LPCWSTR path, LPWIN32_FIND_DATAW data) { return find_first(path, data); }
BOOL FindNextFileA(HANDLE handle, LPWIN32_FIND_DATAA data) { return find_next(handle, data); }
BOOL FindNextFileW(HANDLE handle, LPWIN32_FIND_DATAW data) { return find_next(handle, data); }

BOOL FindClose(HANDLE handle) {
  bool closed = search_of(handle) && handle_table::remove(handle) == handle_table::RemoveResult::kRemoved;
  return closed ? TRUE : fail(Win32Error::kInvalidHandle);
}
