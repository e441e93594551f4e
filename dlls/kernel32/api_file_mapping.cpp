// The exports for mappings of files and of memory, and their views.
#include <handleapi.h>
#include <memoryapi.h>

#include <optional>
#include <string>

#include "dlls/common/host_file.h"
#include "dlls/kernel32/file.h"
#include "dlls/kernel32/file_mapping.h"
#include "dlls/kernel32/handle_table.h"
#include "dlls/kernel32/last_error.h"
#include "dlls/kernel32/lookup.h"
#include "dlls/kernel32/memory_regions.h"
#include "dlls/kernel32/text.h"

using namespace windsock;
using namespace windsock::kernel32;

namespace {

// Whether the memory is there from the begin, or cached, makes no difference here.
constexpr DWORD kSectionHints = SEC_COMMIT | SEC_RESERVE | SEC_NOCACHE | SEC_WRITECOMBINE, kPageBits = 0xff;

std::optional<std::string> optional_name(LPCSTR name) { return name != nullptr ? std::optional<std::string>(name) : std::nullopt; }
std::optional<std::string> optional_name(LPCWSTR name) {
  return name != nullptr ? std::optional(utf8_from_utf16(reinterpret_cast<const char16_t*>(name))) : std::nullopt;
}

Result<Ref<FileMapping>, Win32Error> map_file(HANDLE handle, Protection protection, uint64_t size) {
  Ref<File> file = find_object_as<File>(handle);
  if (!file) return Failure{Win32Error::kInvalidHandle};
  if (file->type() != host::FileType::kDisk) return Failure{Win32Error::kFileInvalid};
  auto needed = changes_file(protection) ? host::FileUse::kBoth : host::FileUse::kRead;
  if (!host::is_open_for(file->fd(), needed)) return Failure{Win32Error::kAccessDenied};
  auto length = host::file_size(file->fd());
  if (!length) return Failure{win32_error_from_errno(length.error())};
  auto now = static_cast<uint64_t>(length.value());
  if (size == 0) size = now;
  if (size == 0) return Failure{Win32Error::kFileInvalid};
  if (size > now) {
    if (!changes_file(protection)) return Failure{Win32Error::kNotEnoughMemory};
    if (auto grown = host::resize_file(file->fd(), static_cast<int64_t>(size)); !grown) return Failure{Win32Error::kDiskFull};
  }
  auto copy = host::duplicate(file->fd());
  if (!copy) return Failure{win32_error_from_errno(copy.error())};
  Ref<FileMapping> mapping = FileMapping::of_file(std::move(copy).take(), size, protection);
  if (!mapping) return Failure{Win32Error::kNotEnoughMemory};
  return mapping;
}

Result<FileMapping::Named, Win32Error> make_mapping(HANDLE file, DWORD protect, uint64_t size, const std::optional<std::string>& name) {
  auto protection = protection_from(protect & kPageBits);
  if (!protection || !is_for_mappings(*protection) || size > INT64_MAX) return Failure{Win32Error::kInvalidParameter};
  if (protect & ~(kPageBits | kSectionHints)) return Failure{Win32Error::kNotSupported};
  bool has_name = name && !name->empty();
  if (file != INVALID_HANDLE_VALUE) {
    // Windows has no such rule; a process that finds the name could not find the file.
    if (has_name) return Failure{Win32Error::kNotSupported};
    return FileMapping::Named{WS_TRY(map_file(file, *protection, size)), false};
  }
  if (size == 0) return Failure{Win32Error::kInvalidParameter};
  if (has_name) return FileMapping::of_named_memory(*name, size, *protection);
  return FileMapping::Named{WS_TRY(FileMapping::of_memory(size, *protection)), false};
}

HANDLE handle_to(Ref<FileMapping> mapping, bool inheritable, Win32Error success) {
  HANDLE handle = handle_table::insert(std::move(mapping), inheritable ? kHandleInherit : 0);
  set_last_error(handle != nullptr ? success : Win32Error::kNotEnoughMemory);
  return handle;
}

HANDLE create_mapping(HANDLE file, const SECURITY_ATTRIBUTES* attributes, DWORD protect, DWORD high, DWORD low,
                      const std::optional<std::string>& name) {
  auto made = make_mapping(file, protect, uint64_t{high} << 32 | low, name);
  if (!made) return fail(made.error()), nullptr;
  FileMapping::Named named = std::move(made).take();
  return handle_to(std::move(named.mapping), attributes != nullptr && attributes->bInheritHandle,
                   named.existed ? Win32Error::kAlreadyExists : Win32Error::kSuccess);
}

// What a program may do with a mapping that it opens is what it asks for.
HANDLE open_mapping(DWORD access, BOOL inheritable, const std::optional<std::string>& name) {
  if (!name || name->empty()) return fail(Win32Error::kInvalidParameter), nullptr;
  bool executes = access & FILE_MAP_EXECUTE;
  Protection protection = access & FILE_MAP_WRITE ? (executes ? Protection::kExecuteReadWrite : Protection::kReadWrite)
                                                  : (executes ? Protection::kExecuteRead : Protection::kReadOnly);
  auto opened = FileMapping::open(*name, protection);
  if (!opened) return fail(opened.error()), nullptr;
  return handle_to(std::move(opened).take(), inheritable, Win32Error::kSuccess);
}

Result<void*, Win32Error> map_view(HANDLE handle, DWORD access, uint64_t offset, size_t size, void* where) {
  Ref<FileMapping> mapping = find_object_as<FileMapping>(handle);
  if (!mapping) return Failure{Win32Error::kInvalidHandle};
  if (!(access & (FILE_MAP_READ | FILE_MAP_WRITE | FILE_MAP_COPY))) return Failure{Win32Error::kInvalidParameter};
  auto protection = view_protection(access, mapping->protection());
  if (!protection) return Failure{Win32Error::kAccessDenied};
  if ((offset | reinterpret_cast<uintptr_t>(where)) % memory_regions::kGranularity) return Failure{Win32Error::kMappedAlignment};
  if (offset >= mapping->size() || size > mapping->size() - offset) return Failure{Win32Error::kAccessDenied};
  if (size == 0) size = mapping->size() - offset;
  return memory_regions::map_view(std::move(mapping), offset, size, *protection, where);
}

}  // namespace

