// The memory that a program has from VirtualAlloc and MapViewOfFile: where it begins, and how each of its pages is protected. The host
// knows neither when it is asked to give memory back, to protect it, or to tell of it. All under one lock.
#pragma once

#include <cstdint>

#include "dlls/common/result.h"
#include "dlls/kernel32/file_mapping.h"
#include "dlls/kernel32/page_protection.h"
#include "dlls/kernel32/ref.h"

namespace windsock::kernel32::memory_regions {

// Where allocations and views begin, at multiples of it, as GetSystemInfo says.
inline constexpr size_t kGranularity = 65536;
size_t page_size();

// `where`: null for anywhere. Private memory begins as reserved.
Result<void*, Win32Error> reserve(void* where, size_t size, Protection first);
Result<void*, Win32Error> map_view(Ref<FileMapping> mapping, uint64_t offset, size_t size, Protection protection, void* where);

Result<void, Win32Error> release(void* base);
Result<void, Win32Error> unmap_view(const void* base);

// Pages of private memory, from the one with the first byte to the one with the last. kReserved takes them back; size 0 then means all
// that was reserved from `where` on.
Result<void*, Win32Error> commit(void* where, size_t size, Protection protection);
Result<void, Win32Error> decommit(void* where, size_t size);
// Pages of either sort; how the first one was protected.
Result<Protection, Win32Error> protect(void* where, size_t size, Protection protection);
Result<void, Win32Error> flush_view(const void* where, size_t size);

// The pages around an address that are protected alike.
struct Extent {
  uintptr_t begin = 0;
  size_t size = 0;
  uintptr_t base = 0;
  Protection first = Protection::kReserved;
  Protection now = Protection::kReserved;
  bool is_view = false;
};
// False: it is none of this memory.
bool find(const void* where, Extent& extent);

void lock_for_fork();
void unlock_after_fork();

}  // namespace windsock::kernel32::memory_regions
