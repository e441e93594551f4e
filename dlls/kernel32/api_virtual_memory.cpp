// The exports for pages of memory.
#include <memoryapi.h>

#include "dlls/kernel32/last_error.h"
#include "dlls/kernel32/memory_regions.h"

using namespace windsock;
using namespace windsock::kernel32;

namespace {

// Where memory is taken from makes no difference here.
constexpr DWORD kAllocations = MEM_COMMIT | MEM_RESERVE, kHints = MEM_TOP_DOWN;

// For pages of one's own: there is no file to copy from.
std::optional<Protection> private_protection(DWORD windows) {
  auto protection = protection_from(windows);
  return protection && !is_copied(*protection) ? protection : std::nullopt;
}

bool has_modifiers(DWORD protect) { return protect & ~DWORD{0xff}; }

Result<void*, Win32Error> allocate(void* where, size_t size, DWORD type, DWORD protect) {
  if (has_modifiers(protect) || type & (MEM_RESET | MEM_WRITE_WATCH | MEM_LARGE_PAGES)) return Failure{Win32Error::kNotSupported};
  auto protection = private_protection(protect);
  if (size == 0 || !protection || !(type & kAllocations) || type & ~(kAllocations | kHints)) return Failure{Win32Error::kInvalidParameter};
  auto address = reinterpret_cast<uintptr_t>(where);
  if (where != nullptr && !(type & MEM_RESERVE)) return memory_regions::commit(where, size, *protection);
  // All that lies between the multiple before `where` and the last byte.
  uintptr_t before = address % memory_regions::kGranularity;
  if (size > SIZE_MAX - 2 * memory_regions::kGranularity) return Failure{Win32Error::kNotEnoughMemory};
  void* base = WS_TRY(memory_regions::reserve(reinterpret_cast<void*>(address - before), size + before, *protection));
  if (!(type & MEM_COMMIT)) return base;
  auto committed = memory_regions::commit(base, size + before, *protection);
  if (!committed) static_cast<void>(memory_regions::release(base));
  return committed;
}

Result<void, Win32Error> free_memory(void* where, size_t size, DWORD type) {
  if (type == MEM_DECOMMIT) return memory_regions::decommit(where, size);
  if (type != MEM_RELEASE || size != 0) return Failure{Win32Error::kInvalidParameter};
  return memory_regions::release(where);
}

}  // namespace

LPVOID VirtualAlloc(LPVOID where, SIZE_T size, DWORD type, DWORD protect) {
  auto allocated = allocate(where, size, type, protect);
  return allocated ? allocated.value() : (fail(allocated.error()), nullptr);
}

BOOL VirtualFree(LPVOID where, SIZE_T size, DWORD type) {
  auto freed = free_memory(where, size, type);
  return freed ? TRUE : fail(freed.error());
}

BOOL VirtualProtect(LPVOID where, SIZE_T size, DWORD protect, PDWORD before) {
  if (before == nullptr) return fail(Win32Error::kNoAccess);
  if (has_modifiers(protect)) return fail(Win32Error::kNotSupported);
  auto protection = protection_from(protect);
  if (!protection || size == 0) return fail(Win32Error::kInvalidParameter);
  auto changed = memory_regions::protect(where, size, *protection);
  if (!changed) return fail(changed.error());
  *before = static_cast<DWORD>(changed.value());
  return TRUE;
}

SIZE_T VirtualQuery(LPCVOID where, PMEMORY_BASIC_INFORMATION information, SIZE_T size) {
  if (information == nullptr || size < sizeof *information) return static_cast<SIZE_T>(fail(Win32Error::kBadLength));
  memory_regions::Extent extent;
  if (!memory_regions::find(where, extent)) return static_cast<SIZE_T>(fail(Win32Error::kNotSupported));
  bool committed = extent.now != Protection::kReserved;
  *information = {};
  information->BaseAddress = reinterpret_cast<PVOID>(extent.begin);
  information->AllocationBase = reinterpret_cast<PVOID>(extent.base);
  information->AllocationProtect = static_cast<DWORD>(extent.first);
  information->RegionSize = extent.size;
  information->State = committed ? MEM_COMMIT : MEM_RESERVE;
  information->Protect = static_cast<DWORD>(extent.now);
  information->Type = extent.is_view ? MEM_MAPPED : MEM_PRIVATE;
  return sizeof *information;
}