HANDLE CreateFileMappingA(HANDLE file, LPSECURITY_ATTRIBUTES attributes, DWORD protect, DWORD high, DWORD low, LPCSTR name) {
  return create_mapping(file, attributes, protect, high, low, optional_name(name));
}

HANDLE CreateFileMappingW(HANDLE file, LPSECURITY_ATTRIBUTES attributes, DWORD protect, DWORD high, DWORD low, LPCWSTR name) {
  return create_mapping(file, attributes, protect, high, low, optional_name(name));
}

HANDLE OpenFileMappingA(DWORD access, BOOL inheritable, LPCSTR name) { return open_mapping(access, inheritable, optional_name(name)); }
HANDLE OpenFileMappingW(DWORD access, BOOL inheritable, LPCWSTR name) { return open_mapping(access, inheritable, optional_name(name)); }

LPVOID MapViewOfFileEx(HANDLE handle, DWORD access, DWORD high, DWORD low, SIZE_T size, LPVOID where) {
  auto mapped = map_view(handle, access, uint64_t{high} << 32 | low, size, where);
  return mapped ? mapped.value() : (fail(mapped.error()), nullptr);
}

LPVOID MapViewOfFile(HANDLE handle, DWORD access, DWORD high, DWORD low, SIZE_T size) {
  return MapViewOfFileEx(handle, access, high, low, size, nullptr);
}

BOOL UnmapViewOfFile(LPCVOID base) {
  auto unmapped = memory_regions::unmap_view(base);
  return unmapped ? TRUE : fail(unmapped.error());
}

BOOL FlushViewOfFile(LPCVOID begin, SIZE_T size) {
  auto flushed = memory_regions::flush_view(begin, size);
  return flushed ? TRUE : fail(flushed.error());
}
